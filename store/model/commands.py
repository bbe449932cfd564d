"""What the people on duty do with a case by mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from store.model.cases import Disposition
from store.model.ids import CaseId, InboundId, OutboxId
from store.model.mail import MailKind, MailTraits
from store.states import CommandState


class StaffAction(StrEnum):
    """What a duty officer can do with a case by mail."""

    TAKE = "take"
    RELEASE = "release"
    SNOOZE = "snooze"
    ESCALATE = "escalate"
    NOTE = "note"
    CLOSE = "close"


class CommandFault(StrEnum):
    """What a command lacks, or says so that it cannot be understood."""

    SPAN = "span"
    DISPOSITION = "disposition"
    TEXT = "text"


@dataclass(frozen=True, kw_only=True, slots=True)
class StaffCommand:
    """What a mail of a duty officer asks for, as read; whether it may is decided later.

    ``token`` is the plus-part it was sent to and ``answered_id`` the mail of ours it answers;
    ``kind`` is what reading takes the mail for. ``action`` None with ``has_words`` is a mail whose
    first line is no command. ``remark`` is the text of a note, sealed. ``person`` is the name in
    the configuration, once decided, and ``reason`` tells why it was refused or what it did.
    """

    inbound_id: InboundId
    received_at: datetime
    case_id: CaseId | None
    sender: str | None
    kind: MailKind
    forwarded: bool
    token: str | None
    answered_id: OutboxId | None
    has_words: bool
    traits: MailTraits
    action: StaffAction | None = None
    named_case: str | None = None
    span: timedelta | None = None
    disposition: Disposition | None = None
    fault: CommandFault | None = None
    remark: bytes | None = None
    state: CommandState = CommandState.PENDING
    reason: str | None = None
    person: str | None = None
    decided_at: datetime | None = None
