"""Which alerts wait for the next mail to an address, and which mail carries them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, case, func, literal, select, update

from store.alerts import alert_query, listed_alerts
from store.cases import WAITS_SINCE
from store.model import Alert, AlertId, OutboxId, OutboxKind, Severity
from store.schema import alerts, cases, outbox
from store.states import AlertState, OutboxState

# Databases differ in how they count what is true.
_URGENT: Final = case((alerts.c.urgent, 1), else_=0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Carriage:
    """One mail to an address: when it was decided, how many alerts it carries, how many urgent."""

    at: datetime
    alerts: int
    urgent: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """How many alerts wait for the next mail to an address."""

    by_severity: dict[Severity, int]
    urgent: int

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.by_severity.values())


class Carrying:
    """What waits and what carries it, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

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
            alert_query()
            .join(cases, cases.c.id == alerts.c.case_id)
            .where(*_waits(address, only_urgent=only_urgent))
            .order_by(cases.c.severity.desc(), WAITS_SINCE, cases.c.id)
            .limit(limit)
        )
        return listed_alerts(self._connection, query)

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
            .values(
                state=AlertState.CARRIED,
                outbox_id=mail,
                carried_at=at,
                ready_at=func.coalesce(alerts.c.ready_at, literal(at, alerts.c.ready_at.type)),
            ),
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

    def bring_back(self, now: datetime) -> None:
        """Count from now how long alerts have waited that were written down in the future."""
        ahead = (alerts.c.state == AlertState.CARRIED) & (alerts.c.ready_at > now)
        self._connection.execute(update(alerts).where(ahead).values(ready_at=now))

    def move(self, mail: OutboxId, to: OutboxId) -> None:
        """Have a message that went out carry the alerts of the mail it stands in for."""
        inside = (alerts.c.outbox_id == mail) & (alerts.c.state == AlertState.CARRIED)
        self._connection.execute(update(alerts).where(inside).values(outbox_id=to))


def _waits(address: str, *, only_urgent: bool) -> list[Any]:
    conditions: list[Any] = [alerts.c.address == address, alerts.c.state == AlertState.WAITING]
    return [*conditions, alerts.c.urgent] if only_urgent else conditions
