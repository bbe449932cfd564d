"""A clock that is set back: what was due by the wrong time comes no later for it.

Due times are absolute. When the clock was hours ahead for a while, the next alert of a case may
stand hours away once it is right again. The latest time seen is kept in the database; when the
clock shows less, every due time is brought back to what its policy allows from now on, and every
mail that waits is tried now. A clock that jumps ahead needs nothing: what is due then is done once,
as after an outage.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from notifier.policy import from_snapshot
from store.escalations import SNOOZED
from store.model import Clock, Escalation, EventKind
from store.states import CaseState, EscalationState
from store.unit_of_work import Store, UnitOfWork

SEEN: Final = "latest_time"
"""The fact of the installation that is the latest time seen."""
SET_BACK: Final = timedelta(minutes=5)
"""How far the clock must go back to matter; a step of less is lost in the distances of alerts."""
NOTED_EVERY: Final = timedelta(minutes=1)
BATCH: Final = 200
"""How many escalations one transaction looks at."""

_log = structlog.get_logger()


class ClockWatch:
    """Notes the time as it passes, and notices when it is less than before."""

    def __init__(self, *, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._noted: datetime | None = None

    def step(self) -> int:
        """Note the time, at most once a minute; tell how many due times had to come back."""
        now = self._clock()
        if self._noted is not None and timedelta(0) <= now - self._noted < NOTED_EVERY:
            return 0
        with self._store.snapshot() as work:
            text = work.installation_value(SEEN)
        seen = datetime.fromisoformat(text) if text else now
        moved = 0
        if seen - now > SET_BACK:
            _log.warning("clock.set_back", by=(seen - now).total_seconds())
            self._bring_mails_back(now)
            moved = self._bring_back(now)
        if text is None or seen <= now or seen - now > SET_BACK:
            self._note(now)
        self._noted = now
        return moved

    def _note(self, now: datetime) -> None:
        with self._store.transaction() as work:
            work.set_installation_value(SEEN, now.astimezone(UTC).isoformat())
            work.commit()

    def _bring_mails_back(self, now: datetime) -> None:
        with self._store.transaction() as work:
            work.sending.bring_back(now)
            work.carrying.bring_back(now)
            work.commit()

    def _bring_back(self, now: datetime) -> int:
        """Go through all escalations, a batch at a time; doing it twice does no harm."""
        moved = 0
        after = 0
        while True:
            with self._store.transaction() as work:
                batch = work.escalations.ahead(now, after, BATCH)
                if not batch:
                    return moved
                moved += _bring_back_all(work, batch, now)
                work.commit()
            after = batch[-1].id


def _bring_back_all(work: UnitOfWork, batch: Sequence[Escalation], now: datetime) -> int:
    moved = 0
    for escalation in batch:
        latest = _latest(work, escalation, now)
        if escalation.next_at is not None and latest < escalation.next_at:
            work.escalations.reschedule(escalation, latest)
            moved += 1
    return moved


def _latest(work: UnitOfWork, escalation: Escalation, now: datetime) -> datetime:
    """Tell when an escalation acts at the latest, had its due time been set now."""
    if escalation.state is EscalationState.RUNNING:
        return _next_step(escalation, now)
    if escalation.pause_reason == SNOOZED:
        return _snoozed_until(work, escalation, now)
    case = work.cases.get(escalation.case_id)
    ahead = case.state is CaseState.TAKEN and case.taken_at is not None and case.taken_at > now
    # A lease from the future tells nothing: the case is looked at now.
    return now if ahead else escalation.next_at or now


def _next_step(escalation: Escalation, now: datetime) -> datetime:
    try:
        policy = from_snapshot(escalation.policy)
    except ValueError:
        return now
    index = policy.index(escalation.step)
    step = policy.steps[index]
    if escalation.step == 0:
        distance = step.after
    elif escalation.step > policy.last:
        distance = policy.repeat
    else:
        distance = step.after - policy.steps[index - 1].after
    return step.opens_at(now + distance)


def _snoozed_until(work: UnitOfWork, escalation: Escalation, now: datetime) -> datetime:
    at = work.history.last_of_kind(escalation.case_id, EventKind.SNOOZED)
    if at is None or at <= now or escalation.next_at is None:
        return escalation.next_at or now
    return now + max(escalation.next_at - at, timedelta(0))
