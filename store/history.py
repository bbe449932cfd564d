"""The history of cases: append-only, each event chained to the one before by its digest.

A changed, removed or inserted event breaks the chain of its case; ``broken_chains`` finds it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from store.escalations import QUIET
from store.model import CaseEvent, CaseId, EventId, EventKind
from store.rows import insert_row
from store.schema import case_events, cases, unplanned_events

MACHINE_ACTORS: Final = ("tipline", "ingest")
"""Who did what no person did."""
# What a mail asked for. Whoever sent it, it did nothing by that.
_ONLY_ASKED: Final = (EventKind.STAFF_REPLY, EventKind.COMMAND_REFUSED)


class History:
    """The events of cases within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(  # noqa: PLR0913 - an event has this many facts
        self,
        case_id: CaseId,
        kind: EventKind,
        *,
        actor: str,
        at: datetime,
        details: Mapping[str, Any] | None = None,
        plan: bool = False,
    ) -> EventId:
        """Add an event to a case; ``plan`` puts it before the notifier as well."""
        head = self._connection.execute(
            select(cases.c.events, cases.c.chain).where(cases.c.id == case_id),
        ).one()
        values = {
            "case_id": case_id,
            "sequence": head.events + 1,
            "at": at.astimezone(UTC),
            "kind": kind.value,
            "actor": actor,
            "details": dict(details or {}),
            "previous_digest": head.chain,
        }
        values["digest"] = event_digest(**values)
        number = insert_row(self._connection, case_events, **values)
        self._connection.execute(
            update(cases)
            .where(cases.c.id == case_id)
            .values(events=values["sequence"], chain=values["digest"]),
        )
        event_id = EventId(number)
        if plan:
            self._connection.execute(insert(unplanned_events).values(event_id=event_id))
        return event_id

    def of_case(self, case_id: CaseId) -> list[CaseEvent]:
        """Give a case's events, oldest first."""
        query = select(case_events).where(case_events.c.case_id == case_id)
        rows = self._connection.execute(query.order_by(case_events.c.sequence))
        return [_event(row) for row in rows]

    def latest(self, case_id: CaseId, kinds: Collection[EventKind], limit: int) -> list[CaseEvent]:
        """Give a case's newest events of some kinds, oldest first."""
        query = (
            select(case_events)
            .where(case_events.c.case_id == case_id, case_events.c.kind.in_(kinds))
            .order_by(case_events.c.sequence.desc())
            .limit(limit)
        )
        return [_event(row) for row in reversed(self._connection.execute(query).all())]

    def unplanned(self, limit: int) -> list[CaseEvent]:
        """Give the events that the notifier has not looked at: by severity, then the oldest.

        What old mail opened comes after everything else: it wakes nobody anyway.
        """
        is_quiet = case_events.c.details[QUIET].as_string().is_not(None)
        query = (
            select(case_events)
            .join(cases, cases.c.id == case_events.c.case_id)
            # By their numbers, so that only these are read and not every event there is.
            .where(case_events.c.id.in_(select(unplanned_events.c.event_id)))
            # In a storm thousands may wait, and the one that matters must not be behind them.
            .order_by(is_quiet, cases.c.severity.desc(), case_events.c.id)
            .limit(limit)
        )
        return [_event(row) for row in self._connection.execute(query)]

    def unplanned_count(self) -> int:
        """Count the events that the notifier has not looked at."""
        return self._connection.scalar(select(func.count()).select_from(unplanned_events)) or 0

    def last_by_person(self, case_id: CaseId) -> datetime | None:
        """Tell when a person last did something about a case.

        A mail that asked for something is nothing done: what it got has an event of its own, and
        anybody can send what is refused.
        """
        by_person = case_events.c.actor.not_in(MACHINE_ACTORS)
        return self._last(case_id, by_person & case_events.c.kind.not_in(_ONLY_ASKED))

    def last_of_kind(self, case_id: CaseId, kind: EventKind) -> datetime | None:
        """Tell when something of this kind last happened to a case."""
        return self._last(case_id, case_events.c.kind == kind.value)

    def _last(self, case_id: CaseId, condition: ColumnElement[bool]) -> datetime | None:
        query = (
            select(case_events.c.at)
            .where(case_events.c.case_id == case_id, condition)
            .order_by(case_events.c.sequence.desc())
        )
        return self._connection.scalar(query.limit(1))

    def mark_planned(self, event_id: EventId) -> bool:
        """Take an event off the notifier's list; False when somebody else has done so."""
        result = self._connection.execute(
            delete(unplanned_events).where(unplanned_events.c.event_id == event_id),
        )
        return result.rowcount == 1

    def broken_chains(self) -> list[CaseId]:
        """Find the cases whose events do not fit their chain."""
        broken = []
        heads = self._connection.execute(select(cases.c.id, cases.c.events, cases.c.chain)).all()
        for head in heads:
            events = self.of_case(CaseId(head.id))
            if not _is_whole(events, head.events, head.chain):
                broken.append(CaseId(head.id))
        return broken


def _is_whole(events: list[CaseEvent], count: int, head: str) -> bool:
    previous = ""
    for number, event in enumerate(events, start=1):
        expected = event_digest(
            case_id=event.case_id,
            sequence=number,
            at=event.at,
            kind=event.kind.value,
            actor=event.actor,
            details=event.details,
            previous_digest=previous,
        )
        if event.digest != expected:
            return False
        previous = event.digest
    return len(events) == count and previous == head


def event_digest(  # noqa: PLR0913 - the digest covers every fact of the event
    *,
    case_id: int,
    sequence: int,
    at: datetime,
    kind: str,
    actor: str,
    details: Mapping[str, Any],
    previous_digest: str,
) -> str:
    """Digest an event and its predecessor's digest (SHA-256 over canonical JSON)."""
    facts = [case_id, sequence, at.isoformat(), kind, actor, dict(details), previous_digest]
    canonical = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def _event(row: Row[Any]) -> CaseEvent:
    return CaseEvent(
        id=EventId(row.id),
        case_id=CaseId(row.case_id),
        sequence=row.sequence,
        at=row.at,
        kind=EventKind(row.kind),
        actor=row.actor,
        details=row.details,
        previous_digest=row.previous_digest,
        digest=row.digest,
    )
