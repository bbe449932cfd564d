"""The pieces about people: who there is, whose turn it is, and who is told when."""

from __future__ import annotations

from datetime import time, timedelta
from typing import TYPE_CHECKING

from ingest.addresses import fold_address
from notifier.directory import Directory
from notifier.layer import Layer
from notifier.local_time import DAYS, EVERY_DAY, Hours
from notifier.pace import Pace
from notifier.policy import EscalationPolicy, Step, Target, TargetKind
from notifier.progress import Progress
from notifier.regular import Regular
from notifier.rota import Person, Rota
from store.model import Severity
from tipline.settings.home import operator_address, receptions

if TYPE_CHECKING:
    from tipline.settings.model import Settings
    from tipline.settings.sections.staff import (
        LayerEntry,
        PersonEntry,
        PolicyEntry,
        RotaEntry,
        StepEntry,
    )


def directory(settings: Settings) -> Directory:
    """Hand out everybody who can be told, and the policies."""
    return Directory(
        people=people(settings),
        rotas=rotas(settings),
        policies=policies(settings),
        categories=categories(settings),
        by_address=by_address(settings),
        least=receptions(settings).least,
        fallback=operator_address(settings),
        channels=frozenset(settings.channels),
    )


def pace(settings: Settings) -> Pace:
    """Hand out how many mails one address gets."""
    return Pace(**dict(settings.alerts))


def progress(settings: Settings) -> Progress:
    """Hand out how long a taken case may stand still."""
    return Progress(within=settings.cases.progress_within, grace=settings.cases.progress_grace)


def regular(settings: Settings) -> Regular:
    """Hand out which mails staff get by the clock."""
    return Regular(**dict(settings.overviews))


def people(settings: Settings) -> dict[str, Person]:
    """Hand out the people by their names in the configuration."""
    return {key: _person(key, entry) for key, entry in settings.people.items()}


def rotas(settings: Settings) -> dict[str, Rota]:
    """Hand out the rotas by their names in the configuration."""
    return {key: _rota(key, entry) for key, entry in settings.rotas.items()}


def policies(settings: Settings) -> dict[Severity, EscalationPolicy]:
    """Hand out one policy for each severity."""
    return {
        severity: _policy(severity.label, getattr(settings.policies, severity.label))
        for severity in Severity
    }


def categories(settings: Settings) -> dict[tuple[str, Severity], EscalationPolicy]:
    """Hand out the policies for cases of a category, where there are any."""
    return {
        (name, severity): _policy(f"categories.{name}.{severity.label}", entry)
        for name, entries in settings.policies.categories.items()
        for severity in Severity
        if (entry := getattr(entries, severity.label))
    }


def by_address(settings: Settings) -> dict[tuple[str, Severity], EscalationPolicy]:
    """Hand out the policies for cases whose first report came to an address with its own."""
    return {
        (fold_address(address), severity): _policy(f"addresses.{name}.{severity.label}", policy)
        for name, entry in settings.addresses.defaults.items()
        for severity in Severity
        if (policy := getattr(entry.policies, severity.label, None))
        for address in entry.addresses
    }


def _person(key: str, entry: PersonEntry) -> Person:
    first, *more = entry.address
    return Person(
        key=key,
        name=entry.name,
        address=first,
        more_addresses=tuple(more),
        time_zone=entry.time_zone,
        languages=entry.languages,
        channels=tuple(entry.channels),
        digest_at=entry.digest_at,
    )


def _rota(key: str, entry: RotaEntry) -> Rota:
    layers = [
        _layer(layer, layer.members, layer.name or f"layer {number}", entry.time_zone)
        for number, layer in enumerate(entry.layers, start=1)
    ]
    if entry.members:
        layers.append(_layer(entry, entry.members, "members", entry.time_zone))
    return Rota(
        key=key,
        layers=tuple(layers),
        time_zone=entry.time_zone,
        calendar=str(entry.calendar.absolute()) if entry.calendar else "",
    )


def _layer(entry: LayerEntry | RotaEntry, members: tuple[str, ...], name: str, zone: str) -> Layer:
    zone = entry.time_zone or zone
    start, handover = entry.start, entry.handover
    if start is None or handover is None:
        raise AssertionError("unreachable")  # the models ask for both where there are members
    if entry.handover_day is not None:
        start += timedelta(days=(entry.handover_day - start.weekday()) % len(DAYS))
    return Layer(
        name=name,
        members=members,
        turn=entry.turn,
        handover=handover,
        time_zone=zone,
        start=start,
        hours=_hours(entry.hours, entry.days, zone),
    )


def _hours(spans: tuple[tuple[time, time], ...], days: tuple[int, ...], zone: str) -> Hours | None:
    if not spans and not days:
        return None
    return Hours(
        spans=spans or ((time(0), time(0)),),
        days=frozenset(days) or EVERY_DAY,
        time_zone=zone,
    )


def _policy(key: str, entry: PolicyEntry) -> EscalationPolicy:
    return EscalationPolicy(key=key, steps=tuple(map(_step, entry.steps)), repeat=entry.repeat)


def _step(entry: StepEntry) -> Step:
    only = entry.only_between
    return Step(
        after=entry.after,
        targets=tuple(_target(text, entry.via) for text in entry.notify),
        only_between=_hours(only.hours, only.days, only.time_zone) if only else None,
    )


def _target(text: str, via: tuple[str, ...]) -> Target:
    kind, _, name = text.partition(":")
    return Target(kind=TargetKind(kind), name=name, via=via)
