"""What reading makes of a mail. Whoever only handles it loads no reader with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from ingest.reading import fields
from ingest.reading.delivery import Delivery
from ingest.reading.machine_reports.model import MachineReport
from store.model import Envelope, EvidencePart, MailKind, MailTraits, Sighting


@dataclass(frozen=True, kw_only=True, slots=True)
class ParsedMessage:
    """One mail as understood; picklable, so that it travels between processes.

    ``message_id`` keeps its angle brackets (RFC 5322 section 3.6.4); ``date`` is aware;
    ``language`` is ISO 639-1; ``urgency`` is the name of a rule and ``category`` a suggestion, each
    with the phrase of our own tables behind it; ``text`` is the writer's own words;
    ``reply_token`` is the plus-part of our address it was sent to, ``recipients`` are those of
    our addresses that its header names; ``machine_report`` is the
    report in ARF or X-ARF that it carries, ``delivery`` what it says of a mail's delivery;
    ``fingerprint`` is the same for every copy of it, by whatever door, and for no other mail.
    """

    message_id: str | None = None
    sender: str | None = None
    subject: str = ""
    date: datetime | None = None
    language: str | None = None
    kind: MailKind
    kind_reason: str
    text: str = ""
    urgency: str | None = None
    urgency_reason: str | None = None
    category: str | None = None
    category_reason: str | None = None
    sightings: tuple[Sighting, ...] = ()
    urls: tuple[str, ...] = ()
    attachments: tuple[EvidencePart, ...] = ()
    defects: tuple[str, ...] = ()
    traits: MailTraits = field(default_factory=lambda: MailTraits(reverse_path=""))
    reply_token: str | None = None
    recipients: tuple[str, ...] = ()
    machine_report: MachineReport | None = None
    delivery: Delivery | None = None
    fingerprint: str | None = None


def unreadable_message(envelope: Envelope | None, defect: str) -> ParsedMessage:
    """Make a report of a mail whose reading died, so that a person looks at it."""
    reverse_path = envelope.reverse_path if envelope else ""
    return ParsedMessage(
        sender=fields.normal_address(reverse_path),
        kind=MailKind.REPORT,
        kind_reason="it could not be read, so a person has to look",
        defects=(defect,),
        traits=MailTraits(reverse_path=reverse_path, readable=False),
    )
