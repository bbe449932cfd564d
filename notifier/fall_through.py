"""What follows when an alert does not arrive: the next step at once, and the operators know.

A refusal, a bounce and a mail given up leave alerts marked as failed; a relay that is away leaves
them waiting. Either way the next step does not wait for its time. When nobody of a step could be
reached, the fallback address gets the alert in their place, once for each step and round. When it
cannot be reached either, nobody is left to be told by mail: that is logged as an error, and the
auditor finds the case for as long as it is open and no later alert has gone out.

Worked off in batches, each in one transaction with the mark that it was done.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

import structlog

from notifier.alarm_titles import Title
from notifier.alarms import Alarms
from notifier.channels import is_channel
from notifier.compose import Composer
from notifier.directory import Directory
from notifier.dispatch import Dispatcher
from notifier.escalations import ACTOR
from notifier.policy import from_snapshot
from store.alerts import NewAlert
from store.model import Alert, AlertReason, Case, Clock, Escalation, EventKind, OutboxId
from store.states import AlertState, CaseState, EscalationState, OutboxState
from store.unit_of_work import Store, UnitOfWork

BATCH: Final = 50
"""How many alerts one transaction passes on."""
LATE_AFTER: Final = timedelta(minutes=5)
"""How long the mail with an alert may wait for the relay before the next step is told as well."""
NAMED: Final = 10
"""How many cases an alarm names."""

_log = structlog.get_logger()


class FallThrough:
    """Passes on what did not arrive."""

    def __init__(
        self,
        *,
        store: Store,
        dispatcher: Dispatcher,
        composer: Composer,
        directory: Directory,
        clock: Clock,
    ) -> None:
        self._store = store
        self._dispatcher = dispatcher
        self._fallback = directory.fallback
        self._people = directory.people
        self._clock = clock
        self._alarms = Alarms(composer, directory.fallback)

    def step(self) -> int:
        """Pass on a batch of alerts; tell how many."""
        late_before = self._clock() - LATE_AFTER
        with self._store.snapshot() as work:
            waits = work.unheard.failed(1) or work.unheard.late(late_before, 1)
        if not waits:
            return 0
        with self._store.transaction() as work:
            now = self._clock()
            failed = work.unheard.failed(BATCH)
            late = work.unheard.late(late_before, BATCH - len(failed))
            self._pass_on_failed(work, failed, now)
            self._pass_on_late(work, late, now)
            work.unheard.pass_on([alert.id for alert in (*failed, *late)], now)
            work.commit()
        return len(failed) + len(late)

    def _pass_on_failed(self, work: UnitOfWork, failed: Sequence[Alert], now: datetime) -> None:
        by_mail = sorted(failed, key=lambda alert: alert.outbox_id or 0)
        for mail, group in groupby(by_mail, key=lambda alert: alert.outbox_id):
            cases = [self._failed(work, alert, now) for alert in group]
            if mail is not None:
                self._tell_failure(work, OutboxId(mail), cases, now)
        self._dispatcher.dispatch(work, (self._fallback,), now)

    def _failed(self, work: UnitOfWork, alert: Alert, now: datetime) -> Case:
        case = work.cases.get(alert.case_id)
        _hurry(work, alert, now)
        self._tell_by_mail(work, case, alert, now)
        details = {
            "message": alert.outbox_id,
            "address": alert.address,
            "passed_on": self._tell_fallback(work, case, alert, now),
        }
        work.history.append(case.id, EventKind.ALERT_FAILED, actor=ACTOR, at=now, details=details)
        return case

    def _tell_by_mail(self, work: UnitOfWork, case: Case, alert: Alert, now: datetime) -> None:
        """Have a person whose channel failed told by mail, which does not wake everybody."""
        person = self._people.get(alert.person or "")
        if person is None or not is_channel(alert.address) or case.state is CaseState.CLOSED:
            return
        for address in person.addresses:
            instead = NewAlert(
                case_id=case.id,
                escalation_id=alert.escalation_id,
                step=alert.step,
                round=alert.round,
                address=address,
                person=person.key,
                reason=alert.reason,
                severity=case.severity,
            )
            work.alerts.add(instead, now)
        self._dispatcher.dispatch(work, person.addresses, now)

    def _tell_fallback(self, work: UnitOfWork, case: Case, alert: Alert, now: datetime) -> bool:
        """Have the fallback address told, unless somebody else of the step was or may yet be."""
        if case.state is CaseState.CLOSED:
            return False
        if alert.address.lower() == self._fallback.lower():
            _log.error("alert.undeliverable", case=case.reference, message=alert.outbox_id)
            return False
        if any(_may_be_heard(other, now) for other in work.alerts.of_step(alert)):
            return False
        instead = NewAlert(
            case_id=case.id,
            escalation_id=alert.escalation_id,
            step=alert.step,
            round=alert.round,
            address=self._fallback,
            reason=AlertReason.UNDELIVERABLE,
            severity=case.severity,
        )
        if work.alerts.add(instead, now) is None:
            return False
        _log.warning("alert.passed_on", case=case.reference, message=alert.outbox_id)
        return True

    def _tell_failure(
        self, work: UnitOfWork, mail: OutboxId, cases: list[Case], now: datetime
    ) -> None:
        """Tell the operators: for each case that had a mail of its own, else for each mail."""
        message = work.outbox.get(mail)
        first, *others = cases
        name, english = first.reference, f"An alert about case {first.reference}"
        kind, value = "alert_failed", first.reference
        if others or message.mail.case_id is None:
            name, english = f"mail-{mail}", f"Alerts about {len(cases)} cases"
            kind, value = "alerts_failed", str(len(cases))
        title = Title(kind=kind, english=f"{english} could not be delivered", value=value)
        lines = tuple(
            f"case {case.reference}, outgoing message {mail}: {message.last_error}"
            for case in cases[:NAMED]
        )
        self._alarms.raise_alarm(work, f"alert_failed:{name}", title, lines, now)

    def _pass_on_late(self, work: UnitOfWork, late: Sequence[Alert], now: datetime) -> None:
        lines = []
        for alert in late:
            case = work.cases.get(alert.case_id)
            details = {"message": alert.outbox_id, "address": alert.address}
            work.history.append(case.id, EventKind.ALERT_LATE, actor=ACTOR, at=now, details=details)
            _hurry(work, alert, now)
            lines.append(f"case {case.reference}, outgoing message {alert.outbox_id}")
        if lines:
            english = "Alerts wait for the relay for more than five minutes"
            title = Title(kind="alerts_late", english=english)
            self._alarms.raise_alarm(work, "alerts_late", title, tuple(lines[:NAMED]), now)


def _may_be_heard(alert: Alert, now: datetime) -> bool:
    """Tell whether an alert has arrived, as far as we know, or may do so soon."""
    if alert.mail_state is OutboxState.SENT:
        return alert.state is AlertState.CARRIED
    under_way = alert.state is AlertState.WAITING or alert.mail_state is OutboxState.QUEUED
    return under_way and (alert.ready_at is None or now - alert.ready_at < LATE_AFTER)


def _hurry(work: UnitOfWork, alert: Alert, now: datetime) -> None:
    """Let the next step come at once.

    Only the newest step hurries the next one, and the last step keeps its pace: a refused
    address must not make alerts go round in circles.
    """
    escalation = work.escalations.active(alert.case_id)
    if escalation is None or escalation.state is not EscalationState.RUNNING:
        return
    if _reached_otherwise(work, alert, now):
        return
    newest = alert.escalation_id == escalation.id and alert.step == escalation.step - 1
    if newest and escalation.rounds == 0:
        next_at = _opens_at(escalation, now)
        work.escalations.advance(escalation, escalation.step, escalation.rounds, next_at)


def _reached_otherwise(work: UnitOfWork, alert: Alert, now: datetime) -> bool:
    """Tell whether the same person has been told of the same step at another address."""
    return alert.person is not None and any(
        other.person == alert.person and _may_be_heard(other, now)
        for other in work.alerts.of_step(alert)
        if other.id != alert.id
    )


def _opens_at(escalation: Escalation, now: datetime) -> datetime:
    """Tell when the next step may go out: a routine one keeps its hours."""
    try:
        policy = from_snapshot(escalation.policy)
    except ValueError:
        return now
    return policy.steps[policy.index(escalation.step)].opens_at(now)
