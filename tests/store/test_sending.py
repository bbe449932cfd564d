from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, event

from store.model import Attempt, OutboxKind, Severity, Way
from store.schema import metadata
from store.sending import Sending
from store.states import OutboxState
from store.unit_of_work import Store
from tests.store.queued import LEASE, claim, queue, record
from tests.store.samples import NOW, outgoing


def test_alerts_go_before_receipts_and_the_longest_waiting_first(store: Store) -> None:
    queue(store, "receipt", OutboxKind.ACKNOWLEDGEMENT)
    for key, kind in (("first", OutboxKind.ALERT), ("second", OutboxKind.ALARM)):
        queue(store, key, kind)
    assert claim(store) == ["first", "second", "receipt"]


def test_no_more_than_asked_are_claimed_and_each_only_once(store: Store) -> None:
    for key in ("a", "b", "c"):
        queue(store, key)
    assert claim(store, "one", limit=2) == ["a", "b"]
    assert claim(store, "two") == ["c"]


def test_a_lease_that_ran_out_is_taken_by_somebody_else(store: Store) -> None:
    queue(store, "key")
    claim(store, "one")
    assert claim(store, "two", later=LEASE / 2) == []
    assert claim(store, "two", later=LEASE) == ["key"]


def test_released_messages_are_claimed_again(store: Store) -> None:
    queue(store, "key")
    claim(store, "one")
    with store.transaction() as work:
        assert (work.sending.release("two"), work.sending.release("one")) == (0, 1)
        work.commit()
    assert claim(store, "two") == ["key"]


def test_a_deferred_mail_waits_for_its_time(store: Store) -> None:
    after = record(store, queue(store, "key"), OutboxState.QUEUED, timedelta(minutes=1))
    assert (after.attempts, after.last_error) == (1, "the relay is away")
    assert claim(store, later=timedelta(seconds=59)) == []
    assert claim(store, later=timedelta(seconds=60)) == ["key"]


@pytest.mark.parametrize("state", [OutboxState.SENT, OutboxState.FAILED])
def test_a_finished_mail_is_claimed_no_more(store: Store, state: OutboxState) -> None:
    assert record(store, queue(store, "key"), state).state is state
    assert claim(store, later=LEASE * 100) == []


def test_graver_cases_go_first_and_receipts_last(store: Store) -> None:
    for key, severity in (("low", Severity.LOW), ("alarm", None), ("critical", Severity.CRITICAL)):
        with store.transaction() as work:
            work.outbox.queue(replace(outgoing(key, OutboxKind.ALERT), severity=severity), NOW)
            work.commit()
    queue(store, "receipt", OutboxKind.ACKNOWLEDGEMENT)
    assert claim(store) == ["critical", "alarm", "low", "receipt"]


def test_each_way_has_its_own_queue(store: Store) -> None:
    with store.transaction() as work:
        work.outbox.queue(outgoing("mail"), NOW)
        work.outbox.queue(outgoing("text", way=Way.CHANNEL, recipient="channel:room"), NOW)
        by_mail = work.sending.claim("one", NOW, LEASE, 9)
        by_channel = work.sending.claim("two", NOW, LEASE, 9, Way.CHANNEL)
    assert [m.mail.dedupe_key for m in by_mail] == ["mail"]
    assert [(m.mail.dedupe_key, m.mail.way) for m in by_channel] == [("text", Way.CHANNEL)]


def test_a_way_that_is_open_again_takes_the_gravest_to_staff_first(store: Store) -> None:
    """What waits for the way, a bounded number; the rest keeps its time."""
    wait = timedelta(hours=1)
    rows = [
        ("receipt", OutboxKind.ACKNOWLEDGEMENT, None, True),
        ("ordinary", OutboxKind.ALERT, Severity.NORMAL, True),
        ("greylisted", OutboxKind.ALERT, Severity.CRITICAL, False),
        ("critical", OutboxKind.ALERT, Severity.CRITICAL, True),
    ]
    with store.transaction() as work:
        for key, kind, severity, shut in rows:
            number = work.outbox.queue(outgoing(key, kind, severity=severity), NOW)
            assert number is not None
            tried = Attempt(at=NOW - wait, outcome="deferred", detail="away")
            message = work.outbox.get(number)
            work.outbox.record(message, tried, OutboxState.QUEUED, NOW + wait, way_shut=shut)
        work.commit()
    for limit, staff, expected in (
        (1, False, ["critical"]),
        (1, False, ["ordinary"]),
        (1, True, ["greylisted"]),
        (9, False, ["receipt"]),
        (9, True, []),
    ):
        with store.transaction() as work:
            work.sending.reopen(Way.MAIL, NOW, limit, staff=staff)
            work.commit()
        assert claim(store) == expected


@pytest.mark.parametrize("staff", [False, True])
def test_what_waits_is_found_without_looking_through_all_that_ever_went(*, staff: bool) -> None:
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    asked: list[tuple[str, Any]] = []
    event.listen(engine, "before_cursor_execute", lambda *a: asked.append((a[2], a[3])))
    with engine.begin() as connection:
        Sending(connection).reopen(Way.MAIL, NOW, 20, staff=staff)
        ((query, values),) = asked
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values).all()
    assert "INDEX ix_outbox_" in plan[0].detail
