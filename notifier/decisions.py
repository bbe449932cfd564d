"""Decision notices: what the reporters of a case are told when it is closed (EU DSA Art. 16(5)).

Each reporter gets one notice for each decision, however many reports they sent. It waits a while
before it goes out: a case that is opened again until then sends none. A reply to it opens the case
again within the configured months.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import structlog

from notifier.compose import Composer
from notifier.contacts import contacts_for
from notifier.correspondence import Correspondence, ReporterLetter
from notifier.escalations import ACTOR
from notifier.locales import listed, local_day
from store.model import Case, CaseEvent, Disposition, EventKind, MailKind, OutboxKind, Report
from store.states import CaseState
from store.terms import REOPEN_MONTHS, months_later
from store.unit_of_work import UnitOfWork

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
_NAMED: Final = 10
"""How many references of a reporter's reports a notice lists."""

_log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeRules:
    """Of which dispositions reporters are told, how long a notice waits, when a case reopens."""

    dispositions: frozenset[Disposition] = TOLD
    send_after: timedelta = SEND_AFTER
    reopen_months: int = REOPEN_MONTHS


class Decisions:
    """Queues decision notices, within the caller's transaction."""

    def __init__(self, correspondence: Correspondence, rules: NoticeRules) -> None:
        self._correspondence = correspondence
        self._rules = rules

    def tell(self, work: UnitOfWork, case: Case, event: CaseEvent, now: datetime) -> int:
        """Queue the notices that follow from the closing of a case; tell how many."""
        if case.state is not CaseState.CLOSED or case.closed_at != event.at:
            return 0
        disposition = case.disposition
        wanted = event.details.get("notice")
        if disposition is None or not (
            disposition in self._rules.dispositions if wanted is None else wanted
        ):
            why = "switched off for this case" if wanted is False else f"off for {disposition}"
            self._note(work, case, now, {"told": 0, "reason": why})
            return 0
        told, refused = self._sort(work, work.reports.of_case(case.reference))
        for reports in told:
            self._queue(work, case, event, reports, now)
        details: dict[str, Any] = {"told": len(told)}
        if refused:
            reasons = (f"{name} {count}" for name, count in sorted(refused.items()))
            details["not_told"] = ", ".join(reasons)
        self._note(work, case, now, details)
        return len(told)

    def _sort(
        self, work: UnitOfWork, reports: Sequence[Report]
    ) -> tuple[list[list[Report]], Counter[str]]:
        """Group reports by reporter, oldest first; count the reporters who are not written to."""
        by_reporter: dict[str, list[Report]] = {}
        refused: dict[str, str] = {}
        for report in reports:
            reporter = report.traits.reverse_path.lower()
            objection = self._correspondence.objection(work, report)
            if objection is None and report.kind is not MailKind.REPLY:
                by_reporter.setdefault(reporter, []).append(report)
            elif objection is not None:
                refused.setdefault(reporter, objection)
        unwritten = Counter(why for who, why in refused.items() if who not in by_reporter)
        return list(by_reporter.values()), unwritten

    def _queue(
        self,
        work: UnitOfWork,
        case: Case,
        event: CaseEvent,
        reports: Sequence[Report],
        now: datetime,
    ) -> None:
        newest = reports[-1]
        at = now + self._rules.send_after
        references = tuple(report.reference for report in reports[-_NAMED:])
        letter = ReporterLetter(
            kind=OutboxKind.DECISION,
            values=partial(
                decision_values,
                self._correspondence.composer,
                case,
                references,
                self._rules.reopen_months,
            ),
            # By the closing of the case: a later decision is told again.
            dedupe_key=f"decision:{event.id}:{newest.traits.reverse_path.lower()}"[:255],
            at=at,
            automatic="auto-generated",
            case_id=case.id,
        )
        work.outbox.queue(self._correspondence.write(newest, letter), at)

    def _note(self, work: UnitOfWork, case: Case, now: datetime, details: dict[str, Any]) -> None:
        kind = EventKind.DECISION_TOLD
        work.history.append(case.id, kind, actor=ACTOR, at=now, details=details)
        _log.info("decision.told", case=case.reference, told=details["told"])


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
