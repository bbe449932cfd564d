from __future__ import annotations

from datetime import timedelta

import pytest

from notifier.auditor import Auditor, findings
from notifier.courier import Refused, Sent
from store.model import MailKind, OutboxKind
from store.states import InboxState
from tests.notifier.house import House


@pytest.fixture
def auditor(house: House) -> Auditor:
    return Auditor(
        store=house.store, directory=house.directory, composer=house.composer, clock=house.clock
    )


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
    assert kinds(auditor) == ["escalation_overdue", "inbox_late", "outbox_stuck"]


def test_failed_messages_and_quarantine_are_found(house: House, auditor: Auditor) -> None:
    report, _ = house.report()
    house.planner.step()
    house.courier.outcome = Refused(detail="550")
    house.deliverer.step()
    with house.store.transaction() as work:
        for _ in range(3):
            work.inbox.retry_later(report.inbound_id, "broken", house.clock())
        work.commit()
    assert kinds(auditor) == ["inbox_quarantined", "outbox_failed"]


def test_an_alarm_comes_once_an_hour_for_each_kind(house: House, auditor: Auditor) -> None:
    house.report()
    house.clock.turn(minutes=6)
    for _ in range(3):
        auditor.step()
        house.clock.turn(minutes=1)
    first = len(house.outbox(OutboxKind.ALARM))
    house.clock.now += timedelta(hours=1)
    auditor.step()
    titles = [message.mail.dedupe_key for message in house.outbox(OutboxKind.ALARM)]
    assert first == 3
    assert len(titles) == len(set(titles)) > 3


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
