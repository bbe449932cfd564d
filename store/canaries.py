"""Mails to ourselves, and how far each has come on its way through everything.

Ingest notes that one came back, the notifier that it was decided not to be answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from store.model import Canary, MailTraits
from store.rows import mail_traits
from store.schema import canaries


class Canaries:
    """The canaries within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, name: str, at: datetime) -> None:
        """Note that a canary of this name is queued."""
        self._connection.execute(insert(canaries).values(name=name, queued_at=at))

    def came_back(self, name: str, at: datetime, traits: MailTraits) -> bool:
        """Note that a canary came back; False for one that is unknown or came back before."""
        result = self._connection.execute(
            update(canaries)
            .where(canaries.c.name == name, canaries.c.returned_at.is_(None))
            .values(returned_at=at, traits=asdict(traits))
        )
        return result.rowcount == 1

    def undecided(self) -> Sequence[tuple[Canary, MailTraits]]:
        """Give those that came back and about whose receipt nothing is decided."""
        query = select(canaries).where(
            canaries.c.returned_at.is_not(None), canaries.c.decided_at.is_(None)
        )
        return [(_canary(row), mail_traits(row.traits)) for row in self._connection.execute(query)]

    def decide(self, name: str, verdict: str, at: datetime) -> None:
        """Note why a canary gets no receipt: it has been everywhere now."""
        self._connection.execute(
            update(canaries)
            .where(canaries.c.name == name)
            .values(decided_at=at, verdict=verdict, traits=None)
        )

    def newest(self) -> Canary | None:
        """Give the canary queued last."""
        return self._first(select(canaries).order_by(canaries.c.id.desc()))

    def newest_whole(self) -> Canary | None:
        """Give the canary queued last of those that went the whole way."""
        whole = canaries.c.decided_at.is_not(None)
        return self._first(select(canaries).where(whole).order_by(canaries.c.id.desc()))

    def waits_since(self) -> datetime | None:
        """Tell since when one is missed: the first after the last that went the whole way."""
        whole = select(func.max(canaries.c.id)).where(canaries.c.decided_at.is_not(None))
        after = canaries.c.id > func.coalesce(whole.scalar_subquery(), 0)
        query = select(canaries.c.queued_at).where(after).order_by(canaries.c.id)
        return self._connection.scalar(query.limit(1))

    def _first(self, query: Select[Any]) -> Canary | None:
        row = self._connection.execute(query.limit(1)).first()
        return _canary(row) if row else None


def _canary(row: Row[Any]) -> Canary:
    return Canary(
        name=row.name,
        queued_at=row.queued_at,
        returned_at=row.returned_at,
        decided_at=row.decided_at,
        verdict=row.verdict,
    )
