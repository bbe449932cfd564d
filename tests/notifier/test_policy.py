from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from notifier.local_time import Hours
from notifier.policy import (
    EscalationPolicy,
    Step,
    Target,
    TargetKind,
    first_due,
    from_snapshot,
    next_due,
    to_snapshot,
)

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
ANNA = Target(kind=TargetKind.PERSON, name="anna")
NIGHT = Target(kind=TargetKind.ROTA, name="night")


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def policy(*after: float, repeat: float = 10) -> EscalationPolicy:
    steps = tuple(Step(after=minutes(count), targets=(ANNA, NIGHT)) for count in after)
    return EscalationPolicy(key="high", steps=steps, repeat=minutes(repeat))


@pytest.mark.parametrize(
    ("fired", "waits"),
    [(0, 15), (1, 45), (2, 10), (3, 10), (99, 10)],
)
def test_the_next_step_is_counted_from_the_one_that_went_out(fired: int, waits: int) -> None:
    assert next_due(policy(0, 15, 60), fired, NOW, NOW) == NOW + minutes(waits)


def test_a_step_that_is_a_tick_late_does_not_move_the_next_one() -> None:
    assert next_due(policy(0), 0, NOW, NOW + timedelta(seconds=1)) == NOW + minutes(10)


@pytest.mark.parametrize(("repeat", "late"), [(10, 6), (2 / 60, 1.1)])
def test_after_an_outage_the_next_step_keeps_its_distance(repeat: float, late: float) -> None:
    fired_at = NOW + timedelta(seconds=late)
    assert next_due(policy(0, repeat=repeat), 0, NOW, fired_at) == fired_at + minutes(repeat)


DAYTIME = Hours(spans=((time(8), time(20)),), time_zone="Europe/Berlin")
OPENS = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)


def routine(*hours: Hours | None, repeat: float = 10) -> EscalationPolicy:
    steps = tuple(
        Step(after=minutes(15 * number), targets=(ANNA,), only_between=only)
        for number, only in enumerate(hours)
    )
    return EscalationPolicy(key="low", steps=steps, repeat=minutes(repeat))


def test_a_step_due_outside_its_hours_waits_until_they_begin() -> None:
    assert first_due(routine(DAYTIME), NOW) == OPENS
    assert first_due(routine(None, DAYTIME), NOW) == NOW
    assert next_due(routine(None, DAYTIME), 0, NOW, NOW) == OPENS
    assert next_due(routine(None, DAYTIME, None), 1, OPENS, OPENS) == OPENS + minutes(15)


def test_repeats_wait_for_the_hours_too() -> None:
    evening = datetime(2026, 11, 22, 18, 55, tzinfo=UTC)
    assert next_due(routine(DAYTIME), 0, evening, evening) == OPENS + timedelta(days=1)
    assert next_due(routine(DAYTIME), 0, OPENS, OPENS) == OPENS + minutes(10)


def test_a_policy_without_its_hours_waits_for_nothing() -> None:
    assert first_due(routine(DAYTIME).without_hours(), NOW) == NOW


def test_the_first_step_is_due_after_its_delay() -> None:
    assert first_due(policy(5, 15), NOW) == NOW + minutes(5)


def test_the_last_step_is_the_one_that_repeats() -> None:
    assert [policy(0, 15).index(done) for done in range(4)] == [0, 1, 1, 1]


def test_a_snapshot_survives_json() -> None:
    snapshot = json.loads(json.dumps(to_snapshot(policy(0, 0.5, 60))))
    assert snapshot["version"] == 1
    assert from_snapshot(snapshot) == policy(0, 0.5, 60)


def test_a_snapshot_keeps_the_ways_to_tell_a_person() -> None:
    target = Target(kind=TargetKind.ROTA, name="night", via=("mail", "sms"))
    step = Step(after=timedelta(0), targets=(target,))
    by_text = EscalationPolicy(key="texts", steps=(step,), repeat=timedelta(minutes=5))
    assert from_snapshot(json.loads(json.dumps(to_snapshot(by_text)))) == by_text


def test_a_snapshot_keeps_the_hours() -> None:
    nights = Hours(
        spans=((time(20), time(0)), (time(22), time(6))),
        days=frozenset({4, 5}),
        time_zone="Asia/Kolkata",
    )
    snapshot = json.loads(json.dumps(to_snapshot(routine(None, nights))))
    assert from_snapshot(snapshot) == routine(None, nights)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": 2}, "unknown version"),
        ({"steps": None}, "damaged"),
        ({"steps": [{}]}, "damaged"),
        ({"steps": []}, "no steps"),
    ],
)
def test_a_snapshot_that_is_no_policy_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        from_snapshot(to_snapshot(policy(0)) | change)


@pytest.mark.parametrize(
    ("after", "repeat", "message"),
    [
        ((), 10, "has no steps"),
        ((0,), 0.005, "at least one second"),
        ((0, 15, 15), 10, "step 3 can never be reached"),
        ((0, 15, 10), 10, "step 3 can never be reached"),
        ((-1,), 10, "before the start"),
    ],
)
def test_a_policy_that_cannot_work_is_refused(
    after: tuple[float, ...], repeat: float, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        policy(*after, repeat=repeat)


def test_a_step_that_tells_nobody_is_refused() -> None:
    step = Step(after=minutes(0), targets=())
    with pytest.raises(ValueError, match="step 1 tells nobody"):
        EscalationPolicy(key="high", steps=(step,), repeat=minutes(5))
