from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from notifier.auditor import Auditor, findings
from notifier.courier import Refused, Sent
from notifier.looks import Look
from store.model import Attempt, MailKind, OutboxKind, Way
from store.states import InboxState, OutboxState
from tests.notifier.house import MESSAGE, House

ALARM, REPORT = OutboxKind.ALARM, MailKind.REPORT


@pytest.fixture
def auditor(house: House) -> Auditor:
    return auditor_of(house)


def auditor_of(house: House, **changes: Any) -> Auditor:
    return Auditor(
        store=house.store,
        directory=house.directory,
        composer=house.composer,
        clock=house.clock,
        **changes,
    )


def quarantine(house: House) -> None:
    report, _ = house.report(account=None)
    with house.store.transaction() as work:
        for _ in range(3):
            work.inbox.retry_later(report.inbound_id, "broken", house.clock())
        work.commit()
    house.planner.step()
    house.escalator.step()
    house.deliverer.step()


def release_from_quarantine(house: House) -> None:
    with house.store.transaction() as work:
        for message in work.inbox.listing(InboxState.QUARANTINED):
            work.inbox.requeue(message.id)
            work.inbox.finish(work.inbox.get(message.id), InboxState.FILED, REPORT, "filed", None)
        work.commit()


def kinds(auditor: Auditor) -> list[str]:
    return [finding.kind for finding in auditor.step()]


def settle(house: House) -> None:
    """Let everything that waits happen, reading included."""
    house.planner.step()
    house.escalator.step()
    house.deliverer.step()
    with house.store.transaction() as work:
        for message in work.inbox.listing(InboxState.RECEIVED):
            work.inbox.finish(message, InboxState.FILED, MailKind.REPORT, "filed", None)
        work.commit()


def test_an_installation_at_rest_has_no_findings(house: House, auditor: Auditor) -> None:
    house.report()
    settle(house)
    assert kinds(auditor) == []
    assert house.outbox(OutboxKind.ALARM) == []


def test_a_case_just_opened_is_left_to_the_planner(house: House, auditor: Auditor) -> None:
    _, case = house.report()
    assert kinds(auditor) == []
    assert house.escalation(case) is None


def test_a_case_without_a_next_step_is_repaired_and_told(house: House, auditor: Auditor) -> None:
    case = house.opened()
    settle(house)
    with house.store.transaction() as work:
        escalation = work.escalations.active(case.id)
        assert escalation is not None
        work.escalations.end(escalation)
        work.commit()
    (finding,) = auditor.step()
    assert (finding.kind, finding.count) == ("case_without_next_step", 1)
    assert house.tick() == ["anna@chirper.example"]
    assert kinds(auditor) == []


def test_what_nobody_worked_on_is_found(house: House, auditor: Auditor) -> None:
    house.report()
    house.clock.turn(minutes=6)
    assert kinds(auditor) == ["case_without_next_step", "inbox_late", "receipts_late"]


def test_late_alerts_and_stuck_messages_are_found(house: House, auditor: Auditor) -> None:
    house.opened()
    house.clock.turn(minutes=21)
    late = ["escalation_overdue", "inbox_late", "outbox_stuck", "outbox_unattended"]
    assert kinds(auditor) == late


def test_failed_messages_and_quarantine_are_found(house: House, auditor: Auditor) -> None:
    report, _ = house.report()
    house.planner.step()
    house.escalator.step()
    house.courier.outcome = Refused(detail="550")
    house.deliverer.step()
    with house.store.transaction() as work:
        for _ in range(3):
            work.inbox.retry_later(report.inbound_id, "broken", house.clock())
        work.commit()
    assert kinds(auditor) == ["alerts_undelivered", "inbox_quarantined", "outbox_failed"]


def subjects(house: House) -> list[str]:
    return [message.mail.subject.removeprefix("[tipline] ") for message in house.outbox(ALARM)]


def test_a_fault_is_told_once_however_long_it_lasts(house: House, auditor: Auditor) -> None:
    house.report()
    house.clock.turn(minutes=6)
    for _ in range(5):
        auditor.step()
        house.clock.turn(hours=1)
    about_reading = [subject for subject in subjects(house) if "wait for reading" in subject]
    assert about_reading == ["ALARM: 1 accepted mails wait for reading for more than five minutes"]


def test_a_restart_neither_repeats_nor_forgets_what_was_told(
    house: House, auditor: Auditor
) -> None:
    house.report()
    house.clock.turn(minutes=6)
    auditor.step()
    again = auditor_of(house)
    again.step()
    assert len(subjects(house)) == 3
    settle(house)
    house.clock.turn(minutes=6)
    auditor_of(house).step()
    assert sum(subject.startswith("OVER: ") for subject in subjects(house)) == 3


def test_that_a_fault_is_over_is_told_once_and_when_it_stays_over(
    house: House, auditor: Auditor
) -> None:
    settle(house)
    quarantine(house)
    auditor.step()
    settle(house)
    release_from_quarantine(house)
    house.clock.turn(minutes=4)
    auditor.step()
    told = ["ALARM: 1 mails are in quarantine and wait for a person"]
    assert subjects(house) == told
    house.clock.turn(minutes=1)
    for _ in range(3):
        auditor.step()
        house.clock.turn(minutes=1)
    assert subjects(house) == [*told, "OVER: 1 mails are in quarantine and wait for a person"]
    with house.store.snapshot() as work:
        assert work.faults.all() == {}


def test_a_fault_that_comes_and_goes_is_one(house: House, auditor: Auditor) -> None:
    settle(house)
    for _ in range(4):
        quarantine(house)
        auditor.step()
        house.clock.turn(minutes=2)
        release_from_quarantine(house)
        auditor.step()
        house.clock.turn(minutes=2)
    assert subjects(house) == ["ALARM: 1 mails are in quarantine and wait for a person"]


def test_a_fault_that_gets_worse_is_told_again(house: House, auditor: Auditor) -> None:
    counts = []
    settle(house)
    for _ in range(4):
        quarantine(house)
        house.clock.turn(seconds=1)
        auditor.step()
        counts.append(len(subjects(house)))
    # One, two, three, four: told when it doubles.
    assert counts == [1, 2, 2, 3]


def test_alarms_go_to_the_operators_channels_as_well(house: House) -> None:
    house.composer.operator_channels = ("channel:room", "channel:ops/sms")
    quarantine(house)
    auditor_of(house).step()
    alarms = [message.mail for message in house.outbox(ALARM)]
    assert [(mail.recipient, mail.way) for mail in alarms] == [
        ("ops@chirper.example", Way.MAIL),
        ("channel:room", Way.CHANNEL),
        ("channel:ops/sms", Way.CHANNEL),
    ]
    assert b"1 mails are in quarantine" in alarms[1].content


def test_a_stage_that_stands_still_is_found_by_a_look_of_the_settings(house: House) -> None:
    stuck = Look(kind="stage_stuck", title="{} stages stand still", look=lambda *_: ["reading 1"])
    (finding,) = auditor_of(house, looks=(stuck,)).step()
    assert (finding.kind, finding.lines) == ("stage_stuck", ("reading 1",))
    assert subjects(house) == ["ALARM: 1 stages stand still"]


def test_only_when_nothing_was_found_all_is_well(house: House) -> None:
    well: list[bool] = []
    auditor = auditor_of(house, on_well=lambda: well.append(True))
    auditor.step()
    quarantine(house)
    auditor.step()
    assert well == [True]


def test_a_channel_that_failed_is_named(house: House, auditor: Auditor) -> None:
    with house.store.transaction() as work:
        mail = replace(MESSAGE.mail, recipient="channel:anna/sms", way=Way.CHANNEL)
        number = work.outbox.queue(mail, house.clock())
        assert number is not None
        refused = Attempt(at=house.clock(), outcome="refused", detail="no")
        work.outbox.record(work.outbox.get(number), refused, OutboxState.FAILED)
        work.commit()
    found = {finding.kind: finding.lines for finding in auditor.step()}
    assert found["channel_failed"] == ("channel anna/sms",)


def test_an_open_case_whose_alerts_reached_nobody_is_found_until_one_does(
    house: House, auditor: Auditor
) -> None:
    case = house.opened()
    house.courier.outcome = Refused(detail="550 no such user")
    while house.deliverer.step():
        pass
    house.clock.turn(hours=2)
    with house.store.snapshot() as work:
        found = {finding.kind: finding for finding in findings(work, house.clock())}
    assert found["alerts_undelivered"].lines == (f"case {case.reference}",)
    house.courier.outcome = Sent()
    house.tick()
    house.deliverer.step()
    assert "alerts_undelivered" not in kinds(auditor)


def fail_receipts(house: House, count: int) -> None:
    """Have so many mails to reporters come to nothing."""
    with house.store.transaction() as work:
        for number in range(count):
            mail = replace(
                MESSAGE.mail,
                kind=OutboxKind.ACKNOWLEDGEMENT,
                dedupe_key=f"receipt:{number}",
                message_id=f"<receipt.{number}@tip.chirper.example>",
            )
            queued = work.outbox.queue(mail, house.clock())
            assert queued is not None
            refused = Attempt(at=house.clock(), outcome="refused", detail="no such user")
            work.outbox.record(work.outbox.get(queued), refused, OutboxState.FAILED)
        work.commit()


@pytest.mark.parametrize(("count", "found"), [(9, []), (10, ["reporters_unreachable"])])
def test_a_few_wrong_addresses_of_reporters_are_no_fault(
    house: House, auditor: Auditor, count: int, found: list[str]
) -> None:
    fail_receipts(house, count)
    assert kinds(auditor) == found


def test_a_mail_to_staff_that_came_back_is_a_fault_like_one_refused(
    house: House, auditor: Auditor
) -> None:
    with house.store.transaction() as work:
        mail = replace(MESSAGE.mail, kind=OutboxKind.STAFF_NOTICE, dedupe_key="notice:1")
        number = work.outbox.queue(mail, house.clock())
        assert number is not None
        came_back = Attempt(at=house.clock(), outcome="bounced")
        work.outbox.note_bounce(work.outbox.get(number), came_back)
        work.commit()
    assert kinds(auditor) == ["outbox_failed"]


def test_what_cannot_be_looked_at_is_told_and_hides_nothing(house: House) -> None:
    def broken(*_: object) -> int:
        raise RuntimeError("broken")

    quarantine(house)
    look = Look(kind="odd", title="{} odd things", look=broken)
    found = {finding.kind: finding.lines for finding in auditor_of(house, looks=(look,)).step()}
    assert found == {"inbox_quarantined": (), "look_failed": ("odd",)}


def test_a_fault_is_over_after_the_clock_was_set_back(house: House, auditor: Auditor) -> None:
    settle(house)
    quarantine(house)
    auditor.step()
    settle(house)
    release_from_quarantine(house)
    house.clock.turn(hours=-2)
    for _ in range(6):
        auditor.step()
        house.clock.turn(minutes=1)
    auditor.step()
    assert sum(subject.startswith("OVER: ") for subject in subjects(house)) == 1
