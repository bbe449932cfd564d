from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from store.model import InboundId, MailKind, MailTraits
from store.repeats import Delivery
from store.states import InboxState, RepeatState
from store.unit_of_work import Store, UnitOfWork
from tests.store.samples import add_messages

TRAITS = MailTraits(reverse_path="maria@mail.example", headers=(("x-loop", "yes"),))


def add(store: Store, number: InboundId, copy_of: InboundId) -> InboundId:
    with store.transaction() as work:
        first = work.repeats.add(number, copy_of, TRAITS)
        work.commit()
    return first


def finish(work: UnitOfWork, number: InboundId) -> None:
    work.inbox.finish(work.inbox.get(number), InboxState.FILED, MailKind.REPORT, "", None)


def numbers(deliveries: list[Delivery]) -> list[InboundId]:
    return [one.message.id for one in deliveries]


def test_copies_are_those_of_the_first_in_whatever_order_they_are_found(store: Store) -> None:
    one, two, three, four = add_messages(store, 4)
    assert add(store, two, one) == one
    # The first turns out to be a copy itself, and so do all of its own.
    assert add(store, one, four) == four
    assert add(store, three, two) == four

    with store.snapshot() as work:
        assert numbers(work.repeats.deliveries(four)) == [one, two, three, four]
        assert list(work.repeats.of_several([one, two, three, four])) == [four]


def test_a_mail_without_copies_has_one_delivery(store: Store) -> None:
    (one,) = add_messages(store)
    with store.snapshot() as work:
        assert numbers(work.repeats.deliveries(one)) == [one]
        assert work.repeats.of_several([one]) == {}


def test_of_any_number_of_mails_those_with_copies_are_found(store: Store) -> None:
    one, two = add_messages(store, 2)
    add(store, two, one)
    with store.snapshot() as work:
        many = [InboundId(number) for number in range(1, 40_000)]
        assert list(work.repeats.of_several(many)) == [one]


def test_copies_are_looked_at_once_their_first_is_in_its_place(store: Store) -> None:
    one, two = add_messages(store, 2)
    add(store, two, one)
    with store.transaction() as work:
        assert work.repeats.undecided(10) == []
        finish(work, one)
        [copy] = work.repeats.undecided(10)
        assert (copy.inbound_id, copy.first_id, copy.traits) == (two, one, TRAITS)
        work.repeats.decide(two, RepeatState.NOTHING)
        assert work.repeats.undecided(10) == []
        assert work.repeats.deliveries(one)[1].outcome is RepeatState.NOTHING


def test_only_one_message_has_a_fingerprint(store: Store) -> None:
    one, two = add_messages(store, 2)
    with store.transaction() as work:
        assert work.repeats.first_with("f" * 64) is None
        work.repeats.remember(one, "f" * 64)
        assert work.repeats.first_with("f" * 64) == one
        with pytest.raises(IntegrityError):
            work.repeats.remember(two, "f" * 64)
