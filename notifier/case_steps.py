"""What a duty officer does with a case, each step within the caller's transaction.

The command line and mails do the same things through here. Raises Forbidden, in words for the
person who asked, when the case's present state does not allow the step; then nothing has changed.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from notifier.policy import from_snapshot, to_snapshot
from store.errors import Forbidden
from store.escalations import SNOOZED, TAKEN
from store.model import Case, Disposition, EventKind
from store.states import CaseState, EscalationState
from store.unit_of_work import UnitOfWork


def take(work: UnitOfWork, case: Case, actor: str, lease: timedelta, now: datetime) -> None:
    """Claim a case: its alerts stop until the lease runs out.

    Whoever has the case may take it again, for a lease that begins now.
    """
    _require_positive(lease)
    if case.state is CaseState.TAKEN:
        if case.taken_by != actor:
            raise Forbidden(f"case {case.reference} is taken by {case.taken_by}")
        work.cases.release(case, actor, now, EventKind.RELEASED)
        case = work.cases.get(case.id)
    work.cases.take(case, actor, now + lease, now)
    escalation = work.escalations.active(case.id)
    if escalation is not None:
        work.escalations.pause(escalation, now + lease, TAKEN)
    work.outbox.cancel_for_case(case.id)


def release(work: UnitOfWork, case: Case, actor: str, now: datetime) -> None:
    """Give a taken case back: it alerts at once."""
    if case.state is not CaseState.TAKEN:
        raise Forbidden(f"case {case.reference} is {case.state}; nobody has taken it")
    work.cases.release(case, actor, now, EventKind.RELEASED)
    escalation = work.escalations.active(case.id)
    if escalation is not None:
        work.escalations.resume(escalation, now)


def snooze(work: UnitOfWork, case: Case, actor: str, span: timedelta, now: datetime) -> None:
    """Hold the alerts of an open case back for a while, without taking it."""
    _require_positive(span)
    if case.state is not CaseState.OPEN:
        raise Forbidden(f"case {case.reference} is {case.state}; only an open one is snoozed")
    escalation = work.escalations.active(case.id)
    if escalation is None:
        raise Forbidden(f"case {case.reference} has no alerts yet; try again in a moment")
    work.escalations.pause(escalation, now + span, SNOOZED)
    work.outbox.cancel_for_case(case.id)
    details = {"until": (now + span).isoformat()}
    work.history.append(case.id, EventKind.SNOOZED, actor=actor, at=now, details=details)


def escalate(work: UnitOfWork, case: Case, actor: str, now: datetime) -> None:
    """Have the next step come at once; the last one is repeated. No step waits for its hours now.

    Whoever has the case gives it back by that: those who are told next can take it.
    """
    if case.state is CaseState.CLOSED:
        raise Forbidden(f"case {case.reference} is closed; there is nothing to escalate")
    if case.state is CaseState.TAKEN and case.taken_by != actor:
        raise Forbidden(f"case {case.reference} is taken by {case.taken_by}")
    escalation = work.escalations.active(case.id)
    if escalation is None:
        raise Forbidden(f"case {case.reference} has no alerts yet; try again in a moment")
    work.history.append(case.id, EventKind.ESCALATED, actor=actor, at=now)
    if case.state is CaseState.TAKEN:
        work.cases.release(case, actor, now, EventKind.RELEASED)
    if escalation.state is EscalationState.PAUSED:
        work.escalations.resume(escalation, now)
    # A snapshot that cannot be read is replaced when its step is due.
    with suppress(ValueError):
        policy = from_snapshot(escalation.policy).without_hours()
        work.escalations.change_policy(escalation, to_snapshot(policy))
    work.escalations.advance(escalation, escalation.step, escalation.rounds, now)


def note(work: UnitOfWork, case: Case, actor: str, text: str, now: datetime) -> None:
    """Write a remark into the case's history."""
    if not text.strip():
        raise ValueError("the note is empty")
    details = {"text": text.strip()}
    work.history.append(case.id, EventKind.NOTE, actor=actor, at=now, details=details)


def close(  # noqa: PLR0913 - how a case ends
    work: UnitOfWork,
    case: Case,
    actor: str,
    disposition: Disposition,
    now: datetime,
    *,
    notice: bool | None = None,
) -> None:
    """Decide a case: its escalation ends and alerts not yet sent are cancelled.

    ``notice`` says whether its reporters are told, where the settings are not to decide.
    """
    if case.state is CaseState.CLOSED:
        raise Forbidden(f"case {case.reference} is closed already: {case.disposition}")
    work.cases.close(case, actor, disposition, now, notice=notice)
    escalation = work.escalations.active(case.id)
    if escalation is not None:
        work.escalations.end(escalation)
    work.outbox.cancel_for_case(case.id)


def _require_positive(span: timedelta) -> None:
    if span <= timedelta(0):
        raise ValueError("the time must be longer than nothing")
