"""Messages decided in a transaction and sent after it, each with its tries.

The Message-ID is fixed when a message is queued: one sent again after a crash is recognisable.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, insert, or_, select, update

from store.alerts import Alerts
from store.carrying import Carrying
from store.errors import NotFound
from store.model import (
    TO_REPORTERS,
    Attempt,
    CaseId,
    OutboxId,
    OutboxKind,
    OutboxMessage,
    OutgoingMail,
    ReportId,
    Severity,
    Way,
)
from store.rows import insert_row
from store.schema import alerts, attempts, outbox
from store.states import OUTBOX_STEPS, AlertState, OutboxState, require_step


class Outbox:
    """The outgoing messages within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def queue(self, mail: OutgoingMail, at: datetime) -> OutboxId | None:
        """Queue a message; None when the same decision was queued before."""
        if self.is_known(mail.dedupe_key):
            return None
        number = insert_row(
            self._connection,
            outbox,
            kind=mail.kind,
            dedupe_key=mail.dedupe_key,
            sender=mail.sender,
            recipient=mail.recipient,
            subject=mail.subject,
            message_id=mail.message_id,
            content=mail.content,
            report_id=mail.report_id,
            case_id=mail.case_id,
            way=mail.way,
            instead_of=mail.instead_of,
            severity=mail.severity,
            state=OutboxState.QUEUED,
            attempts=0,
            created_at=at,
            next_attempt_at=at,
        )
        return OutboxId(number)

    def is_known(self, dedupe_key: str) -> bool:
        """Tell whether a message was queued for this decision before, whatever became of it."""
        known = select(outbox.c.id).where(outbox.c.dedupe_key == dedupe_key)
        return self._connection.scalar(known) is not None

    def free_key(self, key: str) -> str:
        """Give a key, or the first one that continues it and is not known.

        Two that ask at the same time get the same one: only one of them can queue its mail.
        """
        free, number = key, 1
        while self.is_known(free):
            number += 1
            free = f"{key}:{number}"
        return free

    def record(
        self,
        message: OutboxMessage,
        attempt: Attempt,
        state: OutboxState,
        next_attempt_at: datetime | None = None,
        *,
        way_shut: bool = False,
    ) -> bool:
        """Note a try and its outcome; False when the message was cancelled meanwhile.

        A message that stays queued is tried again at ``next_attempt_at``; one that the way was
        shut for, as soon as something else went by it.
        """
        self._add_attempt(message.id, attempt)
        result = self._connection.execute(
            update(outbox)
            .where(outbox.c.id == message.id, outbox.c.state == OutboxState.QUEUED)
            .values(
                state=state,
                attempts=outbox.c.attempts + 1,
                way_shut=way_shut,
                next_attempt_at=next_attempt_at,
                last_error=None if state is OutboxState.SENT else attempt.detail,
                lease_owner=None,
                leased_until=None,
            ),
        )
        return result.rowcount == 1

    def _add_attempt(self, message_id: OutboxId, attempt: Attempt) -> None:
        self._connection.execute(
            insert(attempts).values(
                outbox_id=message_id,
                at=attempt.at,
                outcome=attempt.outcome,
                detail=attempt.detail,
            ),
        )

    def cancel(self, message_id: OutboxId, attempt: Attempt) -> None:
        """Cancel a queued message, and note why."""
        self._add_attempt(message_id, attempt)
        self._connection.execute(
            update(outbox)
            .where(outbox.c.id == message_id, outbox.c.state == OutboxState.QUEUED)
            .values(state=OutboxState.CANCELLED, next_attempt_at=None, last_error=attempt.detail),
        )

    def cancel_for_case(self, case_id: CaseId) -> int:
        """Cancel the alerts about a case that are queued and not being sent at this moment.

        A mail that tells of other cases as well goes out all the same; one that has waited for the
        relay is written anew without this case.
        """
        Alerts(self._connection).cancel(case_id)
        carried = select(alerts.c.outbox_id).where(alerts.c.case_id == case_id)
        alive = (
            select(alerts.c.id)
            .where(alerts.c.outbox_id == outbox.c.id, alerts.c.state != AlertState.CANCELLED)
            .exists()
        )
        cancelled = self._cancel(
            or_(outbox.c.case_id == case_id, outbox.c.id.in_(carried)),
            outbox.c.kind == OutboxKind.ALERT,
            ~alive,
        )
        return cancelled + self._take_apart(carried)

    def _take_apart(self, carried: Select[Any]) -> int:
        """Have the other cases of mails that wait for the relay wait for a new mail."""
        waiting = (
            outbox.c.id.in_(carried),
            outbox.c.kind == OutboxKind.ALERT,
            outbox.c.state == OutboxState.QUEUED,
            outbox.c.way == Way.MAIL,
            outbox.c.attempts > 0,
            outbox.c.lease_owner.is_(None),
        )
        found = list(self._connection.scalars(select(outbox.c.id).where(*waiting)))
        for number in found:
            Carrying(self._connection).take_back(OutboxId(number))
        return self._cancel(outbox.c.id.in_(found)) if found else 0

    def cancel_decisions(self, case_id: CaseId) -> int:
        """Cancel the decision notices about a case that have not gone out."""
        return self._cancel(outbox.c.case_id == case_id, outbox.c.kind == OutboxKind.DECISION)

    def cancel_to_reporter(self, address: str) -> int:
        """Cancel what is queued to a reporter's address."""
        same = func.lower(outbox.c.recipient) == address.lower()
        return self._cancel(same, outbox.c.kind.in_(TO_REPORTERS))

    def _cancel(self, *which: ColumnElement[bool]) -> int:
        """Cancel what is queued and not being sent at this moment."""
        result = self._connection.execute(
            update(outbox)
            .where(*which, outbox.c.state == OutboxState.QUEUED, outbox.c.lease_owner.is_(None))
            .values(state=OutboxState.CANCELLED, next_attempt_at=None),
        )
        return result.rowcount

    def note_bounce(self, message: OutboxMessage, attempt: Attempt) -> bool:
        """Note that a message came back; False when it is known to have failed.

        The alerts in it count as failed: what follows for their cases comes within a second.
        """
        gone = outbox.c.state.in_({OutboxState.QUEUED, OutboxState.SENT})
        result = self._connection.execute(
            update(outbox)
            .where(outbox.c.id == message.id, gone)
            .values(
                state=OutboxState.BOUNCED,
                next_attempt_at=None,
                last_error=attempt.detail,
                lease_owner=None,
                leased_until=None,
            ),
        )
        if result.rowcount != 1:
            return False
        self._add_attempt(message.id, attempt)
        Alerts(self._connection).fail(message.id)
        return True

    def retry(self, message_id: OutboxId, at: datetime) -> None:
        """Queue a failed or bounced message again at once, or make a waiting one due now."""
        message = self.get(message_id)
        if message.state is not OutboxState.QUEUED:
            what = f"outgoing message {message_id}"
            require_step(OUTBOX_STEPS, message.state, OutboxState.QUEUED, what)
        self._connection.execute(
            update(outbox)
            .where(outbox.c.id == message_id)
            .values(state=OutboxState.QUEUED, created_at=at, next_attempt_at=at),
        )

    def get(self, message_id: OutboxId) -> OutboxMessage:
        """Give one message; NotFound when there is none of this number."""
        found = self.find(message_id)
        if found is None:
            raise NotFound(f"there is no outgoing message {message_id}")
        return found

    def find(self, number: int) -> OutboxMessage | None:
        """Give one message, or None when there is none of this number."""
        row = self._connection.execute(select(outbox).where(outbox.c.id == number)).first()
        return outgoing_message(row) if row else None

    def listing(
        self, state: OutboxState | None = None, limit: int | None = None
    ) -> list[OutboxMessage]:
        """Give messages, newest first."""
        query = select(outbox).order_by(outbox.c.id.desc()).limit(limit)
        if state is not None:
            query = query.where(outbox.c.state == state)
        return [outgoing_message(row) for row in self._connection.execute(query)]

    def told_at(self, case_id: CaseId, kind: OutboxKind, key_prefix: str) -> dict[str, datetime]:
        """Tell for each address, in lower case, when it was last told of a case in such a mail."""
        query = select(outbox.c.recipient, func.max(outbox.c.created_at)).where(
            outbox.c.case_id == case_id,
            outbox.c.kind == kind,
            outbox.c.dedupe_key.startswith(key_prefix, autoescape=True),
        )
        rows = self._connection.execute(query.group_by(outbox.c.recipient))
        return {recipient.lower(): at for recipient, at in (tuple(row) for row in rows)}

    def of_report(self, report_id: ReportId) -> list[OutboxMessage]:
        """Give the mails to the reporter about a report, oldest first."""
        query = select(outbox).where(
            outbox.c.report_id == report_id, outbox.c.kind.in_(TO_REPORTERS)
        )
        return [
            outgoing_message(row) for row in self._connection.execute(query.order_by(outbox.c.id))
        ]

    def attempts(self, message_id: OutboxId) -> Sequence[Attempt]:
        """Give the tries to send a message, oldest first."""
        query = select(attempts).where(attempts.c.outbox_id == message_id).order_by(attempts.c.id)
        return [
            Attempt(at=row.at, outcome=row.outcome, detail=row.detail)
            for row in self._connection.execute(query)
        ]

    def count(self, state: OutboxState, kind: OutboxKind | None = None) -> int:
        """Count messages in a state."""
        query = select(func.count()).select_from(outbox).where(outbox.c.state == state)
        if kind is not None:
            query = query.where(outbox.c.kind == kind)
        return int(self._connection.scalar(query) or 0)


def outgoing_message(row: Row[Any]) -> OutboxMessage:
    """Make a message of its row."""
    mail = OutgoingMail(
        kind=OutboxKind(row.kind),
        dedupe_key=row.dedupe_key,
        sender=row.sender,
        recipient=row.recipient,
        subject=row.subject,
        message_id=row.message_id,
        content=row.content,
        report_id=ReportId(row.report_id) if row.report_id is not None else None,
        case_id=CaseId(row.case_id) if row.case_id is not None else None,
        way=Way(row.way),
        instead_of=OutboxId(row.instead_of) if row.instead_of is not None else None,
        severity=Severity(row.severity) if row.severity is not None else None,
    )
    return OutboxMessage(
        id=OutboxId(row.id),
        mail=mail,
        state=OutboxState(row.state),
        attempts=row.attempts,
        created_at=row.created_at,
        next_attempt_at=row.next_attempt_at,
        last_error=row.last_error,
    )
