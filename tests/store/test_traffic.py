from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from store.model import Attempt, OutboxId, OutboxMessage, Severity, Way
from store.states import OutboxState
from tests.store.samples import NOW, open_case, outgoing

if TYPE_CHECKING:
    from store.unit_of_work import Store, UnitOfWork

LEASE = timedelta(minutes=5)
ROOM = "channel:room"


def queue(work: UnitOfWork, key: str, **changes: Any) -> OutboxMessage:
    number = work.outbox.queue(outgoing(key, **changes), NOW)
    assert number is not None
    return work.outbox.get(number)


def tried(
    work: UnitOfWork,
    message: OutboxMessage,
    outcome: str,
    state: OutboxState = OutboxState.QUEUED,
    at: datetime = NOW,
) -> None:
    again = at + timedelta(minutes=1) if state is OutboxState.QUEUED else None
    work.outbox.record(message, Attempt(at=at, outcome=outcome, detail=""), state, again)


def test_a_way_was_last_used_when_something_was_sent_by_it(store: Store) -> None:
    later = NOW + timedelta(minutes=2)
    with store.transaction() as work:
        assert work.traffic.went_last(Way.MAIL) is None
        tried(work, queue(work, "one"), "sent", OutboxState.SENT)
        tried(work, queue(work, "two"), "deferred", at=later)
        tried(work, queue(work, "text", way=Way.CHANNEL), "sent", OutboxState.SENT, later)
        assert work.traffic.went_last(Way.MAIL) == NOW
        assert work.traffic.went_last(Way.CHANNEL) == later


def test_only_what_was_tried_in_vain_is_put_off(store: Store) -> None:
    with store.transaction() as work:
        waiting = queue(work, "one")
        assert work.traffic.put_off_since(Way.MAIL) is None
        tried(work, waiting, "deferred")
        assert work.traffic.put_off_since(Way.MAIL) == NOW
        assert work.traffic.put_off_since(Way.CHANNEL) is None
        tried(work, waiting, "sent", OutboxState.SENT)
        assert work.traffic.put_off_since(Way.MAIL) is None


def test_unsent_alerts_are_the_grave_ones_nothing_stands_in_for(store: Store) -> None:
    cases = {
        severity: open_case(store, severity.label, severity=severity).id
        for severity in (Severity.NORMAL, Severity.HIGH, Severity.CRITICAL)
    }
    with store.transaction() as work:
        waiting = {
            severity: queue(work, severity.label, case_id=number)
            for severity, number in cases.items()
        }
        unsent = [m.mail.dedupe_key for m in work.traffic.unsent_alerts(Severity.HIGH)]
        assert unsent == ["critical", "high"]
        covered = waiting[Severity.HIGH].id
        queue(work, "text", way=Way.CHANNEL, instead_of=OutboxId(covered))
        tried(work, waiting[Severity.CRITICAL], "sent", OutboxState.SENT)
        assert work.traffic.unsent_alerts(Severity.HIGH) == []


def test_what_is_due_and_nobody_tries_is_unattended(store: Store) -> None:
    later = NOW + timedelta(minutes=6)
    with store.transaction() as work:
        queue(work, "one")
        assert work.traffic.unattended(NOW, NOW) == 0
        assert work.traffic.unattended(later - LEASE, later) == 1
        work.sending.claim("somebody", later, LEASE, 9)
        assert work.traffic.unattended(later - LEASE, later) == 0


def test_a_channel_fails_until_a_message_goes_by_it(store: Store) -> None:
    before = NOW - timedelta(hours=1)
    with store.transaction() as work:
        first = queue(work, "one", way=Way.CHANNEL, recipient=ROOM)
        second = queue(work, "two", way=Way.CHANNEL, recipient=ROOM)
        tried(work, first, "refused", OutboxState.FAILED)
        assert work.traffic.failing_channels(before) == [ROOM]
        assert work.traffic.failing_channels(NOW) == []
        tried(work, second, "sent", OutboxState.SENT)
        assert work.traffic.failing_channels(before) == []
