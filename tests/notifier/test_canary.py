from __future__ import annotations

import email
from dataclasses import replace
from datetime import timedelta
from email.policy import default

import pytest

from notifier.canary import WOULD_ANSWER, Canaries, Course
from notifier.manners import Manners
from store.model import MailTraits, OutboxKind, OutgoingMail, Way
from store.tokens import read_canary_token
from tests.notifier.house import IDENTITY, House

KEY = b"k" * 32
COURSE = Course(every=timedelta(days=1), within=timedelta(minutes=15))
MANNERS = Manners(own_addresses=frozenset({IDENTITY.address}), own_domains=frozenset())
TRAITS = MailTraits(
    reverse_path="",
    from_addresses=(IDENTITY.address,),
    headers=(("auto-submitted", "auto-generated"),),
)


@pytest.fixture
def canaries(house: House) -> Canaries:
    return canaries_of(house)


def canaries_of(house: House) -> Canaries:
    return Canaries(
        store=house.store,
        composer=house.composer,
        course=COURSE,
        manners=MANNERS,
        key=KEY,
        clock=house.clock,
    )


def sent(house: House) -> list[OutgoingMail]:
    return [message.mail for message in house.outbox(OutboxKind.CANARY)]


def come_back(house: House, traits: MailTraits = TRAITS) -> None:
    name = read_canary_token(sent(house)[-1].subject, KEY)
    assert name is not None
    with house.store.transaction() as work:
        assert work.canaries.came_back(name, house.clock(), traits)
        work.commit()


def looked(house: House, canaries: Canaries) -> list[str]:
    with house.store.snapshot() as work:
        return canaries.look(work, house.clock())


def test_a_canary_is_a_neutral_automatic_mail_to_ourselves(
    house: House, canaries: Canaries
) -> None:
    canaries.step()
    (mail,) = sent(house)
    read = email.message_from_bytes(mail.content, policy=default)
    assert (mail.recipient, mail.sender, mail.way) == (IDENTITY.address, "", Way.MAIL)
    assert read["Auto-Submitted"] == "auto-generated"
    assert "Nothing is to be done" in read.get_body().get_content()


def test_its_token_stands_in_its_message_id_and_its_subject(
    house: House, canaries: Canaries
) -> None:
    canaries.step()
    (mail,) = sent(house)
    names = {read_canary_token(text, KEY) for text in (mail.message_id, mail.subject)}
    assert len(names) == 1
    assert None not in names


def test_one_is_sent_a_day_and_a_restart_sends_no_other(house: House, canaries: Canaries) -> None:
    canaries.step()
    come_back(house)
    canaries.step()
    for _ in range(3):
        canaries_of(house).step()
    assert len(sent(house)) == 1
    house.clock.turn(hours=23, minutes=59)
    canaries.step()
    assert len(sent(house)) == 1
    house.clock.turn(minutes=1)
    canaries.step()
    assert len(sent(house)) == 2


def test_its_way_is_measured_until_the_rules_for_receipts_have_refused_it(
    house: House, canaries: Canaries
) -> None:
    canaries.step()
    house.clock.turn(seconds=4)
    come_back(house)
    canaries.step()
    with house.store.snapshot() as work:
        whole = work.canaries.newest_whole()
    assert whole is not None
    assert whole.decided_at is not None
    assert whole.decided_at - whole.queued_at == timedelta(seconds=4)
    assert whole.verdict == "null_return_path"
    assert looked(house, canaries) == []


def test_one_that_does_not_come_back_is_missed_and_sent_again_within_the_hour(
    house: House, canaries: Canaries
) -> None:
    canaries.step()
    house.clock.turn(minutes=15)
    assert looked(house, canaries) == []
    house.clock.turn(minutes=1)
    assert looked(house, canaries) == ["it has not come back in time"]
    house.clock.turn(minutes=44)
    canaries.step()
    assert len(sent(house)) == 2
    # The second one is young, but nothing has come back.
    assert looked(house, canaries) == ["it has not come back in time"]
    come_back(house)
    canaries.step()
    assert looked(house, canaries) == []


def test_one_that_would_be_answered_is_told(house: House, canaries: Canaries) -> None:
    canaries.step()
    path = "maria@mail.example"
    come_back(house, replace(TRAITS, reverse_path=path, from_addresses=(path,), headers=()))
    canaries.step()
    with house.store.snapshot() as work:
        whole = work.canaries.newest_whole()
    assert whole is not None
    assert whole.verdict == WOULD_ANSWER
    (told,) = looked(house, canaries)
    assert "would have been answered" in told


def test_a_clock_that_was_set_back_stops_no_canary(house: House, canaries: Canaries) -> None:
    canaries.step()
    house.clock.turn(days=-30)
    canaries.step()
    assert len(sent(house)) == 2
