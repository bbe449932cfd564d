"""The facts of a mail by which it is decided what it is and whether it may be answered."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from ingest.addresses import fold_address, tag_of
from ingest.reading import fields
from ingest.reading.authentication import authentication_results
from ingest.reading.authors import is_plain
from ingest.reading.header_marks import (
    KEYWORD_FIELDS,
    LIST_PREFIX,
    LOOP_FIELDS,
    MARK_FIELDS,
    STANDARD_LIST_FIELDS,
)
from ingest.reading.mime import Mail
from ingest.reading.parts import stated_type
from ingest.reading.rules import SPAM_FIELDS, ReadingRules
from store.model import Envelope, MailTraits

# The keywords that rules know; any other is kept as OTHER.
_KNOWN_KEYWORDS: Final = frozenset(
    {"", "no", "false", "yes", "true"}
    | {"auto-generated", "auto-replied", "auto-notified"}
    | {"bulk", "junk", "list", "auto_reply", "auto-reply", "autoreply"},
)
OTHER: Final = "other"
_SPAM_WORDS: Final = frozenset({"yes", "true", "spam", "reject", "add", "rewrite"})
# Kept of a Sender that is the owner of a list, and of a Delivered-To.
LIST_OWNER: Final = "list-owner"
AUTORESPONDER: Final = "autoresponder"
MAILING_LIST: Final = "mailing list"
# The lowest spam confidence level that Exchange calls spam (MS-OXCSPAM section 2.2.1.1).
_LEAST_SPAM_LEVEL: Final = 5
MAX_FIELDS: Final = 200
MAX_LOOPS: Final = 8
MAX_LOOP_LENGTH: Final = 254
# Addresses of ours that are kept of a header.
MAX_RECIPIENTS: Final = 20
_MAX_READ: Final = 4_000


def read_traits(
    mail: Mail, envelope: Envelope | None, rules: ReadingRules, origin: Envelope | None = None
) -> MailTraits:
    """Read the facts.

    Without an envelope the reverse path is taken from Return-Path (RFC 5321 section 4.4; ``<>``
    is the null path), else from From. ``origin`` tells where the mail came from, also where no
    transport told anything.
    """
    senders = tuple(dict.fromkeys(sender for _, sender in mail.addresses("from")))
    ids = fields.message_ids(mail.value("message-id"), bare=True)
    path = envelope.reverse_path if envelope else _claimed_path(mail, senders)
    return MailTraits(
        reverse_path=path,
        from_addresses=senders[:20],
        message_id=ids[0] if ids else None,
        references=references(mail),
        content_type=fields.unfold(stated_type(mail.root), 120),
        report_type=_report_type(mail),
        headers=_automation_fields(mail),
        authentication=authentication_results(mail, rules, origin),
        plain_from=not senders or is_plain(mail.raw_values("from"), senders[0]),
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
    recipients = list(envelope.recipients) if envelope is not None else _named_recipients(mail)
    ours = frozenset(fold_address(address) for address in rules.reporting_addresses)
    for recipient in recipients:
        token = tag_of(recipient, ours)
        if token:
            return token[:200]
    return None


def our_recipients(mail: Mail, rules: ReadingRules) -> tuple[str, ...]:
    """Give those of our addresses, with their plus-parts, that a mail's header says it is for."""
    ours = frozenset(fold_address(address) for address in rules.reporting_addresses)
    found = (
        address
        for address in _named_recipients(mail)
        if fold_address(address) in ours or tag_of(address, ours)
    )
    return tuple(dict.fromkeys(found))[:MAX_RECIPIENTS]


def _named_recipients(mail: Mail) -> list[str]:
    names = ("to", "cc", "delivered-to", "x-original-to")
    return [address for name in names for _, address in mail.addresses(name)]


def _claimed_path(mail: Mail, senders: tuple[str, ...]) -> str:
    claimed = mail.value("return-path")
    if claimed:
        return fields.address(claimed) or ""
    return senders[0] if senders else ""


def _report_type(mail: Mail) -> str | None:
    value = mail.root.get_param("report-type")
    return fields.unfold(str(value), 80).lower() if isinstance(value, str) else None


def _automation_fields(mail: Mail) -> tuple[tuple[str, str], ...]:
    """Keep of each field what a rule reads, and none of its words: these are stored in clear."""
    kept = [_kept(name.lower(), str(value)[:_MAX_READ]) for name, value in mail.root.items()]
    return tuple(dict.fromkeys(field for field in kept if field))[:MAX_FIELDS]


def _kept(name: str, value: str) -> tuple[str, str] | None:
    if name.startswith(LIST_PREFIX):
        return (name if name in STANDARD_LIST_FIELDS else f"{LIST_PREFIX}{OTHER}", "")
    reader = _READERS.get(name)
    kept = reader(value) if reader else None
    return None if kept is None else (name, kept)


def _mark(_: str) -> str:
    return ""


def _keyword(value: str) -> str:
    word = fields.keyword(fields.unfold(value))
    return word if word in _KNOWN_KEYWORDS else OTHER


def _loop(value: str) -> str:
    """Keep the addresses of a loop mark, or the word by which it says yes."""
    word = value.strip().lower()
    if word in {"yes", "true"}:
        return word
    found = (fields.address(part) for part in re.split(r"[\s,;<>]+", value)[:100])
    short = (address for address in found if address and len(address) <= MAX_LOOP_LENGTH)
    return " ".join([*dict.fromkeys(short)][:MAX_LOOPS])


def _list_owner(value: str) -> str | None:
    """Tell whether Sender is an address that list programs use (RFC 2142 section 6)."""
    name = value.rpartition("@")[0].lower()
    ends = ("-bounces", "-bounce", "-admin", "-owner", "-errors", "-request", "-errs")
    owner = "owner-" in name or "-bounces+" in name or name.endswith(ends)
    return LIST_OWNER if owner else None


def _deliverer(value: str) -> str | None:
    """Tell a responder or a list (ezmlm) that names itself in Delivered-To."""
    small = value.strip().lower()
    if AUTORESPONDER in small:
        return AUTORESPONDER
    return MAILING_LIST if small.startswith(MAILING_LIST) else None


def _verdict(value: str) -> str | None:
    """Read a filter's verdict: a word, or Exchange's level."""
    word = fields.keyword(fields.unfold(value)).partition(",")[0].strip()
    if word.lstrip("-").isdecimal() and len(word) <= 3:  # noqa: PLR2004 - figures of a level
        return "yes" if int(word) >= _LEAST_SPAM_LEVEL else "no"
    first = word.partition(" ")[0]
    return "yes" if first in _SPAM_WORDS else "no" if first in {"no", "false"} else OTHER


_READERS: Final[dict[str, Callable[[str], str | None]]] = {
    **dict.fromkeys(MARK_FIELDS, _mark),
    **dict.fromkeys(KEYWORD_FIELDS, _keyword),
    **dict.fromkeys(LOOP_FIELDS, _loop),
    "sender": _list_owner,
    "delivered-to": _deliverer,
    # Of a filter's mark, only its verdict is kept.
    **dict.fromkeys(SPAM_FIELDS, _verdict),
}
