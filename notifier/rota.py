"""Who is on duty when: people, rotas and their shifts, as pure functions of a moment.

A handover keeps its local time through a change of the clocks; the shift that crosses it is an
hour longer or shorter. A handover at a local time that does not exist happens as much later as
the clocks were put forward; one at a local time that comes twice happens the first time. For
every moment exactly one person is on duty.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from store.model import require_aware


class Turn(StrEnum):
    """How long one person's shift lasts."""

    DAILY = "daily"
    WEEKLY = "weekly"

    @property
    def days(self) -> int:
        """How many days lie between two handovers."""
        return 1 if self is Turn.DAILY else 7


def time_zone(name: str) -> ZoneInfo:
    """Find a time zone by its name; ValueError for an unknown one."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"no time zone is called {name!r}") from error


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody who can be told. ``key`` is the name in the configuration."""

    key: str
    name: str
    address: str
    time_zone: str = "UTC"
    languages: tuple[str, ...] = ("en",)

    def __post_init__(self) -> None:
        time_zone(self.time_zone)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rota:
    """Persons taking turns. The first member's first shift begins on ``start`` at ``handover``.

    ``handover`` is local time in ``time_zone``: a shift that crosses a change of the clocks is an
    hour longer or shorter, the handover stays where people expect it. Before ``start`` the turns
    are counted backwards, so that a rota entered early leaves nobody out.
    """

    key: str
    members: tuple[str, ...]
    turn: Turn
    handover: time
    time_zone: str
    start: date

    def __post_init__(self) -> None:
        if not self.members:
            raise ValueError(f"rota {self.key!r} has no members: nobody would ever be on duty")
        if self.handover.tzinfo is not None:
            raise ValueError(f"rota {self.key!r}: handover is local time and carries no zone")
        time_zone(self.time_zone)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shift:
    """One person's turn, from ``begins_at`` until just before ``ends_at``."""

    person: str
    begins_at: datetime
    ends_at: datetime


def on_duty(rota: Rota, moment: datetime) -> str:
    """Name the person on duty at this moment."""
    require_aware(moment, "moment")
    return _member(rota, _number_at(rota, moment))


def shifts(rota: Rota, since: datetime, until: datetime) -> tuple[Shift, ...]:
    """List the shifts that touch the time from ``since`` until just before ``until``, in order."""
    require_aware(since, "since")
    require_aware(until, "until")
    found = []
    number = _number_at(rota, since)
    while (begins_at := _begin(rota, number)) < until:
        ends_at = _begin(rota, number + 1)
        # A zone that once skipped a whole day (Pacific/Apia, 2011) has a shift of no length.
        if ends_at > begins_at:
            person = _member(rota, number)
            found.append(Shift(person=person, begins_at=begins_at, ends_at=ends_at))
        number += 1
    return tuple(found)


def _member(rota: Rota, number: int) -> str:
    return rota.members[number % len(rota.members)]


def _begin(rota: Rota, number: int) -> datetime:
    """Tell when shift ``number`` begins, in UTC; shift 0 begins on the rota's start."""
    day = rota.start + timedelta(days=number * rota.turn.days)
    # fold=0 is what gives the first of two equal local times and the later side of a gap.
    handover = rota.handover.replace(fold=0)
    local = datetime.combine(day, handover, tzinfo=time_zone(rota.time_zone))
    return local.astimezone(UTC)


def _number_at(rota: Rota, moment: datetime) -> int:
    """Tell which shift runs at this moment: estimate from the date, then look left and right."""
    local_day = moment.astimezone(time_zone(rota.time_zone)).date()
    number = (local_day - rota.start).days // rota.turn.days
    while _begin(rota, number) > moment:
        number -= 1
    while _begin(rota, number + 1) <= moment:
        number += 1
    return number
