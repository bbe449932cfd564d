"""Does what is due: alerts step by step until somebody takes the case, and again after that.

Due times are rows. What is due is worked off in order of severity, a batch in one transaction that
writes the alerts, the mails that carry them and the next due times together: after a crash at any
instruction a step is either done or still due. After an outage one alert goes out at once and the
chain goes on from there. An escalation never runs out, and nobody on duty is never silence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final, assert_never

import structlog

from notifier.actions import Actions
from notifier.alarm_titles import Title
from notifier.alarms import Alarms
from notifier.clocks import SET_BACK, ClockWatch
from notifier.compose import Composer
from notifier.directory import Directory
from notifier.dispatch import Dispatcher
from notifier.escalations import ACTOR
from notifier.fall_through import FallThrough
from notifier.firing import Fire
from notifier.holding import Holding
from notifier.pace import Pace
from notifier.progress import Progress
from notifier.promises import Promises
from store.errors import StorageUnavailable
from store.escalations import TAKEN
from store.model import Case, Clock, Escalation, EventKind
from store.states import CaseState, EscalationState
from store.unit_of_work import Store, UnitOfWork

BATCH: Final = 50
"""How many due escalations one transaction works on."""
POSTPONED_FOR: Final = timedelta(minutes=1)
"""How long an escalation that cannot be worked on makes room for the others."""
NAMED: Final = 10
"""How many cases that cannot be alerted have an alarm of their own within an hour."""

_log = structlog.get_logger()


class Move(Enum):
    """What a due escalation does."""

    # The case is closed.
    END = auto()
    # The lease ran out: give the case back, then alert.
    EXPIRE = auto()
    # The case is taken, and its lease runs: see whether its holder gets on.
    WATCH = auto()
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
            if case.taken_until is None or case.taken_until <= now or _is_ahead(case, now):
                return Move.EXPIRE
            running = escalation.state is EscalationState.RUNNING
            return Move.TELL if running else Move.WATCH


def _is_ahead(case: Case, now: datetime) -> bool:
    """Tell whether a case was taken before the clock was set back: its lease tells nothing."""
    return case.taken_at is not None and case.taken_at - now > SET_BACK


class Escalator:
    """Works on due escalations."""

    def __init__(  # noqa: PLR0913 - the wiring names each piece
        self,
        *,
        store: Store,
        directory: Directory,
        composer: Composer,
        clock: Clock,
        pace: Pace | None = None,
        progress: Progress | None = None,
        actions: Actions | None = None,
        promises: Promises | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        # Which cases the operators were told of within the hour.
        self._failing_since, self._failing = clock(), set[str]()
        self._clock_watch = ClockWatch(store=store, clock=clock)
        self._holding = Holding(directory=directory, progress=progress or Progress())
        self._alarms = Alarms(composer, directory.fallback)
        self._fire = Fire(directory=directory, alarms=self._alarms)
        self._dispatcher = Dispatcher(
            store=store,
            directory=directory,
            composer=composer,
            pace=pace or Pace(),
            actions=actions,
            promises=promises,
            clock=clock,
        )
        self._fall_through = FallThrough(
            store=store,
            dispatcher=self._dispatcher,
            composer=composer,
            directory=directory,
            clock=clock,
        )

    def step(self) -> int:
        """Work on what is due, up to a bound; tell how much was done."""
        parts = (self._clock_watch.step, self._fall_through.step, self._work_off)
        return sum(self._safely(part) for part in (*parts, self._dispatcher.step))

    def _safely(self, part: Callable[[], int]) -> int:
        """Do one part of a step: a fault in it must not keep the others from alerting."""
        try:
            return part()
        except StorageUnavailable:
            raise
        except Exception:  # noqa: BLE001 - it is tried again with the next tick
            _log.exception("escalating.failed", part=part.__qualname__)
            with self._store.transaction() as work:
                english = "What follows from alerts could not be done"
                title = Title(kind="escalating_failed", english=english)
                lines = (part.__qualname__,)
                self._alarms.raise_alarm(work, "escalating_failed", title, lines, self._clock())
                work.commit()
            return 0

    def _work_off(self) -> int:
        with self._store.snapshot() as work:
            now = self._clock()
            due = work.escalations.due(now, BATCH)
            due += self._holding.unwatched(work, now, BATCH - len(due))
        return self._attend_all(due) if due else 0

    def _attend_all(self, due: Sequence[Escalation]) -> int:
        """Work on a batch in one commit; when that fails, on each in a commit of its own."""
        try:
            with self._store.transaction() as work:
                now = self._clock()
                addresses: dict[str, None] = {}
                moved = sum(self._move(work, listed, now, addresses) for listed in due)
                self._dispatcher.dispatch(work, addresses, now)
                work.commit()
        except StorageUnavailable:
            raise
        except Exception:  # noqa: BLE001 - narrowed down to the one case that causes it
            if len(due) > 1:
                return sum(self._attend_all([listed]) for listed in due)
            _log.exception("escalation.failed", escalation=due[0].id)
            self._postpone(due[0])
            return 0
        return moved

    def _move(
        self, work: UnitOfWork, listed: Escalation, now: datetime, addresses: dict[str, None]
    ) -> bool:
        """Do what one escalation is due for; note the addresses it has alerts for."""
        escalation = work.escalations.active(listed.case_id)
        case = work.cases.get(listed.case_id)
        if escalation is None or not self._is_due(case, escalation, now):
            # Taken, closed or done by somebody else since we looked.
            return False
        addresses.update(dict.fromkeys(self._act(work, case, escalation, now)))
        return True

    def _is_due(self, case: Case, escalation: Escalation, now: datetime) -> bool:
        if escalation.next_at is not None and escalation.next_at <= now:
            return True
        return self._holding.is_unwatched(case, escalation, now)

    def _act(
        self, work: UnitOfWork, case: Case, escalation: Escalation, now: datetime
    ) -> list[str]:
        move = decide(case, escalation, now)
        match move:
            case Move.END:
                work.escalations.end(escalation)
                return []
            case Move.WATCH:
                reminded = self._holding.watch(work, case, escalation, now)
                if reminded is None:
                    return self._give_back(work, case, escalation, now)
                return reminded
            case Move.TELL:
                told = self._fire.next_step(work, case, escalation, now)
                _wait(work, case, escalation)
                return told
            case Move.EXPIRE:
                return self._give_back(work, case, escalation, now)
            case Move.FIRE:
                return self._fire.next_step(work, case, escalation, now)
            case _:
                assert_never(move)

    def _give_back(
        self, work: UnitOfWork, case: Case, escalation: Escalation, now: datetime
    ) -> list[str]:
        work.cases.release(case, ACTOR, now, EventKind.LEASE_EXPIRED)
        return self._fire.next_step(work, case, escalation, now)

    def _postpone(self, escalation: Escalation) -> None:
        with self._store.transaction() as work:
            current = work.escalations.active(escalation.case_id)
            if current is not None:
                later = self._clock() + POSTPONED_FOR
                work.escalations.advance(current, current.step, current.rounds, later)
                self._tell_failure(work, work.cases.get(current.case_id))
            work.commit()

    def _tell_failure(self, work: UnitOfWork, case: Case) -> None:
        """Tell the operators of each case, but when they are many only that they are."""
        now = self._clock()
        if now - self._failing_since >= timedelta(hours=1):
            self._failing_since, self._failing = now, set()
        self._failing.add(case.reference)
        name, english = case.reference, f"An alert about case {case.reference} could not be written"
        title = Title(kind="escalation_failed", english=english, value=case.reference)
        if len(self._failing) > NAMED:
            name, english = "many", "Alerts about many cases could not be written"
            title = Title(kind="escalations_failed", english=english)
        lines = (f"case {case.reference}",)
        self._alarms.raise_alarm(work, f"escalation_failed:{name}", title, lines, now)


def _wait(work: UnitOfWork, case: Case, escalation: Escalation) -> None:
    if case.taken_until is not None:
        work.escalations.pause(escalation, case.taken_until, TAKEN)
