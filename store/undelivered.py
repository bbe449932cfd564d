"""What is written into the histories of cases when a mail about them did not arrive.

The same for a refusal, for a mail given up and for one that came back. Of alerts and receipts other
places tell.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from store.model import Case, EventKind, OutboxKind, OutboxMessage
from store.unit_of_work import UnitOfWork

ACTOR: Final = "tipline"
_TOLD: Final = frozenset({OutboxKind.DECISION, OutboxKind.QUESTION, OutboxKind.FOLLOW_UP})


def note_undelivered(work: UnitOfWork, message: OutboxMessage, detail: str, at: datetime) -> None:
    """Note in the histories of its cases that a mail to a reporter, or about a reply, failed.

    A mail about a reply goes before the notifier as well: somebody else has to be told.
    """
    kind = message.mail.kind
    if kind not in _TOLD:
        return
    for case in _cases(work, message):
        details = {"message": message.id, "kind": kind.value, "why": detail}
        work.history.append(
            case.id,
            EventKind.MAIL_FAILED,
            actor=ACTOR,
            at=at,
            details=details,
            plan=kind is OutboxKind.FOLLOW_UP,
        )


def _cases(work: UnitOfWork, message: OutboxMessage) -> list[Case]:
    if message.mail.case_id is not None:
        return [work.cases.get(message.mail.case_id)]
    report_id = message.mail.report_id
    return work.cases.of_report(report_id) if report_id is not None else []
