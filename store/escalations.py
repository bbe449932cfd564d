"""Escalations: one running snapshot of a policy over one case, with its due time.

Due times live here and nowhere else; a scheduler only asks from time to time what is due.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, select, update

from store.model import CaseId, Escalation, EscalationId
from store.rows import insert_row
from store.schema import cases, escalations
from store.states import ESCALATION_STEPS, CaseState, EscalationState, require_step

TAKEN: Final = "taken"
"""Why an escalation is paused whose case was taken and not looked at since."""
SNOOZED: Final = "snoozed"
"""Why an escalation is paused whose case was snoozed."""
QUIET: Final = "quiet"
"""Why an escalation is paused whose case was opened by old mail, brought in by hand."""


class Escalations:
    """The escalations within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def start(
        self,
        case_id: CaseId,
        policy: Mapping[str, Any],
        at: datetime,
        next_at: datetime,
    ) -> EscalationId:
        """Begin an escalation with a snapshot of its policy.

        A case has at most one that has not ended; the database refuses a second.
        """
        number = insert_row(
            self._connection,
            escalations,
            case_id=case_id,
            state=EscalationState.RUNNING,
            policy=dict(policy),
            step=0,
            rounds=0,
            started_at=at,
            next_at=next_at,
        )
        return EscalationId(number)

    def due(self, now: datetime, limit: int) -> list[Escalation]:
        """Give the escalations whose time has come: by severity, then the longest overdue."""
        query = (
            select(escalations)
            .join(cases, cases.c.id == escalations.c.case_id)
            .where(escalations.c.state != EscalationState.ENDED, escalations.c.next_at <= now)
            .order_by(cases.c.severity.desc(), escalations.c.next_at, escalations.c.id)
            .limit(limit)
        )
        return [_escalation(row) for row in self._connection.execute(query)]

    def unwatched(self, taken_before: datetime, limit: int) -> list[Escalation]:
        """Give those of cases taken before a moment that nobody has looked at since."""
        query = (
            select(escalations)
            .join(cases, cases.c.id == escalations.c.case_id)
            .where(
                cases.c.state == CaseState.TAKEN,
                cases.c.taken_at <= taken_before,
                escalations.c.state == EscalationState.PAUSED,
                escalations.c.pause_reason == TAKEN,
            )
            .order_by(cases.c.severity.desc(), cases.c.taken_at)
            .limit(limit)
        )
        return [_escalation(row) for row in self._connection.execute(query)]

    def ahead(self, now: datetime, after: int, limit: int) -> list[Escalation]:
        """Give those that act later than ``now``, in the order of their numbers from ``after``."""
        query = (
            select(escalations)
            .where(
                escalations.c.state != EscalationState.ENDED,
                escalations.c.next_at > now,
                escalations.c.id > after,
            )
            .order_by(escalations.c.id)
            .limit(limit)
        )
        return [_escalation(row) for row in self._connection.execute(query)]

    def reschedule(self, escalation: Escalation, next_at: datetime) -> None:
        """Have an escalation act at another time, and nothing else."""
        self._set(escalation, next_at=next_at)

    def active(self, case_id: CaseId) -> Escalation | None:
        """Give a case's escalation that has not ended."""
        row = self._connection.execute(
            select(escalations).where(
                escalations.c.case_id == case_id,
                escalations.c.state != EscalationState.ENDED,
            ),
        ).first()
        return _escalation(row) if row else None

    def of_case(self, case_id: CaseId) -> list[Escalation]:
        """Give all escalations a case has had, oldest first."""
        query = select(escalations).where(escalations.c.case_id == case_id)
        rows = self._connection.execute(query.order_by(escalations.c.id))
        return [_escalation(row) for row in rows]

    def advance(
        self,
        escalation: Escalation,
        step: int,
        rounds: int,
        next_at: datetime,
    ) -> None:
        """Note that a step was done and when the next one is due."""
        self._set(escalation, step=step, rounds=rounds, next_at=next_at)

    def change_policy(self, escalation: Escalation, policy: Mapping[str, Any]) -> None:
        """Put another snapshot in place of the one an escalation runs with."""
        self._set(escalation, policy=dict(policy))

    def pause(self, escalation: Escalation, until: datetime, reason: str) -> None:
        """Hold an escalation back until a moment (again, if it was paused before)."""
        self._move(escalation, EscalationState.PAUSED, next_at=until, pause_reason=reason)

    def resume(self, escalation: Escalation, next_at: datetime) -> None:
        """Let an escalation run on."""
        self._move(escalation, EscalationState.RUNNING, next_at=next_at, pause_reason=None)

    def end(self, escalation: Escalation) -> None:
        """End an escalation: the case is closed or a newer escalation takes its place."""
        self._move(escalation, EscalationState.ENDED, next_at=None, pause_reason=None)

    def _move(self, escalation: Escalation, state: EscalationState, **values: Any) -> None:
        if state is not escalation.state:
            what = f"escalation {escalation.id}"
            require_step(ESCALATION_STEPS, escalation.state, state, what)
        self._set(escalation, state=state, **values)

    def _set(self, escalation: Escalation, **values: Any) -> None:
        self._connection.execute(
            update(escalations).where(escalations.c.id == escalation.id).values(**values),
        )


def _escalation(row: Row[Any]) -> Escalation:
    return Escalation(
        id=EscalationId(row.id),
        case_id=CaseId(row.case_id),
        state=EscalationState(row.state),
        policy=row.policy,
        step=row.step,
        rounds=row.rounds,
        started_at=row.started_at,
        next_at=row.next_at,
        pause_reason=row.pause_reason,
    )
