from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

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


def test_the_first_step_is_due_after_its_delay() -> None:
    assert first_due(policy(5, 15), NOW) == NOW + minutes(5)


def test_the_last_step_is_the_one_that_repeats() -> None:
    assert [policy(0, 15).index(done) for done in range(4)] == [0, 1, 1, 1]


def test_a_snapshot_survives_json() -> None:
    snapshot = json.loads(json.dumps(to_snapshot(policy(0, 0.5, 60))))
    assert snapshot["version"] == 1
    assert from_snapshot(snapshot) == policy(0, 0.5, 60)


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
