"""Checks the promise that no case is without a next step, and looks for what got stuck.

Repairs what can be repaired and tells people about all of it, once an hour for each kind.
"""

from __future__ import annotations

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
            findings = tuple(finding for finding in _findings(work, idle, now) if finding.count)
        if findings:
            with self._store.transaction() as work:
                for case in idle:
                    self._repair(work, case, now)
                for finding in findings:
                    self._alarms.raise_alarm(work, finding.kind, finding.title, finding.lines, now)
                work.commit()
        return findings

    def _repair(self, work: UnitOfWork, case: Case, now: datetime) -> None:
        if work.escalations.active(case.id) is None:
            start_escalation(work, case, self._directory, now, at_once=True)
            _log.error("escalation.repaired", case=case.reference)


def _findings(work: UnitOfWork, idle: list[Case], now: datetime) -> tuple[Finding, ...]:
    late = now - LATE_AFTER
    overdue = work.escalations.due(late, LISTED)
    return (
        Finding(
            kind="case_without_next_step",
            count=len(idle),
            title=f"{len(idle)} cases had no alert ahead of them; alerts were started",
            lines=tuple(f"case {case.reference}" for case in idle[:LISTED]),
        ),
        Finding(
            kind="escalation_overdue",
            count=len(overdue),
            title="Alerts are late by more than five minutes",
            lines=tuple(f"case {work.cases.get(item.case_id).reference}" for item in overdue),
        ),
        _counted(
            "inbox_late",
            work.inbox.count(InboxState.RECEIVED, before=late),
            "{} accepted mails wait for reading for more than five minutes",
        ),
        _counted(
            "inbox_quarantined",
            work.inbox.count(InboxState.QUARANTINED),
            "{} mails are in quarantine and wait for a person",
        ),
        _counted(
            "receipts_late",
            work.reports.undecided_before(late),
            "{} receipts are undecided for more than five minutes",
        ),
        _counted(
            "outbox_failed",
            work.outbox.failed_since(now - FAILED_WITHIN),
            "{} outgoing messages have failed for good within the last hour",
        ),
        _counted(
            "outbox_stuck",
            work.outbox.queued_before(now - STUCK_AFTER),
            "{} outgoing messages have waited for more than a quarter of an hour",
        ),
    )


def _counted(kind: str, count: int, title: str) -> Finding:
    return Finding(kind=kind, count=count, title=title.format(count))


def _without_next_step(work: UnitOfWork, now: datetime) -> list[Case]:
    """Find cases nobody will be alerted about, apart from those whose planning is just ahead."""
    fresh = {
        event.case_id for event in work.history.unplanned(_EVENTS) if event.at > now - LATE_AFTER
    }
    return [case for case in work.cases.without_next_step() if case.id not in fresh]
