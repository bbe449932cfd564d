"""Whether a mail is a bounce or an automatic answer: what its fields say, then what words do.

Fields that exist for this purpose decide alone. Words never do: two signs have to agree, and of a
mail that names an account of ours or speaks of danger no wording makes a machine's, as people
write about machines, too.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from ingest.reading.facts import KindFacts
from store.model import MailKind

Decision: TypeAlias = tuple[MailKind, str]

_DISPOSITION: Final = "it is a disposition notification (RFC 8098)"
_ABSENCE: Final = "its subject is that of an absence note"


def bounce(facts: KindFacts) -> Decision | None:
    """Tell a failed or late delivery, a read receipt, and why."""
    reporting = facts.traits.content_type == "multipart/report"
    report_type = facts.traits.report_type if reporting else None
    if report_type == "disposition-notification":
        return MailKind.AUTO_REPLY, _DISPOSITION
    signs = (
        (
            report_type == "delivery-status" or (reporting and facts.has_delivery_status),
            "it is a delivery status notification (RFC 3464)",
        ),
        (
            facts.has("x-ms-exchange-message-is-ndr"),
            "an Exchange field calls it a report of non-delivery",
        ),
        (facts.signs.daemon, "it comes from a mail system"),
        (_reports_failure(facts), "a mail system reports a failed delivery"),
    )
    reason = next((reason for found, reason in signs if found), None)
    if reason:
        return MailKind.BOUNCE, reason
    return (MailKind.AUTO_REPLY, _DISPOSITION) if reporting and facts.has_disposition else None


def _reports_failure(facts: KindFacts) -> bool:
    """Weigh the signs of a bounce that says so in no field of its own."""
    signs = facts.signs
    worded = signs.bounce_subject and signs.bounce_text
    machine = facts.has_null_path or facts.says_automatic or facts.is_by_responder
    named = facts.has("x-failed-recipients")
    evidence = facts.has_delivery_status or named or signs.bounce_subject
    if (evidence or _is_worded_bounce(facts)) and machine:
        return True
    if facts.may_matter:
        return worded and signs.perhaps_daemon
    if facts.speaks_of_child:
        return named
    return (
        (worded and (signs.bounce_detail or signs.auto_text))
        or named
        or ((evidence or signs.bounce_text) and signs.perhaps_daemon)
    )


def _is_worded_bounce(facts: KindFacts) -> bool:
    """Tell whether the text alone speaks of a failed delivery, and of no absence."""
    signs = facts.signs
    away = signs.auto_subject or signs.away_subject or signs.away_text or signs.ticket_text
    return signs.bounce_text and not away


def auto_reply(facts: KindFacts) -> Decision | None:
    """Tell an automatic answer, and why.

    RFC 3834 section 5.2: any keyword but ``no`` is automatic; parameters do not matter.
    ``X-Auto-Response-Suppress`` alone proves nothing: it is a request, and people's own programs
    send it.
    """
    if facts.says_automatic:
        return _by_field(facts)
    if facts.is_by_responder:
        return MailKind.AUTO_REPLY, "a responder's header field says so"
    if facts.knows_itself_again and not (facts.may_matter or facts.speaks_of_child):
        return MailKind.AUTO_REPLY, "a program put its own address there, to know its mail again"
    reason = _by_words(facts)
    return (MailKind.AUTO_REPLY, reason) if reason else None


def _by_field(facts: KindFacts) -> Decision | None:
    if facts.has("list-id", "list-post") and not facts.says_replied:
        return MailKind.LIST, "a list sent it"
    if _passes_on_a_report(facts):
        return MailKind.REPORT, "a program passes on what somebody wrote about an account of ours"
    return MailKind.AUTO_REPLY, "its Auto-Submitted field says so (RFC 3834)"


def _passes_on_a_report(facts: KindFacts) -> bool:
    """Tell a web form's mail: written by a program, and answering nothing."""
    signs = facts.signs
    answers = facts.says_replied or facts.answers_us or bool(facts.traits.references)
    worded = signs.auto_subject or signs.auto_inside or signs.away_subject or signs.away_text
    return facts.reports_home_account and not (answers or worded or facts.has_null_path)


def _by_words(facts: KindFacts) -> str | None:
    """Weigh words: those of what came by a list are its members'."""
    signs = facts.signs
    if facts.came_by_list:
        return None
    sent_so = facts.has_null_path or facts.is_bulk
    # Absence notes tell whom to write to in an emergency, which is no danger.
    noted = signs.auto_subject and signs.away_text and not facts.names_home_account
    if noted or (sent_so and (signs.auto_subject or signs.away_subject)):
        return _ABSENCE
    if facts.may_matter or (facts.speaks_of_child and not _hints_at_machine(facts)):
        return None
    return _by_plain_words(facts, sent_so=sent_so)


def _by_plain_words(facts: KindFacts, *, sent_so: bool) -> str | None:
    signs = facts.signs
    hinted = sent_so or facts.has("x-auto-response-suppress")
    if signs.auto_subject or (signs.auto_inside and hinted) or (signs.auto_end and signs.auto_text):
        return "its subject calls it an automatic answer"
    if hinted and signs.away_subject:
        return _ABSENCE
    if sent_so and (signs.auto_text or signs.away_text or signs.ticket_text):
        return "its words are those of an automatic answer"
    return _by_agreeing_words(facts)


def _by_agreeing_words(facts: KindFacts) -> str | None:
    """Look for two signs in the words that agree with each other."""
    signs = facts.signs
    # Who writes again names the number of the case, and thanks for a message.
    by_itself = signs.unattended or signs.auto_text
    asks = signs.ticket_subject or signs.auto_text or signs.unattended
    away = signs.away_subject and (signs.away_text or signs.auto_text)
    agreements = (
        (away, "its subject and its words are those of an absence note"),
        (signs.auto_end and signs.away_text, _ABSENCE),
        (signs.away_text and signs.auto_text, "its words call it an absence note"),
        (_confirms(facts) and by_itself, "its words confirm that a request came in"),
        (signs.challenge_text and asks, "it asks its sender to prove to be a person"),
        (signs.receipt_subject and signs.receipt_text, "it says that a mail was read"),
        (facts.answers_invitation, "it answers an invitation (RFC 5546)"),
        (signs.program, "a program runs by its sender's name"),
    )
    return next((reason for found, reason in agreements if found), None)


def _confirms(facts: KindFacts) -> bool:
    """Tell whether words are those that confirm a request; who answers us by hand uses them."""
    signs = facts.signs
    begins = signs.ticket_subject or signs.unattended
    return begins and signs.ticket_text and not facts.answers_us


def _agrees_with_itself(facts: KindFacts) -> bool:
    """Tell whether words agree that a machine wrote, and are too little all the same."""
    if facts.may_matter:
        return False
    return _confirms(facts) or (facts.speaks_of_child and bool(_by_agreeing_words(facts)))


def _hints_at_machine(facts: KindFacts) -> bool:
    """Tell whether something agrees with an automatic answer that would prove nothing alone."""
    bulk = facts.is_bulk and not facts.came_by_list
    return facts.has_null_path or bulk or facts.has("x-auto-response-suppress")


def perhaps_automatic(facts: KindFacts) -> bool:
    """Tell whether a mail that counts as a person's might be a machine's all the same.

    One sign is too little to take it from the people who read; it is enough to send no receipt.
    """
    signs = facts.signs
    # Our own group's footer tells its members how to leave it, whoever wrote.
    bulk = signs.bulk_text and not (facts.holds_another or facts.is_own_group)
    offers = facts.offers_leaving and not facts.is_own_group
    worded = signs.bounce_subject or signs.auto_inside or signs.auto_text or bulk
    return (
        signs.auto_subject
        or signs.auto_end
        or signs.challenge_text
        or (signs.bounce_inside and signs.bounce_text)
        or (signs.away_subject and _hints_at_machine(facts))
        or facts.is_by_list_owner
        or _agrees_with_itself(facts)
        or (signs.auto_text and (signs.unattended or signs.ticket_text or signs.away_text))
        or (signs.perhaps_daemon and signs.bounce_text)
        or ((worded or offers or facts.has_status_text) and not facts.may_matter)
        or (offers and facts.has_many_links)
        or facts.has_delivery_status
        or facts.has_disposition
        or facts.has_damaged_report
    )
