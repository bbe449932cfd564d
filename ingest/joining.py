"""Joining one report to its cases: opened, joined or opened again, each with an event.

Old mail brought in by hand is quiet: a case it opens is marked so, and has the notifier wake nobody
for a while; what it adds to another case wakes nobody either. The first report that comes by
itself into such a case is put before the notifier, which then alerts as ever.

Everything here happens in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from ingest.match import Decision, match, severity_by_reporters
from store.escalations import QUIET
from store.model import AccountId, Case, CaseId, EventKind, Report, Severity
from store.states import CaseState
from store.unit_of_work import UnitOfWork

ACTOR: Final = "tipline"
"""Who did what no person did."""
ANSWERED_AGAIN: Final = "the reporter answered after the decision"


class JoinedCases:
    """The cases one report goes into; ``remarks`` go into their histories with it."""

    def __init__(  # noqa: PLR0913 - what a report brings along
        self,
        work: UnitOfWork,
        report: Report,
        severity: Severity,
        at: datetime,
        remarks: Mapping[str, str] | None = None,
        *,
        quiet: bool = False,
    ) -> None:
        self._work = work
        self._remarks = dict(remarks or {})
        self._report = report
        self._severity = severity
        self._at = at
        self._quiet = quiet
        self._cases: dict[CaseId, None] = {}

    def follow(self, cases: Iterable[Case], *, is_reply: bool = True) -> None:
        """Join the cases of the report that this one answers, or brings up to date."""
        for case in cases:
            if is_reply:
                closed = case.state is CaseState.CLOSED
                reason = ANSWERED_AGAIN if closed else "the reporter answered"
                self._join(case, EventKind.REPLY_RECEIVED, reason)
            else:
                self._join(case, EventKind.JOINED, "its sender's report came again")

    def add_accounts(self, accounts: list[AccountId]) -> None:
        """Join or open the case of each account; a report in no case gets one of its own."""
        for account_id in accounts:
            case = self._work.cases.of_account(account_id)
            if case is None:
                self._open(account_id, match(case).reason)
            elif case.id not in self._cases:
                self._join(case, EventKind.JOINED, match(case).reason)
        if not self._cases:
            self._open(None, "names no account with certainty")

    def references(self) -> tuple[str, ...]:
        """Name the cases."""
        return tuple(self._work.cases.get(case_id).reference for case_id in self._cases)

    def _open(self, account_id: AccountId | None, reason: str) -> None:
        case_id = self._work.cases.open(account_id, self._severity, self._at)
        self._add(case_id, EventKind.OPENED, self._opening(reason), plan=True)

    def _join(self, case: Case, kind: EventKind, reason: str) -> None:
        if match(case).decision is Decision.REOPEN:
            said = reason if kind is EventKind.REPLY_RECEIVED else match(case).reason
            details = self._opening(said)
            self._work.cases.reopen(case, ACTOR, self._at, details, plan=True)
            self._work.outbox.cancel_decisions(case.id)
            self._work.cases.add_report(case.id, self._report.id)
            self._cases[case.id] = None
        else:
            # Staff are told of a reply: whoever has the case would not look by themselves.
            is_told = kind is EventKind.REPLY_RECEIVED or is_quiet(self._work, case)
            self._add(case.id, kind, self._details(reason), plan=is_told and not self._quiet)
        self._raise_severity(case)

    def _add(
        self, case_id: CaseId, kind: EventKind, details: Mapping[str, str], *, plan: bool
    ) -> None:
        self._cases[case_id] = None
        self._work.cases.add_report(case_id, self._report.id)
        self._work.history.append(
            case_id,
            kind,
            actor=ACTOR,
            at=self._at,
            details=details,
            plan=plan,
        )

    def _opening(self, reason: str) -> dict[str, str]:
        """Say why a case opens, and whether that may wait."""
        quiet = {QUIET: "old mail, brought in by hand"} if self._quiet else {}
        return {**self._details(reason), **quiet}

    def _details(self, reason: str) -> dict[str, str]:
        return {**self._remarks, "report": self._report.reference, "reason": reason}

    def _raise_severity(self, case: Case) -> None:
        reporters = self._work.cases.get(case.id).reporters
        severity = max(self._severity, severity_by_reporters(reporters))
        if not self._work.cases.raise_severity(case.id, severity):
            return
        self._work.history.append(
            case.id,
            EventKind.SEVERITY_RAISED,
            actor=ACTOR,
            at=self._at,
            details={"from": case.severity.label, "to": severity.label},
            # A closed case was opened again: that event starts its escalation already.
            plan=case.state is not CaseState.CLOSED and not self._quiet,
        )


def is_quiet(work: UnitOfWork, case: Case) -> bool:
    """Tell whether a case wakes nobody so far: old mail opened it, and nobody has touched it."""
    running = work.escalations.active(case.id)
    if running is not None:
        return running.pause_reason == QUIET
    # Its escalation is about to start.
    opening = work.history.latest(case.id, {EventKind.OPENED, EventKind.REOPENED}, 1)
    return any(QUIET in event.details for event in opening)
