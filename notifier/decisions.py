"""Decision notices: what the reporters of a case are told when it is closed (EU DSA Art. 16(5)).

Each reporter gets one notice for each decision, however many reports they sent. It waits a while
before it goes out: a case that is opened again until then sends none. A reply to it opens the case
again within the configured months.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import structlog

from notifier.addresses import without_tag
from notifier.compose import Composer
from notifier.contacts import contacts_for
from notifier.correspondence import Correspondence, ReporterLetter
from notifier.escalations import ACTOR
from notifier.locales import listed, local_day
from store.model import (
    Case,
    CaseEvent,
    Clock,
    Disposition,
    EventId,
    EventKind,
    MailKind,
    OutboxKind,
    OutgoingMail,
    Report,
)
from store.states import CaseState
from store.terms import REOPEN_MONTHS, months_later
from store.unit_of_work import Store, UnitOfWork

TOLD: Final = frozenset(
    {
        Disposition.ACCOUNT_REMOVED,
        Disposition.CONTENT_REMOVED,
        Disposition.NO_VIOLATION,
        Disposition.NOT_OUR_PLATFORM,
        Disposition.INSUFFICIENT,
    },
)
SEND_AFTER: Final = timedelta(minutes=10)
PIECE: Final = 20
"""How many notices one transaction queues."""
# Who was one of a flood may be forged. A sender's own quota is no reason: they got a mail that says
# that all of theirs arrived.
_FLOODS: Final = frozenset({"quota_domain", "quota_all"})
_NAMED: Final = 10
"""How many references of a reporter's reports a notice lists."""

_log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeRules:
    """Of which dispositions reporters are told, how long a notice waits, when a case reopens."""

    dispositions: frozenset[Disposition] = TOLD
    send_after: timedelta = SEND_AFTER
    reopen_months: int = REOPEN_MONTHS


@dataclass(kw_only=True, slots=True)
class _Plan:
    """What follows from one closing: each reporter's reports, and why others are not told."""

    case: Case
    reporters: int = 0
    waiting: list[list[Report]] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)


class Decisions:
    """Queues decision notices, a few at a time: a case may have thousands of reporters.

    What is left to do is in memory only; after a crash it is found out again, and a notice that is
    queued already is not queued twice.
    """

    def __init__(
        self, store: Store, correspondence: Correspondence, rules: NoticeRules, clock: Clock
    ) -> None:
        self._store = store
        self._correspondence = correspondence
        self._rules = rules
        self._clock = clock
        self._plans: dict[EventId, _Plan] = {}

    def piece(self, event: CaseEvent) -> bool:
        """Queue the next few notices of a closing; False when none is left.

        They are written before anything is locked.
        """
        plan = self._plans.get(event.id)
        if plan is None:
            plan = self._plans[event.id] = self._prepare(event)
        if not plan.waiting:
            return False
        mails = [self._write(plan.case, event, reports) for reports in plan.waiting[:PIECE]]
        with self._store.transaction() as work:
            if _stands(work.cases.get(event.case_id), event):
                for mail, at in mails:
                    work.outbox.queue(mail, at)
            else:
                plan.waiting.clear()
            work.commit()
        del plan.waiting[:PIECE]
        return True

    def finish(self, work: UnitOfWork, case: Case, event: CaseEvent) -> None:
        """Note who was told of a closing, and why others were not, within the caller's work."""
        plan = self._plans.pop(event.id, None)
        if plan is None or not _stands(case, event):
            return
        details = {"told": plan.reporters, **plan.details}
        kind = EventKind.DECISION_TOLD
        work.history.append(case.id, kind, actor=ACTOR, at=self._clock(), details=details)
        _log.info("decision.told", case=case.reference, told=plan.reporters)

    def _prepare(self, event: CaseEvent) -> _Plan:
        with self._store.snapshot() as work:
            case = work.cases.get(event.case_id)
            disposition = case.disposition
            if disposition is None or not _stands(case, event):
                return _Plan(case=case)
            wanted = event.details.get("notice")
            if wanted is None:
                wanted = disposition in self._rules.dispositions
            if not wanted:
                chosen = event.details.get("notice") is False
                why = "switched off for this case" if chosen else f"off for {disposition}"
                return _Plan(case=case, details={"reason": why})
            told, refused = self._sort(work, work.reports.of_case(case.reference))
        reasons = ", ".join(f"{name} {count}" for name, count in sorted(refused.items()))
        details = {"not_told": reasons} if reasons else {}
        return _Plan(case=case, reporters=len(told), waiting=told, details=details)

    def _sort(
        self, work: UnitOfWork, reports: Sequence[Report]
    ) -> tuple[list[list[Report]], Counter[str]]:
        """Group reports by reporter, oldest first; count the reporters who are not written to."""
        by_reporter: dict[str, list[Report]] = {}
        refused: dict[str, str] = {}
        for report in reports:
            # Tags make no further reporters: who forges one address can forge a thousand of them.
            reporter = without_tag(report.traits.reverse_path)
            objection = self._correspondence.objection(work, report)
            if report.acknowledgement_reason in _FLOODS:
                objection = objection or report.acknowledgement_reason
            if objection is None and report.kind is not MailKind.REPLY:
                by_reporter.setdefault(reporter, []).append(report)
            elif objection is not None:
                refused.setdefault(reporter, objection)
        unwritten = Counter(why for who, why in refused.items() if who not in by_reporter)
        return list(by_reporter.values()), unwritten

    def _write(
        self, case: Case, event: CaseEvent, reports: Sequence[Report]
    ) -> tuple[OutgoingMail, datetime]:
        newest = reports[-1]
        at = self._clock() + self._rules.send_after
        references = tuple(report.reference for report in reports[-_NAMED:])
        composer, months = self._correspondence.composer, self._rules.reopen_months
        letter = ReporterLetter(
            kind=OutboxKind.DECISION,
            values=partial(decision_values, composer, case, references, months),
            # By the closing of the case: a later decision is told again.
            dedupe_key=f"decision:{event.id}:{without_tag(newest.traits.reverse_path)}"[:255],
            at=at,
            automatic="auto-generated",
            case_id=case.id,
        )
        return self._correspondence.write(newest, letter), at


def _stands(case: Case, event: CaseEvent) -> bool:
    """Tell whether a case is still closed by this closing."""
    return case.state is CaseState.CLOSED and case.closed_at == event.at


def decision_values(
    composer: Composer, case: Case, references: tuple[str, ...], reopen_months: int, language: str
) -> dict[str, Any]:
    """Give what the template of a decision notice may use, in its language.

    The case must be closed.
    """
    if case.closed_at is None or case.disposition is None:
        raise ValueError(f"case {case.reference} is not decided")
    until = months_later(case.closed_at, reopen_months)
    return {
        "reference": references[-1],
        "references": listed(references, language),
        "disposition": case.disposition.value,
        "decided": local_day(case.closed_at, composer.zone, language),
        "until": local_day(until, composer.zone, language),
        "emergency": contacts_for(language).emergency_lines(language),
        "sender_name": composer.identity.name,
    }
