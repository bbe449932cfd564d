from __future__ import annotations

from datetime import timedelta

import pytest

from store.errors import Forbidden, NotFound
from store.model import Attempt, OutboxId, OutboxKind, Way
from store.states import OUTBOX_STEPS, OutboxState
from store.unit_of_work import Store
from tests.store.queued import TRIED, claim, queue, record
from tests.store.samples import NOW, open_case, outgoing


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


def test_a_message_remembers_what_it_stands_in_for(store: Store) -> None:
    first = queue(store, "mail")
    with store.transaction() as work:
        text = outgoing("text", way=Way.CHANNEL, instead_of=first.id)
        number = work.outbox.queue(text, NOW)
        assert number is not None
        assert work.outbox.get(number).mail.instead_of == first.id
