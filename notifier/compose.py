"""What outgoing mails look like: receipts, alerts and alarms, as whole RFC 5322 messages.

Nothing here sends, stores or asks for the time; a call with the same arguments writes the same
mail. No mail ever holds the reporter's words, subject or attachments, and reported accounts are
defanged, so that no mail program shows a link to tap and no scanner fetches one. A line break in
any value is an error and never becomes a second header field.

Every mail goes out with the null reverse-path: nothing we send can come back as a bounce that is
taken for a report (RFC 3834 section 3.3). A refusal by the relay is seen at once; an alert that is
lost further on is caught by the next step, which does not wait for bounces.

Subjects are fixed text and a reference. RFC 3834 section 3.1.5 asks for a portion of the original
subject; we leave it out on purpose, as section 6 warns of responders used to relay what others
wrote, and a subject may itself harm the person it names.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from pathlib import Path
from typing import Any, Final

from notifier.addresses import is_well_formed
from notifier.defang import defang, defang_url
from notifier.letters import (
    FALLBACK_LANGUAGE,
    Letter,
    Letters,
    moment_text,
    require_single_line,
    span_text,
)
from notifier.rota import time_zone
from notifier.threads import answer_fields
from store.model import (
    AccountReference,
    Case,
    CaseId,
    OutboxKind,
    OutgoingMail,
    Report,
    Severity,
)
from store.states import CaseState

NULL_PATH: Final = ""
_PREFIXES: Final = {
    OutboxKind.ACKNOWLEDGEMENT: "receipt",
    OutboxKind.ALERT: "alert",
    OutboxKind.ALARM: "alarm",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """Who we are in mails. ``domain`` ends our Message-IDs; ``name`` is shown beside ``address``.

    ``aliases`` are further addresses of ours that are never answered. ``templates`` is a folder
    whose files go before the ones that come with the program. Receipts tell times in
    ``time_zone``.
    """

    address: str
    name: str
    domain: str
    aliases: frozenset[str] = frozenset()
    templates: Path | None = None
    time_zone: str = "UTC"

    def __post_init__(self) -> None:
        if "@" not in self.address:
            raise ValueError("the reporting address is not an address")
        for text in (self.address, self.name, self.domain, *self.aliases):
            require_single_line(text)
        time_zone(self.time_zone)

    @property
    def addresses(self) -> frozenset[str]:
        """All addresses a mail from which is our own."""
        return self.aliases | {self.address}

    def tagged(self, tag: str) -> str:
        """Put a tag into the reporting address (RFC 5233): ``cp+tag@domain``."""
        local_part, _, domain = self.address.rpartition("@")
        return f"{local_part}+{tag}@{domain}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Posting:
    """The decision to send one mail: to whom, when decided, and how it is recognised."""

    recipient: str
    message_id: str
    dedupe_key: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertFacts:
    """What an alert tells besides the case: where its escalation stands.

    ``step`` counts from 1; ``repeats`` counts the earlier alerts of the last step. ``take_as`` is
    the name to take the case by, ``zone`` the one its times are written in. ``undeliverable``
    tells the fallback address that those the step is for did not get it.
    """

    step: int
    steps: int
    repeats: int
    next_alert_at: datetime
    take_as: str = "NAME"
    zone: tzinfo = UTC
    languages: tuple[str, ...] = (FALLBACK_LANGUAGE,)
    nobody_on_duty: bool = False
    undeliverable: bool = False


def new_message_id(kind: OutboxKind, domain: str) -> str:
    """Draw a Message-ID, angle brackets included.

    It is drawn once, when the message is decided on, and stored with it: every try to send bears
    the same one, so a repeat after a crash is recognisable. It cannot be guessed, so a stranger
    cannot claim to answer a mail that was never sent to them.
    """
    return f"<{_PREFIXES[kind]}.{secrets.token_hex(12)}@{domain}>"


class Composer:
    """Writes our mails in the languages there are template folders for."""

    def __init__(self, identity: Identity) -> None:
        self.identity = identity
        self._letters = Letters(identity.templates)
        self._zone = time_zone(identity.time_zone)

    def posting(self, kind: OutboxKind, recipient: str, dedupe_key: str, at: datetime) -> Posting:
        """Decide on a mail: from here on it has its Message-ID."""
        message_id = new_message_id(kind, self.identity.domain)
        return Posting(recipient=recipient, message_id=message_id, dedupe_key=dedupe_key, at=at)

    def receipt(self, report: Report, posting: Posting, reply_to: str) -> OutgoingMail:
        """Write the one receipt of a report (RFC 3834 section 3); a reply goes to ``reply_to``."""
        values = self._receipt_values(report.reference, report.received_at)
        letter = self._letters.write("receipt", (report.language or FALLBACK_LANGUAGE,), values)
        mail = self._mail(letter, posting, "auto-replied")
        mail["Reply-To"] = _address(reply_to)
        for name, value in answer_fields(
            report.traits.message_id, report.traits.references
        ).items():
            mail[name] = value
        return OutgoingMail(
            kind=OutboxKind.ACKNOWLEDGEMENT,
            report_id=report.id,
            content=mail.as_bytes(),
            **_outer(letter, posting),
        )

    def alert(self, case: Case, facts: AlertFacts, posting: Posting) -> OutgoingMail:
        """Write an alert about a case; all alerts of one case hang on one thread."""
        values = _alert_values(case, facts, posting.at)
        letter = self._letters.write("alert", facts.languages, values)
        mail = self._mail(letter, posting, "auto-generated")
        mail["References"] = f"<case.{case.reference}@{self.identity.domain}>"
        return OutgoingMail(
            kind=OutboxKind.ALERT,
            case_id=case.id,
            content=mail.as_bytes(),
            **_outer(letter, posting),
        )

    def alarm(self, title: str, lines: tuple[str, ...], posting: Posting) -> OutgoingMail:
        """Write to the operators that something about tipline itself needs a person."""
        values = self._alarm_values(title, lines, posting.at)
        letter = self._letters.write("alarm", (FALLBACK_LANGUAGE,), values)
        mail = self._mail(letter, posting, "auto-generated")
        return OutgoingMail(
            kind=OutboxKind.ALARM, content=mail.as_bytes(), **_outer(letter, posting)
        )

    def faults(self) -> tuple[str, ...]:
        """Try all templates with invented values; tell each faulty one's path and what is wrong."""
        samples: dict[str, list[dict[str, Any]]] = {
            "receipt": [self._receipt_values("R-00000-00000", _SAMPLE_TIME)],
            "alert": [
                _alert_values(case, facts, _SAMPLE_TIME)
                for case in _sample_cases()
                for facts in _SAMPLE_FACTS
            ],
            "alarm": [
                self._alarm_values("A title", lines, _SAMPLE_TIME) for lines in ((), ("a", "b"))
            ],
        }
        found = (self._letters.faults(name, values) for name, values in samples.items())
        # A missing folder is told by each of them.
        return tuple(dict.fromkeys(fault for faults in found for fault in faults))

    def _receipt_values(self, reference: str, received_at: datetime) -> dict[str, Any]:
        return {
            "reference": reference,
            "received": moment_text(received_at, self._zone),
            "sender_name": self.identity.name,
        }

    def _alarm_values(self, title: str, lines: tuple[str, ...], at: datetime) -> dict[str, Any]:
        return {
            "title": title,
            "lines": lines,
            "host": self.identity.domain,
            "noticed": moment_text(at, self._zone),
        }

    def _mail(self, letter: Letter, posting: Posting, automatic: str) -> EmailMessage:
        recipient = require_single_line(posting.recipient)
        mail = EmailMessage(policy=SMTP if recipient.isascii() else SMTPUTF8)
        mail["From"] = _address(self.identity.address, self.identity.name)
        mail["To"] = _address(recipient)
        mail["Subject"] = letter.subject
        mail["Date"] = posting.at
        mail["Message-ID"] = require_single_line(posting.message_id)
        # RFC 3834 sections 3.1.7 and 5; the other two stop responders that know only them.
        mail["Auto-Submitted"] = automatic
        mail["X-Auto-Response-Suppress"] = "All"
        mail["X-Loop"] = self.identity.address
        # Plain where it can be, so that the raw mail is readable; never 8bit, for old relays.
        mail.set_content(letter.text, cte="7bit" if letter.text.isascii() else "quoted-printable")
        return mail


_SAMPLE_TIME: Final = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
_SAMPLE_FACTS: Final = (
    AlertFacts(step=1, steps=3, repeats=0, next_alert_at=_SAMPLE_TIME),
    AlertFacts(step=3, steps=3, repeats=2, next_alert_at=_SAMPLE_TIME, nobody_on_duty=True),
    AlertFacts(step=3, steps=3, repeats=2, next_alert_at=_SAMPLE_TIME, undeliverable=True),
)


def _sample_cases() -> tuple[Case, ...]:
    bare = Case(
        id=CaseId(0),
        reference="C-00000-00000",
        state=CaseState.OPEN,
        severity=Severity.HIGH,
        account=None,
        opened_at=_SAMPLE_TIME,
        reports=1,
        reporters=1,
    )
    whole = AccountReference(
        platform="chirper", handle="name", user_id="1", url="https://chirper.example/name"
    )
    only_url = AccountReference(platform="chirper", url="https://chirper.example/name")
    return (bare, *(replace(bare, account=account, reports=2) for account in (whole, only_url)))


def _outer(letter: Letter, posting: Posting) -> dict[str, Any]:
    """Give what the outbox knows of a mail besides its content."""
    return {
        "dedupe_key": posting.dedupe_key,
        "sender": NULL_PATH,
        "recipient": posting.recipient,
        "subject": letter.subject,
        "message_id": posting.message_id,
    }


def _address(address: str, name: str = "") -> Address:
    if not is_well_formed(require_single_line(address)):
        raise ValueError("an address for a mail is not a plain address")
    local_part, _, domain = address.rpartition("@")
    return Address(display_name=name, username=local_part, domain=domain)


def _alert_values(case: Case, facts: AlertFacts, now: datetime) -> dict[str, Any]:
    return {
        "reference": case.reference,
        "severity": case.severity.label,
        "reports": case.reports,
        "reporters": case.reporters,
        "age": span_text(now - case.opened_at),
        "opened": moment_text(case.opened_at, facts.zone),
        "account": _account_values(case.account) if case.account else None,
        "step": facts.step,
        "steps": facts.steps,
        "repeats": facts.repeats,
        "next_alert": moment_text(facts.next_alert_at, facts.zone),
        "take_as": facts.take_as,
        "nobody_on_duty": facts.nobody_on_duty,
        "undeliverable": facts.undeliverable,
    }


def _account_values(account: AccountReference) -> dict[str, str | None]:
    handle = account.handle
    if handle and not handle.startswith("@"):
        handle = f"@{handle}"
    return {
        "platform": defang(account.platform),
        "handle": defang(handle) if handle else None,
        "user_id": defang(account.user_id) if account.user_id else None,
        "url": defang_url(account.url) if account.url else None,
    }
