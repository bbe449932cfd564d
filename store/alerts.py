"""Alerts: which address was told of which case at which step, and in which mail.

An alert is decided with its step and waits for the next mail to its address. One mail may carry
many. What becomes of the mail becomes of the alerts in it: ``fail`` is where a refusal, a bounce
and a mail given up all end, and whatever follows from that finds them here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, case, func, or_, select, update

from store.model import (
    Alert,
    AlertId,
    AlertReason,
    CaseId,
    EscalationId,
    OutboxId,
    OutboxKind,
    Severity,
)
from store.rows import insert_row
from store.schema import alerts, cases, outbox
from store.states import AlertState, CaseState, OutboxState

# Databases differ in how they count what is true.
_URGENT: Final = case((alerts.c.urgent, 1), else_=0)


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
class Carriage:
    """One mail to an address: when it was decided, how many alerts it carries, how many urgent."""

    at: datetime
    alerts: int
    urgent: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """An address that an alert went to, and when the last one was decided."""

    address: str
    person: str | None
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """How many alerts wait for the next mail to an address."""

    by_severity: dict[Severity, int]
    urgent: int

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.by_severity.values())


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

    def waiting_addresses(self) -> list[str]:
        """Name the addresses that alerts wait for."""
        query = select(alerts.c.address).where(alerts.c.state == AlertState.WAITING)
        return list(self._connection.scalars(query.distinct().order_by(alerts.c.address)))

    def waiting_count(self, address: str, *, only_urgent: bool = False) -> Waiting:
        """Count what waits for an address."""
        query = (
            select(cases.c.severity, func.count(), func.sum(_URGENT))
            .join(alerts, alerts.c.case_id == cases.c.id)
            .where(*_waits(address, only_urgent=only_urgent))
            .group_by(cases.c.severity)
            .order_by(cases.c.severity.desc())
        )
        rows = [tuple(row) for row in self._connection.execute(query)]
        return Waiting(
            by_severity={Severity(severity): count for severity, count, _ in rows},
            urgent=sum(urgent for _, _, urgent in rows),
        )

    def waiting(self, address: str, limit: int, *, only_urgent: bool = False) -> list[Alert]:
        """Give what waits for an address: the most urgent case first, then the longest waiting."""
        query = (
            _query()
            .join(cases, cases.c.id == alerts.c.case_id)
            .where(*_waits(address, only_urgent=only_urgent))
            .order_by(cases.c.severity.desc(), cases.c.opened_at, cases.c.id)
            .limit(limit)
        )
        return [_alert(row) for row in self._connection.execute(query)]

    def newest_waiting(self, address: str, *, only_urgent: bool = False) -> AlertId:
        """Give the alert decided last of those that wait; there must be one."""
        query = select(func.max(alerts.c.id)).where(*_waits(address, only_urgent=only_urgent))
        return AlertId(self._connection.scalars(query).one())

    def carriages(self, address: str, since: datetime) -> list[Carriage]:
        """Give the mails with alerts to an address that were decided since, oldest first."""
        query = (
            select(func.max(alerts.c.carried_at), func.count(), func.sum(_URGENT))
            .where(alerts.c.address == address, alerts.c.carried_at >= since)
            .group_by(alerts.c.outbox_id)
        )
        found = [
            Carriage(at=at, alerts=count, urgent=urgent)
            for at, count, urgent in self._connection.execute(query)
        ]
        return sorted(found, key=lambda carriage: carriage.at)

    def carry(
        self, address: str, mail: OutboxId, at: datetime, *, only_urgent: bool = False
    ) -> int:
        """Put what waits for an address into a mail; tell how many alerts that are."""
        result = self._connection.execute(
            update(alerts)
            .where(*_waits(address, only_urgent=only_urgent))
            .values(state=AlertState.CARRIED, outbox_id=mail, carried_at=at),
        )
        return result.rowcount

    def unsent_mails(self, address: str, before: datetime) -> list[OutboxId]:
        """Find the mails with alerts to an address that were queued before and have not gone."""
        inside = select(alerts.c.id).where(alerts.c.outbox_id == outbox.c.id).exists()
        query = select(outbox.c.id).where(
            inside,
            outbox.c.recipient == address,
            outbox.c.kind == OutboxKind.ALERT,
            outbox.c.state == OutboxState.QUEUED,
            outbox.c.created_at <= before,
        )
        return [OutboxId(number) for number in self._connection.scalars(query)]

    def take_back(self, mail: OutboxId) -> None:
        """Have the alerts of a mail wait again, but those a newer one took the place of."""
        newer = alerts.alias()
        overtaken = (
            select(newer.c.id)
            .where(
                newer.c.case_id == alerts.c.case_id,
                newer.c.address == alerts.c.address,
                newer.c.state == AlertState.WAITING,
            )
            .exists()
        )
        inside = (alerts.c.outbox_id == mail) & (alerts.c.state == AlertState.CARRIED)
        gone = {"outbox_id": None, "carried_at": None}
        self._connection.execute(
            update(alerts).where(inside, overtaken).values(state=AlertState.CANCELLED, **gone)
        )
        self._connection.execute(
            update(alerts).where(inside).values(state=AlertState.WAITING, **gone)
        )

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

    def failed(self, limit: int) -> list[Alert]:
        """Give the alerts that did not arrive and that nothing has followed from yet."""
        query = _query().where(alerts.c.state == AlertState.FAILED, alerts.c.passed_on_at.is_(None))
        return self._listed(query.order_by(alerts.c.id).limit(limit))

    def late(self, before: datetime, limit: int) -> list[Alert]:
        """Give the alerts decided before a moment whose mails still wait to be sent."""
        query = _query().where(
            outbox.c.state == OutboxState.QUEUED,
            outbox.c.kind == OutboxKind.ALERT,
            alerts.c.state == AlertState.CARRIED,
            alerts.c.created_at <= before,
            alerts.c.passed_on_at.is_(None),
        )
        return self._listed(query.order_by(alerts.c.id).limit(limit))

    def pass_on(self, numbers: Sequence[AlertId], at: datetime) -> None:
        """Note that the next step was hurried in the place of these alerts."""
        self._connection.execute(
            update(alerts).where(alerts.c.id.in_(numbers)).values(passed_on_at=at)
        )

    def of_step(self, alert: Alert) -> list[Alert]:
        """Give all alerts of the same step and round, the one given among them."""
        query = _query().where(
            alerts.c.escalation_id == alert.escalation_id,
            alerts.c.step == alert.step,
            alerts.c.round == alert.round,
        )
        return self._listed(query.order_by(alerts.c.id))

    def in_mail(self, mail: OutboxId, limit: int | None = None) -> list[Alert]:
        """Give the alerts that a mail carries, oldest first."""
        inside = (alerts.c.outbox_id == mail) & (alerts.c.state == AlertState.CARRIED)
        return self._listed(_query().where(inside).order_by(alerts.c.id).limit(limit))

    def move(self, mail: OutboxId, to: OutboxId) -> None:
        """Have a message that went out carry the alerts of the mail it stands in for."""
        inside = (alerts.c.outbox_id == mail) & (alerts.c.state == AlertState.CARRIED)
        self._connection.execute(update(alerts).where(inside).values(outbox_id=to))

    def of_case(self, case_id: CaseId) -> list[Alert]:
        """Give a case's alerts, oldest first: who was told, when, and what became of it."""
        return self._listed(_query().where(alerts.c.case_id == case_id).order_by(alerts.c.id))

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

    def unheard_cases(self, fresh_since: datetime) -> list[CaseId]:
        """Find open cases of which an alert failed and neither one beside it nor a later one went.

        One that waits since ``fresh_since`` or later may still go.
        """
        told, mail = alerts.alias(), outbox.alias()
        waits = or_(told.c.state == AlertState.WAITING, mail.c.state == OutboxState.QUEUED)
        heard = (
            select(told.c.id)
            .outerjoin(mail, mail.c.id == told.c.outbox_id)
            .where(
                told.c.case_id == alerts.c.case_id,
                told.c.created_at >= alerts.c.created_at,
                or_(
                    mail.c.state == OutboxState.SENT,
                    waits & (told.c.created_at >= fresh_since),
                ),
            )
            .exists()
        )
        query = (
            select(alerts.c.case_id)
            .join(cases, cases.c.id == alerts.c.case_id)
            .where(alerts.c.state == AlertState.FAILED, cases.c.state == CaseState.OPEN, ~heard)
            .distinct()
            .order_by(alerts.c.case_id)
        )
        return [CaseId(number) for number in self._connection.scalars(query)]

    def _listed(self, query: Select[Any]) -> list[Alert]:
        return [_alert(row) for row in self._connection.execute(query)]


def _waits(address: str, *, only_urgent: bool) -> list[Any]:
    conditions: list[Any] = [alerts.c.address == address, alerts.c.state == AlertState.WAITING]
    return [*conditions, alerts.c.urgent] if only_urgent else conditions


def _query() -> Select[Any]:
    return select(alerts, outbox.c.state.label("mail_state")).outerjoin(
        outbox, outbox.c.id == alerts.c.outbox_id
    )


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
        passed_on_at=row.passed_on_at,
    )
