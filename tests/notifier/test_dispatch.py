from __future__ import annotations

from datetime import timedelta

import pytest

from notifier import commands
from notifier.courier import Deferred, Refused, Sent
from notifier.escalate import BATCH
from notifier.policy import to_snapshot
from store.model import (
    AccountReference,
    Attempt,
    Case,
    Disposition,
    EventKind,
    OutboxKind,
    Severity,
)
from store.states import AlertState, OutboxState
from tests.notifier.house import House

ANNA = "anna@chirper.example"
OPS = "ops@chirper.example"


def storm(house: House, count: int, **changes: object) -> list[Case]:
    """Have so many cases fall due together."""
    cases = [house.report(account=None, **changes)[1] for _ in range(count)]
    while house.planner.step():
        pass
    return cases


def mails(house: House) -> list[str]:
    return [message.mail.subject for message in house.outbox(OutboxKind.ALERT)]


def newest(house: House) -> str:
    return house.outbox(OutboxKind.ALERT)[-1].mail.content.decode()


def test_what_falls_due_together_is_one_mail_by_severity(house: House) -> None:
    storm(house, 2, severity=Severity.NORMAL)
    (grave,) = storm(house, 1, severity=Severity.CRITICAL)
    house.escalator.step()
    assert mails(house) == ["P1 1 CRITICAL, 2 NORMAL: 3 cases wait"]
    text = newest(house)
    assert text.index(grave.reference) == text.index("C-")
    assert "--as anna" in text


def test_each_case_of_a_summary_knows_who_was_told(house: House) -> None:
    cases = storm(house, 3)
    house.settle()
    for case in cases:
        (alert,) = house.alerts(case)
        assert (alert.address, alert.mail_state) == (ANNA, OutboxState.SENT)
        with house.store.snapshot() as work:
            event = work.history.of_case(case.id)[-1]
        assert event.kind is EventKind.ALERT_QUEUED
        assert event.details["told"] == ["anna"]


def test_a_summary_lists_some_and_counts_the_rest(house: House) -> None:
    cases = storm(house, 45)
    house.escalator.step()
    assert sum(case.reference in newest(house) for case in cases) == 20
    assert "and 25 more, none more urgent" in newest(house)


def test_first_alerts_go_one_by_one_then_a_summary_every_five_minutes(house: House) -> None:
    sent = []
    for second in range(0, 1200, 10):
        if second < 600:
            storm(house, 1)
        house.tick(seconds=10)
        sent.append(len(mails(house)))
    assert sent[4] == 5
    assert sent[32] == 5
    assert mails(house)[5].endswith("cases wait")
    # Five at once, a summary each five minutes of the storm, and the second step to Ben's.
    to_anna = [m for m in house.outbox(OutboxKind.ALERT) if m.mail.recipient == ANNA]
    assert len(to_anna) <= 9


def test_what_is_held_back_for_a_summary_does_not_wait_for_the_relay(house: House) -> None:
    storm(house, 6)
    house.tick()
    held = storm(house, 2)
    house.tick(minutes=4, seconds=58)
    house.clock.turn(seconds=2)
    # The summary is written, and the relay has had no time to take it.
    house.escalator.step()
    assert all(case.reference in newest(house) for case in held)
    house.clock.turn(seconds=1)
    house.escalator.step()
    assert house.outbox(OutboxKind.ALARM) == []
    assert all(EventKind.ALERT_LATE not in house.events(case) for case in held)
    house.courier.outcome = Deferred(detail="451 later")
    house.tick(minutes=5)
    assert all(EventKind.ALERT_LATE in house.events(case) for case in held)


def test_a_new_critical_case_is_told_within_a_minute_in_the_middle_of_a_storm(house: House) -> None:
    storm(house, 60)
    house.tick()
    delays = []
    for _ in range(3):
        (case,) = storm(house, 1, severity=Severity.CRITICAL)
        begun = house.clock()
        while not house.alerts(case) or house.alerts(case)[0].state is AlertState.WAITING:
            house.tick(seconds=1)
        delays.append(house.clock() - begun)
        assert case.reference in newest(house)
    assert delays[0] <= timedelta(seconds=1)
    assert max(delays) <= timedelta(minutes=1)


def test_an_alert_held_back_and_taken_meanwhile_is_not_mailed(house: House) -> None:
    storm(house, 6)
    house.tick()
    (case, other) = storm(house, 2)
    house.tick(seconds=1)
    commands.take(house.store, case.reference, "ben", timedelta(hours=8), house.clock)
    house.tick(minutes=5)
    assert case.reference not in newest(house)
    assert other.reference in newest(house)


def test_while_the_relay_is_away_each_address_keeps_one_mail(house: House) -> None:
    house.courier.outcome = Deferred(detail="the relay is away")
    cases = []
    for _ in range(12):
        cases += storm(house, 2)
        house.tick(minutes=5)
    house.courier.outcome, house.courier.seen = Sent(), []
    house.clock.turn(minutes=5)
    while house.deliverer.step():
        pass
    alerts = [m for m in house.courier.seen if m.mail.kind is OutboxKind.ALERT]
    told = [message.mail.recipient for message in alerts]
    assert len(told) == len(set(told))
    to_anna = next(m.mail for m in alerts if m.mail.recipient == ANNA)
    assert to_anna.subject == "P2 24 HIGH: 24 cases wait"
    alarms = [m.mail.subject for m in house.courier.seen if m.mail.kind is OutboxKind.ALARM]
    assert any("wait for the relay" in subject for subject in alarms)


def test_an_urgent_mail_that_waits_for_the_relay_joins_the_next_summary(house: House) -> None:
    storm(house, 6)
    house.tick()
    storm(house, 1)
    house.tick(seconds=30)
    house.courier.outcome = Deferred(detail="the relay is away")
    urgent = storm(house, 2, severity=Severity.CRITICAL)
    house.tick(seconds=1)
    assert "2 CRITICAL" in mails(house)[-1]
    house.tick(minutes=4, seconds=30)
    assert mails(house)[-1] == "P1 2 CRITICAL, 1 HIGH: 3 cases wait"
    assert all(case.reference in newest(house) for case in urgent)


def test_a_reminder_among_others_is_told_as_such(house: House) -> None:
    held = [house.opened(account=None) for _ in range(2)]
    house.settle()
    for case in held:
        commands.take(house.store, case.reference, "anna", timedelta(hours=4), house.clock)
    house.tick(minutes=60)
    assert "NOTHING HAS BEEN NOTED" in newest(house)


def test_a_closed_case_leaves_a_summary_that_goes_out_for_the_others(house: House) -> None:
    case, other = storm(house, 2)
    house.escalator.step()
    commands.close(house.store, case.reference, "ben", Disposition.DUPLICATE, house.clock)
    assert house.outbox(OutboxKind.ALERT)[0].state is OutboxState.QUEUED
    commands.close(house.store, other.reference, "ben", Disposition.DUPLICATE, house.clock)
    assert house.outbox(OutboxKind.ALERT)[0].state is OutboxState.CANCELLED


def test_a_summary_that_waited_for_the_relay_names_no_case_that_was_closed_meanwhile(
    house: House,
) -> None:
    """What the others of it wait for goes out at once when the relay is back, and goes once."""
    closed, *others = storm(house, 3)
    house.courier.outcome = Deferred(detail="the relay is away")
    house.escalator.step()
    house.tick(minutes=3)
    commands.close(house.store, closed.reference, "ben", Disposition.DUPLICATE, house.clock)
    house.tick(seconds=1)
    house.courier.outcome, house.courier.seen = Sent(), []
    house.tick(minutes=1)
    alerts = [m for m in house.courier.seen if m.mail.kind is OutboxKind.ALERT]
    (told,) = [m.mail.content.decode() for m in alerts if m.mail.recipient == ANNA]
    assert closed.reference not in told
    assert all(case.reference in told for case in others)


def test_the_fallback_address_reads_alerts_in_the_operators_language(house: House) -> None:
    house.composer.operator_languages = ("pl",)
    case = house.opened()
    house.courier.outcome = Refused(detail="550 no such user")
    house.deliverer.step()
    house.escalator.step()
    to_ops = next(m.mail for m in house.outbox(OutboxKind.ALERT) if m.mail.recipient == OPS)
    assert to_ops.subject.startswith(f"P2 HIGH {case.reference} ")
    assert "Czeka" in to_ops.content.decode()


def test_a_refused_summary_has_every_case_in_it_go_on(house: House) -> None:
    cases = storm(house, 3)
    house.escalator.step()
    house.courier.outcome = Refused(detail="550 no such user")
    house.deliverer.step()
    house.courier.outcome = Sent()
    house.settle()
    assert [m.mail.recipient for m in house.outbox(OutboxKind.ALERT)] == [
        ANNA,
        OPS,
        "ben@chirper.example",
    ]
    alarms = [m.mail.subject for m in house.outbox(OutboxKind.ALARM)]
    assert alarms == ["[tipline] ALARM: Alerts about 3 cases could not be delivered"]
    for case in cases:
        assert EventKind.ALERT_FAILED in house.events(case)


def test_an_alert_that_came_back_goes_to_the_next_step_at_once(house: House) -> None:
    case = house.opened()
    house.settle()
    (alert,) = house.outbox(OutboxKind.ALERT)
    with house.store.transaction() as work:
        work.outbox.note_bounce(alert, Attempt(at=house.clock(), outcome="bounced"))
        work.commit()
    assert house.tick() == [OPS, "ben@chirper.example"]
    assert EventKind.ALERT_FAILED in house.events(case)


def test_an_alert_the_relay_keeps_waiting_goes_to_the_next_step_after_five_minutes(
    house: House,
) -> None:
    case = house.opened()
    house.courier.outcome = Deferred(detail="451 later")
    assert house.tick(minutes=4) == []
    assert house.tick(minutes=1) == ["ben@chirper.example"]
    assert EventKind.ALERT_LATE in house.events(case)
    assert house.events(case).count(EventKind.ALERT_LATE) == 1


def test_an_account_that_cannot_be_shown_costs_no_summary(house: House) -> None:
    odd = AccountReference(platform="chirper", user_id="1\n2")
    house.report(account=odd)
    storm(house, 1)
    house.escalator.step()
    assert mails(house) == ["P2 2 HIGH: 2 cases wait"]


def due_at_once(house: House, count: int) -> None:
    """Open so many cases of every severity, the mildest first, all due now."""
    policies = {each: to_snapshot(house.directory.policy(each)) for each in Severity}
    with house.store.transaction() as work:
        for number in range(count):
            severity = Severity(1 + number * len(Severity) // count)
            case_id = work.cases.open(None, severity, house.clock())
            work.escalations.start(case_id, policies[severity], house.clock(), house.clock())
        work.commit()


def test_very_many_due_at_once_are_told_by_severity_in_few_mails(house: House) -> None:
    due_at_once(house, 400)
    steps = 0
    while house.escalator.step():
        steps += 1
    assert steps == 400 // BATCH
    for _ in range(6):
        house.tick(minutes=1)
        house.settle()
    assert mails(house) == [
        "P1 50 CRITICAL: 50 cases wait",
        "P1 50 CRITICAL: 50 cases wait",
        "P2 100 HIGH, 100 NORMAL, 100 LOW: 300 cases wait",
    ]
    assert all(len(message.mail.content) < 50_000 for message in house.outbox())


@pytest.mark.parametrize("count", [1, 3])
def test_a_kill_before_the_commit_leaves_the_steps_due_and_no_mail(
    house: House, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = storm(house, count)

    def killed(*_: object) -> int:
        raise SystemExit

    monkeypatch.setattr(house.escalator._dispatcher, "dispatch", killed)
    with pytest.raises(SystemExit):
        house.escalator.step()
    monkeypatch.undo()
    assert mails(house) == []
    assert [house.alerts(case) for case in cases] == [[]] * count
    house.escalator.step()
    assert len(mails(house)) == 1
