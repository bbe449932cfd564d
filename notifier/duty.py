"""Who is on duty as of now: the configured rotas below the overrides and calendars in the tables.

Whoever resolves a target looks at the tables again, so that an override counts from the moment
its command has ended, in a running daemon as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from notifier.directory import Directory
from notifier.rota import CALENDAR, OVERRIDE, Shift
from store.model import CalendarReading, Override
from store.unit_of_work import UnitOfWork

LOOK_BACK: Final = timedelta(days=1)
"""How far before a moment overrides are wanted too: one that ended there ends a shift."""


def present(
    work: UnitOfWork | None,
    directory: Directory,
    since: datetime,
    fresh: Mapping[str, CalendarReading] = MappingProxyType({}),
) -> Directory:
    """Give the directory with all that stands above its rotas at ``since`` and afterwards.

    ``fresh`` are readings of calendars that count in place of those in the database. Without a
    database nothing else stands above.
    """
    found = tuple(work.duty.overrides(since - LOOK_BACK)) if work else ()
    above: dict[str, tuple[Shift, ...]] = {}
    for key, rota in directory.rotas.items():
        reading = fresh.get(key)
        if reading is None and work and rota.calendar:
            reading = work.duty.calendar(key)
        # What another file said says nothing about this one.
        in_force = reading if reading and reading.source == rota.calendar else None
        shifts = (*override_shifts(found, key), *calendar_shifts(in_force))
        if shifts:
            above[key] = shifts
    return directory.with_shifts(above) if above else directory


def override_shifts(overrides: tuple[Override, ...], rota: str) -> Iterator[Shift]:
    """Turn the overrides of a rota into shifts; one that was cancelled ends there."""
    for override in overrides:
        ends_at = min(override.ends_at, override.cancelled_at or override.ends_at)
        if override.rota == rota and override.begins_at < ends_at:
            yield Shift(
                person=override.person,
                begins_at=override.begins_at,
                ends_at=ends_at,
                source=OVERRIDE,
            )


def calendar_shifts(reading: CalendarReading | None) -> Iterator[Shift]:
    """Turn what a calendar said into shifts."""
    for planned in reading.shifts if reading else ():
        yield Shift(
            person=planned.person,
            begins_at=planned.begins_at,
            ends_at=planned.ends_at,
            source=CALENDAR,
        )
