from __future__ import annotations

from datetime import timedelta

import pytest

from notifier import commands
from notifier.courier import Deferred, Outcome, Refused
from notifier.deliver import LEASE, SLOWEST_MESSAGE
from store.model import Disposition, EventKind, OutboxKind, OutboxMessage
from store.states import AcknowledgementState, OutboxState
from tests.notifier.house import House


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
    assert EventKind.ALERT_FAILED in house.events(case)
    assert house.tick() == ["ben@chirper.example"]
    (alarm,) = house.outbox(OutboxKind.ALARM)
    assert alarm.mail.recipient == "ops@chirper.example"


def test_an_address_that_refuses_the_last_step_does_not_make_alerts_race(house: House) -> None:
    house.opened()
    house.tick(minutes=15)
    house.tick(minutes=45)
    house.courier.outcome = Refused(detail="550 no such user")
    while house.deliverer.step():
        pass
    assert house.tick(minutes=1) == []
    assert house.tick(minutes=29) == ["lead@chirper.example"]


def test_an_alarm_that_fails_raises_no_alarm(house: House) -> None:
    house.opened()
    house.courier.outcome = Refused(detail="550 no such user")
    for _ in range(3):
        house.deliverer.step()
    (alarm,) = house.outbox(OutboxKind.ALARM)
    assert alarm.state is OutboxState.FAILED


def test_an_alert_is_given_up_after_a_day_and_not_silently(house: House) -> None:
    case = house.opened()
    house.courier.outcome = Deferred(detail="451 later")
    house.clock.turn(hours=25)
    house.deliverer.step()
    assert house.outbox(OutboxKind.ALERT)[0].state is OutboxState.FAILED
    assert EventKind.ALERT_FAILED in house.events(case)


@pytest.mark.parametrize("decided", ["taken", "closed"])
def test_an_alert_overtaken_while_it_was_sent_is_not_tried_again(
    house: House, decided: str
) -> None:
    case = house.opened()
    with house.store.transaction() as work:
        (alert, *_) = work.outbox.claim("here", house.clock(), timedelta(minutes=1), 8)
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
        work.outbox.claim("here", house.clock(), timedelta(minutes=15), 8)
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
        (alert, *_) = work.outbox.claim("here", house.clock(), timedelta(minutes=1), 8)
        work.outbox.release("here")
        work.commit()
    disposition = Disposition.DUPLICATE
    commands.close(house.store, case.reference, "anna", disposition, house.clock)
    house.deliverer._note(alert, Refused(detail="550 no such user"))
    assert house.outbox(OutboxKind.ALERT)[0].state is OutboxState.CANCELLED
    assert EventKind.ALERT_FAILED not in house.events(case)


def waiting(house: House) -> int:
    """Count what another process could claim now."""
    with house.store.transaction() as work:
        return len(work.outbox.claim("elsewhere", house.clock(), timedelta(minutes=1), 100))


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
