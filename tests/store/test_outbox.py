from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from store.errors import Forbidden, NotFound
from store.model import Attempt, OutboxId, OutboxKind, OutboxMessage, Severity
from store.states import OUTBOX_STEPS, OutboxState
from store.unit_of_work import Store
from tests.store.samples import NOW, open_case, outgoing

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
        found = work.outbox.claim(owner, NOW + later, LEASE, limit)
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


def test_a_queued_mail_is_read_back_as_it_was(store: Store) -> None:
    message = queue(store, "key")
    assert message.mail == outgoing("key")
    assert (message.state, message.attempts, message.next_attempt_at) == (
        OutboxState.QUEUED,
        0,
        NOW,
    )


def test_the_same_decision_queues_one_mail(store: Store) -> None:
    queue(store, "key")
    with store.transaction() as work:
        again = outgoing("key", message_id="<other@tip.chirper.example>")
        assert work.outbox.queue(again, NOW) is None


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
        assert (work.outbox.release("two"), work.outbox.release("one")) == (0, 1)
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


def test_every_try_is_kept(store: Store) -> None:
    message = queue(store, "key")
    record(store, message, OutboxState.QUEUED, timedelta(0))
    record(store, message, OutboxState.SENT)
    with store.snapshot() as work:
        assert work.outbox.attempts(message.id) == [TRIED, TRIED]
        assert work.outbox.get(message.id).last_error is None


def test_what_is_queued_about_a_case_is_cancelled_and_nothing_else(store: Store) -> None:
    case = open_case(store)
    alert = queue(store, "alert", case_id=case.id)
    queue(store, "receipt", OutboxKind.ACKNOWLEDGEMENT, case_id=case.id)
    queue(store, "other")
    with store.transaction() as work:
        assert work.outbox.cancel_for_case(case.id) == 1
        assert work.outbox.get(alert.id).state is OutboxState.CANCELLED
        work.commit()
    assert claim(store) == ["other", "receipt"]


def test_a_mail_that_is_being_sent_is_not_cancelled(store: Store) -> None:
    case = open_case(store)
    queue(store, "alert", case_id=case.id)
    claim(store)
    with store.transaction() as work:
        assert work.outbox.cancel_for_case(case.id) == 0


def test_the_outcome_of_a_cancelled_mail_does_not_bring_it_back(store: Store) -> None:
    case = open_case(store)
    message = queue(store, "alert", case_id=case.id)
    with store.transaction() as work:
        work.outbox.cancel_for_case(case.id)
        assert work.outbox.record(message, TRIED, OutboxState.QUEUED, NOW) is False
        assert work.outbox.get(message.id).state is OutboxState.CANCELLED


@pytest.mark.parametrize("state", [s for s in OutboxState if s is not OutboxState.QUEUED])
def test_only_a_failed_mail_is_queued_again(store: Store, state: OutboxState) -> None:
    message = record(store, queue(store, "key"), state)
    allowed = OutboxState.QUEUED in OUTBOX_STEPS[state]
    with store.transaction() as work:
        if not allowed:
            with pytest.raises(Forbidden):
                work.outbox.retry(message.id, NOW)
            return
        work.outbox.retry(message.id, NOW)
        work.commit()
    assert claim(store) == ["key"]


def test_a_waiting_mail_can_be_made_due_at_once(store: Store) -> None:
    message = record(store, queue(store, "key"), OutboxState.QUEUED, timedelta(hours=1))
    with store.transaction() as work:
        work.outbox.retry(message.id, NOW)
        work.commit()
    assert claim(store) == ["key"]


def test_a_number_that_does_not_exist_is_not_found(store: Store) -> None:
    with store.snapshot() as work, pytest.raises(NotFound):
        work.outbox.get(OutboxId(7))


@pytest.mark.parametrize("written", ["alert@tip.chirper.example", "<alert@tip.chirper.example>"])
def test_the_case_of_an_alert_is_found_by_the_alerts_id(store: Store, written: str) -> None:
    case = open_case(store)
    queue(store, "alert", case_id=case.id)
    with store.snapshot() as work:
        assert work.outbox.case_answered_by(["unknown@x.example", written]) == case.id
        assert work.outbox.case_answered_by(["unknown@x.example"]) is None


def test_a_mail_to_a_reporter_answers_for_no_case_of_staff(store: Store) -> None:
    case = open_case(store)
    queue(store, "notice", OutboxKind.DECISION, case_id=case.id)
    with store.snapshot() as work:
        assert work.outbox.case_answered_by(["notice@tip.chirper.example"]) is None


@pytest.mark.parametrize(
    ("thread", "found"),
    [
        (["<old@tip.chirper.example>", "new@tip.chirper.example"], "new"),
        (["<new@tip.chirper.example>", "<old@tip.chirper.example>", "<x@y.example>"], "old"),
        (["<alert@tip.chirper.example>"], None),
        (["%", "_" * 12], None),
        ([], None),
    ],
)
def test_the_mail_to_a_reporter_that_a_thread_names_last_is_found(
    store: Store, thread: list[str], found: str | None
) -> None:
    for key in ("old", "new"):
        queue(store, key, OutboxKind.ACKNOWLEDGEMENT)
    queue(store, "alert")
    with store.snapshot() as work:
        message = work.outbox.answered(thread)
    assert (message.mail.dedupe_key if message else None) == found


def test_a_message_that_came_back_is_noted_once(store: Store) -> None:
    queue(store, "receipt", OutboxKind.ACKNOWLEDGEMENT)
    back = Attempt(at=NOW, outcome="bounced", detail="came back: 5.1.1")
    with store.transaction() as work:
        (message,) = work.outbox.listing()
        noted = [work.outbox.note_bounce(message, back) for _ in range(2)]
        tries = [attempt.outcome for attempt in work.outbox.attempts(message.id)]
        state = work.outbox.get(message.id).state
    assert (noted, tries, state) == ([True, False], ["bounced"], OutboxState.BOUNCED)


def test_messages_are_counted_and_listed_by_state(store: Store) -> None:
    queue(store, "receipt", OutboxKind.ACKNOWLEDGEMENT)
    record(store, queue(store, "alert"), OutboxState.FAILED)
    with store.snapshot() as work:
        listed = [message.mail.dedupe_key for message in work.outbox.listing(OutboxState.FAILED)]
        failed = {kind: work.outbox.count(OutboxState.FAILED, kind) for kind in OutboxKind}
        assert (listed, work.outbox.count(OutboxState.QUEUED)) == (["alert"], 1)
    assert [kind for kind, count in failed.items() if count] == [OutboxKind.ALERT]


def test_graver_cases_go_first_and_receipts_last(store: Store) -> None:
    for key, severity in (("low", Severity.LOW), ("alarm", None), ("critical", Severity.CRITICAL)):
        with store.transaction() as work:
            work.outbox.queue(replace(outgoing(key, OutboxKind.ALERT), severity=severity), NOW)
            work.commit()
    queue(store, "receipt", OutboxKind.ACKNOWLEDGEMENT)
    assert claim(store) == ["critical", "alarm", "low", "receipt"]
