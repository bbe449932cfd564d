from __future__ import annotations

from datetime import timedelta

from notifier.deliver import Deliverer
from store.model import TO_REPORTERS, TO_STAFF, OutboxKind, Severity
from tests.notifier.house import House


def lane(house: House, kinds: frozenset[OutboxKind], owner: str, batch: int) -> Deliverer:
    return Deliverer(
        store=house.store,
        courier=house.courier,
        owner=owner,
        clock=house.clock,
        kinds=kinds,
        batch=batch,
    )


def test_an_alert_waits_for_no_receipt(house: House) -> None:
    for _ in range(5):
        house.opened(account=None)
    to_staff = lane(house, TO_STAFF, "here/staff", 1)
    while to_staff.step():
        pass
    assert {message.mail.kind for message in house.courier.seen} == {OutboxKind.ALERT}
    to_reporters = lane(house, TO_REPORTERS, "here/reporters 0", 8)
    sent = to_reporters.step()
    assert sent > 1
    assert {m.mail.kind for m in house.courier.seen[-sent:]} == {OutboxKind.ACKNOWLEDGEMENT}


def test_the_most_urgent_alert_is_the_next_one(house: House) -> None:
    house.opened(account=None, severity=Severity.LOW)
    house.opened(account=None, severity=Severity.CRITICAL)
    lane(house, TO_STAFF, "here/staff", 1).step()
    (first,) = house.courier.seen
    assert first.mail.severity is Severity.CRITICAL


def test_leases_of_a_daemon_that_is_gone_are_given_up_whatever_it_ran(house: House) -> None:
    house.opened()
    with house.store.transaction() as work:
        work.sending.claim("daemon/reporters 3", house.clock(), timedelta(minutes=20), 8)
        assert work.sending.release_below("daem") == 0
        assert work.sending.release_below("daemon") == 2
        work.commit()
    assert house.deliverer.step() == 2


def test_what_waits_for_a_time_the_clock_was_set_back_from_goes_out(house: House) -> None:
    house.opened()
    with house.store.transaction() as work:
        work.sending.claim("elsewhere", house.clock(), timedelta(minutes=20), 8)
        work.commit()
    house.clock.turn(hours=-5)
    assert house.deliverer.step() == 2
