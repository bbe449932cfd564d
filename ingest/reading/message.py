"""From any bytes to a ParsedMessage, never an exception.

``read_message`` is total: whatever it is given, something comes out that a person can be shown.
What could not be read is named in ``defects`` (never in the mail's own words), and a mail that
could not be read at all is a report, marked as unreadable: it is more urgent, not less.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from ingest.reading import fields
from ingest.reading.accounts.find import Named, find_accounts
from ingest.reading.automatic import perhaps_automatic
from ingest.reading.body import Body, read_body
from ingest.reading.category import Suggestion, suggest_category
from ingest.reading.delivery import Delivery, read_delivery
from ingest.reading.facts import KindFacts
from ingest.reading.fingerprint import RESENT, fingerprint
from ingest.reading.form import FilledForm, language_of, most_urgent, read_form
from ingest.reading.form_accounts import with_form
from ingest.reading.gathering import Reading, gather_facts
from ingest.reading.kind import decide_kind, is_generated
from ingest.reading.language import choose
from ingest.reading.machine_reports.reader import FoundReport, read_machine_report, with_report
from ingest.reading.mime import Mail, open_mail
from ingest.reading.parsed import ParsedMessage, unreadable_message
from ingest.reading.rules import ReadingRules
from ingest.reading.traits import our_recipients, read_traits, reply_token
from ingest.reading.unread import encryption
from ingest.reading.urgency import Looked, Urgent, by_all, by_clues, look
from ingest.reading.words import OwnWords, is_forward_subject, is_reply_subject
from store.model import Envelope, EvidencePart, MailKind, MailTraits, Role, Sighting

MAX_SUBJECT_LENGTH: Final = 1000

Answer = TypeVar("Answer")


def read_message(raw: bytes, envelope: Envelope | None, rules: ReadingRules) -> ParsedMessage:
    """Read a mail; never raises.

    Without an envelope (a mail from a file) the reverse path is what Return-Path says, else the
    address in From (RFC 5321 section 4.4).
    """
    with warnings.catch_warnings():
        # Libraries warn about wild input; that is what it is.
        warnings.simplefilter("ignore")
        try:
            return _read(raw, envelope, rules)
        except Exception as error:  # noqa: BLE001 - the promise of this module
            return unreadable_message(envelope, f"reading failed ({type(error).__name__})")


@dataclass(frozen=True, kw_only=True, slots=True)
class Pieces:
    """What was read of one mail, before it is put together.

    ``said`` are the words that accounts were read from, without the questions of a form.
    """

    mail: Mail
    traits: MailTraits
    subject: str
    said: str
    body: Body
    named: Named
    evidence: tuple[EvidencePart, ...]
    token: str | None
    recipients: tuple[str, ...]
    report: FoundReport
    urgent: Urgent | None
    suggestion: Suggestion | None
    language: str | None
    delivery: Delivery | None


def _read(raw: bytes, envelope: Envelope | None, rules: ReadingRules) -> ParsedMessage:
    return assembled(read_pieces(raw, envelope, rules), rules)


def read_pieces(raw: bytes, envelope: Envelope | None, rules: ReadingRules) -> Pieces:
    """Read a mail piece by piece; raises what a library raises on a mail it cannot open."""
    mail = open_mail(raw)
    origin, envelope = envelope, envelope if envelope and envelope.is_known else None
    traits = read_traits(mail, envelope, rules, origin)
    subject = fields.unfold(mail.value("subject"), MAX_SUBJECT_LENGTH)
    body = _tried(
        mail, "text", lambda: _body(mail, traits, subject, rules), Body(words=OwnWords(text=""))
    )
    mail.defects.extend(body.defects)
    report = _tried(mail, "report", lambda: read_machine_report(mail), FoundReport())
    mail.defects.extend(report.defects)
    nothing: tuple[EvidencePart, ...] = ()
    evidence = _tried(mail, "attachments", mail.evidence, nothing)
    traits = replace(traits, readable=_is_readable(mail, body, evidence))
    language = _tried(mail, "language", lambda: _language(mail, subject, body), None)
    form = _tried(mail, "form", lambda: _form(subject, body), None)
    language = language_of(form) if form and form.is_own else language
    text = form.text if form else body.words.text
    said = f"{subject}\n{text}"
    looked = _tried(mail, "urgency", lambda: look(said, language), None)
    by_words = _tried(mail, "urgency", lambda: by_clues(looked) if looked else None, None)
    about = _About(
        subject=subject,
        text=text,
        body=body,
        language=language,
        looked=looked,
        in_danger=bool(by_words or (form and form.danger)),
    )
    named = _tried(mail, "accounts", lambda: _named(mail, about, rules), Named())
    read = named.urgent
    if looked and read is not None:
        by_words = _tried(mail, "urgency", lambda: by_all(looked, read), by_words)
    urgent = most_urgent(form, by_words, len(subject) + 1) if form else by_words
    named = _tried(mail, "form", lambda: with_form(named, form, body.words.text, rules.home), named)
    return Pieces(
        mail=mail,
        traits=traits,
        subject=subject,
        said=text,
        body=body,
        named=_tried(mail, "report", lambda: with_report(named, report, rules.home), named),
        evidence=(*evidence, *report.evidence),
        token=reply_token(mail, envelope, rules),
        recipients=_tried(mail, "recipients", lambda: our_recipients(mail, rules), ()),
        report=report,
        language=language,
        urgent=urgent,
        suggestion=_tried(mail, "category", lambda: suggest_category(said, by_words), None),
        delivery=_tried(mail, "delivery status", lambda: read_delivery(mail), None),
    )


def _tried(mail: Mail, what: str, question: Callable[[], Answer], otherwise: Answer) -> Answer:
    """Read one thing; if that fails, the rest of the mail is still worth reading."""
    try:
        return question()
    except Exception as error:  # noqa: BLE001 - see above; the defect names it
        mail.defects.append(f"the {what} could not be read ({type(error).__name__})")
        return otherwise


def _is_readable(mail: Mail, body: Body, evidence: tuple[EvidencePart, ...]) -> bool:
    """Tell whether what the mail says could be read; if in doubt, it could not."""
    text = body.words.text
    encrypted, defect = encryption(mail.root, text)
    if defect:
        mail.defects.append(defect)
    says_something = mail.holds_something or (bool(mail.defects) and not mail.is_blank)
    was_read = text.strip() or body.words.signature or evidence
    return not encrypted and (bool(was_read) or not says_something)


def _body(mail: Mail, traits: MailTraits, subject: str, rules: ReadingRules) -> Body:
    return read_body(
        mail,
        is_reply=bool(traits.references) or is_reply_subject(subject),
        is_forward=is_forward_subject(subject),
        ours=rules.reporting_addresses,
    )


def _form(subject: str, body: Body) -> FilledForm | None:
    """Find the form that somebody filled in: in a mail passed on, not its writer."""
    own_length = 0 if is_forward_subject(subject) else body.words.own_length
    return read_form(body.words.text, own_length)


@dataclass(frozen=True, kw_only=True, slots=True)
class _About:
    """What a mail says, as far as it is read before its accounts are."""

    subject: str
    text: str
    body: Body
    language: str | None
    looked: Looked | None
    in_danger: bool


def _named(mail: Mail, about: _About, rules: ReadingRules) -> Named:
    words = about.body.words
    name, _ = next(iter(mail.addresses("from")), ("", None))
    return find_accounts(
        subject=about.subject,
        text=about.text,
        signature=words.signature,
        links=about.body.links,
        rules=rules,
        sender_name=name,
        language=about.language,
        in_danger=about.in_danger,
        looked=about.looked,
    )


def assembled(pieces: Pieces, rules: ReadingRules) -> ParsedMessage:
    """Put the pieces together, and decide what the mail is."""
    mail, traits, text = pieces.mail, pieces.traits, pieces.body.words.text
    _, sender = next(iter(mail.addresses("from")), (None, None))
    facts = facts_of(pieces, rules)
    kind, reason = decide_kind(facts)
    traits = replace(traits, perhaps_automatic=perhaps_automatic(facts))
    answers_by_itself = kind is MailKind.AUTO_REPLY and (
        facts.answers_us or not is_generated(traits)
    )
    if answers_by_itself:
        # What a program says in answer was ours; to alert of it would bring the next answer.
        traits = replace(traits, readable=True)
    home = None if answers_by_itself else rules.home.key
    urgent = None if answers_by_itself else pieces.urgent
    suggestion = None if answers_by_itself else pieces.suggestion
    return ParsedMessage(
        message_id=traits.message_id,
        sender=sender,
        subject=pieces.subject,
        date=mail.date(),
        language=pieces.language,
        kind=kind,
        kind_reason=reason,
        text=text,
        urgency=urgent.rule if urgent else None,
        urgency_reason=urgent.phrase if urgent else None,
        category=suggestion.category.value if suggestion else None,
        category_reason=suggestion.phrase if suggestion else None,
        sightings=_as_of(kind, pieces.named.sightings, home),
        urls=pieces.named.urls,
        attachments=pieces.evidence,
        defects=tuple(mail.defects),
        traits=traits,
        reply_token=pieces.token,
        recipients=pieces.recipients,
        machine_report=pieces.report.report,
        delivery=pieces.delivery,
        fingerprint=fingerprint(
            traits, [mail.value(name) for name in ("date", *RESENT)], pieces.subject, mail.content
        ),
    )


def _language(mail: Mail, subject: str, body: Body) -> str | None:
    charset = mail.root.get_content_charset() or ""
    return choose(body.words.text, subject, mail.value("content-language")[:100], charset)


def _as_of(
    kind: MailKind, sightings: tuple[Sighting, ...], home: str | None
) -> tuple[Sighting, ...]:
    """Take what a machine or a list names as mentioned only.

    Except our own platform's accounts in list mail and in mail a program wrote by itself: a group
    passes on what a member wrote, and web forms send what a visitor wrote. Without ``home``, the
    mail is a program's answer.
    """
    if kind not in {MailKind.BOUNCE, MailKind.AUTO_REPLY, MailKind.LIST}:
        return sightings
    passed_on = kind is not MailKind.BOUNCE
    return tuple(
        sighting
        if passed_on and sighting.account.platform == home
        else replace(sighting, role=Role.MENTIONED)
        for sighting in sightings
    )


def facts_of(pieces: Pieces, rules: ReadingRules) -> KindFacts:
    """Give the facts by which it is decided what the mail is."""
    read = Reading(
        mail=pieces.mail,
        traits=pieces.traits,
        subject=pieces.subject,
        text=pieces.body.words.text,
        outer=pieces.body.outer,
        passes_on=0 < pieces.body.words.own_length < len(pieces.body.words.text),
        sightings=pieces.named.sightings,
        urgent=pieces.urgent is not None,
        language=pieces.language,
        evidence=pieces.evidence,
        token=pieces.token,
        report=pieces.report,
    )
    return gather_facts(read, rules)
