"""Local time: what the clocks of a zone show, and hours of the day on days of the week.

The clocks of a zone are put forward and back, and one rule holds for every local time written in
the configuration, a handover or the edge of some hours: a local time that does not exist means as
much later as the clocks were put forward, one that comes twice means the first time (RFC 5545
section 3.3.5). So each is one moment, and what begins where something else ends leaves no gap.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from store.model import require_aware

Span = tuple[datetime, datetime]
"""From a moment until just before another, in UTC."""

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""The days of the week in the order of ``date.weekday``."""
EVERY_DAY: Final = frozenset(range(7))
DAY: Final = timedelta(days=1)
SEARCHED: Final = timedelta(days=22)
"""How far ahead hours are looked for: one day of the week, and twice a change of the clocks."""


def time_zone(name: str) -> ZoneInfo:
    """Find a time zone by its name; ValueError for an unknown one."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"no time zone is called {name!r}") from error


def instant(local: datetime, zone: ZoneInfo) -> datetime:
    """Tell in UTC when the clocks of a zone show a local time (given without a zone)."""
    # fold=0 is what gives the first of two equal local times and the later side of a gap.
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def show_moment(moment: datetime, zone: tzinfo) -> str:
    """Write a time for a person by the clocks of a zone, with the zone's short name."""
    local = moment.astimezone(zone)
    seconds = ":%S" if local.second else ""
    return f"{local:%a %Y-%m-%d %H:%M}{local.strftime(seconds)} {local:%Z}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Hours:
    """Some hours of the day on some days of the week, by the clocks of one zone.

    Each span runs from a time of day until another; one that ends where it begins or before that
    runs into the next day. ``days`` are those on which spans begin, Monday is 0: the night of
    Friday reaches into Saturday.
    """

    spans: tuple[tuple[time, time], ...] = ((time(0), time(0)),)
    days: frozenset[int] = EVERY_DAY
    time_zone: str = "UTC"

    def __post_init__(self) -> None:
        if not self.spans or not self.days or not self.days <= EVERY_DAY:
            raise ValueError("hours need at least one span and one day of the week")
        time_zone(self.time_zone)

    @property
    def are_all(self) -> bool:
        """Whether there is no hour that does not belong to these."""
        return self.days == EVERY_DAY and any(begins == ends for begins, ends in self.spans)

    def covers(self, moment: datetime) -> bool:
        """Tell whether a moment is within these hours."""
        return any(begins <= moment < ends for begins, ends in self.between(moment, moment))

    def next_within(self, moment: datetime) -> datetime:
        """Give the moment itself if it is within these hours, else when they begin next.

        Raises ValueError for hours that never begin, because the clocks always jump over them.
        """
        for begins, ends in self.between(moment, moment + SEARCHED):
            if ends > moment:
                return max(begins, moment)
        raise ValueError("these hours never begin")

    def between(self, since: datetime, until: datetime) -> list[Span]:
        """List the spans that touch the time between two moments, in order and joined."""
        require_aware(since, "since")
        require_aware(until, "until")
        found: list[Span] = []
        for begins, ends in sorted(self._on_days(since, until)):
            if begins > until or ends < since:
                continue
            if found and begins <= found[-1][1]:
                found[-1] = (found[-1][0], max(found[-1][1], ends))
            else:
                found.append((begins, ends))
        return found

    def _on_days(self, since: datetime, until: datetime) -> Iterator[Span]:
        zone = time_zone(self.time_zone)
        # What began two days ago may still run after a day that the calendar left out.
        day = since.astimezone(zone).date() - 2 * DAY
        last = until.astimezone(zone).date()
        while day <= last:
            if day.weekday() in self.days:
                yield from self._on_day(day, zone)
            day += DAY

    def _on_day(self, day: date, zone: ZoneInfo) -> Iterator[Span]:
        for begins, ends in self.spans:
            next_day = DAY if ends <= begins else timedelta(0)
            begins_at = instant(datetime.combine(day, begins), zone)
            ends_at = instant(datetime.combine(day + next_day, ends), zone)
            # Between 02:30 and 03:15 there may be no time at all on the day of a change.
            if begins_at < ends_at:
                yield begins_at, ends_at
