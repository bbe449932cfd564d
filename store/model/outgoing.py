"""Messages that go out: what for, by which way, and each try to send them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from store.model.ids import CaseId, OutboxId, ReportId
from store.model.severity import Severity
from store.states import OutboxState


class OutboxKind(StrEnum):
    """What an outgoing message is for."""

    ACKNOWLEDGEMENT = "acknowledgement"
    ALERT = "alert"
    # To a reporter: how a case ended, and a question of staff.
    DECISION = "decision"
    QUESTION = "question"
    # To staff: a reporter has written again.
    FOLLOW_UP = "follow_up"
    # To the operators: something about tipline itself needs a person.
    ALARM = "alarm"
    # To ourselves: whether it comes back tells that the whole way works.
    CANARY = "canary"
    # To the people on duty: what a mail of theirs did, or that somebody else has the case.
    STAFF_NOTICE = "staff_notice"
    # To one of staff: a digest, or what a change of shift hands over.
    OVERVIEW = "overview"


class Way(StrEnum):
    """By which courier an outgoing message leaves."""

    MAIL = "mail"
    # A text message, a chat, a pager: whatever a person or a team has beside mail.
    CHANNEL = "channel"


TO_REPORTERS: Final = frozenset(
    {OutboxKind.ACKNOWLEDGEMENT, OutboxKind.DECISION, OutboxKind.QUESTION},
)
"""The kinds of messages that go to whoever wrote a report; all others go to staff."""
TO_STAFF: Final = frozenset(OutboxKind) - TO_REPORTERS


@dataclass(frozen=True, kw_only=True, slots=True)
class OutgoingMail:
    """A message decided on, ready to be queued.

    ``content`` is the whole mail as sent (RFC 5322, CRLF); ``dedupe_key`` names the decision,
    so that the same decision taken twice queues one message. What leaves by a channel has the
    channel's name as its recipient and plain UTF-8 text as its content. ``instead_of`` names a
    message that need not go any more once this one has gone. ``severity`` is that of the most
    urgent case it tells of, and decides what goes out first.
    """

    kind: OutboxKind
    dedupe_key: str
    sender: str
    recipient: str
    subject: str
    message_id: str
    content: bytes
    report_id: ReportId | None = None
    case_id: CaseId | None = None
    way: Way = Way.MAIL
    instead_of: OutboxId | None = None
    severity: Severity | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OutboxMessage:
    """A queued message and how far it has come."""

    id: OutboxId
    mail: OutgoingMail
    state: OutboxState
    attempts: int
    created_at: datetime
    next_attempt_at: datetime | None
    last_error: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One try to send one outgoing message."""

    at: datetime
    outcome: str
    detail: str = field(default="")
