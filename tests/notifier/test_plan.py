from __future__ import annotations

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from notifier import commands, plan
from notifier.plan import FIRST_REST
from store.errors import StorageFull
from store.model import Disposition, EventKind, MailTraits, Severity
from store.states import AcknowledgementState, CaseState, EscalationState
from tests.notifier.house import House

PERSON = MailTraits(
    reverse_path="maria@mail.example",
    from_addresses=("maria@mail.example",),
    message_id="<1@mail.example>",
    references=("<0@mail.example>",),
)


def test_an_opened_case_starts_its_escalation(house: House) -> None:
    _, case = house.report(severity=Severity.HIGH)
    house.planner.step()
    escalation = house.escalation(case)
    assert escalation is not None
    assert escalation.policy["key"] == "high"
    assert escalation.next_at == house.clock()
    assert house.events(case) == [EventKind.OPENED, EventKind.ESCALATION_STARTED]


def test_a_report_that_joins_leaves_a_running_escalation_alone(house: House) -> None:
    case = house.opened()
    before = house.escalation(case)
    house.report()
    house.planner.step()
    assert house.escalation(case) == before


def test_a_raised_severity_alerts_at_once_by_the_more_urgent_policy(house: House) -> None:
    case = house.opened(severity=Severity.NORMAL)
    house.clock.turn(minutes=1)
    house.report(severity=Severity.CRITICAL)
    house.planner.step()
    assert house.tick() == ["anna@chirper.example"]
    escalation = house.escalation(case)
    assert escalation is not None
    assert escalation.policy["key"] == "critical"


def test_a_case_opened_and_raised_in_one_go_alerts_once(house: House) -> None:
    house.report(severity=Severity.NORMAL)
    house.report(severity=Severity.CRITICAL)
    house.planner.step()
    assert house.tick() == ["anna@chirper.example"]
    assert house.tick() == []


def test_a_case_taken_before_it_was_planned_waits_for_its_lease(house: House) -> None:
    _, case = house.report()
    commands.take(house.store, case.reference, "anna", timedelta(hours=1), house.clock)
    house.planner.step()
    escalation = house.escalation(case)
    assert escalation is not None
    assert escalation.state is EscalationState.PAUSED
    assert escalation.next_at == house.clock() + timedelta(hours=1)


def test_a_taken_case_that_becomes_more_urgent_is_told_once(house: House) -> None:
    case = house.opened(severity=Severity.NORMAL)
    commands.take(house.store, case.reference, "anna", timedelta(hours=1), house.clock)
    house.report(severity=Severity.CRITICAL)
    house.planner.step()
    assert house.tick(seconds=1) == ["anna@chirper.example"]
    assert house.tick(minutes=30) == []
    assert house.case(case).state is CaseState.TAKEN


def test_a_case_closed_before_it_was_planned_stays_silent(house: House) -> None:
    _, case = house.report()
    commands.close(house.store, case.reference, "anna", Disposition.DUPLICATE, house.clock)
    house.planner.step()
    assert house.escalation(case) is None


def test_an_event_is_planned_once_by_two_planners(house: House) -> None:
    _, case = house.report()
    with house.store.snapshot() as work:
        (event,) = work.history.unplanned(10)
    assert house.planner._plan(event) is True
    assert house.planner._plan(event) is False
    assert house.events(case).count(EventKind.ESCALATION_STARTED) == 1


def test_an_event_that_cannot_be_planned_holds_up_nobody_and_is_tried_again(house: House) -> None:
    policies = house.directory.policies
    _, poor = house.report(severity=Severity.LOW)
    _, fine = house.report(account=None)
    kept = {severity: policies[severity] for severity in Severity if severity is not Severity.LOW}
    object.__setattr__(house.directory, "policies", kept)
    house.planner.step()
    assert house.escalation(poor) is None
    assert house.escalation(fine) is not None
    object.__setattr__(house.directory, "policies", policies)
    house.clock.now += FIRST_REST
    house.planner.step()
    assert house.escalation(poor) is not None


def test_a_hundred_events_that_cannot_be_planned_do_not_block_the_others(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "BATCH", 3)
    poor = [house.report(severity=Severity.LOW, account=None)[1] for _ in range(7)]
    _, fine = house.report(account=None)
    kept = {key: value for key, value in house.directory.policies.items() if key > Severity.LOW}
    object.__setattr__(house.directory, "policies", kept)
    with capture_logs() as logs:
        for _ in range(5):
            house.planner.step()
    assert house.escalation(fine) is not None
    failed = [line for line in logs if line["event"] == "event.not_planned"]
    assert sorted(line["case"] for line in failed) == [case.id for case in poor]


def test_an_event_that_fails_again_rests_longer_each_time(house: House) -> None:
    house.report(severity=Severity.LOW)
    object.__setattr__(house.directory, "policies", {})
    tries = []
    for second in range(100):
        with capture_logs() as logs:
            house.planner.step()
        if any(line["event"] == "event.not_planned" for line in logs):
            tries.append(second)
        house.clock.turn(seconds=1)
    assert tries == [0, 10, 30, 70]


def test_a_full_disk_is_not_taken_for_a_fault_of_the_report(house: House) -> None:
    report, _ = house.report(traits=PERSON)
    store = house.planner._store

    class Full:
        def snapshot(self) -> object:
            return store.snapshot()

        def transaction(self) -> object:
            raise StorageFull("no space is left for the database")

    house.planner._store = Full()  # type: ignore[assignment]  # a store that can be told to fail
    with pytest.raises(StorageFull):
        house.planner.step()
    house.planner._store = store
    house.planner.step()
    assert house.reread(report).acknowledgement is AcknowledgementState.QUEUED
