"""What all outgoing mails have in common, as whole RFC 5322 messages.

What a receipt, an alert and an alarm say stands in ``receipts``, ``alerts`` and ``alarms``.

Nothing here sends, stores or asks for the time; a call with the same arguments writes the same
mail. No mail ever holds the reporter's words, subject or attachments, and reported accounts are
defanged, so that no mail program shows a link to tap and no scanner fetches one. A line break in
any value is an error and never becomes a second header field.

The envelope sender is not decided here: each mail gets a signed return address when it leaves (see
``return_paths``), so that nothing that comes back is taken for a report.

Subjects are fixed text and a reference. RFC 3834 section 3.1.5 asks for a portion of the original
subject; we leave it out on purpose, as section 6 warns of responders used to relay what others
wrote, and a subject may itself harm the person it names.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from hashlib import sha256
from pathlib import Path
from typing import Final

from notifier.addresses import is_well_formed
from notifier.letters import FALLBACK_LANGUAGE, Letter, Letters, require_single_line
from notifier.rota import time_zone
from store.model import CaseId, OutboxKind, OutgoingMail, Report, ReportId, Severity

NULL_PATH: Final = ""
_PREFIXES: Final = {
    OutboxKind.ACKNOWLEDGEMENT: "receipt",
    OutboxKind.ALERT: "alert",
    OutboxKind.ALARM: "alarm",
    OutboxKind.CANARY: "canary",
    OutboxKind.DECISION: "decision",
    OutboxKind.QUESTION: "question",
    OutboxKind.FOLLOW_UP: "reply",
    OutboxKind.STAFF_NOTICE: "notice",
    OutboxKind.OVERVIEW: "overview",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Greeting:
    """How reporters are written to who wrote to an address with defaults of its own.

    ``name`` is that of the defaults. ``language`` is for those whose own cannot be told;
    ``templates`` is a folder whose letters go before all others.
    """

    name: str
    language: str | None = None
    templates: Path | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """Who we are in mails. ``domain`` ends our Message-IDs; ``name`` is shown beside ``address``.

    ``aliases`` are further addresses of ours that are never answered. ``replies`` is the one that
    holds tags, where ``address`` is too long for them. ``templates`` is a folder whose files go
    before the ones that come with the program. Receipts tell times in ``time_zone``.
    ``greetings`` are by folded address. ``senders`` are the addresses of ours that may write to
    whoever wrote to them, as they are configured, by folded address.
    """

    address: str
    name: str
    domain: str
    aliases: frozenset[str] = frozenset()
    templates: Path | None = None
    greetings: Mapping[str, Greeting] = field(default_factory=dict)
    time_zone: str = "UTC"
    replies: str | None = None
    senders: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if "@" not in self.address:
            raise ValueError("the reporting address is not an address")
        for text in (self.address, self.name, self.domain, self.replies or "", *self._others()):
            require_single_line(text)
        time_zone(self.time_zone)

    def _others(self) -> tuple[str, ...]:
        return (*self.aliases, *self.senders.values())

    @property
    def addresses(self) -> frozenset[str]:
        """All addresses a mail from which is our own."""
        return self.aliases | {self.address}

    def tagged(self, tag: str) -> str:
        """Put a tag into our address (RFC 5233): ``cp+tag@domain``."""
        local_part, _, domain = (self.replies or self.address).rpartition("@")
        return f"{local_part}+{tag}@{domain}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Posting:
    """The decision to send one mail: to whom, when decided, and how it is recognised."""

    recipient: str
    message_id: str
    dedupe_key: str
    at: datetime


def new_message_id(kind: OutboxKind, domain: str, token: str | None = None) -> str:
    """Draw a Message-ID, angle brackets included; ``token`` says what an answer to it belongs to.

    It is drawn once, when the message is decided on, and stored with it: every try to send bears
    the same one, so a repeat after a crash is recognisable. It cannot be guessed, so a stranger
    cannot claim to answer a mail that was never sent to them.
    """
    token = f".{token}" if token else ""
    return f"<{_PREFIXES[kind]}.{secrets.token_hex(12)}{token}@{domain}>"


class Composer:
    """Writes our mails in the languages there are template folders for.

    ``letters`` fills the templates, ``sets`` those of addresses with their own, by name; ``zone``
    is the one that times are told in to people whose own we do not know. Alarms go to
    ``operator_channels`` as well, in the first of ``operator_languages`` there are words for.
    """

    def __init__(
        self,
        identity: Identity,
        operator_channels: tuple[str, ...] = (),
        operator_languages: tuple[str, ...] = (FALLBACK_LANGUAGE,),
    ) -> None:
        self.identity = identity
        self.operator_channels = operator_channels
        self.operator_languages = operator_languages
        self.letters = Letters(identity.templates)
        self.sets = {
            greeting.name: Letters(greeting.templates, self.letters)
            for greeting in identity.greetings.values()
            if greeting.templates
        }
        self.zone = time_zone(identity.time_zone)

    @property
    def has_own_templates(self) -> bool:
        """Whether there are others than those that come with the program."""
        return self.letters.own_folder is not None or bool(self.sets)

    def letters_for(self, report: Report) -> Letters:
        """Give what fills the letters to a report's reporter."""
        greeting = self.identity.greetings.get(report.address or "")
        return self.sets.get(greeting.name, self.letters) if greeting else self.letters

    def language_of(self, report: Report) -> str:
        """Tell the language a report's reporter is written to in."""
        greeting = self.identity.greetings.get(report.address or "")
        return report.language or (greeting and greeting.language) or FALLBACK_LANGUAGE

    def sender_of(self, report: Report) -> str:
        """Tell from which of our addresses a report's reporter is written to."""
        return self.identity.senders.get(report.address or "", self.identity.address)

    def posting(
        self,
        kind: OutboxKind,
        recipient: str,
        dedupe_key: str,
        at: datetime,
        token: str | None = None,
    ) -> Posting:
        """Decide on a mail: from here on it has its Message-ID, with a reply token if given."""
        message_id = new_message_id(kind, self.identity.domain, token)
        return Posting(recipient=recipient, message_id=message_id, dedupe_key=dedupe_key, at=at)

    def mail(
        self, letter: Letter, posting: Posting, automatic: str, sender: str | None = None
    ) -> EmailMessage:
        """Open a mail with the fields all of ours have; ``automatic`` is its Auto-Submitted.

        ``sender`` is the one of our addresses it comes from; without it, the first.
        """
        recipient = require_single_line(posting.recipient)
        mail = EmailMessage(policy=SMTP if recipient.isascii() else SMTPUTF8)
        mail["From"] = mail_address(sender or self.identity.address, self.identity.name)
        mail["To"] = mail_address(recipient)
        mail["Subject"] = letter.subject
        mail["Date"] = posting.at
        mail["Message-ID"] = require_single_line(posting.message_id)
        # RFC 3834 sections 3.1.7 and 5; the other two stop responders that know only them.
        mail["Auto-Submitted"] = automatic
        mail["X-Auto-Response-Suppress"] = "All"
        mail["X-Loop"] = self.identity.address
        # Plain where it can be, so that the raw mail is readable; never 8bit, for old relays.
        mail.set_content(letter.text, cte=_encoding(letter.text))
        if letter.html:
            mail.add_alternative(letter.html, subtype="html", cte=_encoding(letter.html))
            # The same call writes the same mail: no boundary is drawn by chance.
            mail.set_boundary(f"={sha256(posting.message_id.encode()).hexdigest()[:32]}=")
        return mail


def _encoding(text: str) -> str:
    # RFC 5322 section 2.1.1 counts 998; 900 leaves room for what relays do to a line.
    short = all(len(line) <= 900 for line in text.splitlines())  # noqa: PLR2004 - see above
    if text.isascii() and short:
        return "7bit"
    # Where most is not Latin, quoted-printable would be three times as long.
    return "quoted-printable" if len(text.encode()) < 1.5 * len(text) else "base64"


def outgoing(  # noqa: PLR0913 - a mail belongs to a report, a case or neither
    kind: OutboxKind,
    mail: EmailMessage,
    letter: Letter,
    posting: Posting,
    *,
    report_id: ReportId | None = None,
    case_id: CaseId | None = None,
    severity: Severity | None = None,
) -> OutgoingMail:
    """Close a mail: its bytes, and what the outbox knows of it besides."""
    return OutgoingMail(
        kind=kind,
        dedupe_key=posting.dedupe_key,
        sender=NULL_PATH,
        recipient=posting.recipient,
        subject=letter.subject,
        message_id=posting.message_id,
        content=mail.as_bytes(),
        report_id=report_id,
        case_id=case_id,
        severity=severity,
    )


def mail_address(address: str, name: str = "") -> Address:
    """Make an address for a header field; ValueError for one that is not plain."""
    if not is_well_formed(require_single_line(address)):
        raise ValueError("an address for a mail is not a plain address")
    local_part, _, domain = address.rpartition("@")
    return Address(display_name=name, username=local_part, domain=domain)
