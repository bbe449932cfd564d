"""From what happened to who is told: receipts for reports, escalations for cases.

Each event is planned once, in one transaction that also writes down what follows from it; a crash
before the commit leaves the work as it was. One event that cannot be worked on never holds up the
others. Receipts are decided in ``acknowledge``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from notifier.acknowledge import Acknowledger
from notifier.colleagues import Colleagues
from notifier.compose import Composer
from notifier.copies import Copies
from notifier.correspondence import Correspondence
from notifier.decisions import Decisions, NoticeRules
from notifier.directory import Directory
from notifier.escalations import end_quiet, policy_for, start_escalation, start_quietly
from notifier.follow_ups import FollowUps
from notifier.manners import Manners
from notifier.policy import to_snapshot
from notifier.promises import Promises
from notifier.quotas import Quotas
from store.errors import StorageUnavailable
from store.escalations import QUIET
from store.model import (
    Case,
    CaseEvent,
    Clock,
    EventId,
    EventKind,
)
from store.states import CaseState
from store.unit_of_work import Store, UnitOfWork

BATCH: Final = 25
"""How many events one step looks at."""

FIRST_REST: Final = timedelta(seconds=10)
"""How long an event that could not be planned makes room for others; doubled each time."""
QUIET_FOR: Final = timedelta(days=7)
"""How long cases that old mail opened, brought in by hand, wake nobody."""
LONGEST_REST: Final = timedelta(minutes=10)

_log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Rest:
    """An event that could not be planned is left alone until a moment."""

    until: datetime
    length: timedelta


class Planner:
    """Decides receipts and starts escalations."""

    def __init__(  # noqa: PLR0913 - the wiring names each piece
        self,
        *,
        store: Store,
        directory: Directory,
        composer: Composer,
        reply_key: bytes,
        clock: Clock,
        manners: Manners,
        quotas: Quotas,
        promises: Promises,
        answering: bool = True,
        notices: NoticeRules | None = None,
        quiet_for: timedelta = QUIET_FOR,
    ) -> None:
        self._store = store
        self._directory = directory
        self._clock = clock
        self._quiet_for = quiet_for
        self._colleagues = Colleagues(composer, directory)
        self._follow_ups = FollowUps(composer, directory)
        correspondence = Correspondence(composer=composer, manners=manners, reply_key=reply_key)
        self._decisions = Decisions(store, correspondence, notices or NoticeRules(), clock)
        self._receipts = Acknowledger(
            store=store,
            composer=composer,
            reply_key=reply_key,
            clock=clock,
            manners=manners,
            quotas=quotas,
            promises=promises,
            answering=answering,
        )
        self._copies = Copies(store, manners)
        # Only in memory: after a restart everything is tried at once.
        self._resting: dict[EventId, _Rest] = {}

    def step(self) -> int:
        """Work off what waits, up to a bound; tell how much was done."""
        with self._store.snapshot() as work:
            # Those at rest stand before the others and must not take up the whole batch.
            events = work.history.unplanned(BATCH + len(self._resting))
        # Alerts before receipts: somebody may be waiting for help.
        done = sum(self._plan(event) for event in self._awake(events))
        # What another copy tells goes before the decision.
        return done + self._copies.step() + self._receipts.step()

    def _awake(self, events: Sequence[CaseEvent]) -> list[CaseEvent]:
        """Leave out what failed a short while ago, and forget what is off the list."""
        listed, now = {event.id for event in events}, self._clock()
        self._resting = {key: rest for key, rest in self._resting.items() if key in listed}
        return [
            event
            for event in events
            if event.id not in self._resting or self._resting[event.id].until <= now
        ]

    def _plan(self, event: CaseEvent) -> bool:
        """Do what follows from one event; False when that was done before or failed."""
        try:
            if event.kind is EventKind.CLOSED and self._decisions.piece(event):
                # The event is planned when all of its notices are queued.
                return True
            with self._store.transaction() as work:
                if not work.history.mark_planned(event.id):
                    return False
                self._follow(work, event)
                work.commit()
        except StorageUnavailable:
            raise
        except Exception:  # noqa: BLE001 - one event must not hold up the others
            # The event stays on the list; the auditor finds a case that has no escalation.
            self._let_rest(event)
            return False
        return True

    def _let_rest(self, event: CaseEvent) -> None:
        before = self._resting.get(event.id)
        length = min(before.length * 2, LONGEST_REST) if before else FIRST_REST
        rest = _Rest(until=self._clock() + length, length=length)
        self._resting[event.id] = rest
        _log.exception(
            "event.not_planned",
            case=event.case_id,
            occasion=event.kind.value,
            again_at=rest.until.isoformat(),
        )

    def _follow(self, work: UnitOfWork, event: CaseEvent) -> None:
        case = work.cases.get(event.case_id)
        if event.kind in {EventKind.TAKEN, EventKind.CLOSED}:
            self._colleagues.tell(work, case, event, self._clock())
        if event.kind is EventKind.CLOSED:
            self._decisions.finish(work, case, event)
        if case.state is CaseState.CLOSED:
            return
        match event.kind:
            case EventKind.SEVERITY_RAISED:
                self._raise(work, case)
            case EventKind.OPENED | EventKind.REOPENED:
                self._ensure_started(work, case, quiet=QUIET in event.details)
            case EventKind.JOINED:
                self._end_quiet(work, case)
            case EventKind.REPLY_RECEIVED:
                self._end_quiet(work, case)
                self._follow_ups.tell(work, case, event, self._clock())
            case EventKind.MAIL_FAILED:
                self._follow_ups.tell_fallback(work, case, event, self._clock())
            case _:
                pass

    def _end_quiet(self, work: UnitOfWork, case: Case) -> None:
        """Have a case alert that a report came into by itself, and old mail opened."""
        end_quiet(work, case, self._directory, self._clock())
        # Such a report is planned before the opening of its case.
        self._ensure_started(work, case, quiet=False)

    def _ensure_started(self, work: UnitOfWork, case: Case, *, quiet: bool) -> None:
        """Start an escalation where none is active; one that runs is left alone."""
        if work.escalations.active(case.id) is not None:
            return
        now = self._clock()
        if quiet:
            start_quietly(work, case, self._directory, now, self._quiet_for)
        else:
            start_escalation(work, case, self._directory, now)
        escalation = work.escalations.active(case.id)
        if escalation and case.state is CaseState.TAKEN and case.taken_until:
            # Somebody was faster than we.
            work.escalations.pause(escalation, case.taken_until, "taken")
        _log.info("escalation.started", case=case.reference, severity=case.severity.label)

    def _raise(self, work: UnitOfWork, case: Case) -> None:
        """Put the more urgent policy in place of the old one and alert at once.

        That holds for a case somebody has taken as well: they may not know yet.
        """
        now = self._clock()
        running = work.escalations.active(case.id)
        policy = policy_for(work, case, self._directory)
        planned_since = running and running.policy == to_snapshot(policy.without_hours())
        if running and planned_since and running.step == 0:
            # Opened and raised in one go: it has the urgent policy already and only has to hurry.
            work.escalations.advance(running, running.step, running.rounds, now)
            return
        if running is not None:
            work.escalations.end(running)
        start_escalation(work, case, self._directory, now, at_once=True, raised=True)
        _log.info("escalation.raised", case=case.reference, severity=case.severity.label)
