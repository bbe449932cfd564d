from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from notifier.deliver import Deliverer
from notifier.outcomes import Deferred, Refused, Sent
from notifier.second_way import Detour, SecondWay, is_down
from store.model import Case, EventKind, OutboxKind, OutboxMessage, Severity, Way
from store.states import OutboxState
from tests.notifier.house import House, RememberingCourier, directory, person

AWAY = Deferred(detail="the relay cannot be used")
DETOUR = Detour(emergency=("channel:room",))
ANNAS = ("channel:anna/sms", "channel:anna/push")
BY_CHANNEL = EventKind.ALERT_BY_CHANNEL


class Street:
    """A house whose relay is down, with the gateways of its channels."""

    def __init__(self, house: House, people: dict[str, tuple[str, ...]]) -> None:
        self.house = house
        known = {key: person(key, channels=people.get(key, ())) for key in ("anna", "ben", "cleo")}
        self.gateways = RememberingCourier()
        self.second_way = SecondWay(
            store=house.store,
            directory=replace(directory(), people=known),
            composer=house.composer,
            detour=DETOUR,
            clock=house.clock,
        )
        self.telling = Deliverer(
            store=house.store,
            courier=self.gateways,
            owner="telling",
            clock=house.clock,
            chance=lambda: 0.5,
            way=Way.CHANNEL,
            batch=1,
        )

    def minute(self, minutes: int = 1) -> None:
        """Let so many minutes pass, second ways and gateways included."""
        for _ in range(minutes):
            self.house.clock.turn(minutes=1)
            self.house.escalator.step()
            while self.house.deliverer.step():
                pass
            self.second_way.step()
            while self.telling.step():
                pass

    def told(self) -> list[str]:
        return [message.mail.recipient for message in self.gateways.seen]

    def mails(self) -> dict[int, OutboxMessage]:
        return {m.id: m for m in self.house.outbox(OutboxKind.ALERT) if m.mail.way is Way.MAIL}


def street(house: House, **people: tuple[str, ...]) -> Street:
    return Street(house, people)


def open_with_a_dead_relay(house: House, severity: Severity = Severity.HIGH) -> Case:
    house.courier.outcome = AWAY
    case = house.opened(severity=severity)
    while house.deliverer.step():
        pass
    return case


def test_nothing_goes_by_a_channel_before_the_relay_is_down_for_so_long(house: House) -> None:
    road = street(house, anna=("sms",))
    open_with_a_dead_relay(house)
    road.minute(4)
    assert road.told() == []
    road.minute(1)
    assert road.told()[0] == "channel:anna/sms"


def test_an_urgent_alert_goes_by_all_channels_of_its_person_once(house: House) -> None:
    road = street(house, anna=("sms", "push"))
    case = open_with_a_dead_relay(house)
    road.minute(9)
    assert [name for name in road.told() if "anna" in name] == list(ANNAS)
    assert house.events(case).count(BY_CHANNEL) == len(
        {m.mail.instead_of for m in road.gateways.seen}
    )
    (brief, *_) = road.gateways.seen
    assert case.reference.encode() in brief.mail.content
    assert brief.mail.case_id == case.id


def test_who_has_no_channel_leaves_it_to_the_emergency_channels(house: House) -> None:
    road = street(house)
    open_with_a_dead_relay(house)
    road.minute(5)
    assert road.told()[0] == "channel:room"


def test_a_routine_alert_waits_for_the_relay(house: House) -> None:
    road = street(house, anna=("sms",))
    open_with_a_dead_relay(house, Severity.NORMAL)
    road.minute(20)
    assert road.told() == []


def test_a_mail_that_was_stood_in_for_is_not_sent_when_the_relay_is_back(house: House) -> None:
    road = street(house, anna=("sms",))
    open_with_a_dead_relay(house)
    road.minute(5)
    stood_in = {message.mail.instead_of for message in road.gateways.seen}
    states = {number: mail.state for number, mail in road.mails().items()}
    assert {states[number] for number in stood_in if number} == {OutboxState.CANCELLED}
    house.courier.outcome = Sent()
    house.courier.seen.clear()
    road.minute(6)
    assert not stood_in & {message.id for message in house.courier.seen}


def test_an_alert_that_went_by_a_channel_is_heard(house: House) -> None:
    road = street(house, anna=("sms",))
    case = open_with_a_dead_relay(house)
    road.minute(5)
    (first, *_) = house.alerts(case)
    assert first.mail_state is OutboxState.SENT


def test_while_the_gateway_is_down_as_well_the_mail_waits_and_goes_first(house: House) -> None:
    road = street(house, anna=("sms",))
    open_with_a_dead_relay(house)
    road.gateways.outcome = Deferred(detail="the gateway hangs")
    road.minute(6)
    house.courier.outcome = Sent()
    house.courier.seen.clear()
    road.minute(6)
    assert "anna@chirper.example" in {m.mail.recipient for m in house.courier.seen}


def test_when_all_of_a_persons_channels_refuse_the_emergency_channels_are_told(
    house: House,
) -> None:
    road = street(house, anna=("sms",))
    open_with_a_dead_relay(house)
    road.gateways.outcome = Refused(detail="HTTP 401")
    road.minute(5)
    assert road.told()[0] == "channel:anna/sms"
    road.gateways.outcome = Sent()
    road.minute(1)
    assert "channel:room" in road.told()


def test_a_relay_that_sends_anything_is_not_down(house: House) -> None:
    open_with_a_dead_relay(house)
    house.clock.turn(minutes=6)
    with house.store.snapshot() as work:
        assert is_down(work, house.clock(), timedelta(minutes=5))
    house.report(severity=Severity.LOW, account=None)
    house.courier.outcome = Sent()
    house.planner.step()
    house.deliverer.step()
    with house.store.snapshot() as work:
        assert not is_down(work, house.clock(), timedelta(minutes=5))


def test_mails_that_take_each_others_place_do_not_hide_that_the_relay_is_down(
    house: House,
) -> None:
    road = street(house, anna=("sms",))
    open_with_a_dead_relay(house)
    for _ in range(2):
        road.minute(2)
        house.opened(account=None)
    assert road.told() == []
    road.minute(2)
    assert "channel:anna/sms" in road.told()


def test_a_taken_case_is_told_by_no_channel(house: House) -> None:
    road = street(house, anna=("sms",))
    case = open_with_a_dead_relay(house)
    road.minute(2)
    with house.store.transaction() as work:
        work.cases.take(house.case(case), "anna", house.clock(), house.clock() + timedelta(hours=4))
        work.outbox.cancel_for_case(case.id)
        work.commit()
    road.minute(10)
    assert [m for m in road.gateways.seen if m.mail.case_id == case.id] == []


def test_a_step_that_is_done_again_queues_no_second_stand_in(house: House) -> None:
    road = street(house, anna=("sms",))
    open_with_a_dead_relay(house)
    house.clock.turn(minutes=6)
    house.deliverer.step()
    for _ in range(3):
        road.second_way.step()
    briefs = [m for m in house.outbox(OutboxKind.ALERT) if m.mail.recipient == "channel:anna/sms"]
    assert len(briefs) == 1


def test_a_clock_that_was_set_back_hides_no_dead_relay(house: House) -> None:
    house.opened()
    house.clock.turn(hours=2)
    while house.deliverer.step():
        pass
    house.clock.turn(hours=-2)
    house.courier.outcome = AWAY
    house.report(account=None)
    house.planner.step()
    house.escalator.step()
    house.deliverer.step()
    house.clock.turn(minutes=5)
    with house.store.snapshot() as work:
        assert is_down(work, house.clock(), timedelta(minutes=5))
