from __future__ import annotations

from datetime import timedelta

import pytest

from notifier import commands
from notifier.clocks import ClockWatch
from notifier.outcomes import Deferred, Outcome, Sent
from store.model import EventKind, OutboxKind
from store.states import CaseState
from tests.notifier.house import House

ANNA = "anna@chirper.example"
BEN = "ben@chirper.example"
LEAD = "lead@chirper.example"


def test_a_clock_set_back_delays_no_alert(house: House) -> None:
    house.clock.turn(hours=30)
    house.opened()
    house.settle()
    house.clock.turn(hours=-30)
    assert house.tick() == []
    assert house.tick(minutes=14) == []
    assert house.tick(minutes=1) == [BEN]
    assert house.tick(minutes=45) == [LEAD]
    assert house.tick(minutes=30) == [LEAD]


def test_a_clock_set_back_while_nothing_ran_is_noticed_at_the_start(house: House) -> None:
    house.clock.turn(hours=30)
    case = house.opened()
    house.clock.turn(hours=-30)
    again = ClockWatch(store=house.store, clock=house.clock)
    assert again.step() == 1
    assert again.step() == 0
    assert ClockWatch(store=house.store, clock=house.clock).step() == 0
    escalation = house.escalation(case)
    assert escalation is not None
    assert escalation.next_at == house.clock() + timedelta(minutes=15)


@pytest.mark.parametrize("outcome", [Sent(), Deferred(detail="450 later")])
def test_a_mail_that_waits_is_tried_when_the_clock_was_set_back_an_hour(
    house: House, outcome: Outcome
) -> None:
    """Whether it was just decided, or had been tried in vain by the wrong time."""
    house.clock.turn(hours=1)
    house.escalator.step()
    house.courier.outcome = outcome
    if isinstance(outcome, Deferred):
        house.opened()
        house.settle()
    else:
        house.opened()
    house.clock.turn(hours=-1)
    house.courier.outcome, house.courier.seen = Sent(), []
    house.escalator.step()
    house.settle()
    assert ANNA in [message.mail.recipient for message in house.courier.seen]


def test_an_alert_from_the_future_is_late_five_minutes_from_now(house: House) -> None:
    house.clock.turn(hours=1)
    case = house.opened()
    house.courier.outcome = Deferred(detail="450 later")
    house.settle()
    house.clock.turn(hours=-1)
    for _ in range(6):
        house.tick(minutes=1)
    assert EventKind.ALERT_LATE in house.events(case)


def test_a_clock_that_jumps_ahead_alerts_once_and_goes_on_from_there(house: House) -> None:
    house.opened()
    house.settle()
    assert house.tick(hours=7) == [ANNA.replace("anna", "cleo")]
    assert house.tick() == []
    assert house.tick(minutes=45) == [LEAD]


@pytest.mark.parametrize("back", [5, 40])
def test_a_clock_ahead_for_a_while_and_then_right_keeps_the_chain(house: House, back: int) -> None:
    house.opened()
    house.settle()
    house.tick(hours=back)
    house.settle()
    house.clock.turn(hours=-back)
    told = [house.tick(minutes=15) for _ in range(8)]
    assert sum(LEAD in addresses for addresses in told) >= 2


def test_a_lease_from_the_future_is_given_back_and_a_snooze_keeps_its_length(
    house: House,
) -> None:
    house.clock.turn(hours=30)
    held = house.opened()
    snoozed = house.opened(account=None)
    house.settle()
    commands.take(house.store, held.reference, "anna", timedelta(hours=4), house.clock)
    commands.snooze(house.store, snoozed.reference, "anna", timedelta(hours=2), house.clock)
    house.clock.turn(hours=-30)
    house.tick()
    house.settle()
    assert house.case(held).state is CaseState.OPEN
    before = len(house.alerts(snoozed))
    house.tick(minutes=119)
    assert len(house.alerts(snoozed)) == before
    house.tick(minutes=1)
    assert len(house.alerts(snoozed)) == before + 1


def test_a_clock_put_right_by_a_little_moves_nothing(house: House) -> None:
    house.opened()
    house.tick(minutes=2)
    house.clock.turn(minutes=-2)
    assert ClockWatch(store=house.store, clock=house.clock).step() == 0


def test_three_days_without_the_daemon_are_caught_up_with_one_mail(house: House) -> None:
    for _ in range(4):
        house.opened(account=None)
    house.settle()
    before = len(house.outbox(OutboxKind.ALERT))
    house.tick(hours=72)
    house.settle()
    new = house.outbox(OutboxKind.ALERT)[before:]
    assert [message.mail.subject for message in new] == ["P2 4 HIGH: 4 cases wait"]
