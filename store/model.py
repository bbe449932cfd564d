"""The words of tipline as frozen values (see ``docs/glossary.md``).

Values are checked when they are made: a time without a zone is refused here and not somewhere
later. Nothing in this module touches a database or a file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any, Final, NewType

from store.states import (
    AcknowledgementState,
    AlertState,
    CaseState,
    CommandState,
    EscalationState,
    InboxState,
    OutboxState,
)

InboundId = NewType("InboundId", int)
ReportId = NewType("ReportId", int)
AccountId = NewType("AccountId", int)
CaseId = NewType("CaseId", int)
EventId = NewType("EventId", int)
OutboxId = NewType("OutboxId", int)
EscalationId = NewType("EscalationId", int)
OverrideId = NewType("OverrideId", int)
AlertId = NewType("AlertId", int)

Clock = Callable[[], datetime]
"""Tells the present time, aware and in UTC."""


def utc_now() -> datetime:
    """Tell the present time of this machine in UTC."""
    return datetime.now(tz=UTC)


def require_aware(moment: datetime, name: str) -> None:
    """Raise ValueError for a time without a zone."""
    if moment.tzinfo is None:
        raise ValueError(f"{name} has no time zone")


class Door(StrEnum):
    """How a message came in."""

    SMTP = "smtp"
    # From an archive: worked on like any other, but its writer waits for no receipt now.
    ARCHIVE = "archive"


class Severity(IntEnum):
    """How urgent a case is; a higher figure is more urgent.

    A message nobody could read is HIGH: it is more urgent than one that could be read.
    """

    LOW = 1
    NORMAL = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def label(self) -> str:
        """The word used in configuration, tables and mails."""
        return self.name.lower()

    @classmethod
    def from_label(cls, label: str) -> Severity:
        """Turn a word back into a severity; ValueError for an unknown one."""
        try:
            return cls[label.upper()]
        except KeyError as error:
            raise ValueError(f"no severity is called {label!r}") from error


class MailKind(StrEnum):
    """What a mail is. Unsure means report."""

    REPORT = "report"
    REPLY = "reply"
    BOUNCE = "bounce"
    AUTO_REPLY = "auto_reply"
    LIST = "list"
    FEEDBACK_REPORT = "feedback_report"
    XARF = "xarf"
    STAFF_REPLY = "staff_reply"
    SPAM = "spam"
    # A mail of ours to ourselves that came back.
    CANARY = "canary"
    EMPTY = "empty"


class Role(StrEnum):
    """What part an account plays in a report."""

    REPORTED = "reported"
    REPORTER = "reporter"
    VICTIM = "victim"
    MENTIONED = "mentioned"


class Disposition(StrEnum):
    """How a case ended."""

    ACCOUNT_REMOVED = "account_removed"
    CONTENT_REMOVED = "content_removed"
    NO_VIOLATION = "no_violation"
    DUPLICATE = "duplicate"
    NOT_OUR_PLATFORM = "not_our_platform"
    INSUFFICIENT = "insufficient"
    REFERRED = "referred"


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


class EventKind(StrEnum):
    """What happened to a case."""

    OPENED = "opened"
    JOINED = "joined"
    REOPENED = "reopened"
    REPLY_RECEIVED = "reply_received"
    SEVERITY_RAISED = "severity_raised"
    ESCALATION_STARTED = "escalation_started"
    ALERT_QUEUED = "alert_queued"
    NOBODY_ON_DUTY = "nobody_on_duty"
    TAKEN = "taken"
    LEASE_EXPIRED = "lease_expired"
    RELEASED = "released"
    SNOOZED = "snoozed"
    NOTE = "note"
    CLOSED = "closed"
    STAFF_REPLY = "staff_reply"
    WORDS_OPENED = "words_opened"
    ALERT_FAILED = "alert_failed"
    # A duty officer had the next step come at once.
    ESCALATED = "escalated"
    # A mail asked for something that was not done, with the reason.
    COMMAND_REFUSED = "command_refused"
    # A mail about the case, other than an alert or a receipt, could not be delivered.
    MAIL_FAILED = "mail_failed"
    # Staff were told that a reporter has written again.
    FOLLOW_UP_QUEUED = "follow_up_queued"
    DECISION_TOLD = "decision_told"
    QUESTION_ASKED = "question_asked"
    REPORTER_UNREACHABLE = "reporter_unreachable"
    REPORTER_REACHABLE = "reporter_reachable"
    # It has not gone out for so long that the next step is told as well.
    ALERT_LATE = "alert_late"
    # The relay was down, and a channel stood in for a mail.
    ALERT_BY_CHANNEL = "alert_by_channel"
    NO_PROGRESS = "no_progress"


class AlertReason(StrEnum):
    """Why an alert goes to its address."""

    # The address is one of those the step names.
    STEP = "step"
    # The fallback address: no step that is left found anybody on duty.
    NOBODY_ON_DUTY = "nobody_on_duty"
    # The fallback address: nobody else of the step could be reached.
    UNDELIVERABLE = "undeliverable"
    # Whoever took the case: nothing has happened since.
    NO_PROGRESS = "no_progress"


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
class Envelope:
    """What the transport said (RFC 5321 section 2.3.1), not what the headers claim.

    ``reverse_path`` is "" for the null path; ``peer`` is "address:port" or a file's name.
    """

    reverse_path: str
    recipients: tuple[str, ...]
    door: Door
    received_at: datetime
    peer: str = ""
    helo: str = ""
    tls: bool = False
    smtputf8: bool = False

    def __post_init__(self) -> None:
        require_aware(self.received_at, "received_at")


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountReference:
    """A pointer to one account: four fields, as handles are renamed and used again.

    ``handle`` is spelled as reported, ``folded_handle`` is what it is compared by under the
    platform's own rule. At least one of ``handle``, ``user_id`` and ``url`` is given.
    """

    platform: str
    handle: str | None = None
    user_id: str | None = None
    url: str | None = None
    folded_handle: str | None = None

    def __post_init__(self) -> None:
        if not (self.handle or self.user_id or self.url):
            raise ValueError("an account reference needs a handle, a user id or a URL")

    @property
    def key(self) -> tuple[str, str]:
        """What two references to one account have in common: user id, else folded handle."""
        if self.user_id:
            return (self.platform, f"id:{self.user_id}")
        if self.folded_handle or self.handle:
            return (self.platform, f"handle:{self.folded_handle or self.handle}")
        return (self.platform, f"url:{self.url}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Sighting:
    """A report names an account: where in the mail, by which method, in which role, how sure.

    ``confidence`` runs from 0 to 1; ``span`` counts characters of the part it was read from.
    """

    account: AccountReference
    role: Role
    method: str
    confidence: float
    part: str
    span: tuple[int, int] = (0, 0)


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
class MailTraits:
    """The facts of a mail by which we decide whether it may be answered.

    ``headers`` holds only the header fields that say something about automation, in the order
    of the mail, names in lower case; ``content_type`` is the top-level type in lower case and
    ``report_type`` its report-type parameter. ``readable`` is False when reading failed,
    ``archived`` is True for a mail from an archive, whose reporter waits for no receipt;
    ``perhaps_automatic`` for one whose words look a little like a machine's. ``authentication``
    holds what a trusted mail server wrote about the sender (RFC 8601), the newest first.
    """

    reverse_path: str
    from_addresses: tuple[str, ...] = ()
    message_id: str | None = None
    references: tuple[str, ...] = ()
    content_type: str = "text/plain"
    report_type: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    readable: bool = True
    archived: bool = False
    perhaps_automatic: bool = False
    authentication: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class InboundMessage:
    """One accepted raw message: durable, and what has become of it so far."""

    id: InboundId
    envelope: Envelope
    digest: str
    size: int
    state: InboxState
    kind: MailKind | None
    reason: str | None
    message_id: str | None
    attempts: int


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
    is the reference of the report that this one is a reply to.
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """The unit of work: the reports about one account, or one report that names none."""

    id: CaseId
    reference: str
    state: CaseState
    severity: Severity
    account: AccountReference | None
    opened_at: datetime
    reports: int
    reporters: int
    taken_by: str | None = None
    taken_at: datetime | None = None
    taken_until: datetime | None = None
    closed_at: datetime | None = None
    disposition: Disposition | None = None
    next_alert_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseEvent:
    """An append-only fact about a case, chained to the one before it by ``digest``."""

    id: EventId
    case_id: CaseId
    sequence: int
    at: datetime
    kind: EventKind
    actor: str
    details: Mapping[str, Any]
    previous_digest: str
    digest: str


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
class Escalation:
    """One running snapshot of a policy over one case.

    ``policy`` is the policy as it was when the escalation began. ``step`` counts the steps done;
    ``rounds`` counts the alerts of the last step. ``next_at`` is when it acts next: the
    next step while running, the end of the pause while paused, None once ended.
    """

    id: EscalationId
    case_id: CaseId
    state: EscalationState
    policy: Mapping[str, Any]
    step: int
    rounds: int
    started_at: datetime
    next_at: datetime | None
    pause_reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """Something not as promised that the operators were told about and that is not over.

    ``subjects`` are the cases or channels it was told of; ``seen_at`` is when it was seen last.
    """

    name: str
    title: str
    count: int
    subjects: tuple[str, ...]
    raised_at: datetime
    seen_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Canary:
    """A mail to ourselves: when it was queued, came back, and was decided not to be answered.

    ``name`` is what its token is signed over; ``verdict`` is the reason it got no receipt.
    """

    name: str
    queued_at: datetime
    returned_at: datetime | None = None
    decided_at: datetime | None = None
    verdict: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Alert:
    """One step about one case, told to one address; several may share one mail.

    ``step`` counts from 0 and ``round`` the repeats of the last step. ``person`` is the address's
    owner, by the name in the configuration. An ``urgent`` one is about a critical case that the
    address has not been told of. ``outbox_id`` is the mail that carries it, and ``mail_state`` how
    far that mail has come. ``passed_on_at`` tells when the next step was hurried in its place.
    """

    id: AlertId
    case_id: CaseId
    escalation_id: EscalationId
    step: int
    round: int
    address: str
    person: str | None
    reason: AlertReason
    urgent: bool
    state: AlertState
    created_at: datetime
    outbox_id: OutboxId | None = None
    mail_state: OutboxState | None = None
    passed_on_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One try to send one outgoing message."""

    at: datetime
    outcome: str
    detail: str = field(default="")


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Override:
    """A person is on duty in a rota for a while, whatever its layers and its calendar say.

    Both are names in the configuration. ``cancelled_at`` is when somebody took it back.
    """

    id: OverrideId
    rota: str
    person: str
    begins_at: datetime
    ends_at: datetime
    made_by: str
    made_at: datetime
    cancelled_by: str | None = None
    cancelled_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedShift:
    """A shift that a calendar names, for a person by the name in the configuration."""

    person: str
    begins_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarReading:
    """What a rota's calendar said at ``read_at`` about the time up to ``until``.

    ``source`` is the file, ``digest`` the SHA-256 of what stood in it. Of two shifts that overlap
    the first wins.
    """

    rota: str
    source: str
    digest: str
    read_at: datetime
    until: datetime
    shifts: tuple[PlannedShift, ...]
