"""May this mail be answered by a machine? The union of the rules that keep loops from starting.

A receipt goes to the reverse-path and nowhere else (RFC 3834 section 4), and only when nothing
about the mail suggests that a machine or a list sent it. The rules run in order and the first
that objects gives the stored reason; its name is stable, as people count and search by it.
Withholding a receipt never touches the mail itself: the report is kept and worked on all the same.

``X-Auto-Response-Suppress`` is a wish of some mail clients and no sign of automation
(MS-OXCMAIL section 2.1.3.2.20), so it is no reason here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from notifier.addresses import folded_domain, is_well_formed, related_domains, without_tag
from store.model import MailKind, MailTraits

# RFC 3834 section 2 and RFC 5230 section 4.6 name the first ones; the rest is what lists,
# newsletters and unattended programs write from.
_MACHINE_LOCAL_PART: Final = re.compile(
    r"""(?x)
    owner-.* | .*-owner | .*-request | .*-relay
    | mailer-daemon | postmaster | listserv | majordomo | daemon | nobody
    | (?:.*[-_.+])? (?: no | do[-_.]?not | never ) [-_.]? (?:reply|respond|answer) (?:[-_.+0-9].*)?
    | (?:.*[-_.])? bounces? (?:[-_.+=].*)?
    | auto-?(?:reply|respond|responder|answer|confirm)
    """,
)
# Names of header fields, in lower case: what reading collects for these rules must hold them all.
AUTO_SUBMITTED_HEADERS: Final = frozenset({"auto-submitted"})
LIST_HEADER_PREFIX: Final = "list-"
PRECEDENCE_HEADERS: Final = frozenset({"precedence", "x-precedence"})
_BULK_PRECEDENCE: Final = frozenset({"bulk", "junk", "list", "auto_reply", "auto-reply"})
AUTO_REPLY_HEADERS: Final = frozenset(
    {
        "x-autoreply",
        "x-auto-reply",
        "x-autorespond",
        "x-autoresponder",
        "x-autoreply-from",
        "x-mail-autoreply",
        "x-fc-machinegenerated",
    },
)
DELIVERED_TO_HEADERS: Final = frozenset({"delivered-to"})
LOOP_HEADERS: Final = frozenset({"x-loop", "x-loop-prevention"})
HEADERS: Final = (
    AUTO_SUBMITTED_HEADERS
    | PRECEDENCE_HEADERS
    | AUTO_REPLY_HEADERS
    | DELIVERED_TO_HEADERS
    | LOOP_HEADERS
)
"""All names the rules look at, besides those that begin with ``LIST_HEADER_PREFIX``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """Whether a mail may be answered. ``reason`` names the rule, or is "ok"."""

    send: bool
    reason: str
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Question:
    """All a rule may look at."""

    traits: MailTraits
    kind: MailKind
    own_addresses: frozenset[str]
    own_domains: frozenset[str]

    def headers(self, *names: str) -> list[str]:
        return [value for name, value in self.traits.headers if name.lower() in names]


def may_answer(
    traits: MailTraits,
    kind: MailKind,
    *,
    own_addresses: frozenset[str],
    own_domains: frozenset[str] = frozenset(),
) -> Answer:
    """Decide whether a receipt may go to the reverse-path of this mail.

    ``own_addresses`` are those we receive and send at; ``own_domains`` those our Message-IDs end
    in. Both are compared without regard to case.
    """
    question = _Question(
        traits=traits,
        kind=kind,
        own_addresses=frozenset(without_tag(address) for address in own_addresses),
        own_domains=frozenset(folded_domain(domain) for domain in own_domains),
    )
    for reason, rule in RULES:
        detail = rule(question)
        if detail is not None:
            return Answer(send=False, reason=reason, detail=detail)
    return Answer(send=True, reason="ok")


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


def _not_a_report(question: _Question) -> str | None:
    return None if question.kind is MailKind.REPORT else question.kind.value


def _archived(question: _Question) -> str | None:
    return "the mail comes from an archive" if question.traits.archived else None


def _unreadable(question: _Question) -> str | None:
    return None if question.traits.readable else "the mail could not be read"


def _null_return_path(question: _Question) -> str | None:
    # RFC 3834 section 2: MUST NOT.
    path = question.traits.reverse_path.strip()
    return "the reverse-path is null" if path in {"", "<>"} else None


def _malformed_return_path(question: _Question) -> str | None:
    well_formed = is_well_formed(question.traits.reverse_path)
    return None if well_formed else "the reverse-path is no plain address"


def _own_address(question: _Question) -> str | None:
    senders = (question.traits.reverse_path, *question.traits.from_addresses)
    own = any(without_tag(sender) in question.own_addresses for sender in senders)
    return "the mail claims to come from us" if own else None


def _machine_address(question: _Question) -> str | None:
    for sender in (question.traits.reverse_path, *question.traits.from_addresses):
        local_part = sender.rpartition("@")[0].lower()
        if _MACHINE_LOCAL_PART.fullmatch(local_part):
            return "the sender's name is one of a program or a list"
    return None


def _auto_submitted(question: _Question) -> str | None:
    # RFC 3834 section 2 and 5.2: any value but "no"; at most one field, so one bad is enough.
    keywords = (
        auto_submitted_keyword(value) for value in question.headers(*AUTO_SUBMITTED_HEADERS)
    )
    return next((word[:40] or "empty" for word in keywords if word != "no"), None)


def _mailing_list(question: _Question) -> str | None:
    # RFC 2369, RFC 2919.
    names = (name.lower() for name, _ in question.traits.headers)
    return next((name[:40] for name in names if name.startswith(LIST_HEADER_PREFIX)), None)


def _bulk_precedence(question: _Question) -> str | None:
    words = (
        without_comments(value).strip().lower() for value in question.headers(*PRECEDENCE_HEADERS)
    )
    return next((word for word in words if word in _BULK_PRECEDENCE), None)


def _auto_reply_header(question: _Question) -> str | None:
    for name, value in question.traits.headers:
        if name.lower() in AUTO_REPLY_HEADERS and value.strip().lower() not in {"no", "false"}:
            return name.lower()
        if name.lower() in DELIVERED_TO_HEADERS and value.strip().lower() == "autoresponder":
            return "delivered-to"
    return None


def _loop(question: _Question) -> str | None:
    for value in question.headers(*LOOP_HEADERS):
        words = {without_tag(word) for word in re.split(r"[\s,;<>]+", value)}
        if words & (question.own_addresses | {"yes", "true"}):
            return "the mail has been here before"
    return None


def _delivery_report(question: _Question) -> str | None:
    # RFC 6522: delivery reports, disposition notifications, feedback reports.
    if question.traits.content_type.lower() != "multipart/report":
        return None
    return (question.traits.report_type or "multipart/report")[:40]


def _own_message(question: _Question) -> str | None:
    domain = (question.traits.message_id or "").strip("<> \t").rpartition("@")[2]
    own = bool(domain) and folded_domain(domain) in question.own_domains
    return "the Message-ID is one of ours" if own else None


def _from_missing(question: _Question) -> str | None:
    return None if question.traits.from_addresses else "no From address"


def _from_several(question: _Question) -> str | None:
    count = len({address.lower() for address in question.traits.from_addresses})
    return f"{count} From addresses" if count > 1 else None


def _domains_differ(question: _Question) -> str | None:
    reverse = question.traits.reverse_path.rpartition("@")[2]
    claimed = question.traits.from_addresses[0].rpartition("@")[2]
    related = related_domains(reverse, claimed)
    return None if related else "the reverse-path and From are at different domains"


Rule = Callable[[_Question], str | None]
"""Gives the detail of its objection, or None."""

RULES: Final[tuple[tuple[str, Rule], ...]] = (
    ("not_a_report", _not_a_report),
    ("archived", _archived),
    ("unreadable", _unreadable),
    ("null_return_path", _null_return_path),
    ("malformed_return_path", _malformed_return_path),
    ("own_address", _own_address),
    ("machine_address", _machine_address),
    ("auto_submitted", _auto_submitted),
    ("mailing_list", _mailing_list),
    ("bulk_precedence", _bulk_precedence),
    ("auto_reply_header", _auto_reply_header),
    ("loop", _loop),
    ("delivery_report", _delivery_report),
    ("own_message", _own_message),
    ("from_missing", _from_missing),
    ("from_several", _from_several),
    ("domains_differ", _domains_differ),
)
