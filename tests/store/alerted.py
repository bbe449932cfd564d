"""Alerts decided, carried by mails, and what becomes of the mails."""

from __future__ import annotations

from datetime import datetime, timedelta

from store.alerts import NewAlert
from store.model import (
    AlertId,
    AlertReason,
    Attempt,
    Case,
    EscalationId,
    OutboxId,
    OutboxKind,
    Severity,
)
from store.states import AlertState, OutboxState
from store.unit_of_work import UnitOfWork
from tests.store.samples import NOW, outgoing

ANNA = "anna@chirper.example"
BEN = "ben@chirper.example"
MINUTE = timedelta(minutes=1)


def escalation(work: UnitOfWork, case: Case) -> EscalationId:
    active = work.escalations.active(case.id)
    return active.id if active else work.escalations.start(case.id, {}, NOW, NOW)


def add(  # noqa: PLR0913 - an alert has this many facts
    work: UnitOfWork,
    case: Case,
    address: str = ANNA,
    *,
    step: int = 0,
    severity: Severity = Severity.HIGH,
    at: datetime = NOW,
) -> AlertId | None:
    new = NewAlert(
        case_id=case.id,
        escalation_id=escalation(work, case),
        step=step,
        round=0,
        address=address,
        reason=AlertReason.STEP,
        severity=severity,
    )
    return work.alerts.add(new, at)


def carry(work: UnitOfWork, key: str, address: str = ANNA, at: datetime = NOW) -> OutboxId:
    number = work.outbox.queue(outgoing(key, OutboxKind.ALERT), at)
    assert number is not None
    work.carrying.carry(address, number, at)
    return number


def finish(work: UnitOfWork, mail: OutboxId, state: OutboxState) -> None:
    tried = Attempt(at=NOW, outcome=state.value)
    work.outbox.record(work.outbox.get(mail), tried, state)
    if state is OutboxState.FAILED:
        work.alerts.fail(mail)


def states(work: UnitOfWork, case: Case) -> list[AlertState]:
    return [alert.state for alert in work.alerts.of_case(case.id)]
