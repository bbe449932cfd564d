"""The words of tipline as frozen values (see ``docs/glossary.md``), all named here.

Values are checked when they are made: a time without a zone is refused here and not somewhere
later. Nothing in this package touches a database or a file. Importers take the names from
``store.model``; which module a value stands in is a matter of this package.
"""

from __future__ import annotations

from store.model.accounts import AccountReference, Role, Sighting
from store.model.cases import Case, CaseEvent, Disposition, EventKind
from store.model.commands import CommandFault, StaffAction, StaffCommand
from store.model.duty import CalendarReading, Override, PlannedShift
from store.model.escalations import Alert, AlertReason, Escalation
from store.model.ids import (
    AccountId,
    AlertId,
    CaseId,
    EscalationId,
    EventId,
    ImportId,
    InboundId,
    OutboxId,
    OverrideId,
    ReportId,
)
from store.model.logins import LoginFailure, StoredLogin
from store.model.mail import (
    NOTICE_FIELDS,
    ORDINARY,
    UNNAMED_SERVER,
    Door,
    Envelope,
    InboundMessage,
    MailKind,
    MailTraits,
    Treatment,
)
from store.model.mailboxes import Fetch, FetchOutcome, KnownCopy, MailboxState, Place
from store.model.moments import Clock, require_aware, utc_now
from store.model.outgoing import (
    TO_REPORTERS,
    TO_STAFF,
    Attempt,
    OutboxKind,
    OutboxMessage,
    OutgoingMail,
    Way,
)
from store.model.reports import EvidencePart, Report, Words
from store.model.severity import Severity
from store.model.watch import Canary, Fault

__all__ = [
    "NOTICE_FIELDS",
    "ORDINARY",
    "TO_REPORTERS",
    "TO_STAFF",
    "UNNAMED_SERVER",
    "AccountId",
    "AccountReference",
    "Alert",
    "AlertId",
    "AlertReason",
    "Attempt",
    "CalendarReading",
    "Canary",
    "Case",
    "CaseEvent",
    "CaseId",
    "Clock",
    "CommandFault",
    "Disposition",
    "Door",
    "Envelope",
    "Escalation",
    "EscalationId",
    "EventId",
    "EventKind",
    "EvidencePart",
    "Fault",
    "Fetch",
    "FetchOutcome",
    "ImportId",
    "InboundId",
    "InboundMessage",
    "KnownCopy",
    "LoginFailure",
    "MailKind",
    "MailTraits",
    "MailboxState",
    "OutboxId",
    "OutboxKind",
    "OutboxMessage",
    "OutgoingMail",
    "Override",
    "OverrideId",
    "Place",
    "PlannedShift",
    "Report",
    "ReportId",
    "Role",
    "Severity",
    "Sighting",
    "StaffAction",
    "StaffCommand",
    "StoredLogin",
    "Treatment",
    "Way",
    "Words",
    "require_aware",
    "utc_now",
]
