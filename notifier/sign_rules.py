"""The rules of etiquette about the signs of a machine, a list or a loop in a mail."""

from __future__ import annotations

import re
from typing import Final

from notifier.addresses import folded_domain, without_tag
from notifier.manners import Question, Rule
from notifier.signs import (
    AUTO_REPLY_HEADERS,
    AUTO_SUBMITTED_HEADERS,
    BULK_PRECEDENCE,
    CAMPAIGN_HEADERS,
    DELIVERED_TO_HEADERS,
    DESK_HEADERS,
    LIST_HEADER_PREFIX,
    LIST_HEADERS,
    LIST_SENDER_HEADERS,
    LOOP_HEADERS,
    NOT_WANTED_HEADERS,
    PRECEDENCE_HEADERS,
    REPORT_HEADERS,
    REPORT_TYPES,
)
from store.model import NOTICE_FIELDS


def auto_submitted_keyword(value: str) -> str:
    """Read the keyword of an Auto-Submitted value past comments and parameters.

    RFC 3834 section 5.1: ``[CFWS] keyword [CFWS] *(";" parameter)``, letter case meaning nothing.
    """
    return without_comments(value).partition(";")[0].strip().lower()


def without_comments(value: str) -> str:
    """Remove RFC 5322 comments, which may nest and may hold quoted pairs."""
    kept: list[str] = []
    depth = 0
    characters = iter(value)
    for character in characters:
        if character == "\\":
            next(characters, None)
        elif character == "(":
            depth += 1
        elif character == ")" and depth:
            depth -= 1
        elif depth == 0:
            kept.append(character)
    return "".join(kept)


def _auto_submitted(question: Question) -> str | None:
    # RFC 3834 section 2 and 5.2: any value but "no"; at most one field, so one bad is enough.
    keywords = (
        auto_submitted_keyword(value) for value in question.headers(*AUTO_SUBMITTED_HEADERS)
    )
    return next((word[:40] or "empty" for word in keywords if word != "no"), None)


def _mailing_list(question: Question) -> str | None:
    # RFC 2369, RFC 2919; a Sender that is a list's owner; ezmlm's Delivered-To.
    if "list-owner" in question.headers(*LIST_SENDER_HEADERS):
        return "sender"
    if any(
        value.lower().startswith("mailing list")
        for value in question.headers(*DELIVERED_TO_HEADERS)
    ):
        return "delivered-to"
    names = (name.lower() for name, _ in question.traits.headers)
    return next(
        (
            name[:40]
            for name in names
            if name.startswith(LIST_HEADER_PREFIX) or name in LIST_HEADERS
        ),
        None,
    )


def _bulk_precedence(question: Question) -> str | None:
    words = (
        without_comments(value).strip().lower() for value in question.headers(*PRECEDENCE_HEADERS)
    )
    return next((word for word in words if word in BULK_PRECEDENCE), None)


def _campaign(question: Question) -> str | None:
    return question.first_of(CAMPAIGN_HEADERS)


def _notice(question: Question) -> str | None:
    return question.first_of(NOTICE_FIELDS)


def _auto_reply_header(question: Question) -> str | None:
    for name, value in question.traits.headers:
        if name.lower() in AUTO_REPLY_HEADERS and value.strip().lower() not in {"no", "false"}:
            return name.lower()
        if name.lower() in DELIVERED_TO_HEADERS and value.strip().lower() == "autoresponder":
            return "delivered-to"
    return None


def _help_desk(question: Question) -> str | None:
    return question.first_of(DESK_HEADERS)


def _not_wanted(question: Question) -> str | None:
    return question.first_of(NOT_WANTED_HEADERS)


def _loop(question: Question) -> str | None:
    traits = question.traits
    senders = {without_tag(sender) for sender in (traits.reverse_path, *traits.from_addresses)}
    for value in question.headers(*LOOP_HEADERS):
        words = {without_tag(word) for word in re.split(r"[\s,;<>]+", value)} - {""}
        if words & (question.manners.own_addresses | {"yes", "true"}):
            return "the mail has been here before"
        if words & senders:
            return "a program marked it with its own address"
    return None


def _delivery_report(question: Question) -> str | None:
    # RFC 6522: delivery reports, disposition notifications, feedback reports.
    if marked := question.first_of(REPORT_HEADERS):
        return marked
    content_type = question.traits.content_type.lower()
    if content_type in REPORT_TYPES:
        return content_type
    if content_type != "multipart/report":
        return None
    return (question.traits.report_type or "multipart/report")[:40]


def _perhaps_automatic(question: Question) -> str | None:
    # One sign in the words is too little to call it a machine's, and enough not to answer it.
    automatic = question.traits.perhaps_automatic
    return "its words look like those of a program" if automatic else None


def _own_message(question: Question) -> str | None:
    domain = (question.traits.message_id or "").strip("<> \t").rpartition("@")[2]
    own = bool(domain) and folded_domain(domain) in question.manners.own_domains
    return "the Message-ID is one of ours" if own else None


SIGN_RULES: Final[tuple[tuple[str, Rule], ...]] = (
    ("auto_submitted", _auto_submitted),
    ("mailing_list", _mailing_list),
    ("bulk_precedence", _bulk_precedence),
    ("campaign", _campaign),
    ("notice", _notice),
    ("auto_reply_header", _auto_reply_header),
    ("help_desk", _help_desk),
    ("not_wanted", _not_wanted),
    ("loop", _loop),
    ("delivery_report", _delivery_report),
    ("perhaps_automatic", _perhaps_automatic),
    ("own_message", _own_message),
)
"""Whether a machine or a list sent it, or it has been here before."""
