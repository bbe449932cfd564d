"""Who opened sealed words, when and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from store.model import InboundId
from store.schema import openings


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """One look at sealed words."""

    at: datetime
    who: str
    why: str
    inbound_id: InboundId


class Openings:
    """The record of looks at sealed words, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, opening: Opening) -> None:
        """Note a look, in the same transaction that gives the sealed words out."""
        self._connection.execute(
            insert(openings).values(
                at=opening.at,
                who=opening.who,
                why=opening.why,
                inbox_id=opening.inbound_id,
            ),
        )

    def of_message(self, inbound_id: InboundId) -> list[Opening]:
        """Give the looks at one message, oldest first."""
        query = select(openings).where(openings.c.inbox_id == inbound_id).order_by(openings.c.id)
        return [
            Opening(at=row.at, who=row.who, why=row.why, inbound_id=InboundId(row.inbox_id))
            for row in self._connection.execute(query)
        ]
