"""Who is on duty when: people, rotas of layers, and what stands above them for a while.

Overrides win over the calendar of a rota, that wins over its layers, and of those the first that
covers a moment wins; where it covers none the next one does. All of it is a pure function of the
moment: for every moment at most one person of a rota is on duty, and none only where no layer
covers it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Final

from notifier.layer import Layer, Shift
from notifier.local_time import Span, time_zone
from store.model import require_aware

__all__ = [
    "CALENDAR",
    "OVERRIDE",
    "Layer",
    "Person",
    "Rota",
    "Shift",
    "gaps",
    "on_duty",
    "overlay",
    "shifts",
    "time_zone",
]


OVERRIDE: Final = "override"
CALENDAR: Final = "calendar"
"""Why somebody is on duty, where it is not a layer's turn."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody who can be told. ``key`` is the name in the configuration.

    ``address`` is the one that answers and links are made for; alerts go to the others as well.
    ``channels`` names the ways to tell the person beside mail, such as "sms". At ``digest_at``,
    local time, the person gets a digest of what there is to do.
    """

    key: str
    name: str
    address: str
    more_addresses: tuple[str, ...] = ()
    time_zone: str = "UTC"
    languages: tuple[str, ...] = ("en",)
    channels: tuple[str, ...] = ()
    digest_at: time | None = None

    def __post_init__(self) -> None:
        time_zone(self.time_zone)

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address of this person, the first one first."""
        return (self.address, *self.more_addresses)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rota:
    """Who is on duty by turns. Of the layers the first that covers a moment decides.

    ``time_zone`` is the one its times are shown in. ``calendar`` is the file that names shifts
    above the layers, so that a rota may do without them; empty for none.
    """

    key: str
    layers: tuple[Layer, ...] = ()
    time_zone: str = "UTC"
    calendar: str = ""

    def __post_init__(self) -> None:
        if not self.layers and not self.calendar:
            raise ValueError(f"rota {self.key!r} has no members: nobody would ever be on duty")
        time_zone(self.time_zone)

    @property
    def members(self) -> tuple[str, ...]:
        """Everybody who takes turns in any layer, each once."""
        return tuple(dict.fromkeys(name for layer in self.layers for name in layer.members))


def on_duty(rota: Rota, moment: datetime, above: Sequence[Shift] = ()) -> str | None:
    """Name the person on duty at this moment; None where no layer covers it.

    ``above`` are shifts that win over the layers; of two that hold the moment the first wins.
    """
    require_aware(moment, "moment")
    for shift in above:
        if shift.covers(moment):
            return shift.person
    found = (layer.on_duty(moment) for layer in rota.layers)
    return next((shift.person for shift in found if shift), None)


def shifts(
    rota: Rota, since: datetime, until: datetime, above: Sequence[Shift] = ()
) -> tuple[Shift, ...]:
    """List the shifts that touch the time from ``since`` until just before ``until``, in order.

    They do not overlap; between two of them nobody is on duty. The first and the last are whole.
    """
    require_aware(since, "since")
    require_aware(until, "until")
    touching = [shift for shift in above if shift.begins_at < until and since < shift.ends_at]
    # What cuts into a shift may lie outside the time asked for: look as far as the longest goes.
    margin = max((layer.turn + timedelta(days=2) for layer in rota.layers), default=timedelta(0))
    begin = min([since - margin, *(shift.begins_at for shift in touching)])
    end = max([until + margin, *(shift.ends_at for shift in touching)])
    # Each of those above is a source of its own: they may overlap.
    near = ([shift] for shift in above if shift.begins_at < end and begin < shift.ends_at)
    covered = overlay([*near, *(layer.shifts(begin, end) for layer in rota.layers)], (begin, end))
    return tuple(shift for shift in covered if shift.begins_at < until and since < shift.ends_at)


def overlay(sources: Iterable[Iterable[Shift]], span: Span) -> list[Shift]:
    """Lay shifts over each other within a span: what an earlier source covers stays."""
    found: list[Shift] = []
    free = [span]
    for source in sources:
        for shift in source:
            still_free: list[Span] = []
            for begins, ends in free:
                begins_at, ends_at = max(begins, shift.begins_at), min(ends, shift.ends_at)
                if begins_at >= ends_at:
                    still_free.append((begins, ends))
                    continue
                found.append(replace(shift, begins_at=begins_at, ends_at=ends_at))
                rest = ((begins, begins_at), (ends_at, ends))
                still_free += [(left, right) for left, right in rest if left < right]
            free = still_free
    return sorted(found, key=lambda shift: shift.begins_at)


def gaps(covered: Iterable[Shift], since: datetime, until: datetime) -> list[Span]:
    """List the times between two moments that none of these shifts, given in order, covers."""
    found = []
    for shift in covered:
        if shift.begins_at > since:
            found.append((since, min(shift.begins_at, until)))
        since = max(since, shift.ends_at)
    if since < until:
        found.append((since, until))
    return found
