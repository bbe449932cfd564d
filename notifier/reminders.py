"""Reminders: to whoever took a case in which nothing has happened since."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from notifier.brief import channel_message
from notifier.channels import is_channel
from notifier.compose import Composer, Posting, outgoing
from notifier.letters import moment_text, span_text
from notifier.summaries import Reader, account_line
from store.model import Case, OutboxKind, OutgoingMail


def write_reminder(
    composer: Composer, case: Case, reader: Reader, posting: Posting, goes_on_at: datetime
) -> OutgoingMail:
    """Write to the holder of a case; ``goes_on_at`` is when it is given back."""
    values = reminder_values(case, reader, posting.at, goes_on_at)
    letter = composer.letters.write("reminder", reader.languages, values)
    if is_channel(posting.recipient):
        return channel_message(
            OutboxKind.ALERT, letter, posting, case_id=case.id, severity=case.severity
        )
    mail = composer.mail(letter, posting, "auto-generated")
    mail["References"] = f"<case.{case.reference}@{composer.identity.domain}>"
    return outgoing(
        OutboxKind.ALERT, mail, letter, posting, case_id=case.id, severity=case.severity
    )


def reminder_values(
    case: Case, reader: Reader, now: datetime, goes_on_at: datetime
) -> dict[str, Any]:
    """Give what the template of a reminder may use."""
    return {
        "reference": case.reference,
        "severity": case.severity.label,
        "account": account_line(case),
        "taken_by": case.taken_by,
        "taken_for": span_text(now - (case.taken_at or now)),
        "goes_on": moment_text(goes_on_at, reader.zone),
    }
