"""Alerts: which address was told of which case at which step, and in which mail.

An alert is decided with its step and waits for the next mail to its address. One mail may carry
many. What becomes of the mail becomes of the alerts in it: ``fail`` is where a refusal, a bounce
and a mail given up all end; what follows from that begins in ``store/unheard.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, or_, select, update

from store.model import Alert, AlertId, AlertReason, CaseId, EscalationId, OutboxId, Severity
from store.rows import insert_row
from store.schema import alerts, cases, outbox
from store.states import AlertState, OutboxState


@dataclass(frozen=True, kw_only=True, slots=True)
class NewAlert:
    """An alert to one address, just decided."""

    case_id: CaseId
    escalation_id: EscalationId
    step: int
    round: int
    address: str
    person: str | None = None
    reason: AlertReason = AlertReason.STEP
    severity: Severity


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """An address that an alert went to, and when the last one was decided."""

    address: str
    person: str | None
    at: datetime


class Alerts:
    """The alerts within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, new: NewAlert, at: datetime) -> AlertId | None:
        """Note an alert; None when the same one was decided before.

        One about the same case that still waits for a mail to the address gives way to it.
        """
        if self._is_known(new):
            return None
        number = insert_row(
            self._connection,
            alerts,
            case_id=new.case_id,
            escalation_id=new.escalation_id,
            step=new.step,
            round=new.round,
            address=new.address,
            person=new.person,
            reason=new.reason,
            urgent=new.severity is Severity.CRITICAL and not self._was_told(new),
            state=AlertState.WAITING,
            created_at=at,
        )
        older = (
            (alerts.c.case_id == new.case_id)
            & (alerts.c.address == new.address)
            & (alerts.c.state == AlertState.WAITING)
            & (alerts.c.id != number)
        )
        self._connection.execute(update(alerts).where(older).values(state=AlertState.CANCELLED))
        return AlertId(number)

    def _is_known(self, new: NewAlert) -> bool:
        return self._exists(
            alerts.c.escalation_id == new.escalation_id,
            alerts.c.step == new.step,
            alerts.c.round == new.round,
            alerts.c.address == new.address,
        )

    def _was_told(self, new: NewAlert) -> bool:
        """Tell whether a mail to the address has carried this escalation before."""
        return self._exists(
            alerts.c.escalation_id == new.escalation_id,
            alerts.c.address == new.address,
            alerts.c.outbox_id.is_not(None),
        )

    def _exists(self, *conditions: Any) -> bool:
        return self._connection.scalar(select(alerts.c.id).where(*conditions).limit(1)) is not None

    def cancel(self, case_id: CaseId) -> int:
        """Cancel a case's alerts that have not gone out."""
        unsent = select(outbox.c.id).where(outbox.c.state == OutboxState.QUEUED)
        on_the_way = (alerts.c.state == AlertState.CARRIED) & alerts.c.outbox_id.in_(unsent)
        result = self._connection.execute(
            update(alerts)
            .where(
                alerts.c.case_id == case_id,
                or_(alerts.c.state == AlertState.WAITING, on_the_way),
            )
            .values(state=AlertState.CANCELLED),
        )
        return result.rowcount

    def is_overtaken(self, mail: OutboxId) -> bool:
        """Tell whether a mail carries alerts and all of them have been cancelled."""
        inside, cancelled = alerts.c.outbox_id == mail, alerts.c.state == AlertState.CANCELLED
        return self._exists(inside) and not self._exists(inside, ~cancelled)

    def carried_case(self, mail: OutboxId, reference: str) -> CaseId | None:
        """Find the case of this reference among those a mail tells of."""
        query = (
            select(alerts.c.case_id)
            .join(cases, cases.c.id == alerts.c.case_id)
            .where(alerts.c.outbox_id == mail, cases.c.reference == reference)
            .limit(1)
        )
        found = self._connection.scalar(query)
        return CaseId(found) if found is not None else None

    def fail(self, mail: OutboxId) -> int:
        """Note that a mail with alerts did not arrive; tell how many alerts that concerns.

        What follows (the next step at once, the fallback address, an alarm) is done by whoever
        works on due escalations, within a second.
        """
        result = self._connection.execute(
            update(alerts)
            .where(alerts.c.outbox_id == mail, alerts.c.state == AlertState.CARRIED)
            .values(state=AlertState.FAILED),
        )
        return result.rowcount

    def of_step(self, alert: Alert) -> list[Alert]:
        """Give all alerts of the same step and round, the one given among them."""
        query = alert_query().where(
            alerts.c.escalation_id == alert.escalation_id,
            alerts.c.step == alert.step,
            alerts.c.round == alert.round,
        )
        return listed_alerts(self._connection, query.order_by(alerts.c.id))

    def in_mail(self, mail: OutboxId, limit: int | None = None) -> list[Alert]:
        """Give the alerts that a mail carries, oldest first."""
        inside = (alerts.c.outbox_id == mail) & (alerts.c.state == AlertState.CARRIED)
        return listed_alerts(
            self._connection, alert_query().where(inside).order_by(alerts.c.id).limit(limit)
        )

    def of_case(self, case_id: CaseId) -> list[Alert]:
        """Give a case's alerts, oldest first: who was told, when, and what became of it."""
        return listed_alerts(
            self._connection, alert_query().where(alerts.c.case_id == case_id).order_by(alerts.c.id)
        )

    def last_told(self, case_id: CaseId, limit: int) -> list[Told]:
        """Tell whom alerts of a case went to and when last, those told last at the end."""
        at = func.max(alerts.c.created_at)
        query = (
            select(alerts.c.address, func.max(alerts.c.person), at)
            .join(outbox, outbox.c.id == alerts.c.outbox_id)
            .where(alerts.c.case_id == case_id, outbox.c.state == OutboxState.SENT)
            .group_by(alerts.c.address)
            .order_by(at.desc(), alerts.c.address)
            .limit(limit)
        )
        rows = [tuple(row) for row in self._connection.execute(query)]
        return [Told(address=address, person=person, at=at) for address, person, at in rows[::-1]]


def alert_query() -> Select[Any]:
    """Ask for alerts, with how far the mail that carries each has come."""
    return select(alerts, outbox.c.state.label("mail_state")).outerjoin(
        outbox, outbox.c.id == alerts.c.outbox_id
    )


def listed_alerts(connection: Connection, query: Select[Any]) -> list[Alert]:
    """Give the alerts that ``alert_query``, narrowed down, finds."""
    return [_alert(row) for row in connection.execute(query)]


def _alert(row: Row[Any]) -> Alert:
    return Alert(
        id=AlertId(row.id),
        case_id=CaseId(row.case_id),
        escalation_id=EscalationId(row.escalation_id),
        step=row.step,
        round=row.round,
        address=row.address,
        person=row.person,
        reason=AlertReason(row.reason),
        urgent=row.urgent,
        state=AlertState(row.state),
        created_at=row.created_at,
        outbox_id=OutboxId(row.outbox_id) if row.outbox_id is not None else None,
        mail_state=OutboxState(row.mail_state) if row.mail_state else None,
        ready_at=row.ready_at,
        passed_on_at=row.passed_on_at,
    )
