"""Does what is due: alerts step by step until somebody takes the case, and again after that.

Due times are rows. Each due escalation is worked in one transaction of its own, which queues the
alerts and sets the next due time together: after a crash at any instruction the step is either
done or still due. After an outage one alert goes out at once and the chain goes on from there.
An escalation never runs out, and nobody on duty is never silence.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final, assert_never

import structlog

from notifier.alarms import Alarms
from notifier.alerts import AlertFacts, write_alert
from notifier.compose import Composer
from notifier.directory import Directory, Recipient
from notifier.escalations import ACTOR
from notifier.policy import EscalationPolicy, from_snapshot, next_due
from notifier.rota import time_zone
from store.errors import StorageUnavailable
from store.model import Attempt, Case, CaseId, Clock, Escalation, EventKind, OutboxKind
from store.states import CaseState, EscalationState, OutboxState
from store.unit_of_work import Store, UnitOfWork

BATCH: Final = 100
"""How many due escalations one step works on."""
POSTPONED_FOR: Final = timedelta(minutes=1)
"""How long an escalation that cannot be worked on makes room for the others."""
SETTLED: Final = timedelta(minutes=1)
"""How old an unsent alert must be before a newer one takes its place."""

_log = structlog.get_logger()


class Move(Enum):
    """What a due escalation does."""

    # The case is closed.
    END = auto()
    # The lease ran out: give the case back, then alert.
    EXPIRE = auto()
    # The case is taken, and its holder has time left.
    WAIT = auto()
    # The case is taken, but became more urgent: tell once, then wait for the lease.
    TELL = auto()
    # Nobody has the case.
    FIRE = auto()


def decide(case: Case, escalation: Escalation, now: datetime) -> Move:
    """Decide what a due escalation does."""
    match case.state:
        case CaseState.CLOSED:
            return Move.END
        case CaseState.OPEN:
            return Move.FIRE
        case CaseState.TAKEN:
            if case.taken_until is None or case.taken_until <= now:
                return Move.EXPIRE
            running = escalation.state is EscalationState.RUNNING
            return Move.TELL if running else Move.WAIT


@dataclass(frozen=True, kw_only=True, slots=True)
class StepKey:
    """One step of one escalation, at one round. ``step`` counts from 0."""

    escalation: int
    step: int
    rounds: int

    @classmethod
    def read(cls, dedupe_key: str) -> StepKey:
        """Tell which step an alert is of, by its key."""
        _, escalation, step, rounds, _ = dedupe_key.split(":", 4)
        return cls(escalation=int(escalation), step=int(step), rounds=int(rounds))

    @property
    def prefix(self) -> str:
        """What the keys of all alerts of this step begin with."""
        return f"alert:{self.escalation}:{self.step}:{self.rounds}:"

    def key(self, address: str) -> str:
        """Name the decision to alert one address for this step, so that it is taken once."""
        return f"{self.prefix}{address.lower()}"[:255]

    def is_newest_of(self, escalation: Escalation) -> bool:
        """Tell whether this is the step an escalation did last, with more steps to come."""
        return self.escalation == escalation.id and self.step == escalation.step - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class _Firing:
    """One step about to go out."""

    case: Case
    escalation: Escalation
    policy: EscalationPolicy
    now: datetime

    @property
    def index(self) -> int:
        return self.policy.index(self.escalation.step)

    @property
    def step_key(self) -> StepKey:
        running = self.escalation
        return StepKey(escalation=running.id, step=running.step, rounds=running.rounds)

    @property
    def next_at(self) -> datetime:
        return next_due(self.policy, self.index, self.escalation.next_at or self.now, self.now)


class Escalator:
    """Works on due escalations."""

    def __init__(
        self, *, store: Store, directory: Directory, composer: Composer, clock: Clock
    ) -> None:
        self._store = store
        self._directory = directory
        self._composer = composer
        self._clock = clock
        self._alarms = Alarms(composer, directory.fallback)

    def step(self) -> int:
        """Work on what is due, up to a bound; tell how many escalations moved."""
        with self._store.snapshot() as work:
            due = work.escalations.due(self._clock(), BATCH)
        return sum(self._attend(escalation) for escalation in due)

    def _attend(self, escalation: Escalation) -> bool:
        try:
            return self._move(escalation)
        except StorageUnavailable:
            raise
        except Exception:  # noqa: BLE001 - one case must not hold up the others
            _log.exception("escalation.failed", escalation=escalation.id)
            self._postpone(escalation)
            return False

    def _move(self, listed: Escalation) -> bool:
        now = self._clock()
        with self._store.transaction() as work:
            escalation = work.escalations.active(listed.case_id)
            if escalation is None or escalation.next_at is None or escalation.next_at > now:
                # Taken, closed or done by somebody else since we looked.
                return False
            case = work.cases.get(escalation.case_id)
            self._act(work, case, escalation, now)
            work.commit()
        return True

    def _act(self, work: UnitOfWork, case: Case, escalation: Escalation, now: datetime) -> None:
        move = decide(case, escalation, now)
        match move:
            case Move.END:
                work.escalations.end(escalation)
            case Move.WAIT:
                self._wait(work, case, escalation)
            case Move.TELL:
                self._fire(work, case, escalation, now)
                self._wait(work, case, escalation)
            case Move.EXPIRE:
                work.cases.release(case, ACTOR, now, EventKind.LEASE_EXPIRED)
                self._fire(work, case, escalation, now)
            case Move.FIRE:
                self._fire(work, case, escalation, now)
            case _:
                assert_never(move)

    def _wait(self, work: UnitOfWork, case: Case, escalation: Escalation) -> None:
        if case.taken_until is not None:
            work.escalations.pause(escalation, case.taken_until, "taken")

    def _fire(self, work: UnitOfWork, case: Case, escalation: Escalation, now: datetime) -> None:
        firing = _Firing(
            case=case, escalation=escalation, policy=self._policy(case, escalation), now=now
        )
        targets = firing.policy.steps[firing.index].targets
        on_duty = self._directory.recipients(targets, now)
        if not on_duty:
            self._report_nobody(work, firing)
        recipients = on_duty or (Recipient(address=self._directory.fallback),)
        for recipient in recipients:
            self._alert(work, firing, recipient, nobody_on_duty=not on_duty)
        self._advance(work, firing, addresses=len(recipients))

    def _policy(self, case: Case, escalation: Escalation) -> EscalationPolicy:
        try:
            return from_snapshot(escalation.policy)
        except ValueError:
            _log.exception("escalation.snapshot_unreadable", case=case.reference)
            return self._directory.policy(case.severity)

    def _alert(
        self, work: UnitOfWork, firing: _Firing, recipient: Recipient, *, nobody_on_duty: bool
    ) -> None:
        person = recipient.person
        facts = AlertFacts(
            step=firing.index + 1,
            steps=len(firing.policy.steps),
            repeats=firing.escalation.rounds,
            next_alert_at=firing.next_at,
            nobody_on_duty=nobody_on_duty,
        )
        if person is not None:
            facts = replace(
                facts,
                take_as=person.key,
                zone=time_zone(person.time_zone),
                languages=person.languages,
            )
        key = firing.step_key.key(recipient.address)
        posting = self._composer.posting(OutboxKind.ALERT, recipient.address, key, firing.now)
        supersede(work, firing.case.id, recipient.address, firing.now)
        work.outbox.queue(write_alert(self._composer, firing.case, facts, posting), firing.now)

    def _advance(self, work: UnitOfWork, firing: _Firing, addresses: int) -> None:
        """Note the step and set the next due time; the last step counts its rounds."""
        escalation, last = firing.escalation, firing.index == firing.policy.last
        step, rounds = firing.index + 1, escalation.rounds + 1 if last else 0
        if escalation.state is EscalationState.PAUSED:
            work.escalations.resume(escalation, firing.next_at)
        work.escalations.advance(escalation, step, rounds, firing.next_at)
        work.history.append(
            firing.case.id,
            EventKind.ALERT_QUEUED,
            actor=ACTOR,
            at=firing.now,
            details={"step": step, "round": rounds, "addresses": addresses},
        )
        _log.info(
            "alert.queued", case=firing.case.reference, step=step, round=rounds, addresses=addresses
        )

    def _report_nobody(self, work: UnitOfWork, firing: _Firing) -> None:
        details = {"step": firing.index + 1}
        work.history.append(
            firing.case.id, EventKind.NOBODY_ON_DUTY, actor=ACTOR, at=firing.now, details=details
        )
        lines = (f"case {firing.case.reference}, step {firing.index + 1}",)
        self._alarms.raise_alarm(work, "nobody_on_duty", "Nobody is on duty", lines, firing.now)

    def _postpone(self, escalation: Escalation) -> None:
        with self._store.transaction() as work:
            current = work.escalations.active(escalation.case_id)
            if current is not None:
                later = self._clock() + POSTPONED_FOR
                work.escalations.advance(current, current.step, current.rounds, later)
                reference = work.cases.get(current.case_id).reference
                self._alarms.raise_alarm(
                    work,
                    f"escalation_failed:{reference}",
                    f"An alert about case {reference} could not be written",
                    (f"case {reference}",),
                    self._clock(),
                )
            work.commit()


def supersede(work: UnitOfWork, case_id: CaseId, address: str, now: datetime) -> None:
    """Cancel older alerts about the case that this address has not got yet.

    While a relay is down the last step repeats all the same; when it is back, everybody gets the
    newest alert about a case and not one for each repetition.
    """
    overtaken = Attempt(at=now, outcome="cancelled", detail="a newer alert took its place")
    for message in work.outbox.waiting_alerts(case_id):
        same = message.mail.recipient.lower() == address.lower()
        # What is younger may be on its way at this moment.
        if same and now - message.created_at >= SETTLED:
            work.outbox.record(message, overtaken, OutboxState.CANCELLED)
