"""Reminders: to whoever took a case in which nothing has happened since."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from notifier.actions import ActionLinks
from notifier.brief import channel_message
from notifier.channels import is_channel
from notifier.compose import Composer, Posting, mail_address, outgoing
from notifier.letters import moment_text, span_text
from notifier.staff_notices import rank
from notifier.summaries import Reader, account_line
from store.model import Case, OutboxKind, OutgoingMail, StaffAction


def write_reminder(  # noqa: PLR0913 - a mail about a case, and how to answer it
    composer: Composer,
    case: Case,
    reader: Reader,
    posting: Posting,
    *,
    goes_on_at: datetime,
    actions: ActionLinks | None = None,
) -> OutgoingMail:
    """Write to the holder of a case; ``goes_on_at`` is when it is given back."""
    values = reminder_values(case, reader, posting.at, goes_on_at, actions)
    letter = composer.letters.write("reminder", reader.languages, values)
    if is_channel(posting.recipient):
        return channel_message(
            OutboxKind.ALERT, letter, posting, case_id=case.id, severity=case.severity
        )
    mail = composer.mail(letter, posting, "auto-generated")
    mail["References"] = f"<case.{case.reference}@{composer.identity.domain}>"
    if actions is not None:
        mail["Reply-To"] = mail_address(actions.reply_to)
    return outgoing(
        OutboxKind.ALERT, mail, letter, posting, case_id=case.id, severity=case.severity
    )


def reminder_values(
    case: Case,
    reader: Reader,
    now: datetime,
    goes_on_at: datetime,
    actions: ActionLinks | None = None,
) -> dict[str, Any]:
    """Give what the template of a reminder may use."""
    return {
        "reference": case.reference,
        "severity": case.severity.label,
        "rank": rank(case.severity),
        "account": account_line(case),
        "taken_by": case.taken_by or "",
        "by_mail": actions is not None and StaffAction.NOTE in actions.allowed,
        "taken_for": span_text(now - (case.taken_at or now)),
        "goes_on": moment_text(goes_on_at, reader.zone),
    }
