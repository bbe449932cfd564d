from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from notifier.course import Course, Telling, beginning, play, tell
from notifier.directory import Directory
from notifier.local_time import Hours
from notifier.policy import EscalationPolicy, Step, Target, TargetKind
from store.model import Severity
from tests.notifier.house import START, directory

# 04:00 in Berlin.
BERLIN_DAY = Hours(spans=((time(8), time(20)),), time_zone="Europe/Berlin")
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
OPENS = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
HIGH = directory().policy(Severity.HIGH)
ANNA, BEN, CLEO, LEAD, OPS = (
    f"{name}@chirper.example" for name in ("anna", "ben", "cleo", "lead", "ops")
)


def without(*people: str) -> Directory:
    everybody = directory()
    object.__setattr__(
        everybody, "people", {k: v for k, v in everybody.people.items() if k not in people}
    )
    return everybody


def hours(policy: EscalationPolicy, *only: Hours | None) -> EscalationPolicy:
    steps = (replace(step, only_between=one) for step, one in zip(policy.steps, only, strict=True))
    return replace(policy, steps=tuple(steps))


def told(listed: list[Telling]) -> list[tuple[int, int, list[str]]]:
    return [
        ((one.at - START) // MINUTE, one.index + 1, [who.address for who in one.recipients])
        for one in listed
    ]


def test_a_course_goes_step_by_step_and_repeats_the_last() -> None:
    played = play(HIGH, directory(), beginning(HIGH, START), START + timedelta(hours=2))

    assert told(list(played)) == [
        (0, 1, [ANNA]),
        (15, 2, [BEN]),
        (60, 3, [LEAD]),
        (90, 3, [LEAD]),
        (120, 3, [LEAD]),
    ]


def test_rounds_count_the_alerts_of_the_last_step() -> None:
    played = list(play(HIGH, directory(), beginning(HIGH, START), START + timedelta(hours=2)))

    assert [(one.after.step, one.after.rounds) for one in played] == [
        (1, 0),
        (2, 0),
        (3, 1),
        (3, 2),
        (3, 3),
    ]


def test_a_step_for_which_nobody_is_on_duty_is_skipped_at_once() -> None:
    telling = tell(HIGH, without("anna"), beginning(HIGH, START), START)

    assert (telling.index, telling.skipped, telling.nobody) == (1, (0,), False)
    assert [recipient.address for recipient in telling.recipients] == [BEN]
    assert telling.after == Course(step=2, rounds=0, due_at=START + timedelta(minutes=45))


def test_when_nobody_is_left_the_fallback_address_is_told() -> None:
    target = Target(kind=TargetKind.ROTA, name="night")
    only = EscalationPolicy(
        key="low",
        steps=(Step(after=timedelta(0), targets=(target,)),),
        repeat=timedelta(minutes=5),
    )

    telling = tell(only, without("ben", "cleo"), beginning(only, START), START)

    assert [recipient.address for recipient in telling.recipients] == [OPS]
    assert (telling.nobody, telling.skipped, telling.waits) == (True, (0,), False)
    assert telling.after == Course(step=1, rounds=1, due_at=START + timedelta(minutes=5))


def test_a_step_outside_its_hours_waits_and_stays_the_next_one() -> None:
    policy = hours(HIGH, None, BERLIN_DAY, None)
    course = Course(step=1, rounds=0, due_at=START)

    telling = tell(policy, directory(), course, START)

    assert telling.waits
    assert telling.after == Course(step=1, rounds=0, due_at=OPENS, held=True)
    then = tell(policy, directory(), telling.after, OPENS)
    # Eight o'clock is when the rota hands over, too.
    assert [recipient.address for recipient in then.recipients] == [CLEO]


def test_repeats_that_wait_go_on_counting_their_rounds() -> None:
    policy = hours(HIGH, None, None, BERLIN_DAY)
    evening = datetime(2026, 11, 22, 18, 50, tzinfo=UTC)

    played = list(
        play(policy, directory(), Course(step=3, rounds=4, due_at=evening), OPENS + 2 * DAY)
    )

    assert [one.at for one in played[:3]] == [
        evening,
        OPENS + DAY,
        OPENS + DAY + timedelta(minutes=30),
    ]
    assert [one.after.rounds for one in played[:3]] == [5, 6, 7]


def test_a_step_that_is_skipped_to_keeps_its_hours() -> None:
    policy = hours(HIGH, None, BERLIN_DAY, None)

    telling = tell(policy, without("anna"), beginning(policy, START), START)

    assert (telling.waits, telling.skipped) == (True, (0,))
    assert telling.after == Course(step=1, rounds=0, due_at=OPENS, held=True)
