"""Cases, what happened to them, and how they ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from store.model.accounts import AccountReference
from store.model.ids import CaseId, EventId
from store.model.severity import Severity
from store.states import CaseState


class Disposition(StrEnum):
    """How a case ended."""

    ACCOUNT_REMOVED = "account_removed"
    CONTENT_REMOVED = "content_removed"
    NO_VIOLATION = "no_violation"
    DUPLICATE = "duplicate"
    NOT_OUR_PLATFORM = "not_our_platform"
    INSUFFICIENT = "insufficient"
    REFERRED = "referred"


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
    # A step would be due outside its hours and is held until they begin.
    STEP_WAITS = "step_waits"


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
    reopened_at: datetime | None = None

    @property
    def waits_since(self) -> datetime:
        """Since when it waits for somebody: its opening, or the last time it was opened again."""
        return self.reopened_at or self.opened_at


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
