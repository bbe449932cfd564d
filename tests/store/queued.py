"""Messages queued, claimed and tried, each step in a transaction of its own."""

from __future__ import annotations

from datetime import timedelta

from store.model import Attempt, OutboxKind, OutboxMessage
from store.states import OutboxState
from store.unit_of_work import Store
from tests.store.samples import NOW, outgoing

LEASE = timedelta(minutes=5)
TRIED = Attempt(at=NOW, outcome="deferred", detail="the relay is away")


def queue(store: Store, key: str, kind: OutboxKind = OutboxKind.ALERT, **ids: int) -> OutboxMessage:
    with store.transaction() as work:
        number = work.outbox.queue(outgoing(key, kind, **ids), NOW)
        assert number is not None
        message = work.outbox.get(number)
        work.commit()
    return message


def claim(
    store: Store, owner: str = "here", later: timedelta = timedelta(0), limit: int = 10
) -> list[str]:
    with store.transaction() as work:
        found = work.sending.claim(owner, NOW + later, LEASE, limit)
        work.commit()
    return [message.mail.dedupe_key for message in found]


def record(
    store: Store, message: OutboxMessage, state: OutboxState, wait: timedelta | None = None
) -> OutboxMessage:
    with store.transaction() as work:
        work.outbox.record(message, TRIED, state, NOW + wait if wait is not None else None)
        after = work.outbox.get(message.id)
        work.commit()
    return after
