"""The facts of a mail by which it is decided what it is and whether it may be answered."""

from __future__ import annotations

from typing import Final

from ingest.reading import fields
from ingest.reading.mime import Mail
from ingest.reading.parts import stated_type
from ingest.reading.rules import ReadingRules
from store.model import Envelope, MailTraits

MAX_FIELDS: Final = 50
MAX_VALUE_LENGTH: Final = 500
# Header fields that say something about automation or authentication.
AUTOMATION_FIELDS: Final = frozenset(
    {
        "auto-submitted",
        "precedence",
        "x-precedence",
        "x-autoreply",
        "x-autorespond",
        "x-autoresponder",
        "x-auto-response-suppress",
        "x-mailer-autoreply",
        "x-loop",
        "x-failed-recipients",
        "x-no-ack",
        "x-ack",
        "x-fc-machinegenerated",
        "x-xarf",
        "x-arf",
        "x-spam-flag",
        "x-spam-status",
        "feedback-id",
        "authentication-results",
        "return-path",
        "sender",
        "delivered-to",
    },
)


def read_traits(mail: Mail, envelope: Envelope | None) -> MailTraits:
    """Read the facts.

    Without an envelope the reverse path is taken from Return-Path (RFC 5321 section 4.4; ``<>``
    is the null path), else from From.
    """
    senders = tuple(dict.fromkeys(sender for _, sender in mail.addresses("from")))
    ids = fields.message_ids(mail.value("message-id"))
    path = envelope.reverse_path if envelope else _claimed_path(mail, senders)
    return MailTraits(
        reverse_path=path,
        from_addresses=senders[:20],
        message_id=ids[0] if ids else None,
        references=references(mail),
        content_type=fields.unfold(stated_type(mail.root), 120),
        report_type=_report_type(mail),
        headers=_automation_fields(mail),
    )


def references(mail: Mail) -> tuple[str, ...]:
    """Give the ids of the mails before this one in its thread, the newest last.

    Those of References, then what In-Reply-To adds (RFC 5322 section 3.6.4).
    """
    values = [*mail.values("references"), *mail.values("in-reply-to")]
    ids = dict.fromkeys(id_ for value in values for id_ in fields.message_ids(value))
    return tuple(ids)[-fields.MAX_IDS :]


def reply_token(mail: Mail, envelope: Envelope | None, rules: ReadingRules) -> str | None:
    """Give the plus-part by which a recipient is one of our addresses (RFC 5233 section 1)."""
    if envelope is not None:
        recipients = list(envelope.recipients)
    else:
        names = ("to", "cc", "delivered-to", "x-original-to")
        recipients = [address for name in names for _, address in mail.addresses(name)]
    ours = {address.lower() for address in rules.reporting_addresses}
    for recipient in recipients:
        local, _, domain = recipient.rpartition("@")
        name, plus, token = local.partition("+")
        if plus and token and f"{name}@{domain}".lower() in ours:
            return token[:200]
    return None


def _claimed_path(mail: Mail, senders: tuple[str, ...]) -> str:
    claimed = mail.value("return-path")
    if claimed:
        return fields.address(claimed) or ""
    return senders[0] if senders else ""


def _report_type(mail: Mail) -> str | None:
    value = mail.root.get_param("report-type")
    return fields.unfold(str(value), 80).lower() if isinstance(value, str) else None


def _automation_fields(mail: Mail) -> tuple[tuple[str, str], ...]:
    kept = []
    for name, value in mail.root.items():
        lower = name.lower()
        if lower in AUTOMATION_FIELDS or lower.startswith("list-"):
            kept.append((lower[:80], fields.unfold(str(value), MAX_VALUE_LENGTH)))
    return tuple(kept[:MAX_FIELDS])
