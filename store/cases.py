"""Cases: opened, joined, taken, released, closed and opened again; each step leaves an event."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from store.accounts import account_reference
from store.errors import Forbidden, NotFound
from store.history import History
from store.model import (
    AccountId,
    Case,
    CaseId,
    Disposition,
    EventKind,
    ReportId,
    Severity,
)
from store.references import CASE_PREFIX, new_reference, parse_reference
from store.rows import insert_row
from store.schema import accounts, case_reports, cases, escalations, reports
from store.states import CASE_STEPS, CaseState, EscalationState, require_step

# How many references are compared when an unknown one is typed.
_COMPARED: Final = 20_000
WAITS_SINCE: Final = func.coalesce(cases.c.reopened_at, cases.c.opened_at)
"""Since when a case waits for somebody."""


class Cases:
    """The cases within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._history = History(connection)

    def open(self, account_id: AccountId | None, severity: Severity, at: datetime) -> CaseId:
        """Make a case; the caller adds its reports and its first event."""
        number = insert_row(
            self._connection,
            cases,
            reference=new_reference(CASE_PREFIX),
            account_id=account_id,
            state=CaseState.OPEN,
            severity=severity,
            opened_at=at,
            events=0,
            chain="",
        )
        return CaseId(number)

    def add_report(self, case_id: CaseId, report_id: ReportId) -> None:
        """Join a report to a case."""
        self._connection.execute(insert(case_reports).values(case_id=case_id, report_id=report_id))

    def raise_severity(self, case_id: CaseId, severity: Severity) -> bool:
        """Raise a case's severity; False when it was as high already."""
        result = self._connection.execute(
            update(cases)
            .where(cases.c.id == case_id, cases.c.severity < severity)
            .values(severity=severity),
        )
        return result.rowcount == 1

    def take(self, case: Case, actor: str, until: datetime, at: datetime) -> None:
        """Give an open case to a duty officer until the lease runs out; others are told of it."""
        self._step(case, CaseState.TAKEN, taken_by=actor, taken_at=at, taken_until=until)
        details = {"until": until.isoformat()}
        kind = EventKind.TAKEN
        self._history.append(case.id, kind, actor=actor, at=at, details=details, plan=True)

    def release(self, case: Case, actor: str, at: datetime, kind: EventKind) -> None:
        """Give a taken case back; ``kind`` tells whether by hand or because the lease ran out."""
        self._step(case, CaseState.OPEN, taken_by=None, taken_at=None, taken_until=None)
        self._note(case, kind, actor, at, {"taken_by": case.taken_by})

    def close(
        self,
        case: Case,
        actor: str,
        disposition: Disposition,
        at: datetime,
        *,
        notice: bool | None = None,
    ) -> None:
        """Decide a case; the notifier tells its reporters.

        ``notice`` says whether it does, where the settings are not to decide.
        """
        self._step(case, CaseState.CLOSED, closed_at=at, disposition=disposition)
        details: dict[str, Any] = {"disposition": disposition.value}
        if notice is not None:
            details["notice"] = notice
        kind = EventKind.CLOSED
        self._history.append(case.id, kind, actor=actor, at=at, details=details, plan=True)

    def reopen(
        self,
        case: Case,
        actor: str,
        at: datetime,
        details: Mapping[str, Any],
        *,
        plan: bool = False,
    ) -> None:
        """Open a closed case again; ``plan`` has the notifier start its escalation."""
        self._step(
            case,
            CaseState.OPEN,
            closed_at=None,
            disposition=None,
            taken_by=None,
            taken_at=None,
            taken_until=None,
            reopened_at=at,
        )
        self._history.append(
            case.id,
            EventKind.REOPENED,
            actor=actor,
            at=at,
            details=details,
            plan=plan,
        )

    def _note(
        self,
        case: Case,
        kind: EventKind,
        actor: str,
        at: datetime,
        details: Mapping[str, Any],
    ) -> None:
        self._history.append(case.id, kind, actor=actor, at=at, details=details)

    def _step(self, case: Case, after: CaseState, **values: Any) -> None:
        require_step(CASE_STEPS, case.state, after, f"case {case.reference}")
        result = self._connection.execute(
            update(cases)
            .where(cases.c.id == case.id, cases.c.state == case.state)
            .values(state=after, **values),
        )
        if result.rowcount != 1:
            raise Forbidden(f"case {case.reference} was changed by somebody else")

    def get(self, case_id: CaseId) -> Case:
        """Give one case by its number in the database."""
        row = self._connection.execute(_query().where(cases.c.id == case_id)).one()
        return _case(row)

    def find(self, text: str) -> Case:
        """Give one case by its reference as typed.

        Raises NotFound with the nearest references when there is none.
        """
        reference = parse_reference(text, CASE_PREFIX)
        row = self._connection.execute(_query().where(cases.c.reference == reference)).first()
        if row is None:
            raise NotFound(f"there is no case {text}", self._nearest(text))
        return _case(row)

    def _nearest(self, text: str) -> tuple[str, ...]:
        newest = select(cases.c.reference).order_by(cases.c.id.desc()).limit(_COMPARED)
        known = list(self._connection.scalars(newest))
        return tuple(difflib.get_close_matches(text.strip().upper(), known, n=3, cutoff=0))

    def of_account(self, account_id: AccountId) -> Case | None:
        """Give the case of an account; an account has at most one."""
        row = self._connection.execute(_query().where(cases.c.account_id == account_id)).first()
        return _case(row) if row else None

    def of_report(self, report_id: ReportId) -> list[Case]:
        """Give the cases a report belongs to."""
        query = _query().join(case_reports, case_reports.c.case_id == cases.c.id)
        rows = self._connection.execute(query.where(case_reports.c.report_id == report_id))
        return [_case(row) for row in rows]

    def listing(
        self,
        states: tuple[CaseState, ...] = tuple(CaseState),
        limit: int | None = None,
    ) -> list[Case]:
        """Give cases, the most urgent first, then the longest waiting."""
        query = (
            _query()
            .where(cases.c.state.in_(states))
            .order_by(cases.c.severity.desc(), WAITS_SINCE, cases.c.id)
            .limit(limit)
        )
        return [_case(row) for row in self._connection.execute(query)]

    def without_next_step(self) -> list[Case]:
        """Find cases that are not closed and have no escalation: there must be none."""
        query = _query().where(
            cases.c.state != CaseState.CLOSED,
            escalations.c.next_at.is_(None),
        )
        return [_case(row) for row in self._connection.execute(query)]


@cache
def _query() -> Select[Any]:
    """Read a case with its account, its counts and its next time to act."""
    of_case = case_reports.join(reports, reports.c.id == case_reports.c.report_id)
    # Only the case comes from outside: a caller may join the same tables for its own ends.
    members = (
        select(func.count())
        .where(case_reports.c.case_id == cases.c.id)
        .correlate(cases)
        .scalar_subquery()
    )
    people = (
        select(func.count(func.distinct(func.lower(reports.c.reporter))))
        .select_from(of_case)
        .where(case_reports.c.case_id == cases.c.id)
        .correlate(cases)
        .scalar_subquery()
    )
    active = (escalations.c.case_id == cases.c.id) & (escalations.c.state != EscalationState.ENDED)
    return (
        select(
            cases,
            accounts.c.platform,
            accounts.c.handle,
            accounts.c.folded_handle,
            accounts.c.user_id,
            accounts.c.url,
            members.label("reports"),
            people.label("reporters"),
            escalations.c.next_at,
        )
        .outerjoin(accounts, accounts.c.id == cases.c.account_id)
        .outerjoin(escalations, active)
    )


def _case(row: Row[Any]) -> Case:
    return Case(
        id=CaseId(row.id),
        reference=row.reference,
        state=CaseState(row.state),
        severity=Severity(row.severity),
        account=account_reference(row) if row.platform else None,
        opened_at=row.opened_at,
        reopened_at=row.reopened_at,
        reports=row.reports,
        reporters=row.reporters,
        taken_by=row.taken_by,
        taken_at=row.taken_at,
        taken_until=row.taken_until,
        closed_at=row.closed_at,
        disposition=Disposition(row.disposition) if row.disposition else None,
        next_alert_at=row.next_at,
    )
