"""What a mail is: one pure decision over its facts. Unsure means report.

The order is the point. A mail that answers ours is never lost as something automatic unless it
says so itself; nothing is called spam that names an account of ours or speaks of danger. The
kind decides only where a mail is filed: every mail is kept.
"""

from __future__ import annotations

from typing import Final

from ingest.reading.automatic import Decision, auto_reply, bounce
from ingest.reading.facts import KindFacts
from ingest.reading.fields import keyword
from ingest.reading.header_marks import BULK_FIELDS
from store.model import MailKind, MailTraits

__all__ = [
    "ALERT_ID_PREFIX",
    "KindFacts",
    "answers_ours",
    "decide_kind",
    "is_generated",
]

ALERT_ID_PREFIX: Final = "alert."


def decide_kind(facts: KindFacts) -> Decision:
    """Tell what a mail is, and by which rule."""
    for rule in (_machine_report, bounce, auto_reply, _answer, _list, _empty, _spam):
        decision = rule(facts)
        if decision is not None:
            return decision
    if not facts.traits.readable:
        return MailKind.REPORT, "what it says could not be read, so a person has to look"
    return MailKind.REPORT, "nothing says that it is anything else"


def answers_ours(references: tuple[str, ...], own_domains: tuple[str, ...]) -> tuple[str, ...]:
    """Give the referenced ids that are ours (RFC 5322 section 3.6.4): those at our domains."""
    own = {domain.lower() for domain in own_domains}
    return tuple(id_ for id_ in references if id_.strip("<>").rpartition("@")[2].lower() in own)


def is_generated(traits: MailTraits) -> bool:
    """Tell mail a program wrote by itself from an answer to mail (RFC 3834 section 5.2)."""
    values = (value for name, value in traits.headers if name == "auto-submitted")
    return any(keyword(value) == "auto-generated" for value in values)


def _machine_report(facts: KindFacts) -> Decision | None:
    if facts.xarf:
        return MailKind.XARF, f"it carries an {facts.xarf} report"
    if facts.feedback_type == "xarf":
        return MailKind.XARF, "its feedback type is xarf"
    if facts.has("x-xarf", "x-arf"):
        return MailKind.XARF, "it has an X-ARF header field"
    reason = _complains(facts)
    return (MailKind.FEEDBACK_REPORT, reason) if reason else None


def _complains(facts: KindFacts) -> str | None:
    reporting = facts.traits.content_type == "multipart/report"
    report_type = facts.traits.report_type if reporting else None
    if report_type == "feedback-report" or facts.feedback_type is not None:
        return "it is a feedback report (RFC 5965)"
    if facts.is_aggregate:
        return "a mail server reports what it saw of a domain's mail (RFC 7489, RFC 8460)"
    if facts.is_complaint:
        return "it is a feedback report in an older form than RFC 5965"
    return None


def _answer(facts: KindFacts) -> Decision | None:
    if facts.answers_us and (facts.from_staff or facts.answers_alert):
        if facts.from_staff:
            return MailKind.STAFF_REPLY, "a configured person answers a mail of ours"
        return MailKind.REPLY, "it answers an alert, but comes from nobody configured"
    if facts.answers_us:
        return MailKind.REPLY, "it answers a mail of ours"
    return None


def _list(facts: KindFacts) -> Decision | None:
    reason = facts.came_by_list
    return (MailKind.LIST, reason) if reason else _bulk(facts)


def _bulk(facts: KindFacts) -> Decision | None:
    """Tell a newsletter. One that names an account needs more than words to be one."""
    worded = facts.signs.bulk_text and not facts.may_matter
    unattended = facts.signs.unattended and not facts.may_matter
    if facts.has("list-unsubscribe"):
        if facts.is_bulk or worded or unattended or facts.has(*BULK_FIELDS):
            return MailKind.LIST, "it is bulk mail that one can unsubscribe from"
        return None
    if facts.is_bulk and (worded or unattended or facts.has(*BULK_FIELDS)):
        return MailKind.LIST, "its Precedence field and its words are those of bulk mail"
    return None


def _empty(facts: KindFacts) -> Decision | None:
    if facts.has_subject or facts.has_text or facts.has_attachments or not facts.traits.readable:
        return None
    return MailKind.EMPTY, "it has no subject, no text and no attachment"


def _spam(facts: KindFacts) -> Decision | None:
    flagged = any(keyword(value) == "yes" for value in facts.values(*facts.spam_fields))
    matters = facts.may_matter or facts.reports_home_account
    if not flagged or matters or not facts.traits.readable:
        return None
    return MailKind.SPAM, "a filter marked it, it names no account of ours and nothing urgent"
