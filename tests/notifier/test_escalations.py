from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from notifier import commands
from notifier.local_time import Hours
from notifier.policy import EscalationPolicy
from store.model import Case, EventKind, Severity
from tests.notifier.house import House

NIGHT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
OFFICE = Hours(spans=((time(8), time(20)),), time_zone="UTC")


def use_policies(house: House, **fields: Any) -> None:
    for name, value in fields.items():
        object.__setattr__(house.directory, name, value)


def special(house: House, key: str, only_between: Hours | None = None) -> EscalationPolicy:
    policy = house.directory.policy(Severity.HIGH)
    first = replace(policy.steps[0], only_between=only_between)
    return replace(policy, key=key, steps=(first, *policy.steps[1:]))


def snapshot_key(house: House, case: Case) -> str:
    escalation = house.escalation(case)
    assert escalation is not None
    return str(escalation.policy["key"])


def test_the_policy_of_the_category_wins_over_that_of_the_severity(house: House) -> None:
    categories = {("sextortion", Severity.HIGH): special(house, "categories.sextortion.high")}
    use_policies(house, categories=categories)
    _, plain = house.report(category="bullying")
    _, other = house.report(category="sextortion", account=None)
    house.planner.step()

    assert snapshot_key(house, plain) == "high"
    assert snapshot_key(house, other) == "categories.sextortion.high"


def test_a_case_has_the_policy_of_the_address_its_first_report_came_to(house: House) -> None:
    by_address = {
        ("safety@x.example", Severity.HIGH): special(house, "addresses.safety.high"),
        ("abuse@x.example", Severity.HIGH): special(house, "addresses.abuse.high"),
    }
    use_policies(house, by_address=by_address)
    _, plain = house.report(address="cp@x.example", account=None)
    house.report(address="safety@x.example")
    _, joined = house.report(address="abuse@x.example")
    house.planner.step()

    assert snapshot_key(house, plain) == "high"
    assert snapshot_key(house, joined) == "addresses.safety.high"


def test_a_case_has_the_category_of_its_most_severe_report(house: House) -> None:
    house.report(category="sextortion", severity=Severity.HIGH)
    _, case = house.report(category="bullying", severity=Severity.LOW)

    with house.store.snapshot() as work:
        assert work.reports.category_of_case(case.id) == "sextortion"


def test_a_first_step_with_hours_is_due_when_they_begin(house: House) -> None:
    policy = special(house, "high", OFFICE)
    use_policies(house, policies=dict.fromkeys(Severity, policy))
    _, case = house.report()
    house.planner.step()

    escalation = house.escalation(case)
    assert escalation is not None
    assert escalation.next_at == NIGHT + timedelta(hours=5)


@pytest.mark.parametrize("planned_between", [True, False])
def test_a_case_that_is_raised_waits_for_no_hours(house: House, *, planned_between: bool) -> None:
    policies = dict(house.directory.policies)
    use_policies(house, policies=policies | {Severity.HIGH: special(house, "high", OFFICE)})
    house.report(severity=Severity.LOW)
    if planned_between:
        house.planner.step()
    _, case = house.report(severity=Severity.HIGH)
    house.planner.step()

    escalation = house.escalation(case)
    assert escalation is not None
    assert escalation.next_at == house.clock()
    assert "only_between" not in escalation.policy["steps"][0]


def test_a_step_that_waits_goes_out_when_somebody_escalates(house: House) -> None:
    policies = dict(house.directory.policies)
    use_policies(house, policies=policies | {Severity.HIGH: special(house, "high", OFFICE)})
    case = house.opened()
    assert house.tick() == []

    commands.escalate(house.store, case.reference, "anna", house.clock)

    assert house.tick() == ["anna@chirper.example"]
    assert house.tick(minutes=15) == ["ben@chirper.example"]


def test_a_case_given_back_at_night_waits_for_the_hours_of_its_step(house: House) -> None:
    policies = dict(house.directory.policies)
    policy = special(house, "high")
    steps = (policy.steps[0], replace(policy.steps[1], only_between=OFFICE))
    use_policies(house, policies=policies | {Severity.HIGH: replace(policy, steps=steps)})
    case = house.opened()
    commands.take(house.store, case.reference, "anna", timedelta(hours=1), house.clock)
    commands.release(house.store, case.reference, "anna", house.clock)

    assert house.tick() == []
    escalation = house.escalation(case)
    assert escalation is not None
    assert escalation.next_at == NIGHT + timedelta(hours=5)
    assert len(house.tick(hours=5)) == 1


def waits(house: House, case: Case) -> list[dict[str, Any]]:
    with house.store.snapshot() as work:
        events = work.history.of_case(case.id)
    return [dict(event.details) for event in events if event.kind is EventKind.STEP_WAITS]


def test_a_first_step_that_waits_for_its_hours_is_in_the_history_once(house: House) -> None:
    policies = dict(house.directory.policies)
    use_policies(house, policies=policies | {Severity.HIGH: special(house, "high", OFFICE)})
    case = house.opened()
    opens_at = NIGHT + timedelta(hours=5)

    assert waits(house, case) == [{"step": 1, "until": opens_at.isoformat()}]
    for _ in range(3):
        house.tick(hours=1)
    assert len(waits(house, case)) == 1
    assert house.tick(hours=2) == ["anna@chirper.example"]
    assert len(waits(house, case)) == 1


def test_a_later_step_and_a_repeat_that_wait_are_in_the_history(house: House) -> None:
    policies = dict(house.directory.policies)
    policy = special(house, "high")
    steps = (policy.steps[0], replace(policy.steps[1], only_between=OFFICE))
    use_policies(house, policies=policies | {Severity.HIGH: replace(policy, steps=steps)})
    case = house.opened()
    assert [one["step"] for one in waits(house, case)] == [2]

    house.tick(hours=5)
    assert len(waits(house, case)) == 1
    # The repeat of eight in the evening and later.
    while len(waits(house, case)) == 1:
        house.tick(minutes=30)
    assert house.clock() < NIGHT + timedelta(hours=18)
    assert waits(house, case)[1]["step"] == 2


def test_a_step_without_hours_or_within_them_waits_for_nothing(house: House) -> None:
    policies = dict(house.directory.policies)
    use_policies(house, policies=policies | {Severity.HIGH: special(house, "high", OFFICE)})
    house.clock.now = NIGHT + timedelta(hours=6)
    case = house.opened()
    house.tick()
    assert waits(house, case) == []
