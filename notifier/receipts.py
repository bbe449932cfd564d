"""Receipts: what a reporter is told when a report has arrived."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from notifier.compose import Composer, Posting, mail_address, outgoing
from notifier.letters import FALLBACK_LANGUAGE, moment_text
from notifier.threads import answer_fields
from store.model import OutboxKind, OutgoingMail, Report


def write_receipt(
    composer: Composer, report: Report, posting: Posting, reply_to: str
) -> OutgoingMail:
    """Write the one receipt of a report (RFC 3834 section 3); a reply goes to ``reply_to``."""
    return _answer(composer, "receipt", report, posting, reply_to)


def write_collective(
    composer: Composer, report: Report, posting: Posting, reply_to: str
) -> OutgoingMail:
    """Write that all reports of a sender have arrived, and that each gets no receipt of its own."""
    return _answer(composer, "collective", report, posting, reply_to)


def _answer(
    composer: Composer, name: str, report: Report, posting: Posting, reply_to: str
) -> OutgoingMail:
    values = receipt_values(composer, report.reference, report.received_at)
    letter = composer.letters.write(name, (report.language or FALLBACK_LANGUAGE,), values)
    mail = composer.mail(letter, posting, "auto-replied")
    mail["Reply-To"] = mail_address(reply_to)
    for field, value in answer_fields(report.traits.message_id, report.traits.references).items():
        mail[field] = value
    return outgoing(OutboxKind.ACKNOWLEDGEMENT, mail, letter, posting, report_id=report.id)


def receipt_values(composer: Composer, reference: str, received_at: datetime) -> dict[str, Any]:
    """Give what the template of a receipt may use."""
    return {
        "reference": reference,
        "received": moment_text(received_at, composer.zone),
        "sender_name": composer.identity.name,
    }
