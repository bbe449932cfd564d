from __future__ import annotations

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from notifier import commands
from notifier.courier import Deferred, Outcome, Refused, Sent
from notifier.deliver import LEASE, REOPENED, SLOWEST_MESSAGE, SOON, Deliverer
from notifier.policy import EscalationPolicy, Step, Target, TargetKind
from store.model import (
    TO_REPORTERS,
    TO_STAFF,
    Disposition,
    EventKind,
    OutboxId,
    OutboxKind,
    OutboxMessage,
    Severity,
)
from store.states import AcknowledgementState, OutboxState
from tests.notifier.house import House, RememberingCourier
from tests.store.samples import outgoing

ANNA = "anna@chirper.example"
OPS = "ops@chirper.example"


def test_alerts_go_out_before_receipts(house: House) -> None:
    report, _ = house.report()
    house.planner.step()
    house.escalator.step()
    assert house.deliverer.step() == 2
    kinds = [message.mail.kind for message in house.courier.seen]
    assert kinds == [OutboxKind.ALERT, OutboxKind.ACKNOWLEDGEMENT]
    assert [message.state for message in house.outbox()] == [OutboxState.SENT] * 2
    assert house.reread(report).acknowledgement is AcknowledgementState.SENT


def test_what_was_sent_is_not_sent_again(house: House) -> None:
    house.opened()
    house.deliverer.step()
    assert house.deliverer.step() == 0


@pytest.mark.parametrize("outcome", [Deferred(detail="451 later"), RuntimeError("odd\r\ntext")])
def test_a_deferred_message_waits_longer_each_time(
    house: House, outcome: Deferred | Exception
) -> None:
    house.opened()
    house.courier.outcome = outcome
    waits = []
    for _ in range(3):
        house.deliverer.step()
        (alert,) = house.outbox(OutboxKind.ALERT)
        assert alert.next_attempt_at is not None
        waits.append((alert.next_attempt_at - house.clock()).total_seconds())
        house.clock.now = alert.next_attempt_at
    assert waits == [15, 30, 60]


def test_when_the_way_is_open_again_no_alert_waits_for_its_next_try(house: House) -> None:
    house.courier.outcome = Deferred(detail="451 later")
    for _ in range(2):
        house.opened(account=None)
        while house.deliverer.step():
            pass
        house.clock.turn(seconds=10)
    house.clock.turn(seconds=-5)
    house.courier.outcome, house.courier.seen = Sent(), []
    house.deliverer.step()
    alerts = [m for m in house.courier.seen if m.mail.kind is OutboxKind.ALERT]
    assert len(alerts) == 1
    house.deliverer.step()
    alerts = [m for m in house.courier.seen if m.mail.kind is OutboxKind.ALERT]
    assert len(alerts) == 2


SHUT = Deferred(detail="the relay cannot be used", shut=True)


class Flapping(RememberingCourier):
    """Takes so many messages and is shut after that."""

    goes = 10**6

    def send(self, message: OutboxMessage) -> Outcome:
        self.seen.append(message)
        return Sent() if len(self.seen) <= self.goes else SHUT


class Stubborn(RememberingCourier):
    """Takes all but one message, and says that it can take none."""

    def __init__(self, stuck: OutboxId) -> None:
        super().__init__()
        self.stuck = stuck

    def send(self, message: OutboxMessage) -> Outcome:
        self.seen.append(message)
        return SHUT if message.id == self.stuck else Sent()


def waiting_for_long(house: House, count: int, outcome: Deferred) -> set[OutboxId]:
    """Have so many receipts tried in vain, until the next try is an hour away."""
    with house.store.transaction() as work:
        for number in range(count):
            kind = OutboxKind.ACKNOWLEDGEMENT
            work.outbox.queue(outgoing(f"receipt{number}", kind), house.clock())
        work.commit()
    house.courier.outcome = outcome
    for _ in range(8):
        house.clock.turn(hours=2)
        while house.deliverer.step():
            pass
    house.clock.turn(seconds=10)
    return {message.id for message in house.outbox()}


def tried_after_an_alert(house: House, courier: Flapping) -> list[OutboxMessage]:
    """Send a new alert by a relay that is back; give what is tried in that second."""
    house.opened()
    deliverer = Deliverer(store=house.store, courier=courier, owner="here", clock=house.clock)
    while deliverer.step():
        pass
    assert courier.seen[0].mail.kind is OutboxKind.ALERT
    return courier.seen[1:]


def test_when_the_relay_is_back_all_that_waited_for_it_goes_at_once(house: House) -> None:
    waiting = waiting_for_long(house, REOPENED + 15, SHUT)
    tried = tried_after_an_alert(house, Flapping())
    assert waiting < {message.id for message in tried}
    assert len(tried) == len({message.id for message in tried})


def test_what_waits_for_its_own_recipient_keeps_its_pace(house: House) -> None:
    waiting = waiting_for_long(house, 2, Deferred(detail="450 4.2.0 greylisted"))
    assert not waiting & {message.id for message in tried_after_an_alert(house, Flapping())}


def test_a_relay_that_falls_back_at_once_is_asked_for_few(house: House) -> None:
    waiting = waiting_for_long(house, REOPENED + 15, SHUT)
    courier = Flapping()
    courier.goes = 1
    tried = tried_after_an_alert(house, courier)
    assert len(waiting & {message.id for message in tried}) == REOPENED


def test_one_message_that_the_relay_never_takes_is_not_tried_with_each_that_goes(
    house: House,
) -> None:
    """Trouble that sounds like the relay's own, as of a filter that fails over one mail."""
    (stuck,) = waiting_for_long(house, 1, SHUT)
    courier = Stubborn(stuck)
    deliverer = Deliverer(store=house.store, courier=courier, owner="here", clock=house.clock)
    for second in range(30):
        house.clock.turn(seconds=1)
        with house.store.transaction() as work:
            mail = outgoing(f"new{second}", OutboxKind.ACKNOWLEDGEMENT)
            work.outbox.queue(mail, house.clock())
            work.commit()
        while deliverer.step():
            pass
    tries = [message.id for message in courier.seen].count(stuck)
    assert len(courier.seen) >= 30 + tries
    assert 2 <= tries <= 6


def test_an_alert_behind_a_connection_that_hung_is_tried_soon_when_others_go(house: House) -> None:
    """The relay came back while one connection waited for it in vain."""
    waiting_for_long(house, 1, SHUT)
    alert = house.opened()
    house.courier.outcome = SHUT
    for _ in range(3):
        house.clock.turn(minutes=5)
        while house.deliverer.step():
            pass
    carriers = {
        kinds: Deliverer(
            store=house.store, courier=courier, owner="x", clock=house.clock, kinds=kinds
        )
        for kinds, courier in ((TO_REPORTERS, Flapping()), (TO_STAFF, house.courier))
    }
    house.clock.turn(hours=2)
    assert carriers[TO_REPORTERS].step() > 0
    house.clock.turn(seconds=30)
    while carriers[TO_STAFF].step():
        pass
    (mail,) = [m for m in house.outbox(OutboxKind.ALERT) if m.mail.case_id == alert.id]
    assert mail.next_attempt_at == house.clock() + SOON
    house.clock.turn(minutes=2)
    while carriers[TO_STAFF].step():
        pass
    (mail,) = [m for m in house.outbox(OutboxKind.ALERT) if m.mail.case_id == alert.id]
    assert mail.next_attempt_at is not None
    assert mail.next_attempt_at > house.clock() + SOON


def test_each_try_bears_the_same_message_id(house: House) -> None:
    house.opened()
    house.courier.outcome = Deferred(detail="451 later")
    for _ in range(3):
        house.deliverer.step()
        house.clock.turn(minutes=10)
    alerts = [m for m in house.courier.seen if m.mail.kind is OutboxKind.ALERT]
    assert len(alerts) == 3
    assert len({message.mail.message_id for message in alerts}) == 1


def test_every_try_is_recorded(house: House) -> None:
    house.opened()
    house.courier.outcome = Deferred(detail="451 later")
    house.deliverer.step()
    (alert,) = house.outbox(OutboxKind.ALERT)
    with house.store.snapshot() as work:
        (attempt,) = work.outbox.attempts(alert.id)
    assert (attempt.at, attempt.outcome, attempt.detail) == (
        house.clock(),
        "deferred",
        "451 later",
    )


def test_a_refused_receipt_fails_and_shows_on_the_report(house: House) -> None:
    report, case = house.report()
    house.planner.step()
    house.courier.outcome = Refused(detail="550 no such user")
    house.deliverer.step()
    failed = house.reread(report)
    assert failed.acknowledgement is AcknowledgementState.FAILED
    assert failed.acknowledgement_reason == "550 no such user"
    assert house.outbox(OutboxKind.ALARM) == []
    assert EventKind.ALERT_FAILED not in house.events(case)


def test_a_receipt_is_given_up_after_five_days(house: House) -> None:
    report, _ = house.report()
    house.planner.step()
    house.courier.outcome = Deferred(detail="451 later")
    house.clock.turn(days=4, hours=23)
    house.deliverer.step()
    assert house.reread(report).acknowledgement is AcknowledgementState.QUEUED
    house.clock.turn(hours=2)
    house.deliverer.step()
    assert house.reread(report).acknowledgement is AcknowledgementState.FAILED


def test_a_refused_alert_falls_through_to_the_next_step_at_once(house: House) -> None:
    case = house.opened()
    house.courier.outcome = Refused(detail="550 no such user")
    house.deliverer.step()
    house.courier.outcome = Sent()
    assert house.tick() == [OPS, "ben@chirper.example"]
    assert EventKind.ALERT_FAILED in house.events(case)
    (alarm,) = house.outbox(OutboxKind.ALARM)
    assert alarm.mail.recipient == "ops@chirper.example"


def refusing(house: House, *addresses: str) -> None:
    """Have the relay refuse some addresses and take the others."""
    send = house.courier.send

    def judged(message: OutboxMessage) -> Outcome:
        sent = send(message)
        refused = message.mail.recipient in addresses
        return Refused(detail="550 no such user") if refused else sent

    house.courier.send = judged  # type: ignore[method-assign]  # a courier that chooses


def told(house: House, kind: OutboxKind = OutboxKind.ALERT) -> list[str]:
    return [m.mail.recipient for m in house.outbox(kind) if m.state is OutboxState.SENT]


def test_an_alert_everybody_refuses_goes_to_the_fallback_address(house: House) -> None:
    case = house.opened()
    refusing(house, ANNA)
    house.settle()
    assert told(house) == [OPS, "ben@chirper.example"]
    alert = house.outbox(OutboxKind.ALERT)[1].mail
    assert alert.case_id == case.id
    assert b"Nobody else could be reached" in alert.content
    assert case.reference in alert.subject


def test_every_step_and_round_nobody_takes_goes_to_the_fallback_address_once(house: House) -> None:
    house.opened()
    refusing(house, ANNA, "ben@chirper.example", "lead@chirper.example")
    for minutes in (0, 15, 60, 30, 30):
        house.tick(minutes=minutes)
        house.settle()
    rounds = [m.mail.recipient for m in house.outbox(OutboxKind.ALERT)]
    assert len(rounds) % 2 == 0
    assert rounds[1::2] == [OPS] * (len(rounds) // 2)
    assert rounds[::2][-2:] == ["lead@chirper.example"] * 2


def both_at_once(house: House) -> None:
    """Have the first step tell Anna and Ben."""
    targets = tuple(Target(kind=TargetKind.PERSON, name=name) for name in ("anna", "ben"))
    steps = (Step(after=timedelta(0), targets=targets),)
    policy = EscalationPolicy(key="both", steps=steps, repeat=timedelta(hours=1))
    object.__setattr__(house.directory, "policies", dict.fromkeys(Severity, policy))


@pytest.mark.parametrize(
    ("refused", "heard"),
    [((ANNA,), ["ben@chirper.example"]), ((ANNA, "ben@chirper.example"), [OPS])],
)
def test_the_fallback_address_is_spared_while_somebody_of_the_step_is_told(
    house: House, refused: tuple[str, ...], heard: list[str]
) -> None:
    both_at_once(house)
    house.opened()
    refusing(house, *refused)
    house.settle()
    assert told(house) == heard


def test_an_alert_given_up_goes_to_the_fallback_address(house: House) -> None:
    house.opened()
    house.courier.outcome = Deferred(detail="451 later")
    house.clock.turn(hours=25)
    house.deliverer.step()
    house.courier.outcome = Sent()
    house.settle()
    assert told(house) == [OPS, "cleo@chirper.example"]


def test_an_alarm_names_its_case_and_every_case_has_its_own(house: House) -> None:
    cases = [house.opened(), house.opened(account=None)]
    refusing(house, ANNA)
    house.settle()
    alarms = [m.mail for m in house.outbox(OutboxKind.ALARM)]
    assert [mail.dedupe_key for mail in alarms] == [
        f"alarm:alert_failed:{case.reference}:2026-11-22T03" for case in cases
    ]
    for case, mail in zip(cases, alarms, strict=True):
        assert f"- case {case.reference}, outgoing message".encode() in mail.content
    for _ in range(2):
        house.tick(minutes=15)
        house.settle()
    assert len(house.outbox(OutboxKind.ALARM)) == 2


def test_a_refused_fallback_address_is_told_in_the_log_and_ends_there(house: House) -> None:
    case = house.opened()
    house.courier.outcome = Refused(detail="550 no such user")
    with capture_logs() as logs:
        house.settle()
    lines = [line for line in logs if line["event"] == "alert.undeliverable"]
    assert {(line["case"], line["log_level"]) for line in lines} == {(case.reference, "error")}
    # Each step and the fallback address in its place; the last step keeps its pace.
    told_in_vain = [m.mail.recipient for m in house.outbox(OutboxKind.ALERT)]
    assert told_in_vain[::2] == [ANNA, "ben@chirper.example", "lead@chirper.example"]
    assert told_in_vain[1::2] == [OPS] * 3


def test_a_refused_alert_about_a_case_taken_meanwhile_goes_no_further(house: House) -> None:
    case = house.opened()
    with house.store.transaction() as work:
        (alert, *_) = work.sending.claim("here", house.clock(), timedelta(minutes=1), 8)
        work.commit()
    commands.take(house.store, case.reference, "anna", timedelta(hours=1), house.clock)
    house.deliverer._note(alert, Refused(detail="550 no such user"))
    assert [m.mail.recipient for m in house.outbox(OutboxKind.ALERT)] == [ANNA]


def test_an_address_that_refuses_the_last_step_does_not_make_alerts_race(house: House) -> None:
    house.opened()
    house.tick(minutes=15)
    house.tick(minutes=45)
    house.courier.outcome = Refused(detail="550 no such user")
    house.settle()
    assert house.tick(minutes=1) == []
    assert house.tick(minutes=29) == ["lead@chirper.example"]


def test_an_alarm_that_fails_raises_no_alarm(house: House) -> None:
    house.opened()
    house.courier.outcome = Refused(detail="550 no such user")
    house.settle()
    alarm = house.outbox(OutboxKind.ALARM)[-1]
    assert alarm.state is OutboxState.FAILED


def test_an_alert_is_given_up_after_a_day_and_not_silently(house: House) -> None:
    case = house.opened()
    house.courier.outcome = Deferred(detail="451 later")
    house.clock.turn(hours=25)
    house.deliverer.step()
    house.escalator.step()
    assert house.outbox(OutboxKind.ALERT)[0].state is OutboxState.FAILED
    assert EventKind.ALERT_FAILED in house.events(case)


@pytest.mark.parametrize("decided", ["taken", "closed"])
def test_an_alert_overtaken_while_it_was_sent_is_not_tried_again(
    house: House, decided: str
) -> None:
    case = house.opened()
    with house.store.transaction() as work:
        (alert, *_) = work.sending.claim("here", house.clock(), timedelta(minutes=1), 8)
        work.commit()
    if decided == "taken":
        commands.take(house.store, case.reference, "anna", timedelta(hours=1), house.clock)
    else:
        disposition = Disposition.DUPLICATE
        commands.close(house.store, case.reference, "anna", disposition, house.clock)
    house.deliverer._note(alert, Deferred(detail="451 later"))
    assert house.outbox(OutboxKind.ALERT)[0].state is OutboxState.CANCELLED


def test_a_message_claimed_before_a_crash_is_sent_after_it(house: House) -> None:
    house.opened()
    with house.store.transaction() as work:
        work.sending.claim("here", house.clock(), timedelta(minutes=15), 8)
        work.commit()
    assert house.deliverer.step() == 2


def test_a_message_that_cannot_be_noted_holds_up_no_other(house: House) -> None:
    house.opened()
    house.deliverer._chance = lambda: float("nan")
    house.courier.outcome = Deferred(detail="451 later")
    assert house.deliverer.step() == 2
    assert len(house.courier.seen) == 2


def test_an_alert_cancelled_while_it_was_refused_is_no_failure(house: House) -> None:
    case = house.opened()
    with house.store.transaction() as work:
        (alert, *_) = work.sending.claim("here", house.clock(), timedelta(minutes=1), 8)
        work.sending.release("here")
        work.commit()
    disposition = Disposition.DUPLICATE
    commands.close(house.store, case.reference, "anna", disposition, house.clock)
    house.deliverer._note(alert, Refused(detail="550 no such user"))
    assert house.outbox(OutboxKind.ALERT)[0].state is OutboxState.CANCELLED
    assert EventKind.ALERT_FAILED not in house.events(case)


def waiting(house: House) -> int:
    """Count what another process could claim now."""
    with house.store.transaction() as work:
        return len(work.sending.claim("elsewhere", house.clock(), timedelta(minutes=1), 100))


def test_a_batch_stops_between_messages_and_gives_the_rest_back(house: House) -> None:
    house.opened()
    house.opened(account=None)
    house.deliverer._stopping = lambda: bool(house.courier.seen)
    assert house.deliverer.step() == 1
    assert waiting(house) == 3
    assert house.deliverer.step() == 0
    assert len(house.courier.seen) == 1


def test_a_slow_relay_does_not_hold_a_batch_beyond_its_lease(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(4):
        house.opened(account=None)
    send = house.courier.send

    def slowly(message: OutboxMessage) -> Outcome:
        house.clock.now += SLOWEST_MESSAGE
        return send(message)

    monkeypatch.setattr(house.courier, "send", slowly)
    claimed_at = house.clock()
    assert house.deliverer.step() == 1
    assert house.clock() < claimed_at + LEASE
    assert waiting(house) == 7
