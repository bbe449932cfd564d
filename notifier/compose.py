"""What outgoing mails say: receipts, alerts and alarms, as whole RFC 5322 messages.

Nothing here sends, stores or asks for the time; a call with the same arguments writes the same
mail. No mail ever holds the reporter's words, subject or attachments, and reported accounts are
defanged, so that no mail program shows a link to tap and no scanner fetches one. A line break in
any value is an error and never becomes a second header field.

Subjects are fixed text and a reference. RFC 3834 section 3.1.5 asks for a portion of the original
subject; we leave it out on purpose, as section 6 warns of responders used to relay what others
wrote, and a subject may itself harm the person it names.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, select_autoescape

from notifier.defang import defang
from store.model import OutboxKind, OutgoingMail

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta, tzinfo

    from store.model import AccountReference, Case, Report

FALLBACK_LANGUAGE: Final = "en"
TEMPLATES: Final = Path(__file__).parent / "templates"
MAX_REFERENCES: Final = 20
"""How many Message-IDs a References field repeats; a longer thread keeps its ends."""
MAX_MESSAGE_ID: Final = 500
"""Longer Message-IDs do not fit a line (RFC 5322 section 2.1.1) and are not repeated."""

_PREFIXES: Final = {
    OutboxKind.ACKNOWLEDGEMENT: "receipt",
    OutboxKind.ALERT: "alert",
    OutboxKind.ALARM: "alarm",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """Who we are in mails. ``domain`` ends our Message-IDs; ``name`` is shown beside ``address``.

    ``aliases`` are further addresses of ours that are never answered. ``templates`` is a folder
    whose files go before the ones that come with the program.
    """

    address: str
    name: str
    domain: str
    aliases: frozenset[str] = frozenset()
    templates: Path | None = None

    def __post_init__(self) -> None:
        if "@" not in self.address:
            raise ValueError("the reporting address is not an address")
        for text in (self.address, self.name, self.domain, *self.aliases):
            require_single_line(text)

    @property
    def addresses(self) -> frozenset[str]:
        """All addresses a mail from which is our own."""
        return self.aliases | {self.address}

    def tagged(self, tag: str) -> str:
        """Put a tag into the reporting address (RFC 5233): ``cp+tag@domain``."""
        local_part, _, domain = self.address.rpartition("@")
        return f"{local_part}+{tag}@{domain}"


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertFacts:
    """What an alert tells besides the case: where its escalation stands.

    ``step`` counts from 1; ``repeats`` counts the earlier alerts of the last step. ``take_as`` is
    the name to take the case by, ``zone`` the one its times are written in.
    """

    step: int
    steps: int
    repeats: int
    now: datetime
    next_alert_at: datetime
    take_as: str
    zone: tzinfo
    languages: tuple[str, ...] = (FALLBACK_LANGUAGE,)
    nobody_on_duty: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class _Letter:
    """Subject and text as a template gave them."""

    subject: str
    text: str


def new_message_id(kind: OutboxKind, domain: str) -> str:
    """Draw a Message-ID, angle brackets included.

    It is drawn once, when the message is decided on, and stored with it: every try to send bears
    the same one, so a repeat after a crash is recognisable. It cannot be guessed, so a stranger
    cannot claim to answer a mail that was never sent to them.
    """
    return f"<{_PREFIXES[kind]}.{secrets.token_hex(12)}@{domain}>"


def require_single_line(text: str) -> str:
    """Give the text back; ValueError if it holds a line break or another control character."""
    if any(ord(character) < ord(" ") or character in "\x7f\x85\u2028\u2029" for character in text):
        raise ValueError("a value for a mail holds a line break or a control character")
    return text


def span_text(span: timedelta) -> str:
    """Write a span in at most two units that are the same in every language."""
    minutes = max(0, int(span.total_seconds() // 60))
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min"


def moment_text(moment: datetime, zone: tzinfo) -> str:
    """Write a moment to the minute, with its zone."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")


class Composer:
    """Writes our mails in the languages there are template folders for."""

    def __init__(self, identity: Identity) -> None:
        self.identity = identity
        folders = [identity.templates, TEMPLATES] if identity.templates else [TEMPLATES]
        self._templates = Environment(
            loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
            undefined=StrictUndefined,
            autoescape=select_autoescape(),
            keep_trailing_newline=True,
        )

    def languages(self) -> frozenset[str]:
        """Name the languages that have a template folder."""
        return frozenset(name.partition("/")[0] for name in self._templates.list_templates())

    def receipt(
        self,
        report: Report,
        *,
        message_id: str,
        reply_to: str,
        now: datetime,
        zone: tzinfo,
    ) -> OutgoingMail:
        """Write the one receipt of a report, to its reverse-path (RFC 3834 sections 3 and 4)."""
        letter = self._letter(
            "receipt",
            (report.language or FALLBACK_LANGUAGE,),
            reference=report.reference,
            received=moment_text(report.received_at, zone),
            sender_name=self.identity.name,
        )
        recipient = report.traits.reverse_path
        mail = self._mail(letter, recipient, message_id, now, "auto-replied")
        mail["Reply-To"] = _address(reply_to)
        _thread(mail, report.traits.message_id, report.traits.references)
        return OutgoingMail(
            kind=OutboxKind.ACKNOWLEDGEMENT,
            dedupe_key=f"receipt:{report.id}",
            sender="",
            recipient=recipient,
            subject=letter.subject,
            message_id=message_id,
            content=mail.as_bytes(),
            report_id=report.id,
        )

    def alert(
        self,
        case: Case,
        facts: AlertFacts,
        *,
        recipient: str,
        message_id: str,
        dedupe_key: str,
    ) -> OutgoingMail:
        """Write an alert about a case; all alerts of one case hang on one thread."""
        letter = self._letter("alert", facts.languages, **_alert_values(case, facts))
        mail = self._mail(letter, recipient, message_id, facts.now, "auto-generated")
        mail["References"] = f"<case.{case.reference}@{self.identity.domain}>"
        return OutgoingMail(
            kind=OutboxKind.ALERT,
            dedupe_key=dedupe_key,
            sender="",
            recipient=recipient,
            subject=letter.subject,
            message_id=message_id,
            content=mail.as_bytes(),
            case_id=case.id,
        )

    def alarm(
        self,
        title: str,
        lines: tuple[str, ...],
        *,
        recipient: str,
        message_id: str,
        dedupe_key: str,
        now: datetime,
    ) -> OutgoingMail:
        """Write to the operators that something about tipline itself needs a person."""
        letter = self._letter(
            "alarm",
            (FALLBACK_LANGUAGE,),
            title=title,
            lines=lines,
            host=self.identity.domain,
            noticed=now.strftime("%Y-%m-%d %H:%M UTC"),
        )
        mail = self._mail(letter, recipient, message_id, now, "auto-generated")
        return OutgoingMail(
            kind=OutboxKind.ALARM,
            dedupe_key=dedupe_key,
            sender="",
            recipient=recipient,
            subject=letter.subject,
            message_id=message_id,
            content=mail.as_bytes(),
        )

    def _letter(self, name: str, languages: Iterable[str], **values: Any) -> _Letter:  # noqa: ANN401 - whatever the template names
        _require_single_lines(values)
        template = self._templates.select_template(
            [f"{folder}/{name}.txt.j2" for folder in _folders(languages)],
        )
        head, _, text = template.render(values).partition("\n\n")
        return _Letter(subject=require_single_line(head.removeprefix("Subject: ")), text=text)

    def _mail(
        self, letter: _Letter, recipient: str, message_id: str, now: datetime, automatic: str
    ) -> EmailMessage:
        recipient = require_single_line(recipient)
        mail = EmailMessage(policy=SMTP if recipient.isascii() else SMTPUTF8)
        mail["From"] = _address(self.identity.address, self.identity.name)
        mail["To"] = _address(recipient)
        mail["Subject"] = letter.subject
        mail["Date"] = now
        mail["Message-ID"] = require_single_line(message_id)
        # RFC 3834 sections 3.1.7 and 5; the other two stop responders that know only them.
        mail["Auto-Submitted"] = automatic
        mail["X-Auto-Response-Suppress"] = "All"
        mail["X-Loop"] = self.identity.address
        mail.set_content(letter.text, cte="quoted-printable")
        return mail


def _folders(languages: Iterable[str]) -> list[str]:
    """List template folders in order of preference: ``de-AT`` is served by ``de``."""
    wanted = [language.lower().replace("_", "-").partition("-")[0] for language in languages]
    return [folder for folder in (*wanted, FALLBACK_LANGUAGE) if folder.isalpha()]


def _address(address: str, name: str = "") -> Address:
    return Address(display_name=name, addr_spec=require_single_line(address))


def _thread(mail: EmailMessage, parent: str | None, ancestors: tuple[str, ...]) -> None:
    """Fill In-Reply-To and References (RFC 5322 section 3.6.4, RFC 3834 section 3.1.6)."""
    parent = _usable_message_id(parent or "")
    if parent is None:
        return
    usable = [known for known in map(_usable_message_id, ancestors) if known and known != parent]
    if len(usable) >= MAX_REFERENCES:
        usable = [usable[0], *usable[-(MAX_REFERENCES - 2) :]]
    mail["In-Reply-To"] = parent
    mail["References"] = " ".join([*usable, parent])


def _usable_message_id(text: str) -> str | None:
    """Bring a stranger's Message-ID into the form ``<left@right>``, or refuse to repeat it."""
    inner = text.strip().removeprefix("<").removesuffix(">")
    plain = inner.isascii() and inner.isprintable() and not set(inner) & set(' <>"\\(),;')
    usable = plain and inner.count("@") == 1 and len(inner) <= MAX_MESSAGE_ID
    return f"<{inner}>" if usable else None


def _alert_values(case: Case, facts: AlertFacts) -> dict[str, Any]:
    return {
        "reference": case.reference,
        "severity": case.severity.label,
        "reports": case.reports,
        "reporters": case.reporters,
        "age": span_text(facts.now - case.opened_at),
        "opened": moment_text(case.opened_at, facts.zone),
        "account": _account_values(case.account) if case.account else None,
        "step": facts.step,
        "steps": facts.steps,
        "repeats": facts.repeats,
        "next_alert": moment_text(facts.next_alert_at, facts.zone),
        "take_as": facts.take_as,
        "nobody_on_duty": facts.nobody_on_duty,
    }


def _account_values(account: AccountReference) -> dict[str, str | None]:
    handle = account.handle
    if handle and not handle.startswith("@"):
        handle = f"@{handle}"
    return {
        "platform": defang(account.platform),
        "handle": defang(handle) if handle else None,
        "user_id": defang(account.user_id) if account.user_id else None,
        "url": defang(account.url) if account.url else None,
    }


def _require_single_lines(values: object) -> None:
    """Walk plain values and refuse a line break in any text."""
    match values:
        case str():
            require_single_line(values)
        case dict():
            _require_single_lines(tuple(values.values()))
        case tuple():
            for value in values:
                _require_single_lines(value)
        case _:
            pass
