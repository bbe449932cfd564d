"""What changes who is on duty between two starts: overrides, and what calendars said last.

Overrides are never removed, only cancelled: who was on duty at any time can be told later. Of a
calendar the last reading that could be used is kept, so that a file that is damaged or gone
leaves the shifts as they were.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, Text, cast, insert, select, update

from store.errors import Forbidden, NotFound
from store.model import CalendarReading, Override, OverrideId, PlannedShift
from store.rows import insert_row
from store.schema import calendars, overrides


class DutyChanges:
    """The overrides and the calendars' shifts within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def override(  # noqa: PLR0913 - an override has this many facts
        self,
        rota: str,
        person: str,
        begins_at: datetime,
        ends_at: datetime,
        *,
        made_by: str,
        made_at: datetime,
    ) -> Override:
        """Put a person on duty in a rota for a while, whatever its layers and its calendar say."""
        number = insert_row(
            self._connection,
            overrides,
            rota=rota,
            person=person,
            begins_at=begins_at,
            ends_at=ends_at,
            made_by=made_by,
            made_at=made_at,
        )
        return self.get(OverrideId(number))

    def get(self, number: OverrideId) -> Override:
        """Give an override by its number; NotFound if there is none."""
        query = select(overrides).where(overrides.c.id == number)
        row = self._connection.execute(query).first()
        if row is None:
            raise NotFound(f"there is no override {number}")
        return _override(row)

    def cancel(self, number: OverrideId, who: str, at: datetime) -> Override:
        """Take an override back; what has passed of it stays as it was.

        Raises NotFound for an unknown one, Forbidden for one that is over or cancelled.
        """
        present = self.get(number)
        if present.cancelled_at is not None:
            raise Forbidden(f"override {number} was cancelled by {present.cancelled_by}")
        if present.ends_at <= at:
            raise Forbidden(f"override {number} is over")
        self._connection.execute(
            update(overrides)
            .where(overrides.c.id == number)
            .values(cancelled_by=who, cancelled_at=at)
        )
        return self.get(number)

    def overrides(self, since: datetime) -> Sequence[Override]:
        """Give those that end after a moment, cancelled ones too, newest first."""
        query = select(overrides).where(overrides.c.ends_at > since)
        rows = self._connection.execute(query.order_by(overrides.c.id.desc()))
        return [_override(row) for row in rows]

    def calendar(self, rota: str) -> CalendarReading | None:
        """Give the last reading of a rota's calendar that could be used."""
        table = calendars.c
        as_written = cast(table.shifts, Text).label("written")
        query = select(table.source, table.digest, table.read_at, table.until, as_written)
        row = self._connection.execute(query.where(table.rota == rota)).first()
        if row is None:
            return None
        return CalendarReading(
            rota=rota,
            source=row.source,
            digest=row.digest,
            read_at=row.read_at,
            until=row.until,
            shifts=_shifts(row.written),
        )

    def keep_calendar(self, reading: CalendarReading) -> None:
        """Keep a reading in place of the one before."""
        values = {
            "source": reading.source,
            "digest": reading.digest,
            "read_at": reading.read_at,
            "until": reading.until,
            "shifts": [
                [one.person, one.begins_at.isoformat(), one.ends_at.isoformat()]
                for one in reading.shifts
            ],
        }
        table = calendars
        changed = update(table).where(table.c.rota == reading.rota).values(**values)
        if self._connection.execute(changed).rowcount == 0:
            self._connection.execute(insert(table).values(rota=reading.rota, **values))


@lru_cache(maxsize=16)
def _shifts(written: str) -> tuple[PlannedShift, ...]:
    """Read the shifts as they are written down.

    Every alert asks for them, and a year of them takes a while to read. What is remembered goes by
    the whole text, so nothing of an earlier reading can come out for a later one.
    """
    return tuple(_planned(*planned) for planned in json.loads(written))


def _planned(person: str, begins_at: str, ends_at: str) -> PlannedShift:
    return PlannedShift(
        person=person,
        begins_at=datetime.fromisoformat(begins_at),
        ends_at=datetime.fromisoformat(ends_at),
    )


def _override(row: Row[Any]) -> Override:
    return Override(
        id=OverrideId(row.id),
        rota=row.rota,
        person=row.person,
        begins_at=row.begins_at,
        ends_at=row.ends_at,
        made_by=row.made_by,
        made_at=row.made_at,
        cancelled_by=row.cancelled_by,
        cancelled_at=row.cancelled_at,
    )
