"""One step goes out: whom it tells, who is told in their place, and when the next one is due."""

from __future__ import annotations

from datetime import UTC, datetime

import structlog

from notifier.alarm_titles import Title
from notifier.alarms import Alarms
from notifier.course import Course, Telling, tell
from notifier.directory import Directory, Recipient
from notifier.duty import present
from notifier.escalations import ACTOR, note_hold, policy_for
from notifier.letters import moment_text
from notifier.policy import EscalationPolicy, from_snapshot
from store.alerts import NewAlert
from store.model import AlertReason, Case, Escalation, EventKind
from store.states import EscalationState
from store.unit_of_work import UnitOfWork

_log = structlog.get_logger()


class Fire:
    """Fires steps, within the caller's transaction."""

    def __init__(self, *, directory: Directory, alarms: Alarms) -> None:
        self._directory = directory
        self._alarms = alarms

    def next_step(
        self, work: UnitOfWork, case: Case, escalation: Escalation, now: datetime
    ) -> list[str]:
        """Fire the next step that finds somebody; name the addresses that have alerts now.

        A step nobody is on duty for is skipped at once, with an alarm. When that goes for all
        that are left, the fallback address is told.
        """
        policy = self._policy(work, case, escalation)
        due_at = escalation.next_at or now
        course = Course(step=escalation.step, rounds=escalation.rounds, due_at=due_at)
        telling = tell(policy, present(work, self._directory, now), course, now)
        self._report_skipped(work, case, telling)
        for recipient in telling.recipients:
            _alert(work, case, escalation, telling, recipient)
        _advance(work, case, escalation, telling)
        note_hold(work, case, policy, telling.after, now)
        return [recipient.address for recipient in telling.recipients]

    def _policy(self, work: UnitOfWork, case: Case, escalation: Escalation) -> EscalationPolicy:
        try:
            return from_snapshot(escalation.policy)
        except ValueError:
            _log.exception("escalation.snapshot_unreadable", case=case.reference)
            return policy_for(work, case, self._directory)

    def _report_skipped(self, work: UnitOfWork, case: Case, telling: Telling) -> None:
        if not telling.skipped:
            return
        for index in telling.skipped:
            work.history.append(
                case.id,
                EventKind.NOBODY_ON_DUTY,
                actor=ACTOR,
                at=telling.at,
                details={"step": index + 1},
            )
        steps = ", ".join(str(index + 1) for index in telling.skipped)
        lines = (f"case {case.reference}, step {steps}; {_in_place(telling)}",)
        title = Title(kind="nobody_on_duty", english="Nobody is on duty")
        self._alarms.raise_alarm(work, "nobody_on_duty", title, lines, telling.at)


def _in_place(telling: Telling) -> str:
    """Say who is told in the place of steps that found nobody."""
    if telling.nobody:
        return "this address is told now"
    if telling.waits:
        return f"step {telling.index + 1} is told at {moment_text(telling.after.due_at, UTC)}"
    return f"step {telling.index + 1} is told now"


def _alert(
    work: UnitOfWork, case: Case, escalation: Escalation, telling: Telling, recipient: Recipient
) -> None:
    new = NewAlert(
        case_id=case.id,
        escalation_id=escalation.id,
        step=telling.index,
        round=escalation.rounds,
        address=recipient.address,
        person=recipient.person.key if recipient.person else None,
        reason=AlertReason.NOBODY_ON_DUTY if telling.nobody else AlertReason.STEP,
        severity=case.severity,
    )
    work.alerts.add(new, telling.at)


def _advance(work: UnitOfWork, case: Case, escalation: Escalation, telling: Telling) -> None:
    """Note the step and set the next due time; the last step counts its rounds."""
    after, addresses = telling.after, len(telling.recipients)
    if escalation.state is EscalationState.PAUSED:
        work.escalations.resume(escalation, after.due_at)
    work.escalations.advance(escalation, after.step, after.rounds, after.due_at)
    if telling.waits:
        return
    told = [r.person.key if r.person else r.address for r in telling.recipients]
    details = {
        "step": telling.index + 1,
        "round": after.rounds,
        "addresses": addresses,
        "told": list(dict.fromkeys(told)),
    }
    work.history.append(
        case.id, EventKind.ALERT_QUEUED, actor=ACTOR, at=telling.at, details=details
    )
    _log.info(
        "alert.queued",
        case=case.reference,
        step=telling.index + 1,
        round=after.rounds,
        addresses=addresses,
    )
