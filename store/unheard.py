"""Alerts that did not arrive or are late, until the next step is hurried in their place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, or_, select, update

from store.alerts import alert_query, listed_alerts
from store.model import Alert, AlertId, CaseId, OutboxKind
from store.schema import alerts, cases, outbox
from store.states import AlertState, CaseState, OutboxState


class Unheard:
    """The alerts that nobody has heard, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def failed(self, limit: int) -> list[Alert]:
        """Give the alerts that did not arrive and that nothing has followed from yet."""
        query = alert_query().where(
            alerts.c.state == AlertState.FAILED, alerts.c.passed_on_at.is_(None)
        )
        return listed_alerts(self._connection, query.order_by(alerts.c.id).limit(limit))

    def late(self, before: datetime, limit: int) -> list[Alert]:
        """Give the alerts that have been in mails since before a moment and have not gone out.

        What the rate holds back for a summary is not late.
        """
        query = alert_query().where(
            outbox.c.state == OutboxState.QUEUED,
            outbox.c.kind == OutboxKind.ALERT,
            alerts.c.state == AlertState.CARRIED,
            alerts.c.ready_at <= before,
            alerts.c.passed_on_at.is_(None),
        )
        return listed_alerts(self._connection, query.order_by(alerts.c.id).limit(limit))

    def pass_on(self, numbers: Sequence[AlertId], at: datetime) -> None:
        """Note that the next step was hurried in the place of these alerts."""
        self._connection.execute(
            update(alerts).where(alerts.c.id.in_(numbers)).values(passed_on_at=at)
        )

    def cases(self, fresh_since: datetime) -> list[CaseId]:
        """Find open cases of which an alert failed and neither one beside it nor a later one went.

        One whose mail waits since ``fresh_since`` or later may still go, and so may one that the
        rate holds back for a summary.
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
                    waits & or_(told.c.ready_at.is_(None), told.c.ready_at >= fresh_since),
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
