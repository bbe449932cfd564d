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


def in_vain(work: UnitOfWork, way: Way = Way.MAIL, at: datetime = NOW) -> datetime | None:
    return work.traffic.tried_in_vain_since(way, at, timedelta(hours=2))


def test_a_way_is_tried_in_vain_from_the_first_try_after_what_went_last(store: Store) -> None:
    later, last = NOW + timedelta(minutes=2), NOW + timedelta(minutes=4)
    with store.transaction() as work:
        waiting = queue(work, "one")
        assert in_vain(work) is None
        tried(work, waiting, "deferred")
        assert (in_vain(work), in_vain(work, Way.CHANNEL)) == (NOW, None)
        tried(work, queue(work, "two"), "sent", OutboxState.SENT)
        assert in_vain(work) is None
        tried(work, waiting, "deferred", at=later)
        tried(work, queue(work, "text", way=Way.CHANNEL), "sent", OutboxState.SENT, last)
        assert in_vain(work, at=last) == later
        tried(work, waiting, "sent", OutboxState.SENT)
        assert in_vain(work, at=last) is None


def test_a_newer_mail_in_the_place_of_an_older_one_does_not_hide_how_long_nothing_went(
    store: Store,
) -> None:
    later = NOW + timedelta(minutes=3)
    with store.transaction() as work:
        older = queue(work, "older")
        tried(work, older, "deferred")
        work.outbox.cancel(older.id, Attempt(at=later, outcome="cancelled"))
        assert in_vain(work, at=later) is None
        tried(work, queue(work, "newer"), "deferred", at=later)
        assert in_vain(work, at=later) == NOW
        # What was tried hours ago is another story.
        assert in_vain(work, at=NOW + timedelta(hours=2)) == later


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
