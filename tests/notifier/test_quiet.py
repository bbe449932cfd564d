from __future__ import annotations

from datetime import timedelta
from typing import Any

from notifier import commands
from notifier.looks import without_next_step
from notifier.plan import QUIET_FOR
from store.escalations import QUIET
from store.model import Case, EventKind, Severity
from tests.notifier.house import House

BROUGHT = {QUIET: "old mail, brought in by hand"}
ON_DUTY = "anna@chirper.example"


def quiet_case(house: House, **facts: Any) -> Case:
    """Have a case opened as old mail opens one, that is with a mark at its opening."""
    _, case = house.report(opening=BROUGHT, **facts)
    house.planner.step()
    return case


def joined(house: House, case: Case) -> None:
    with house.store.transaction() as work:
        work.history.append(
            case.id, EventKind.JOINED, actor="tipline", at=house.clock(), details={}, plan=True
        )
        work.commit()
    house.planner.step()


def test_a_case_that_old_mail_opened_wakes_nobody_for_a_while_and_then_alerts(
    house: House,
) -> None:
    case = quiet_case(house, severity=Severity.CRITICAL)
    escalation = house.escalation(case)
    assert escalation is not None
    assert escalation.next_at == house.clock() + QUIET_FOR
    assert house.tick(days=6, hours=23) == []
    assert house.tick(hours=1) == [ON_DUTY]


def test_a_report_that_comes_by_itself_alerts_at_once_and_only_once(house: House) -> None:
    case = quiet_case(house, severity=Severity.HIGH)
    house.clock.turn(days=1)
    joined(house, case)
    assert house.tick() == [ON_DUTY]
    joined(house, case)
    assert house.tick() == []


def test_a_severity_that_is_raised_alerts_at_once(house: House) -> None:
    case = quiet_case(house, severity=Severity.NORMAL)
    house.clock.turn(days=1)
    house.report(severity=Severity.CRITICAL)
    house.planner.step()
    assert house.tick() == [ON_DUTY]
    escalation = house.escalation(case)
    assert escalation is not None
    assert escalation.policy["key"] == "critical"


def test_a_quiet_case_can_be_taken_and_given_back(house: House) -> None:
    case = quiet_case(house, severity=Severity.HIGH)
    commands.take(house.store, case.reference, "anna", timedelta(hours=1), house.clock)
    assert house.tick(hours=1) == [ON_DUTY]


def test_a_quiet_case_that_is_not_planned_yet_is_no_fault(house: House) -> None:
    _, case = house.report(opening=BROUGHT)
    house.clock.turn(hours=1)
    with house.store.snapshot() as work:
        assert without_next_step(work, house.clock()) == []
    assert house.escalation(case) is None


def test_what_comes_by_itself_is_planned_before_old_mail_however_severe(house: House) -> None:
    _, old = house.report(opening=BROUGHT, severity=Severity.CRITICAL)
    _, live = house.report(account=None, severity=Severity.LOW)
    with house.store.snapshot() as work:
        events = work.history.unplanned(10)
        assert work.history.unplanned_count() == len(events)
    assert [event.case_id for event in events] == [live.id, old.id]


def test_a_report_that_comes_by_itself_before_the_case_is_planned_alerts(house: House) -> None:
    _, case = house.report(opening=BROUGHT, severity=Severity.HIGH)
    joined(house, case)
    assert house.tick() == [ON_DUTY]
    escalation = house.escalation(case)
    assert escalation is not None
    assert escalation.pause_reason is None
