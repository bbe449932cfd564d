"""States of the things that have a life, and the steps allowed between them.

InboundMessage  received -> filed | recorded | quarantined;  quarantined -> received
Case            open -> taken -> closed;  open -> closed;  taken -> open;  closed -> open
OutboxMessage   queued -> sent | failed | cancelled | bounced;  sent -> bounced;
                failed | bounced -> queued
Escalation      running <-> paused;  running | paused -> ended
StaffCommand    pending -> done | refused

``docs/states.md`` draws them and says what causes each step.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, TypeVar

from store.errors import Forbidden


class InboxState(StrEnum):
    """Where an accepted message is on its way."""

    # Durable, not yet read; or given back by an operator.
    RECEIVED = "received"
    # Became a report in at least one case.
    FILED = "filed"
    # Understood as something other than a report, with the reason.
    RECORDED = "recorded"
    # Could not be worked on three times; a person has to look.
    QUARANTINED = "quarantined"


class CaseState(StrEnum):
    """Who has the case."""

    # Nobody; its escalation runs.
    OPEN = "open"
    # A duty officer, until the lease runs out.
    TAKEN = "taken"
    # Decided, with a disposition.
    CLOSED = "closed"


class OutboxState(StrEnum):
    """What became of an outgoing message."""

    QUEUED = "queued"
    SENT = "sent"
    # Refused for good, or given up after the last try.
    FAILED = "failed"
    # Overtaken by events before it went out.
    CANCELLED = "cancelled"
    # Taken by the relay, and given back by a mail server further on.
    BOUNCED = "bounced"


class AlertState(StrEnum):
    """How far one alert to one address has come."""

    # Decided; the next mail to its address carries it.
    WAITING = "waiting"
    # In a mail; the mail's own state tells the rest.
    CARRIED = "carried"
    # Its mail was refused, came back or was given up.
    FAILED = "failed"
    # The case was taken or closed, or a newer alert took its place.
    CANCELLED = "cancelled"


UNDELIVERED: Final = frozenset({OutboxState.FAILED, OutboxState.BOUNCED})
"""The states of messages that did not arrive, as far as we know."""


class EscalationState(StrEnum):
    """Whether a case's alerts go out."""

    RUNNING = "running"
    # Taken or snoozed; its next time is when it alerts again.
    PAUSED = "paused"
    # The case was closed, or a newer escalation took its place.
    ENDED = "ended"


class AcknowledgementState(StrEnum):
    """What became of a report's receipt."""

    # Not decided yet.
    PENDING = "pending"
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    # Decided against, with the reason.
    WITHHELD = "withheld"


class RepeatState(StrEnum):
    """What a further copy of a mail changed for its report."""

    # Its way here tells more of the sender than the others' did, and counts.
    COUNTS = "counts"
    NOTHING = "nothing"


class CommandState(StrEnum):
    """What became of a mail from the people on duty."""

    # Not looked at by the notifier yet.
    PENDING = "pending"
    DONE = "done"
    # Not done, with the reason.
    REFUSED = "refused"


State = TypeVar("State", InboxState, CaseState, OutboxState, EscalationState, CommandState)

INBOX_STEPS: Final[dict[InboxState, frozenset[InboxState]]] = {
    InboxState.RECEIVED: frozenset(
        {InboxState.FILED, InboxState.RECORDED, InboxState.QUARANTINED},
    ),
    InboxState.FILED: frozenset(),
    InboxState.RECORDED: frozenset(),
    InboxState.QUARANTINED: frozenset({InboxState.RECEIVED}),
}
CASE_STEPS: Final[dict[CaseState, frozenset[CaseState]]] = {
    CaseState.OPEN: frozenset({CaseState.TAKEN, CaseState.CLOSED}),
    CaseState.TAKEN: frozenset({CaseState.OPEN, CaseState.CLOSED}),
    CaseState.CLOSED: frozenset({CaseState.OPEN}),
}
OUTBOX_STEPS: Final[dict[OutboxState, frozenset[OutboxState]]] = {
    OutboxState.QUEUED: frozenset(
        # It may come back before we have noted that it went.
        {OutboxState.SENT, OutboxState.FAILED, OutboxState.CANCELLED, OutboxState.BOUNCED},
    ),
    OutboxState.SENT: frozenset({OutboxState.BOUNCED}),
    OutboxState.FAILED: frozenset({OutboxState.QUEUED}),
    OutboxState.BOUNCED: frozenset({OutboxState.QUEUED}),
    OutboxState.CANCELLED: frozenset(),
}
ESCALATION_STEPS: Final[dict[EscalationState, frozenset[EscalationState]]] = {
    EscalationState.RUNNING: frozenset({EscalationState.PAUSED, EscalationState.ENDED}),
    EscalationState.PAUSED: frozenset({EscalationState.RUNNING, EscalationState.ENDED}),
    EscalationState.ENDED: frozenset(),
}
COMMAND_STEPS: Final[dict[CommandState, frozenset[CommandState]]] = {
    CommandState.PENDING: frozenset({CommandState.DONE, CommandState.REFUSED}),
    CommandState.DONE: frozenset(),
    CommandState.REFUSED: frozenset(),
}


def require_step(
    steps: dict[State, frozenset[State]],
    before: State,
    after: State,
    what: str,
) -> None:
    """Raise Forbidden unless ``steps`` allow going from ``before`` to ``after``."""
    if after not in steps[before]:
        raise Forbidden(f"{what} is {before}; it cannot become {after}")
