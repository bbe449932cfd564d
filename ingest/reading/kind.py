"""What a mail is: one pure decision over its facts. Unsure means report.

The order is the point. A mail that answers ours is never lost as something automatic unless it
says so itself; nothing is called spam that names an account of ours or speaks of danger. The
kind decides only where a mail is filed: every mail is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ingest.reading.fields import keyword
from store.model import MailKind, MailTraits

# Header fields by which responders mark their answers besides RFC 3834's own.
RESPONDER_FIELDS: Final = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-mailer-autoreply")
ALERT_ID_PREFIX: Final = "alert."
_AUTO_REPLY_WORDS: Final = frozenset({"auto_reply", "auto-reply", "autoreply"})
_DAEMONS: Final = ("mailer-daemon", "postmaster", "mail-daemon")


@dataclass(frozen=True, kw_only=True, slots=True)
class KindFacts:
    """What the decision looks at; no words of the mail."""

    traits: MailTraits
    answers_us: bool = False
    answers_alert: bool = False
    from_staff: bool = False
    has_subject: bool = True
    has_text: bool = True
    has_attachments: bool = False
    names_home_account: bool = False
    urgent: bool = False
    has_delivery_status: bool = False
    feedback_type: str | None = None
    has_xarf_json: bool = False


Decision = tuple[MailKind, str]


def decide_kind(facts: KindFacts) -> Decision:
    """Tell what a mail is, and by which rule."""
    for rule in (_machine_report, _bounce, _auto_reply, _answer, _list, _empty, _spam):
        decision = rule(facts)
        if decision is not None:
            return decision
    return MailKind.REPORT, "nothing says that it is anything else"


def answers_ours(references: tuple[str, ...], own_domains: tuple[str, ...]) -> tuple[str, ...]:
    """Give the referenced ids that are ours (RFC 5322 section 3.6.4): those at our domains."""
    own = {domain.lower() for domain in own_domains}
    return tuple(id_ for id_ in references if id_.strip("<>").rpartition("@")[2].lower() in own)


def _values(facts: KindFacts, name: str) -> list[str]:
    return [value for field, value in facts.traits.headers if field == name]


def _has(facts: KindFacts, *names: str) -> bool:
    return any(field in names for field, _ in facts.traits.headers)


def _is_report_of(facts: KindFacts, report_type: str) -> bool:
    traits = facts.traits
    return traits.content_type == "multipart/report" and traits.report_type == report_type


def _machine_report(facts: KindFacts) -> Decision | None:
    if _has(facts, "x-xarf", "x-arf"):
        return MailKind.XARF, "it has an X-ARF header field"
    if facts.feedback_type == "xarf":
        return MailKind.XARF, "its feedback type is xarf"
    if facts.has_xarf_json:
        return MailKind.XARF, "it has a JSON part in X-ARF form"
    if _is_report_of(facts, "feedback-report") or facts.feedback_type:
        return MailKind.FEEDBACK_REPORT, "it is a feedback report (RFC 5965)"
    return None


def _bounce(facts: KindFacts) -> Decision | None:
    if _is_report_of(facts, "delivery-status"):
        return MailKind.BOUNCE, "it is a delivery status notification (RFC 3464)"
    if _is_report_of(facts, "disposition-notification"):
        return MailKind.AUTO_REPLY, "it is a disposition notification (RFC 8098)"
    evidence = facts.has_delivery_status or _has(facts, "x-failed-recipients")
    if evidence and (_has_null_path(facts) or _is_from_daemon(facts)):
        return MailKind.BOUNCE, "a mail system reports a failed delivery"
    if _has_null_path(facts) and _is_from_daemon(facts):
        return MailKind.BOUNCE, "it comes from a mail system by the null path"
    return None


def _has_null_path(facts: KindFacts) -> bool:
    return facts.traits.reverse_path == ""


def _is_from_daemon(facts: KindFacts) -> bool:
    senders = facts.traits.from_addresses
    return any(sender.rpartition("@")[0].lower() in _DAEMONS for sender in senders)


def _auto_reply(facts: KindFacts) -> Decision | None:
    """RFC 3834 section 5.2: any keyword but ``no`` is automatic; parameters do not matter.

    ``X-Auto-Response-Suppress`` alone proves nothing: it is a request, and people's own
    programs send it.
    """
    for value in _values(facts, "auto-submitted"):
        if keyword(value) not in {"no", ""}:
            if _has(facts, "list-id", "list-post") and keyword(value) != "auto-replied":
                return MailKind.LIST, "a list sent it"
            return MailKind.AUTO_REPLY, "its Auto-Submitted field says so (RFC 3834)"
    if _is_by_responder(facts):
        return MailKind.AUTO_REPLY, "a responder's header field says so"
    return None


def _is_by_responder(facts: KindFacts) -> bool:
    """Tell whether one of the older fields of responders is there, in any program's spelling."""
    precedences = _values(facts, "precedence") + _values(facts, "x-precedence")
    return (
        any(keyword(value) not in {"no", "false", ""} for value in _responder_values(facts))
        or any(keyword(value) in _AUTO_REPLY_WORDS for value in precedences)
        or any("autoresponder" in value.lower() for value in _values(facts, "delivered-to"))
        or any(keyword(value) == "true" for value in _values(facts, "x-fc-machinegenerated"))
    )


def _responder_values(facts: KindFacts) -> list[str]:
    return [value for name in RESPONDER_FIELDS for value in _values(facts, name)]


def _answer(facts: KindFacts) -> Decision | None:
    if facts.answers_us and (facts.from_staff or facts.answers_alert):
        if facts.from_staff:
            return MailKind.STAFF_REPLY, "a configured person answers a mail of ours"
        return MailKind.REPLY, "it answers an alert, but comes from nobody configured"
    if facts.answers_us:
        return MailKind.REPLY, "it answers a mail of ours"
    return None


def _list(facts: KindFacts) -> Decision | None:
    if _has(facts, "list-id", "list-post"):
        return MailKind.LIST, "a mailing list sent it (RFC 2919, RFC 2369)"
    precedences = {keyword(value) for value in _values(facts, "precedence")}
    if precedences & {"list", "bulk", "junk"} and _has(facts, "list-unsubscribe"):
        return MailKind.LIST, "it is bulk mail that one can unsubscribe from"
    return None


def _empty(facts: KindFacts) -> Decision | None:
    if facts.has_subject or facts.has_text or facts.has_attachments:
        return None
    return MailKind.EMPTY, "it has no subject, no text and no attachment"


def _spam(facts: KindFacts) -> Decision | None:
    flagged = any(keyword(value) == "yes" for value in _values(facts, "x-spam-flag"))
    if not flagged or facts.names_home_account or facts.urgent:
        return None
    return MailKind.SPAM, "a filter marked it, it names no account of ours and nothing urgent"
