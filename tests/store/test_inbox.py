from __future__ import annotations

from datetime import timedelta

import pytest

from store.errors import Forbidden, NotFound
from store.evidence import SealedBody
from store.inbox import MAX_ATTEMPTS, UNNAMED_REPEAT_WITHIN, ClaimedMessage
from store.model import InboundId, InboundMessage, MailKind
from store.states import InboxState
from store.unit_of_work import Store
from tests.store.samples import NOW, add_messages, envelope

LEASE = timedelta(minutes=20)
MUCH = 1_000_000_000


def claim(
    store: Store,
    owner: str = "here",
    *,
    later: timedelta = timedelta(0),
    limit: int = 10,
    octets: int = MUCH,
) -> list[InboundId]:
    return [one.message.id for one in claimed(store, owner, later, limit, octets)]


def claimed(
    store: Store, owner: str, later: timedelta, limit: int, octets: int
) -> list[ClaimedMessage]:
    with store.transaction() as work:
        found = work.inbox.claim(owner, NOW + later, LEASE, limit, octets)
        work.commit()
    return found


def message(store: Store, number: InboundId) -> InboundMessage:
    with store.snapshot() as work:
        return work.inbox.get(number)


def fail(store: Store, number: InboundId) -> InboxState:
    with store.transaction() as work:
        state = work.inbox.retry_later(number, "it broke", NOW + timedelta(seconds=30))
        work.commit()
    return state


def finish(store: Store, number: InboundId, state: InboxState = InboxState.FILED) -> None:
    with store.transaction() as work:
        found = work.inbox.get(number)
        work.inbox.finish(found, state, MailKind.REPORT, "a reason", "1@mail.example")
        work.commit()


def earlier(store: Store, number: InboundId, *, named: bool = True) -> InboundId | None:
    with store.snapshot() as work:
        return work.inbox.earlier_copy(work.inbox.get(number), named=named)


def test_an_accepted_message_is_read_back_as_it_was(store: Store) -> None:
    seen = envelope(peer="192.0.2.1:9", helo="mx", tls=True, smtputf8=True, reverse_path="")
    (number,) = add_messages(store, envelope=seen)
    found = message(store, number)
    assert (found.envelope, found.state, found.attempts) == (seen, InboxState.RECEIVED, 0)


def test_a_body_is_in_the_row_or_in_a_file(store: Store) -> None:
    (number,) = add_messages(store, body=SealedBody(file="ab/cd.age"))
    with store.snapshot() as work:
        assert work.inbox.body(number) == SealedBody(file="ab/cd.age")
        assert work.inbox.body_files() == {"ab/cd.age"}


def test_a_number_that_does_not_exist_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound, match="no message 7"):
        message(store, InboundId(7))


def test_the_oldest_are_claimed_first_and_only_once(store: Store) -> None:
    numbers = add_messages(store, 3)
    assert claim(store, "one", limit=2) == numbers[:2]
    assert claim(store, "two") == numbers[2:]
    assert claim(store, "three") == []


def test_a_lease_that_ran_out_is_taken_by_somebody_else(store: Store) -> None:
    numbers = add_messages(store)
    claim(store, "one")
    assert claim(store, "two", later=LEASE - timedelta(seconds=1)) == []
    assert claim(store, "two", later=LEASE) == numbers


def test_a_claim_ends_before_it_grows_too_large_but_takes_at_least_one(store: Store) -> None:
    numbers = add_messages(store, 3, size=60)
    assert claim(store, octets=50) == numbers[:1]
    assert claim(store, octets=120) == numbers[1:]


def test_releasing_gives_up_the_leases_of_one_owner_only(store: Store) -> None:
    first, second = add_messages(store, 2)
    claim(store, "one", limit=1)
    claim(store, "two", limit=1)
    with store.transaction() as work:
        assert work.inbox.release("one") == 1
        work.commit()
    assert claim(store, "three") == [first]
    assert second != first


def test_a_failed_message_waits_before_it_is_claimed_again(store: Store) -> None:
    numbers = add_messages(store)
    claim(store)
    fail(store, numbers[0])
    assert claim(store, later=timedelta(seconds=29)) == []
    assert claim(store, later=timedelta(seconds=30)) == numbers


def test_the_third_failure_puts_a_message_into_quarantine_with_its_reason(store: Store) -> None:
    (number,) = add_messages(store)
    states = [fail(store, number) for _ in range(MAX_ATTEMPTS)]
    assert states == [InboxState.RECEIVED, InboxState.RECEIVED, InboxState.QUARANTINED]
    assert message(store, number).reason == "it broke"


def test_a_quarantined_message_sent_round_again_starts_afresh(store: Store) -> None:
    (number,) = add_messages(store)
    for _ in range(MAX_ATTEMPTS):
        fail(store, number)
    with store.transaction() as work:
        work.inbox.requeue(number)
        work.commit()
    assert claim(store) == [number]
    assert message(store, number).attempts == 0


@pytest.mark.parametrize("state", [InboxState.FILED, InboxState.RECORDED])
def test_a_finished_message_is_neither_finished_again_nor_sent_round(
    store: Store, state: InboxState
) -> None:
    (number,) = add_messages(store)
    finish(store, number, state)
    with pytest.raises(Forbidden):
        finish(store, number, InboxState.RECORDED)
    with store.transaction() as work, pytest.raises(Forbidden):
        work.inbox.requeue(number)


def test_a_late_failure_leaves_a_filed_message_as_it_is(store: Store) -> None:
    (number,) = add_messages(store)
    finish(store, number)
    before = message(store, number)
    assert [fail(store, number) for _ in range(MAX_ATTEMPTS)] == [InboxState.FILED] * MAX_ATTEMPTS
    assert message(store, number) == before


def test_a_finished_message_is_claimed_no_more(store: Store) -> None:
    (number,) = add_messages(store)
    finish(store, number)
    assert claim(store, later=LEASE * 10) == []


def test_the_same_mail_from_the_same_sender_is_an_earlier_copy(store: Store) -> None:
    first, second = add_messages(store, 2)
    assert (earlier(store, first), earlier(store, second)) == (None, first)


@pytest.mark.parametrize(
    "change", [{"digest": "1" * 64}, {"envelope": envelope(reverse_path="li@mail.example")}]
)
def test_another_mail_or_another_sender_is_no_copy(store: Store, change: dict[str, object]) -> None:
    add_messages(store)
    (second,) = add_messages(store, **change)
    assert earlier(store, second) is None


def test_without_a_message_id_a_copy_counts_for_a_short_time_only(store: Store) -> None:
    (first,) = add_messages(store)
    soon = envelope(received_at=NOW + UNNAMED_REPEAT_WITHIN)
    late = envelope(received_at=NOW + UNNAMED_REPEAT_WITHIN * 3)
    (second,) = add_messages(store, envelope=soon)
    (third,) = add_messages(store, envelope=late)
    assert (earlier(store, second, named=False), earlier(store, third, named=False)) == (
        first,
        None,
    )
    assert earlier(store, third) == first


def test_messages_are_listed_newest_first_and_counted_by_state(store: Store) -> None:
    numbers = add_messages(store, 3)
    finish(store, numbers[0])
    with store.snapshot() as work:
        listed = [found.id for found in work.inbox.listing(InboxState.RECEIVED, limit=1)]
        counts = [work.inbox.count(InboxState.RECEIVED), work.inbox.count(InboxState.FILED)]
        young = work.inbox.count(InboxState.RECEIVED, before=NOW)
    assert (listed, counts, young) == ([numbers[2]], [2, 1], 0)


def test_known_digests_are_told(store: Store) -> None:
    add_messages(store)
    with store.snapshot() as work:
        assert work.inbox.holds(["0" * 64, "1" * 64]) == {"0" * 64}


def test_a_copy_in_quarantine_does_not_make_the_next_one_a_repeat(store: Store) -> None:
    first, second = add_messages(store, 2)
    for _ in range(MAX_ATTEMPTS):
        fail(store, first)
    assert earlier(store, second) is None


def test_a_mail_at_which_nobody_got_to_look_is_looked_at_next_time(store: Store) -> None:
    first, second = add_messages(store, 2)
    look(store, "here", {first: False, second: None})
    assert look(store, "there", {}) == [second]


def look(store: Store, owner: str, looks: dict[InboundId, bool | None]) -> list[InboundId]:
    with store.transaction() as work:
        found = work.inbox.claim_for_first_look(owner, NOW, LEASE, 10, MUCH)
        work.inbox.note_first_look(owner, looks)
        work.commit()
    return [one.message.id for one in found]


def test_what_looks_urgent_is_claimed_first_and_what_is_old_gets_its_part(store: Store) -> None:
    numbers = add_messages(store, 12)
    look(store, "here", {number: number in numbers[4:] for number in numbers[:10]})
    assert claim(store, limit=8) == [*numbers[4:10], *numbers[:2]]
    assert claim(store, limit=8) == [*numbers[2:4], *numbers[10:]]


def test_nothing_that_looks_calm_waits_for_ever_behind_what_looks_urgent(store: Store) -> None:
    calm = add_messages(store, 4)
    look(store, "here", dict.fromkeys(calm, False))
    for _ in range(2):
        urgent = add_messages(store, 8)
        look(store, "here", dict.fromkeys(urgent, True))
        claim(store, limit=8)
    assert not set(claim(store, limit=100)) & set(calm)


def test_a_message_is_looked_at_once_and_is_nobodys_afterwards(store: Store) -> None:
    numbers = add_messages(store, 2)
    assert look(store, "here", dict.fromkeys(numbers, False)) == numbers
    assert look(store, "here", {}) == []
    assert claim(store, "there") == numbers


def test_a_look_that_comes_late_takes_nobody_the_lease(store: Store) -> None:
    (number,) = add_messages(store)
    claim(store, "there")
    look(store, "here", {number: True})
    assert claim(store, "here") == []


def test_what_is_being_looked_at_is_released_with_its_owner(store: Store) -> None:
    numbers = add_messages(store)
    look(store, "here", {})
    assert claim(store, "there") == []
    with store.transaction() as work:
        work.inbox.release("here")
        work.commit()
    assert claim(store, "there") == numbers
