"""What ran over a case: each alert with what became of it, between the events that moved it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, assert_never

from store.model import EventKind
from store.states import AlertState, OutboxState

if TYPE_CHECKING:
    from store.model import Alert, Case, CaseEvent
    from store.unit_of_work import UnitOfWork

# Events of a case that say something about its alerts; the alerts themselves have a table.
_MOVING: Final = frozenset(
    {
        EventKind.OPENED,
        EventKind.REOPENED,
        EventKind.SEVERITY_RAISED,
        EventKind.ESCALATION_STARTED,
        EventKind.NOBODY_ON_DUTY,
        EventKind.TAKEN,
        EventKind.LEASE_EXPIRED,
        EventKind.RELEASED,
        EventKind.SNOOZED,
        EventKind.CLOSED,
        EventKind.ESCALATED,
        EventKind.ALERT_FAILED,
        EventKind.ALERT_LATE,
        EventKind.ALERT_BY_CHANNEL,
        EventKind.NO_PROGRESS,
        EventKind.STEP_WAITS,
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One thing that happened. ``step`` counts from 1, ``round`` the repeats of the last step.

    Of an alert ``who`` is the person it is for, of anything else whoever did it.
    """

    at: datetime
    what: str
    step: int | None
    who: str | None
    outcome: str
    round: int | None = None
    address: str | None = None


def what_ran(unit: UnitOfWork, case: Case) -> list[Line]:
    """Tell in order what happened to a case's alerts."""
    events = [_event(event) for event in unit.history.of_case(case.id) if event.kind in _MOVING]
    alerts = [_alert(unit, alert) for alert in unit.alerts.of_case(case.id)]
    return sorted([*events, *alerts], key=lambda line: line.at)


def _event(event: CaseEvent) -> Line:
    details = {name: value for name, value in event.details.items() if name != "step"}
    return Line(
        at=event.at,
        what=event.kind.value,
        step=event.details.get("step"),
        who=event.actor,
        outcome=", ".join(
            f"{name} {value}" for name, value in details.items() if value is not None
        ),
    )


def _alert(unit: UnitOfWork, alert: Alert) -> Line:
    return Line(
        at=alert.created_at,
        what="alert",
        step=alert.step + 1,
        round=alert.round,
        who=alert.person,
        address=alert.address,
        outcome=_outcome(unit, alert),
    )


def _outcome(unit: UnitOfWork, alert: Alert) -> str:
    """Say what became of an alert: of itself, or of the mail that carries it."""
    if alert.outbox_id is not None:
        return _mail(unit, alert)
    if alert.state is AlertState.CANCELLED:
        return "not sent: the case was taken or closed, or a newer alert took its place"
    return "waits for the next mail to this address"


def _mail(unit: UnitOfWork, alert: Alert) -> str:
    if alert.outbox_id is None:
        raise AssertionError("unreachable")
    message = unit.outbox.get(alert.outbox_id)
    attempts = unit.outbox.attempts(message.id)
    last = f" at {attempts[-1].at:%Y-%m-%d %H:%M:%S} UTC" if attempts else ""
    fault = f": {message.last_error}" if message.last_error else ""
    match message.state:
        case OutboxState.SENT:
            return f"sent{last}{fault}"
        case OutboxState.BOUNCED:
            return f"sent, and came back{last}{fault}"
        case OutboxState.QUEUED:
            return f"on its way after {message.attempts} attempts{fault}"
        case OutboxState.FAILED | OutboxState.CANCELLED:
            return f"{message.state.value}{last}{fault}"
        case _:
            assert_never(message.state)
