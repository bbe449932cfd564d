"""Reporters who cannot be written to: a mail of ours came back for good.

The mark is on the address: whoever writes from it again gets no mail either, until somebody takes
the mark off.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, insert, select

from store.model import OutboxId
from store.rows import shortened
from store.schema import unreachable

CAME_BACK: Final = "came back"
"""What the reason of a receipt begins with that was sent and did not arrive."""
_REASON_LENGTH: Final = 200
_ADDRESS_LENGTH: Final = 320


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """Why an address is not written to, since when, and which message came back."""

    at: datetime
    outbox_id: OutboxId
    reason: str


class Unreachable:
    """The addresses that are not written to, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def mark(self, address: str, mark: Mark) -> bool:
        """Note that an address cannot be reached; False when that was known."""
        if self.of(address) is not None:
            return False
        self._connection.execute(
            insert(unreachable).values(
                address=_folded(address),
                at=mark.at,
                outbox_id=mark.outbox_id,
                reason=shortened(mark.reason, _REASON_LENGTH),
            ),
        )
        return True

    def of(self, address: str) -> Mark | None:
        """Give the mark of an address, if it has one."""
        query = select(unreachable).where(unreachable.c.address == _folded(address))
        row = self._connection.execute(query).first()
        return (
            Mark(at=row.at, outbox_id=OutboxId(row.outbox_id), reason=row.reason) if row else None
        )

    def clear(self, address: str) -> bool:
        """Take the mark off an address; False when it had none."""
        gone = delete(unreachable).where(unreachable.c.address == _folded(address))
        return self._connection.execute(gone).rowcount == 1


def _folded(address: str) -> str:
    return address.strip().lower()[:_ADDRESS_LENGTH]
