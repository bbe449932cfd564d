"""Messages decided in a transaction and sent after it, each with its tries.

The Message-ID is fixed when a message is queued: one sent again after a crash is recognisable.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, func, insert, or_, select, update

from store.alerts import Alerts
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
from store.rows import angled, insert_row
from store.schema import alerts, attempts, cases, outbox
from store.states import OUTBOX_STEPS, AlertState, OutboxState, require_step

LONGEST_WAIT: Final = timedelta(hours=2)
"""No message waits longer than this for its next try."""

# Mails to staff that a reply may act on the cases of.
_ABOUT_CASES: Final = (OutboxKind.ALERT, OutboxKind.FOLLOW_UP, OutboxKind.STAFF_NOTICE)


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

    def claim(  # noqa: PLR0913 - whose, until when, how many and which
        self,
        owner: str,
        now: datetime,
        lease: timedelta,
        limit: int,
        way: Way = Way.MAIL,
        *,
        kinds: frozenset[OutboxKind] | None = None,
    ) -> list[OutboxMessage]:
        """Lease messages of one way that are due: to staff first, by severity, then by waiting.

        With ``kinds`` only those. A time further ahead than any wait or lease can be was written
        before the clock was set back, and holds nothing up.
        """
        state, at, until = outbox.c.state, outbox.c.next_attempt_at, outbox.c.leased_until
        free = or_(until.is_(None), until <= now, until > now + lease)
        waiting = (state == OutboxState.QUEUED) & (outbox.c.way == way)
        due = waiting & or_(at <= now, at > now + LONGEST_WAIT)
        if kinds is not None:
            due &= outbox.c.kind.in_(kinds)
        reporters_last = outbox.c.kind.in_(TO_REPORTERS)
        # What tells of no case (an alarm) goes with the ordinary ones.
        gravest = func.coalesce(outbox.c.severity, Severity.NORMAL).desc()
        # Only numbers are sorted: in a storm thousands of mails may wait.
        numbers = self._connection.scalars(
            select(outbox.c.id)
            .where(due, free)
            .order_by(reporters_last, gravest, outbox.c.next_attempt_at, outbox.c.id)
            .limit(limit),
        ).all()
        claimed = outbox.c.id.in_(numbers)
        rows = {row.id: row for row in self._connection.execute(select(outbox).where(claimed))}
        self._connection.execute(
            update(outbox).where(claimed).values(lease_owner=owner, leased_until=now + lease),
        )
        return [_message(rows[number]) for number in numbers]

    def release_below(self, owner: str) -> int:
        """Give up the leases of all that ``owner`` ran: of a daemon known to be gone."""
        below = outbox.c.lease_owner.startswith(f"{owner}/", autoescape=True)
        result = self._connection.execute(
            update(outbox)
            .where(outbox.c.state == OutboxState.QUEUED, below)
            .values(lease_owner=None, leased_until=None),
        )
        return result.rowcount

    def release(self, owner: str) -> int:
        """Give up the leases of ``owner``: of a process known to be gone."""
        result = self._connection.execute(
            update(outbox)
            .where(outbox.c.state == OutboxState.QUEUED, outbox.c.lease_owner == owner)
            .values(lease_owner=None, leased_until=None),
        )
        return result.rowcount

    def record(
        self,
        message: OutboxMessage,
        attempt: Attempt,
        state: OutboxState,
        next_attempt_at: datetime | None = None,
    ) -> bool:
        """Note a try and its outcome; False when the message was cancelled meanwhile.

        A message that stays queued is tried again at ``next_attempt_at``.
        """
        self._add_attempt(message.id, attempt)
        result = self._connection.execute(
            update(outbox)
            .where(outbox.c.id == message.id, outbox.c.state == OutboxState.QUEUED)
            .values(
                state=state,
                attempts=outbox.c.attempts + 1,
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

    def hurry(self, kinds: frozenset[OutboxKind], way: Way, now: datetime) -> int:
        """Make due now what was tried in vain before and waits: the way is open again."""
        result = self._connection.execute(
            update(outbox)
            .where(
                outbox.c.state == OutboxState.QUEUED,
                outbox.c.way == way,
                outbox.c.kind.in_(kinds),
                outbox.c.attempts > 0,
                outbox.c.next_attempt_at > now,
                outbox.c.lease_owner.is_(None),
            )
            .values(next_attempt_at=now),
        )
        return result.rowcount

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

        A mail that tells of other cases as well goes out all the same.
        """
        Alerts(self._connection).cancel(case_id)
        carried = select(alerts.c.outbox_id).where(alerts.c.case_id == case_id)
        alive = (
            select(alerts.c.id)
            .where(alerts.c.outbox_id == outbox.c.id, alerts.c.state != AlertState.CANCELLED)
            .exists()
        )
        return self._cancel(
            or_(outbox.c.case_id == case_id, outbox.c.id.in_(carried)),
            outbox.c.kind == OutboxKind.ALERT,
            ~alive,
        )

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

    def went_last(self, way: Way) -> datetime | None:
        """Tell when a message last left by this way."""
        query = (
            select(attempts.c.at)
            .join(outbox, outbox.c.id == attempts.c.outbox_id)
            .where(attempts.c.outcome == "sent", outbox.c.way == way)
            .order_by(attempts.c.id.desc())
        )
        return self._connection.scalar(query.limit(1))

    def put_off_since(self, way: Way) -> datetime | None:
        """Tell since when a message that was tried in vain waits for this way."""
        query = select(func.min(outbox.c.created_at)).where(
            outbox.c.state == OutboxState.QUEUED, outbox.c.way == way, outbox.c.attempts > 0
        )
        since: datetime | None = self._connection.scalar(query)
        return since

    def unsent_alerts(self, least: Severity) -> list[OutboxMessage]:
        """Give the alert mails that wait about cases at least so severe, the gravest first.

        Those that another message stands in for already are left out, unless that one failed.
        """
        other = outbox.alias()
        covered = (
            select(other.c.id)
            .where(other.c.instead_of == outbox.c.id, other.c.state != OutboxState.FAILED)
            .exists()
        )
        # A summary belongs to no single case; its own severity is that of the gravest in it.
        severity = func.coalesce(cases.c.severity, outbox.c.severity)
        query = (
            select(outbox)
            .outerjoin(cases, cases.c.id == outbox.c.case_id)
            .where(
                outbox.c.state == OutboxState.QUEUED,
                outbox.c.kind == OutboxKind.ALERT,
                outbox.c.way == Way.MAIL,
                severity >= least,
                ~covered,
            )
            .order_by(severity.desc(), outbox.c.id)
        )
        return [_message(row) for row in self._connection.execute(query)]

    def unattended(self, before: datetime, now: datetime) -> int:
        """Count the messages whose try was due before a moment and that nobody works on."""
        free = or_(outbox.c.leased_until.is_(None), outbox.c.leased_until <= now)
        due = (outbox.c.state == OutboxState.QUEUED) & (outbox.c.next_attempt_at < before)
        query = select(func.count(outbox.c.id)).where(due, free)
        return int(self._connection.scalar(query) or 0)

    def failing_channels(self, since: datetime) -> list[str]:
        """Name the channels of which the last message that ended since then could not be sent."""
        query = (
            select(outbox.c.recipient, outbox.c.state)
            .join(attempts, attempts.c.outbox_id == outbox.c.id)
            .where(
                outbox.c.way == Way.CHANNEL,
                attempts.c.at > since,
                outbox.c.state.in_([OutboxState.SENT, OutboxState.FAILED]),
            )
            .order_by(attempts.c.id)
        )
        last = {row.recipient: row.state for row in self._connection.execute(query)}
        return sorted(name for name, state in last.items() if state == OutboxState.FAILED)

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
        return _message(row) if row else None

    def listing(
        self, state: OutboxState | None = None, limit: int | None = None
    ) -> list[OutboxMessage]:
        """Give messages, newest first."""
        query = select(outbox).order_by(outbox.c.id.desc()).limit(limit)
        if state is not None:
            query = query.where(outbox.c.state == state)
        return [_message(row) for row in self._connection.execute(query)]

    def case_answered_by(self, message_ids: Sequence[str]) -> CaseId | None:
        """Find the case one of our mails to staff was about, by that mail's Message-ID."""
        query = select(outbox.c.case_id).where(
            outbox.c.message_id.in_(angled(message_ids)),
            outbox.c.case_id.is_not(None),
            outbox.c.kind.not_in(TO_REPORTERS),
        )
        found = self._connection.scalar(query.limit(1))
        return CaseId(found) if found is not None else None

    def told_at(self, case_id: CaseId, kind: OutboxKind, key_prefix: str) -> dict[str, datetime]:
        """Tell for each address, in lower case, when it was last told of a case in such a mail."""
        query = select(outbox.c.recipient, func.max(outbox.c.created_at)).where(
            outbox.c.case_id == case_id,
            outbox.c.kind == kind,
            outbox.c.dedupe_key.startswith(key_prefix, autoescape=True),
        )
        rows = self._connection.execute(query.group_by(outbox.c.recipient))
        return {recipient.lower(): at for recipient, at in (tuple(row) for row in rows)}

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
        return _message(last) if last is not None else None

    def of_report(self, report_id: ReportId) -> list[OutboxMessage]:
        """Give the mails to the reporter about a report, oldest first."""
        query = select(outbox).where(
            outbox.c.report_id == report_id, outbox.c.kind.in_(TO_REPORTERS)
        )
        return [_message(row) for row in self._connection.execute(query.order_by(outbox.c.id))]

    def attempts(self, message_id: OutboxId) -> Sequence[Attempt]:
        """Give the tries to send a message, oldest first."""
        query = select(attempts).where(attempts.c.outbox_id == message_id).order_by(attempts.c.id)
        return [
            Attempt(at=row.at, outcome=row.outcome, detail=row.detail)
            for row in self._connection.execute(query)
        ]

    def queued_before(self, moment: datetime) -> int:
        """Count the messages that have been waiting since before a moment."""
        waiting = (outbox.c.state == OutboxState.QUEUED) & (outbox.c.created_at < moment)
        return int(self._connection.scalar(select(func.count(outbox.c.id)).where(waiting)) or 0)

    def ended_since(
        self, moment: datetime, states: frozenset[OutboxState], kinds: frozenset[OutboxKind]
    ) -> int:
        """Count the messages of these kinds that came into one of these states after a moment."""
        query = (
            select(func.count(func.distinct(outbox.c.id)))
            .join(attempts, attempts.c.outbox_id == outbox.c.id)
            .where(outbox.c.state.in_(states), outbox.c.kind.in_(kinds), attempts.c.at > moment)
        )
        return int(self._connection.scalar(query) or 0)

    def count(self, state: OutboxState, kind: OutboxKind | None = None) -> int:
        """Count messages in a state."""
        query = select(func.count()).select_from(outbox).where(outbox.c.state == state)
        if kind is not None:
            query = query.where(outbox.c.kind == kind)
        return int(self._connection.scalar(query) or 0)


def _message(row: Row[Any]) -> OutboxMessage:
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
