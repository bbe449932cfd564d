"""Checks the promise that no case is without a next step, and looks for what got stuck.

Repairs what can be repaired and tells people about all of it, once an hour for each kind.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from notifier.alarms import Alarms
from notifier.compose import Composer
from notifier.directory import Directory
from notifier.escalations import start_escalation
from store.model import Case, Clock
from store.states import InboxState
from store.unit_of_work import Store, UnitOfWork

LATE_AFTER: Final = timedelta(minutes=5)
"""How long anything may wait for its turn before that is worth an alarm."""
STUCK_AFTER: Final = timedelta(minutes=15)
"""How long a message may stay in the outbox before that is worth an alarm."""
FAILED_WITHIN: Final = timedelta(hours=1)
"""A failure is told while it is new; afterwards the listing of failed messages shows it."""
LISTED: Final = 10
"""How many cases an alarm names."""
_EVENTS: Final = 10_000
_COUNTED: Final = 1_000

_log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Something that is not as promised. ``kind`` is a stable name."""

    kind: str
    count: int
    title: str
    lines: tuple[str, ...] = ()


class Auditor:
    """Looks over the whole installation."""

    def __init__(
        self, *, store: Store, directory: Directory, composer: Composer, clock: Clock
    ) -> None:
        self._store = store
        self._directory = directory
        self._clock = clock
        self._alarms = Alarms(composer, directory.fallback)

    def step(self) -> tuple[Finding, ...]:
        """Look, repair, queue alarms; give what was found."""
        now = self._clock()
        with self._store.snapshot() as work:
            idle = _without_next_step(work, now)
            found = findings(work, now)
        if found:
            with self._store.transaction() as work:
                for case in idle:
                    self._repair(work, case, now)
                for finding in found:
                    self._alarms.raise_alarm(work, finding.kind, finding.title, finding.lines, now)
                work.commit()
        return found

    def _repair(self, work: UnitOfWork, case: Case, now: datetime) -> None:
        if work.escalations.active(case.id) is None:
            start_escalation(work, case, self._directory, now, at_once=True)
            _log.error("escalation.repaired", case=case.reference)


def findings(work: UnitOfWork, now: datetime) -> tuple[Finding, ...]:
    """Look over an installation without changing it."""
    found = (_finding(kind, title, look(work, now)) for kind, title, look in _LOOKS)
    return tuple(finding for finding in found if finding.count)


def _finding(kind: str, title: str, found: int | list[Case]) -> Finding:
    if isinstance(found, int):
        return Finding(kind=kind, count=found, title=title.format(found))
    lines = tuple(f"case {case.reference}" for case in found[:LISTED])
    return Finding(kind=kind, count=len(found), title=title.format(len(found)), lines=lines)


def _without_next_step(work: UnitOfWork, now: datetime) -> list[Case]:
    """Find cases nobody will be alerted about, apart from those whose planning is just ahead."""
    fresh = {
        event.case_id for event in work.history.unplanned(_EVENTS) if event.at > now - LATE_AFTER
    }
    return [case for case in work.cases.without_next_step() if case.id not in fresh]


def _overdue(work: UnitOfWork, now: datetime) -> list[Case]:
    late = work.escalations.due(now - LATE_AFTER, _COUNTED)
    return [work.cases.get(escalation.case_id) for escalation in late]


def _unheard(work: UnitOfWork, now: datetime) -> list[Case]:
    return [work.cases.get(case_id) for case_id in work.outbox.unheard_cases(now - LATE_AFTER)]


Look = Callable[[UnitOfWork, datetime], int | list[Case]]
"""Counts what is not as promised, or lists the cases."""

_LOOKS: Final[tuple[tuple[str, str, Look], ...]] = (
    (
        "case_without_next_step",
        "{} cases have no alert ahead of them; the daemon starts their alerts",
        _without_next_step,
    ),
    (
        "escalation_overdue",
        "Alerts about {} cases are late by more than five minutes",
        _overdue,
    ),
    (
        "alerts_undelivered",
        "The alerts about {} open cases reached nobody",
        _unheard,
    ),
    (
        "inbox_late",
        "{} accepted mails wait for reading for more than five minutes",
        lambda work, now: work.inbox.count(InboxState.RECEIVED, before=now - LATE_AFTER),
    ),
    (
        "inbox_quarantined",
        "{} mails are in quarantine and wait for a person",
        lambda work, _: work.inbox.count(InboxState.QUARANTINED),
    ),
    (
        "receipts_late",
        "{} receipts are undecided for more than five minutes",
        lambda work, now: work.reports.undecided_before(now - LATE_AFTER),
    ),
    (
        "outbox_failed",
        "{} outgoing messages have failed for good within the last hour",
        lambda work, now: work.outbox.failed_since(now - FAILED_WITHIN),
    ),
    (
        "outbox_stuck",
        "{} outgoing messages have waited for more than a quarter of an hour",
        lambda work, now: work.outbox.queued_before(now - STUCK_AFTER),
    ),
)
