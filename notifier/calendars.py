"""Keeps the shifts of rotas as their calendars' files say, and says what is wrong with the files.

A file is looked at every few seconds and read again when it has changed, and once a day because
repeating events reach further. What was read is kept in the database. A file that is gone, or no
calendar, leaves the last reading in force; where that ends the rota's layers take over. So a
damaged file never means silence, only a fault that the operators are told of.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

from notifier.calendar import Calendar, CalendarUnreadable, read_calendar
from notifier.directory import Directory
from notifier.local_time import time_zone
from notifier.looks import Look
from store.model import CalendarReading, Clock, PlannedShift
from store.unit_of_work import Store

LOOKS_BACK: Final = timedelta(days=35)
LOOKS_AHEAD: Final = timedelta(days=400)
"""How far around the present shifts are read: what is shown, and a year to come."""
AGAIN_AFTER: Final = timedelta(days=1)
LARGEST: Final = 5_000_000
"""Octets a calendar may have."""

_log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What came of a look at a file: what it says, None for no calendar; and its faults."""

    kept: CalendarReading | None
    faults: tuple[str, ...] = ()


@dataclass(slots=True)
class _Seen:
    """How a file looked when it was read last."""

    mark: tuple[int, ...] | None
    at: datetime
    faults: tuple[str, ...] = field(default=())


def read_file(directory: Directory, rota: str, now: datetime) -> Reading:
    """Read the calendar of a rota as it stands in its file."""
    path = Path(directory.rotas[rota].calendar)
    span = (now - LOOKS_BACK, now + LOOKS_AHEAD)
    try:
        raw = _octets(path)
        zone = time_zone(directory.rotas[rota].time_zone)
        calendar = read_calendar(raw, directory.people, zone, span)
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        return Reading(kept=None, faults=(f"{path}: {reason}",))
    except CalendarUnreadable as error:
        return Reading(kept=None, faults=(f"{path}: {error}",))
    kept = CalendarReading(
        rota=rota,
        source=str(path),
        digest=hashlib.sha256(raw).hexdigest(),
        read_at=now,
        until=span[1],
        shifts=_planned(calendar),
    )
    return Reading(kept=kept, faults=tuple(f"{path}: {fault}" for fault in calendar.faults))


class Calendars:
    """Reads the calendars of all rotas that have one."""

    def __init__(self, *, store: Store, directory: Directory, clock: Clock) -> None:
        self._store = store
        self._directory = directory
        self._clock = clock
        self._rotas = [key for key, rota in directory.rotas.items() if rota.calendar]
        # Only in memory: at every start all are read again, as people may have changed.
        self._seen: dict[str, _Seen] = {}

    def step(self) -> int:
        """Read what has changed; tell how many files that were."""
        return sum(self._look(rota) for rota in self._rotas)

    def look(self) -> Look:
        """Give what the auditor counts as a fault."""
        return Look(
            kind="calendar_faulty",
            title="{} faults in the calendars of rotas; other shifts may be in force than planned",
            look=lambda _work, _now: self.faults(),
        )

    def faults(self) -> list[str]:
        """Name what was wrong with the files when they were read last."""
        return [
            f"rota {rota}: {fault}"
            for rota, seen in list(self._seen.items())
            for fault in seen.faults
        ]

    def _look(self, rota: str) -> bool:
        now, seen = self._clock(), self._seen.get(rota)
        mark = _mark(Path(self._directory.rotas[rota].calendar))
        if seen and seen.mark == mark and now - seen.at < AGAIN_AFTER:
            return False
        reading = read_file(self._directory, rota, now)
        if reading.kept:
            with self._store.transaction() as work:
                work.duty.keep_calendar(reading.kept)
                work.commit()
        self._seen[rota] = _Seen(mark=mark, at=now, faults=reading.faults)
        shifts = len(reading.kept.shifts) if reading.kept else None
        verb = "calendar.faulty" if reading.faults else "calendar.read"
        _log.info(verb, rota=rota, shifts=shifts, faults=list(reading.faults))
        return True


def _planned(calendar: Calendar) -> tuple[PlannedShift, ...]:
    return tuple(
        PlannedShift(person=shift.person, begins_at=shift.begins_at, ends_at=shift.ends_at)
        for shift in calendar.shifts
    )


def _octets(path: Path) -> bytes:
    if not path.exists():
        raise CalendarUnreadable("there is no such file")
    # A pipe or a device would be waited for.
    if not path.is_file():
        raise CalendarUnreadable("it is not a file")
    with path.open("rb") as file:
        raw = file.read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise CalendarUnreadable(f"it is larger than {LARGEST // 1_000_000} MB")
    return raw


def _mark(path: Path) -> tuple[int, ...] | None:
    """Tell by what a change of a file shows; None while it cannot be looked at."""
    try:
        status = path.stat()
    except OSError:
        return None
    # The time of change tells of a file that was written over and given its old time back.
    return (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)
