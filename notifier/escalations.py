"""Starting an escalation, as every path that opens a case does it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from notifier.course import Course, beginning
from notifier.directory import Directory
from notifier.policy import EscalationPolicy, to_snapshot
from store.escalations import QUIET
from store.model import Case, EventKind
from store.unit_of_work import UnitOfWork

ACTOR: Final = "tipline"
"""Who did what no person did."""


def start_escalation(  # noqa: PLR0913 - two of them tell how it starts
    work: UnitOfWork,
    case: Case,
    directory: Directory,
    now: datetime,
    *,
    at_once: bool = False,
    raised: bool = False,
) -> None:
    """Start a case's escalation with a snapshot of the policy of its severity and category.

    ``at_once`` has the first step fire without its delay. Where the case was ``raised``, no step
    waits for its hours either. Must not be called while one is active.
    """
    policy = policy_for(work, case, directory)
    if raised:
        policy = policy.without_hours()
    course = beginning(policy, now, at_once=at_once)
    work.escalations.start(case.id, to_snapshot(policy), now, course.due_at)
    work.history.append(
        case.id,
        EventKind.ESCALATION_STARTED,
        actor=ACTOR,
        at=now,
        details={"policy": policy.key, "severity": case.severity.label},
    )
    note_hold(work, case, policy, course, now)


def note_hold(
    work: UnitOfWork, case: Case, policy: EscalationPolicy, course: Course, now: datetime
) -> None:
    """Write into the history that the next step waits for its hours, if it does.

    Called once for each due time that is set, so that each wait is told once.
    """
    if course.held:
        details = {"step": policy.index(course.step) + 1, "until": course.due_at.isoformat()}
        work.history.append(case.id, EventKind.STEP_WAITS, actor=ACTOR, at=now, details=details)


def start_quietly(
    work: UnitOfWork, case: Case, directory: Directory, now: datetime, quiet_for: timedelta
) -> None:
    """Start a case's escalation and hold it back for a while: old mail opened the case."""
    start_escalation(work, case, directory, now)
    escalation = work.escalations.active(case.id)
    if escalation is not None:
        work.escalations.pause(escalation, now + quiet_for, QUIET)


def end_quiet(work: UnitOfWork, case: Case, directory: Directory, now: datetime) -> None:
    """Have a case that was held back alert as if it had been opened now."""
    escalation = work.escalations.active(case.id)
    if escalation is None or escalation.pause_reason != QUIET:
        return
    work.escalations.end(escalation)
    start_escalation(work, case, directory, now)


def policy_for(work: UnitOfWork, case: Case, directory: Directory) -> EscalationPolicy:
    """Give the policy of today for a case."""
    addresses = work.reports.addresses_of_case(case.id) if directory.by_address else ()
    category = work.reports.category_of_case(case.id)
    return directory.policy(case.severity, category, addresses)
