"""Which mail of ours another one answers, by the Message-IDs in it (RFC 5322 section 3.6.4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, func, select

from store.model import TO_REPORTERS, CaseId, OutboxId, OutboxKind, OutboxMessage
from store.outbox import outgoing_message
from store.rows import angled
from store.schema import outbox

# Mails to staff that a reply may act on the cases of.
_ABOUT_CASES: Final = (OutboxKind.ALERT, OutboxKind.FOLLOW_UP, OutboxKind.STAFF_NOTICE)


class Threads:
    """The mails of ours that others answer, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def case_answered_by(self, message_ids: Sequence[str]) -> CaseId | None:
        """Find the case one of our mails to staff was about, by that mail's Message-ID."""
        query = select(outbox.c.case_id).where(
            outbox.c.message_id.in_(angled(message_ids)),
            outbox.c.case_id.is_not(None),
            outbox.c.kind.not_in(TO_REPORTERS),
        )
        found = self._connection.scalar(query.limit(1))
        return CaseId(found) if found is not None else None

    def answered_by(self, message_ids: Sequence[str], recipient: str) -> OutboxId | None:
        """Find the newest mail to staff about cases, sent to this address, that a mail answers."""
        query = select(outbox.c.id).where(
            outbox.c.message_id.in_(angled(message_ids)),
            outbox.c.kind.in_(_ABOUT_CASES),
            func.lower(outbox.c.recipient) == recipient.lower(),
        )
        found = self._connection.scalar(query.order_by(outbox.c.id.desc()).limit(1))
        return OutboxId(found) if found is not None else None

    def answered(self, message_ids: Sequence[str]) -> OutboxMessage | None:
        """Give the mail to a reporter that a thread names last, by its Message-ID."""
        wanted = angled(message_ids)
        query = select(outbox).where(
            outbox.c.message_id.in_(wanted), outbox.c.kind.in_(TO_REPORTERS)
        )
        known = {row.message_id: row for row in self._connection.execute(query)}
        last = next((known[each] for each in reversed(wanted) if each in known), None)
        return outgoing_message(last) if last is not None else None
