"""Looks over people, rotas and policies for what works, and yet can hardly be meant.

What cannot work at all is refused with the settings. Here are hours that nobody covers, layers
nobody will see, rotas nobody asks, and policies that end at somebody who may not be there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from notifier.directory import Directory
from notifier.local_time import Span, show_moment, time_zone
from notifier.policy import BY_MAIL, EscalationPolicy, Target, TargetKind
from notifier.rota import Rota, gaps

AHEAD: Final = timedelta(days=60)
"""How far ahead hours are looked for that nobody covers."""
NAMED: Final = 3
"""How many of such hours are named."""
_CERTAIN: Final = frozenset({TargetKind.PERSON, TargetKind.ADDRESS})

Path = tuple[str | int, ...]
"""Where something stands in the configuration, as in ("rotas", "night", "layers", 0)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Doubt:
    """Something that can hardly be meant, and where it stands in the configuration."""

    path: Path
    message: str


def doubts(directory: Directory, now: datetime) -> list[Doubt]:
    """Look over a directory as it is at a moment, overrides and calendars included."""
    used = used_rotas(directory)
    found = []
    for key, rota in directory.rotas.items():
        if key not in used:
            message = "no policy names this rota: nobody is told through it"
            found.append(Doubt(path=("rotas", key), message=message))
            continue
        found += _hidden_layers(rota)
        if uncovered := uncovered_hours(directory, key, now, now + AHEAD):
            message = f"nobody is on duty {_name(uncovered, time_zone(rota.time_zone))}"
            found.append(Doubt(path=("rotas", key), message=message))
    for policy in directory.all_policies():
        found += _policy(policy)
        found += _without_channel(directory, policy)
    return found + list(_shared_addresses(directory))


def used_rotas(directory: Directory) -> frozenset[str]:
    """Name the rotas that some step of some policy asks."""
    return frozenset(
        target.name
        for policy in directory.all_policies()
        for step in policy.steps
        for target in step.targets
        if target.kind is TargetKind.ROTA
    )


def uncovered_hours(
    directory: Directory, rota: str, since: datetime, until: datetime
) -> list[Span]:
    """List the times at which nobody of a rota is on duty."""
    return gaps(directory.shifts(rota, since, until), since, until)


def _hidden_layers(rota: Rota) -> Iterator[Doubt]:
    covering = None
    for number, layer in enumerate(rota.layers):
        if covering is not None:
            message = (
                f'{layer.name} is never on duty: "{covering}" above it covers every hour; '
                "give that one hours, or put this one first"
            )
            # The lowest layer is written with the rota itself.
            path = ("members",) if layer.name == "members" else ("layers", number)
            yield Doubt(path=("rotas", rota.key, *path), message=message)
        elif layer.covers_all:
            covering = layer.name


def _policy(policy: EscalationPolicy) -> Iterator[Doubt]:
    path = ("policies", *policy.key.split("."), "steps")
    last = policy.steps[policy.last]
    if not any(target.kind in _CERTAIN for target in last.targets):
        message = (
            "the last step names no person and no address: when nobody is on duty, only the "
            "operator's address is left; add one that is always read"
        )
        yield Doubt(path=(*path, policy.last), message=message)
    for number, (before, step) in enumerate(pairwise(policy.steps), start=1):
        if before.only_between and not step.only_between:
            message = (
                f"step {number + 1} may go out at any hour, but never before step {number}, "
                "which waits for its hours"
            )
            yield Doubt(path=(*path, number), message=message)


def _without_channel(directory: Directory, policy: EscalationPolicy) -> Iterator[Doubt]:
    """Find persons who have none of the channels that a step would tell them by."""
    path = ("policies", *policy.key.split("."), "steps")
    for number, step in enumerate(policy.steps):
        lacking = {
            key: None
            for target in step.targets
            if BY_MAIL not in target.via
            for key in _persons(directory, target)
            if not set(target.via) & set(directory.people[key].channels)
        }
        if lacking:
            ways = " and no ".join(dict.fromkeys(way for one in step.targets for way in one.via))
            message = f"{', '.join(lacking)} has no {ways}: told by mail instead"
            yield Doubt(path=(*path, number, "via"), message=message)


def _persons(directory: Directory, target: Target) -> tuple[str, ...]:
    match target.kind:
        case TargetKind.PERSON:
            return (target.name,) if target.name in directory.people else ()
        case TargetKind.ROTA:
            return directory.rotas[target.name].members
        case _:
            return ()


def _shared_addresses(directory: Directory) -> Iterator[Doubt]:
    """Find addresses of several persons: an answer from one could be anybody's."""
    shared = Counter(
        address.lower() for person in directory.people.values() for address in person.addresses
    )
    for key, person in directory.people.items():
        for address in person.addresses:
            if shared[address.lower()] > 1:
                message = f"{address} is somebody else's address as well: who answers is not known"
                yield Doubt(path=("people", key, "address"), message=message)


def _name(uncovered: list[Span], zone: ZoneInfo) -> str:
    """Say how long nobody covers, and name the first of these times by the local clocks."""
    hours = sum((ends - begins for begins, ends in uncovered), timedelta()) / timedelta(hours=1)
    first = "; ".join(
        f"from {show_moment(begins, zone)} until {show_moment(ends, zone)}"
        for begins, ends in uncovered[:NAMED]
    )
    more = len(uncovered) - NAMED
    also = f"; and {more} times more" if more > 0 else ""
    return f"for {hours:.4g} hours of the next {AHEAD.days} days: {first}{also}"
