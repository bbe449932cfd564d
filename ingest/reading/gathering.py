"""Gather the facts of a mail from which ``kind`` decides what it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ingest.reading.children import speaks_of_child
from ingest.reading.facts import KindFacts
from ingest.reading.kind import ALERT_ID_PREFIX, answers_ours
from ingest.reading.leaving import has_many_links, offers_leaving
from ingest.reading.machine_reports.reader import FoundReport
from ingest.reading.machines import machine_signs
from ingest.reading.mime import Mail
from ingest.reading.readings import Readings
from ingest.reading.rules import ReadingRules
from store.model import EvidencePart, MailTraits, Role, Sighting

# How a large provider sent complaints before RFC 5965: a subject, and a field of the mail below.
_COMPLAINT = re.compile(
    r"complaint about message from [0-9a-f.:]{3,45}|email feedback report for ip [0-9a-f.:]{3,45}",
    re.IGNORECASE,
)
# Fields in which a list names itself.
_NAMING_LISTS: Final = ("list-id", "list-post", "mailing-list", "x-beenthere", "x-mailing-list")
# Where a header begins in a text: of a mail that comes back, or that somebody copied.
_RETURNED = re.compile(r"^[> \t]{0,9}(?:Received: (?:from|by) |Return-Path: )", re.MULTILINE)
# Fields of a delivery status notification (RFC 3464 section 2.2, 2.3) that stand as text in a mail.
_STATUS_FIELD = re.compile(
    r"^(?:Reporting-MTA: ?(?:dns|x-local)|Final-Recipient: ?rfc822|Remote-MTA: ?dns) ?;",
    re.IGNORECASE | re.MULTILINE,
)
# The file of an aggregate report: who reports, on whom, from when to when
# (RFC 7489 section 7.2.1.1, RFC 8460 section 5.1).
_AGGREGATE = re.compile(
    r"[\w.-]{1,255}![\w.-]{1,255}!\d{9,11}!\d{9,11}(?:![\w.-]{1,200})?\.(?:xml|json|zip|gz)(?:\.gz)?",
    re.IGNORECASE,
)
_COMPLAINED: Final = b"\nx-hmxmroriginalrecipient:"
_ANSWERING = re.compile(
    rb"^METHOD:(?:REPLY|COUNTER|DECLINECOUNTER)\s", re.IGNORECASE | re.MULTILINE
)
# Characters of a text that are looked through for such fields.
MAX_STATUS: Final = 50_000
_CALENDAR_LENGTH: Final = 5_000
# Octets of an attached mail's header that are looked through for it.
_HEADER_LENGTH: Final = 20_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What was read of a mail so far.

    ``passes_on`` tells that another mail stands in its text, with all that is said there.
    """

    mail: Mail
    traits: MailTraits
    subject: str
    text: str
    outer: Readings
    passes_on: bool
    sightings: tuple[Sighting, ...]
    urgent: bool
    language: str | None
    evidence: tuple[EvidencePart, ...]
    token: str | None
    report: FoundReport


def gather_facts(read: Reading, rules: ReadingRules) -> KindFacts:
    """Gather the facts."""
    mail, traits = read.mail, read.traits
    ours = answers_ours(traits.references, rules.own_domains)
    returned = _RETURNED.search(read.text)
    home = [each for each in read.sightings if each.account.platform == rules.home.key]
    return KindFacts(
        traits=traits,
        answers_us=bool(read.token or ours),
        answers_alert=any(id_.startswith(f"<{ALERT_ID_PREFIX}") for id_ in ours),
        from_staff=_is_from_staff(traits, rules),
        has_subject=bool(read.subject),
        has_text=bool(read.text.strip()),
        has_attachments=bool(read.evidence),
        names_home_account=any(not _is_returned(each, returned) for each in home),
        reports_home_account=any(each.role is Role.REPORTED for each in home),
        urgent=read.urgent,
        speaks_of_child=speaks_of_child(
            read.subject, read.text[: returned.start() if returned else None], read.language
        ),
        signs=machine_signs(mail.value("from"), read.subject, read.text),
        holds_another=read.passes_on or bool(traits.references),
        offers_leaving=not read.passes_on
        and offers_leaving(
            read.subject,
            read.outer.chosen,
            read.outer.links,
            is_answer=bool(traits.references),
        ),
        has_many_links=has_many_links(read.outer.chosen, read.outer.links),
        is_aggregate=_is_aggregate(read),
        has_delivery_status=bool(mail.sealed("message/delivery-status")),
        has_status_text=bool(_STATUS_FIELD.search(read.outer.chosen[:MAX_STATUS])),
        has_disposition=bool(mail.sealed("message/disposition-notification")),
        answers_invitation=_answers_invitation(mail, read.text),
        feedback_type=read.report.feedback_type,
        is_complaint=_is_complaint(mail, read.subject),
        xarf=read.report.xarf,
        has_damaged_report=read.report.report is None and bool(read.report.defects),
        is_own_group=_is_own_group(mail, rules),
        spam_fields=rules.spam_fields,
    )


def _is_returned(sighting: Sighting, returned: re.Match[str] | None) -> bool:
    """Tell whether an account stands in what a mail system gives back, which is full of ids."""
    return returned is not None and sighting.part == "text" and sighting.span[0] > returned.start()


def _is_from_staff(traits: MailTraits, rules: ReadingRules) -> bool:
    staff = {address.lower() for address in rules.staff_addresses}
    own = {domain.lower() for domain in rules.own_domains}
    senders = traits.from_addresses[:1]
    return any(sender.lower() in staff or sender.rpartition("@")[2] in own for sender in senders)


def _is_own_group(mail: Mail, rules: ReadingRules) -> bool:
    """Tell whether the list is our own reporting address: providers keep such as a group.

    What comes through it is as much a report as any mail; other lists' fields come before its own.
    """
    named = [value.lower() for name in _NAMING_LISTS for value in mail.values(name)]
    ours = {
        spelling
        for address in rules.reporting_addresses
        for spelling in (address.lower(), address.lower().replace("@", "."))
    }
    return bool(named) and all(any(one in value for one in ours) for value in named)


def _answers_invitation(mail: Mail, text: str) -> bool:
    """Tell whether a calendar program accepts, declines or counters (RFC 5546 section 1.4).

    A mail that is nothing but the calendar's text is read as text.
    """
    calendars = mail.sealed("text/calendar")
    if text.startswith("BEGIN:VCALENDAR"):
        calendars.append(text[:_CALENDAR_LENGTH].encode())
    return any(_ANSWERING.search(octets[:_CALENDAR_LENGTH]) for octets in calendars)


def _is_aggregate(read: Reading) -> bool:
    """Tell whether a mail server reports what it saw of a domain's mail (RFC 7489, RFC 8460)."""
    if read.traits.content_type == "multipart/report" and read.traits.report_type == "tlsrpt":
        return True
    return any(_AGGREGATE.fullmatch(each.filename or "") for each in read.evidence)


def _is_complaint(mail: Mail, subject: str) -> bool:
    if _COMPLAINT.match(subject):
        return True
    attached = mail.sealed("message/rfc822")
    return any(_COMPLAINED in octets[:_HEADER_LENGTH].lower() for octets in attached)
