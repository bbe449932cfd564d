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
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from notifier.addresses import folded_domain, is_well_formed, related_domains, without_tag
from notifier.authentication import Authentication, Required, Verdict, judge
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
    MACHINE_LOCAL_PART,
    NOT_WANTED_HEADERS,
    PRECEDENCE_HEADERS,
    REPORT_HEADERS,
    REPORT_TYPES,
    SPAM_HEADERS,
)
from store.model import MailKind, MailTraits


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """Whether a mail may be answered. ``reason`` names the rule, or is "ok"."""

    send: bool
    reason: str
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleAnswer:
    """What one rule says of a mail; ``detail`` tells what it objects to."""

    name: str
    objects: bool
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Manners:
    """What the rules have to know of us.

    ``own_addresses`` are those we receive and send at; ``own_domains`` those our Message-IDs end
    in. Both are compared without regard to case. The mail servers in ``trusted_servers`` are
    believed about who sent a mail; ``authentication`` tells what to make of it.
    """

    own_addresses: frozenset[str] = frozenset()
    own_domains: frozenset[str] = frozenset()
    trusted_servers: frozenset[str] = frozenset()
    authentication: Required = Required.WHEN_AVAILABLE


@dataclass(frozen=True, kw_only=True, slots=True)
class _Question:
    """All a rule may look at."""

    traits: MailTraits
    kind: MailKind
    manners: Manners

    def headers(self, *names: str) -> list[str]:
        return [value for name, value in self.traits.headers if name.lower() in names]

    def first_of(self, names: frozenset[str]) -> str | None:
        """Give the name of the first field that is one of these."""
        return next(
            (name.lower() for name, _ in self.traits.headers if name.lower() in names), None
        )

    def authentication(self) -> Authentication:
        servers = self.manners.trusted_servers
        return judge(self.traits.authentication, self.traits.from_addresses, servers)


def may_answer(traits: MailTraits, kind: MailKind, manners: Manners) -> Answer:
    """Decide whether a receipt may go to the reverse-path of this mail."""
    asked = ask_rules(traits, kind, manners)
    first = next((each for each in asked if each.objects), None)
    if first is None:
        return Answer(send=True, reason="ok")
    return Answer(send=False, reason=first.name, detail=first.detail)


def ask_rules(traits: MailTraits, kind: MailKind, manners: Manners) -> Iterator[RuleAnswer]:
    """Ask one rule after another, each when its answer is wanted; the first objection decides."""
    question = _Question(
        traits=traits,
        kind=kind,
        manners=replace(
            manners,
            own_addresses=frozenset(without_tag(address) for address in manners.own_addresses),
            own_domains=frozenset(folded_domain(domain) for domain in manners.own_domains),
        ),
    )
    for name, rule in RULES:
        detail = rule(question)
        yield RuleAnswer(name=name, objects=detail is not None, detail=detail or "")


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
    own = any(without_tag(sender) in question.manners.own_addresses for sender in senders)
    return "the mail claims to come from us" if own else None


def _machine_address(question: _Question) -> str | None:
    for sender in (question.traits.reverse_path, *question.traits.from_addresses):
        local_part = sender.rpartition("@")[0].lower()
        if MACHINE_LOCAL_PART.fullmatch(local_part):
            return "the sender's name is one of a program or a list"
    return None


def _auto_submitted(question: _Question) -> str | None:
    # RFC 3834 section 2 and 5.2: any value but "no"; at most one field, so one bad is enough.
    keywords = (
        auto_submitted_keyword(value) for value in question.headers(*AUTO_SUBMITTED_HEADERS)
    )
    return next((word[:40] or "empty" for word in keywords if word != "no"), None)


def _mailing_list(question: _Question) -> str | None:
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


def _bulk_precedence(question: _Question) -> str | None:
    words = (
        without_comments(value).strip().lower() for value in question.headers(*PRECEDENCE_HEADERS)
    )
    return next((word for word in words if word in BULK_PRECEDENCE), None)


def _campaign(question: _Question) -> str | None:
    return question.first_of(CAMPAIGN_HEADERS)


def _help_desk(question: _Question) -> str | None:
    return question.first_of(DESK_HEADERS)


def _not_wanted(question: _Question) -> str | None:
    return question.first_of(NOT_WANTED_HEADERS)


def _marked_as_spam(question: _Question) -> str | None:
    # A person's report may look like spam; that of a forged sender must not be answered.
    if "yes" not in question.headers(*SPAM_HEADERS):
        return None
    sure = question.authentication().verdict is Verdict.AUTHENTICATED
    return None if sure else "a filter takes it for spam, and nobody answers for its sender"


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
        if words & (question.manners.own_addresses | {"yes", "true"}):
            return "the mail has been here before"
    return None


def _delivery_report(question: _Question) -> str | None:
    # RFC 6522: delivery reports, disposition notifications, feedback reports.
    if marked := question.first_of(REPORT_HEADERS):
        return marked
    content_type = question.traits.content_type.lower()
    if content_type in REPORT_TYPES:
        return content_type
    if content_type != "multipart/report":
        return None
    return (question.traits.report_type or "multipart/report")[:40]


def _perhaps_automatic(question: _Question) -> str | None:
    # One sign in the words is too little to call it a machine's, and enough not to answer it.
    automatic = question.traits.perhaps_automatic
    return "its words look like those of a program" if automatic else None


def _own_message(question: _Question) -> str | None:
    domain = (question.traits.message_id or "").strip("<> \t").rpartition("@")[2]
    own = bool(domain) and folded_domain(domain) in question.manners.own_domains
    return "the Message-ID is one of ours" if own else None


def _from_missing(question: _Question) -> str | None:
    return None if question.traits.from_addresses else "no From address"


def _from_several(question: _Question) -> str | None:
    count = len({address.lower() for address in question.traits.from_addresses})
    return f"{count} From addresses" if count > 1 else None


def _domains_differ(question: _Question) -> str | None:
    if not question.traits.from_addresses:
        return None
    reverse = question.traits.reverse_path.rpartition("@")[2]
    claimed = question.traits.from_addresses[0].rpartition("@")[2]
    related = related_domains(reverse, claimed)
    return None if related else "the reverse-path and From are at different domains"


def _unauthenticated(question: _Question) -> str | None:
    # The guard against answering whoever a forger names (RFC 3834 section 7.1).
    manners = question.manners
    known = question.authentication()
    objects = {
        Required.ALWAYS: known.verdict is not Verdict.AUTHENTICATED,
        Required.WHEN_AVAILABLE: known.verdict is Verdict.UNAUTHENTICATED,
        Required.NEVER: False,
    }
    return known.detail if objects[manners.authentication] else None


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
    ("campaign", _campaign),
    ("auto_reply_header", _auto_reply_header),
    ("help_desk", _help_desk),
    ("not_wanted", _not_wanted),
    ("loop", _loop),
    ("delivery_report", _delivery_report),
    ("perhaps_automatic", _perhaps_automatic),
    ("own_message", _own_message),
    ("from_missing", _from_missing),
    ("from_several", _from_several),
    ("domains_differ", _domains_differ),
    ("marked_as_spam", _marked_as_spam),
    ("unauthenticated", _unauthenticated),
)
