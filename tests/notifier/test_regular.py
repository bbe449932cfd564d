from __future__ import annotations

import re
from dataclasses import replace
from datetime import time, timedelta

import pytest

from notifier import commands
from notifier.regular import Regular, RegularMails
from notifier.summaries import LISTED
from store.model import OutboxKind, OutgoingMail
from tests.notifier.house import House

BEN = "ben@chirper.example"
CLEO = "cleo@chirper.example"


def mails(house: House, **regular: bool) -> RegularMails:
    return RegularMails(
        store=house.store,
        directory=house.directory,
        composer=house.composer,
        clock=house.clock,
        regular=Regular(**regular),
    )


def sent(house: House) -> list[OutgoingMail]:
    return [message.mail for message in house.outbox(OutboxKind.OVERVIEW)]


def with_digest(house: House, at: time = time(8, 0), zone: str = "Europe/Berlin") -> None:
    """Have Anna ask for a digest; it is four in Berlin when a test begins."""
    anna = replace(house.directory.people["anna"], digest_at=at, time_zone=zone)
    people = dict(house.directory.people) | {"anna": anna}
    object.__setattr__(house.directory, "people", people)


def run(house: House, regular: RegularMails, hours: float) -> list[OutgoingMail]:
    """Let time pass, looking every ten minutes; give the new mails."""
    before = len(sent(house))
    for _ in range(int(hours * 6)):
        house.clock.turn(minutes=10)
        regular.step()
    return sent(house)[before:]


def test_a_digest_comes_at_the_persons_own_time_once_a_day(house: House) -> None:
    with_digest(house)
    house.opened()
    regular = mails(house, handovers=False)
    regular.step()
    assert run(house, regular, 3.9) == []
    (mail,) = run(house, regular, 0.2)
    assert mail.recipient == "anna@chirper.example"
    assert mail.subject == "[tipline] Digest: 1 open, 0 taken"
    assert run(house, mails(house, handovers=False), 23.7) == []
    assert len(run(house, regular, 0.5)) == 1


def test_a_digest_tells_overdue_open_and_taken_apart(house: House) -> None:
    with_digest(house)
    overdue = house.opened()
    for minutes in (15, 45, 30):
        house.tick(minutes=minutes)
    taken, fresh = house.opened(account=None), house.opened(account=None)
    commands.take(house.store, taken.reference, "ben", timedelta(hours=20), house.clock)
    regular = mails(house, handovers=False)
    regular.step()
    house.clock.turn(hours=3)
    regular.step()
    (mail,) = sent(house)
    assert mail.subject == "[tipline] Digest: 2 open, of these 1 overdue, 1 taken"
    text = mail.content.decode()
    places = [text.index(case.reference) for case in (overdue, fresh, taken)]
    assert places == sorted(places)
    assert "taken by ben" in text


@pytest.mark.parametrize(("when_nothing", "count"), [(False, 0), (True, 1)])
def test_nothing_to_do_is_told_only_to_those_who_want_it(
    house: House, *, when_nothing: bool, count: int
) -> None:
    with_digest(house)
    regular = mails(house, handovers=False, when_nothing=when_nothing)
    regular.step()
    assert len(run(house, regular, 5)) == count
    house.opened()
    # What opens later is no reason for a late digest.
    assert run(house, regular, 3) == []


def test_a_digest_is_missed_and_not_late_when_nothing_ran(house: House) -> None:
    with_digest(house)
    house.opened()
    mails(house, handovers=False).step()
    house.clock.turn(hours=75)
    assert mails(house, handovers=False).step() == 0
    assert len(run(house, mails(house, handovers=False), 24)) == 1


def test_a_change_of_shift_tells_whoever_comes_and_whoever_goes(house: House) -> None:
    # Ben has the night until eight in Berlin, four hours from now.
    case = house.opened()
    held = house.opened(account=None)
    commands.take(house.store, held.reference, "ben", timedelta(hours=20), house.clock)
    regular = mails(house)
    regular.step()
    assert run(house, regular, 3.9) == []
    comes, goes = run(house, regular, 0.5)
    assert (comes.recipient, goes.recipient) == (CLEO, BEN)
    assert comes.subject == "[tipline] You are on duty (night): 1 open, 1 taken"
    assert case.reference in comes.content.decode()
    assert "Before you: Ben." in comes.content.decode()
    assert goes.subject == "[tipline] Your turn (night) has ended: Cleo is on duty"
    assert held.reference in goes.content.decode()
    assert run(house, mails(house), 23.4) == []


def test_a_handover_with_nothing_to_hand_over_is_silent(house: House) -> None:
    regular = mails(house)
    regular.step()
    assert run(house, regular, 5) == []
    assert len(run(house, mails(house, when_nothing=True), 24)) == 2


def test_a_kill_between_two_looks_repeats_no_mail(house: House) -> None:
    with_digest(house)
    house.opened()
    mails(house).step()
    house.clock.turn(hours=4)
    for _ in range(3):
        mails(house).step()
    assert [mail.recipient for mail in sent(house)] == ["anna@chirper.example", CLEO, BEN]


def test_an_overview_of_very_many_cases_is_bounded(house: House) -> None:
    with_digest(house)
    for _ in range(LISTED + 5):
        house.report(account=None)
    regular = mails(house, handovers=False)
    regular.step()
    (mail,) = run(house, regular, 5)
    text = mail.content.decode()
    assert len(re.findall(r"\bC-", text)) == 15
    assert "and 10 more" in text


def test_one_person_whose_digest_cannot_be_written_keeps_it_from_no_other(house: House) -> None:
    with_digest(house)
    house.opened()
    people = dict(house.directory.people)
    broken = replace(people["anna"], key="aaron", address="aaron@chirper.example\r\nBcc: x")
    object.__setattr__(house.directory, "people", {"aaron": broken, **people})
    regular = mails(house, handovers=False)
    regular.step()
    assert [mail.recipient for mail in run(house, regular, 4.5)] == ["anna@chirper.example"]
