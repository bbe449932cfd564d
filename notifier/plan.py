"""From what happened to who is told: receipts for reports, escalations for cases.

Each report's receipt is decided once and each event is planned once, in one transaction that also
writes the decision down; a crash before the commit leaves the work as it was. One report or event
that cannot be worked on never holds up the others.
"""

from __future__ import annotations

from typing import Final

import structlog

from notifier.compose import Composer
from notifier.directory import Directory
from notifier.escalations import start_escalation
from notifier.etiquette import Answer, may_answer
from store.errors import StorageUnavailable
from store.model import (
    Case,
    CaseEvent,
    Clock,
    EventKind,
    OutboxKind,
    Report,
)
from store.references import reply_token
from store.states import AcknowledgementState, CaseState
from store.unit_of_work import Store, UnitOfWork

BATCH: Final = 100
"""How many reports and how many events one step looks at."""

_log = structlog.get_logger()


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
        answering: bool = True,
    ) -> None:
        self._store = store
        self._directory = directory
        self._composer = composer
        self._reply_key = reply_key
        self._clock = clock
        self._answering = answering

    def step(self) -> int:
        """Work off what waits, up to a bound; tell how much was done."""
        with self._store.snapshot() as work:
            events = work.history.unplanned(BATCH)
            reports = work.reports.undecided(BATCH)
        # Alerts before receipts: somebody may be waiting for help.
        done = sum(self._plan(event) for event in events)
        return done + sum(self._answer(report) for report in reports)

    def _answer(self, report: Report) -> bool:
        """Decide one report's receipt; False when that was done before or failed."""
        try:
            return self._decide(report, self._may_answer(report))
        except StorageUnavailable:
            raise
        except Exception:  # noqa: BLE001 - one report must not hold up the others
            _log.exception("receipt_failed", report=report.reference)
            return self._withhold(report, "cannot_compose")

    def _may_answer(self, report: Report) -> Answer:
        if not self._answering:
            return Answer(send=False, reason="switched_off")
        identity = self._composer.identity
        return may_answer(
            report.traits,
            report.kind,
            own_addresses=identity.addresses,
            own_domains=frozenset({identity.domain}),
        )

    def _decide(self, report: Report, answer: Answer) -> bool:
        if not answer.send:
            return self._withhold(report, answer.reason)
        now = self._clock()
        posting = self._composer.posting(
            OutboxKind.ACKNOWLEDGEMENT, report.traits.reverse_path, f"receipt:{report.id}", now
        )
        reply_to = self._composer.identity.tagged(reply_token(report.reference, self._reply_key))
        mail = self._composer.receipt(report, posting, reply_to)
        with self._store.transaction() as work:
            if not work.reports.decide(report.id, AcknowledgementState.QUEUED, answer.reason):
                return False
            work.outbox.queue(mail, now)
            work.commit()
        _log.info("receipt_queued", report=report.reference)
        return True

    def _withhold(self, report: Report, reason: str) -> bool:
        with self._store.transaction() as work:
            if not work.reports.decide(report.id, AcknowledgementState.WITHHELD, reason):
                return False
            work.commit()
        _log.info("receipt_withheld", report=report.reference, reason=reason)
        return True

    def _plan(self, event: CaseEvent) -> bool:
        """Do what follows from one event; False when that was done before or failed."""
        try:
            with self._store.transaction() as work:
                if not work.history.mark_planned(event.id):
                    return False
                self._follow(work, event)
                work.commit()
        except StorageUnavailable:
            raise
        except Exception:  # noqa: BLE001 - one event must not hold up the others
            # The event stays on the list; the auditor finds a case that has no escalation.
            _log.exception("planning_failed", case=event.case_id, occasion=event.kind.value)
            return False
        return True

    def _follow(self, work: UnitOfWork, event: CaseEvent) -> None:
        case = work.cases.get(event.case_id)
        if case.state is CaseState.CLOSED:
            return
        match event.kind:
            case EventKind.SEVERITY_RAISED:
                self._raise(work, case)
            case EventKind.OPENED | EventKind.REOPENED | EventKind.JOINED:
                self._ensure_started(work, case)
            case _:
                pass

    def _ensure_started(self, work: UnitOfWork, case: Case) -> None:
        """Start an escalation where none is active; one that runs is left alone."""
        if work.escalations.active(case.id) is not None:
            return
        now = self._clock()
        start_escalation(work, case, self._directory, now)
        escalation = work.escalations.active(case.id)
        if escalation and case.state is CaseState.TAKEN and case.taken_until:
            # Somebody was faster than we.
            work.escalations.pause(escalation, case.taken_until, "taken")
        _log.info("escalation_started", case=case.reference, severity=case.severity.label)

    def _raise(self, work: UnitOfWork, case: Case) -> None:
        """Put the more urgent policy in place of the old one and alert at once.

        That holds for a case somebody has taken as well: they may not know yet.
        """
        now = self._clock()
        running = work.escalations.active(case.id)
        planned_since = (
            running and running.policy["key"] == self._directory.policy(case.severity).key
        )
        if running and planned_since and running.step == 0:
            # Opened and raised in one go: it has the urgent policy already and only has to hurry.
            work.escalations.advance(running, running.step, running.rounds, now)
            return
        if running is not None:
            work.escalations.end(running)
        start_escalation(work, case, self._directory, now, at_once=True)
        _log.info("escalation_raised", case=case.reference, severity=case.severity.label)
