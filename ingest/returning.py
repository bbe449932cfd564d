"""What came back to the return address of a mail of ours: noted, acted on, never answered.

It is a machine's, whatever it looks like: people's programs answer to Reply-To or From. The
failure of an alert is the notifier's to act on; that of a mail to a reporter marks their address,
when it is for good. Everything here happens in the caller's transaction.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from ingest.joining import ACTOR
from ingest.reading import ParsedMessage
from ingest.reading.delivery import Delivery, DeliveryAction
from store.model import (
    TO_REPORTERS,
    Attempt,
    EventKind,
    MailKind,
    OutboxKind,
    OutboxMessage,
    ReportId,
)
from store.states import AcknowledgementState
from store.undelivered import note_undelivered
from store.unit_of_work import UnitOfWork
from store.unreachable import CAME_BACK, Mark

_OUTCOME: Final = "bounced"
# What a program or a provider says in answer, and what is no failure.
_ANSWERS: Final = frozenset({MailKind.AUTO_REPLY, MailKind.FEEDBACK_REPORT})


def returned_as(parsed: ParsedMessage, sent: OutboxMessage) -> tuple[MailKind, str]:
    """Tell as what, and why, something that came back of a message is recorded."""
    what = f"{sent.mail.kind} (outgoing message {sent.id})"
    if parsed.kind in _ANSWERS:
        return parsed.kind, f"a program's answer to our {what}; {parsed.kind_reason}"
    delivery = _delivery(parsed)
    match delivery and delivery.action:
        case DeliveryAction.FAILED:
            return MailKind.BOUNCE, f"our {what} came back: {_status(delivery)}"
        case DeliveryAction.DELAYED:
            return MailKind.BOUNCE, f"our {what} is delayed; nothing follows from it"
        case DeliveryAction.DELIVERED:
            return MailKind.BOUNCE, f"our {what} was delivered; nothing follows from it"
        case _:
            # Such as the absence note of a program that marks its answers as nothing at all.
            return MailKind.AUTO_REPLY, f"came to the return address of our {what}"


def note_return(
    work: UnitOfWork, parsed: ParsedMessage, sent: OutboxMessage, at: datetime
) -> tuple[MailKind, str]:
    """Note what came back of a message; give the kind and reason it is recorded with."""
    delivery = _delivery(parsed)
    if parsed.kind not in _ANSWERS and delivery and delivery.action is DeliveryAction.FAILED:
        _note_failure(work, sent, delivery, at)
    return returned_as(parsed, sent)


def _delivery(parsed: ParsedMessage) -> Delivery | None:
    """Tell what became of the mail; of a bounce that tells no status, only that it failed.

    In what is no bounce, a number that looks like a status is one of a room or a version.
    """
    if parsed.kind is not MailKind.BOUNCE:
        return None
    return parsed.delivery or Delivery(action=DeliveryAction.FAILED)


def _note_failure(work: UnitOfWork, sent: OutboxMessage, delivery: Delivery, at: datetime) -> None:
    attempt = Attempt(at=at, outcome=_OUTCOME, detail=f"{CAME_BACK}: {_status(delivery)}")
    if not work.outbox.note_bounce(sent, attempt):
        # It is known not to have arrived.
        return
    if sent.mail.kind in TO_REPORTERS:
        _to_reporter(work, sent, delivery, at)
    note_undelivered(work, sent, attempt.detail, at)
    # What follows for the cases it told of is the notifier's: the same as for a refusal.
    work.alerts.fail(sent.id)


def _status(delivery: Delivery | None) -> str:
    return (delivery and delivery.status) or "no status given"


def _to_reporter(work: UnitOfWork, sent: OutboxMessage, delivery: Delivery, at: datetime) -> None:
    report_id, status = sent.mail.report_id, _status(delivery)
    if report_id is not None and sent.mail.kind is OutboxKind.ACKNOWLEDGEMENT:
        reason = f"{CAME_BACK}: {status}"
        work.receipts.set_outcome(report_id, AcknowledgementState.FAILED, reason)
    if not delivery.is_permanent:
        return
    mark = Mark(at=at, outbox_id=sent.id, reason=status)
    if not work.unreachable.mark(sent.mail.recipient, mark):
        return
    work.outbox.cancel_to_reporter(sent.mail.recipient)
    if report_id is not None:
        _tell(work, report_id, status, at)


def _tell(work: UnitOfWork, report_id: ReportId, status: str, at: datetime) -> None:
    report = work.reports.get(report_id)
    for case in work.cases.of_report(report_id):
        work.history.append(
            case.id,
            EventKind.REPORTER_UNREACHABLE,
            actor=ACTOR,
            at=at,
            details={"report": report.reference, "status": status},
        )
