"""Reports: a message as understood, what it says and what came with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from store.model.ids import InboundId, ReportId
from store.model.mail import MailKind, MailTraits
from store.model.severity import Severity
from store.states import AcknowledgementState


@dataclass(frozen=True, kw_only=True, slots=True)
class EvidencePart:
    """One attachment of a mail: listed, never decoded further, never altered.

    ``size`` counts octets after transfer decoding, ``sha256`` is over those octets. ``filename``
    is made safe to print; it never names a place on disk.
    """

    filename: str | None
    content_type: str
    size: int
    sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """What a report says, kept sealed: subject, own words, names of attachments."""

    subject: str
    text: str
    filenames: tuple[str | None, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """One message as understood. ``reporter`` is the address it came from, if any.

    ``urgency`` and ``category`` are suggestions, each with the phrase of our tables behind it;
    ``external_id`` is the number that the sender of a machine-readable report gave it; ``answers``
    is the reference of the report that this one is a reply to; ``address`` is the one of ours it
    came to, folded. ``arrived_at`` is when it came to where we took it from, if that is known.
    """

    id: ReportId
    reference: str
    inbound_id: InboundId
    reporter: str | None
    received_at: datetime
    language: str | None
    kind: MailKind
    severity: Severity
    urgency: str | None
    message_id: str | None
    traits: MailTraits
    acknowledgement: AcknowledgementState
    acknowledgement_reason: str | None
    case_references: tuple[str, ...] = ()
    accounts: int = 0
    urgency_reason: str | None = None
    category: str | None = None
    category_reason: str | None = None
    external_id: str | None = None
    answers: str | None = None
    address: str | None = None
    arrived_at: datetime | None = None
