"""Faults the operators were told about, kept until they are over.

A fault that is written down here is told once, however often the program starts anew meanwhile.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from store.model import Fault
from store.schema import faults


class Faults:
    """The faults within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> dict[str, Fault]:
        """Give the faults that are not over, by name."""
        rows = self._connection.execute(select(faults).order_by(faults.c.raised_at, faults.c.name))
        return {
            row.name: Fault(
                name=row.name,
                title=row.title,
                count=row._mapping[faults.c.count],  # noqa: SLF001 - a row has a count of its own
                subjects=tuple(row.subjects),
                raised_at=row.raised_at,
                seen_at=row.seen_at,
            )
            for row in rows
        }

    def put(self, fault: Fault) -> None:
        """Write a fault down, or bring it up to date."""
        values = asdict(fault) | {"subjects": list(fault.subjects)}
        self.remove(fault.name)
        self._connection.execute(insert(faults).values(values))

    def saw(self, name: str, at: datetime) -> None:
        """Note that a fault is still there."""
        self._connection.execute(update(faults).where(faults.c.name == name).values(seen_at=at))

    def remove(self, name: str) -> None:
        """Forget a fault that is over."""
        self._connection.execute(delete(faults).where(faults.c.name == name))
