from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.layer import DAILY, WEEKLY, Layer
from notifier.local_time import Hours, instant

ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "Antarctica/Troll",
    "Pacific/Apia",
    "UTC",
]
MINUTE = timedelta(minutes=1)


def layer(**changes: Any) -> Layer:
    fields: dict[str, Any] = {
        "members": ("anna", "ben", "cleo"),
        "turn": DAILY,
        "handover": time(8, 0),
        "time_zone": "Europe/Berlin",
        "start": date(2026, 1, 5),
    }
    return Layer(**fields | changes)


def berlin(*fields: int) -> datetime:
    return datetime(*fields, tzinfo=ZoneInfo("Europe/Berlin"))  # type: ignore[misc,arg-type]  # year to minute


def on_duty(some: Layer, moment: datetime) -> str | None:
    shift = some.on_duty(moment)
    return shift and shift.person


quarters = st.integers(0, 95).map(lambda number: time(number // 4, number % 4 * 15))
layers = st.builds(
    layer,
    members=st.sampled_from([("anna",), ("anna", "ben"), ("anna", "ben", "cleo")]),
    turn=st.sampled_from([1, 5, 8, 12, 24, 36, 72, 168, 336]).map(lambda h: timedelta(hours=h)),
    handover=quarters,
    time_zone=st.sampled_from(ZONES),
    start=st.dates(date(2011, 12, 1), date(2026, 12, 31)),
)
zoned_hours = st.builds(
    lambda begins, ends, days: {"spans": ((begins, ends),), "days": frozenset(days)},
    quarters,
    quarters,
    st.sets(st.integers(0, 6), min_size=1),
)
# Both changes of the clocks, on either half of the world, and the day Samoa left out.
changes_of_clocks = st.sampled_from(
    [
        datetime(2026, 3, 29, 1, tzinfo=UTC),
        datetime(2026, 10, 25, 1, tzinfo=UTC),
        datetime(2026, 3, 8, 7, tzinfo=UTC),
        datetime(2026, 11, 1, 6, tzinfo=UTC),
        datetime(2026, 4, 4, 15, tzinfo=UTC),
        datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
        datetime(2026, 4, 5, 3, tzinfo=UTC),
        datetime(2026, 9, 6, 4, tzinfo=UTC),
        datetime(2011, 12, 30, 10, tzinfo=UTC),
    ],
)
moments = st.builds(
    lambda change, minutes: change + timedelta(minutes=minutes),
    changes_of_clocks,
    st.integers(-3 * 1440, 3 * 1440),
)


@pytest.mark.parametrize(
    ("moment", "person"),
    [
        (berlin(2026, 1, 5, 8, 0), "anna"),
        (berlin(2026, 1, 6, 7, 59), "anna"),
        (berlin(2026, 1, 6, 8, 0), "ben"),
        (berlin(2026, 1, 7, 23, 0), "cleo"),
        (berlin(2026, 1, 8, 8, 0), "anna"),
        (berlin(2026, 1, 5, 7, 59), "cleo"),
        (berlin(2026, 6, 1, 8, 0), "anna"),
        (berlin(2026, 6, 1, 7, 59), "cleo"),
    ],
)
def test_members_take_daily_turns_at_the_handover(moment: datetime, person: str) -> None:
    assert on_duty(layer(), moment) == person


def test_members_take_weekly_turns() -> None:
    weekly = layer(turn=WEEKLY)
    assert on_duty(weekly, berlin(2026, 1, 12, 7, 59)) == "anna"
    assert on_duty(weekly, berlin(2026, 1, 12, 8, 0)) == "ben"


@pytest.mark.parametrize(
    ("hour", "person"), [(8, "anna"), (19, "anna"), (20, "ben"), (32, "cleo"), (44, "anna")]
)
def test_turns_may_last_half_a_day(hour: int, person: str) -> None:
    twelve = layer(turn=timedelta(hours=12))
    assert on_duty(twelve, berlin(2026, 1, 5, 0, 0) + timedelta(hours=hour)) == person


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_half_days_change_at_the_same_local_times_on_the_day_of_a_change(day: date) -> None:
    midnight = datetime.combine(day, time(), tzinfo=ZoneInfo("Europe/Berlin"))
    listed = layer(turn=timedelta(hours=12)).shifts(midnight, midnight + timedelta(days=1))

    begun = [shift.begins_at.astimezone(midnight.tzinfo).time() for shift in listed]
    assert begun == [time(20), time(8), time(20)]


def test_a_handover_in_the_missing_hour_happens_an_hour_later() -> None:
    (first, second) = layer(handover=time(2, 30)).shifts(
        berlin(2026, 3, 29, 3, 0), berlin(2026, 3, 29, 12, 0)
    )
    assert first.ends_at == second.begins_at == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_handover_in_the_doubled_hour_happens_the_first_time() -> None:
    (first, second) = layer(handover=time(2, 30)).shifts(
        berlin(2026, 10, 25, 1, 0), berlin(2026, 10, 25, 12, 0)
    )
    assert first.ends_at == second.begins_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 28), 23), (date(2026, 10, 24), 25), (date(2026, 5, 5), 24)]
)
def test_the_shift_over_a_change_of_clocks_is_an_hour_off(day: date, hours: int) -> None:
    noon = datetime.combine(day, time(12), tzinfo=ZoneInfo("Europe/Berlin"))
    (shift,) = layer().shifts(noon, noon + timedelta(minutes=1))
    assert shift.ends_at - shift.begins_at == timedelta(hours=hours)


@settings(max_examples=60)
@given(layers, moments)
def test_at_every_minute_around_a_change_exactly_one_is_on_duty(
    some: Layer, moment: datetime
) -> None:
    listed = some.shifts(moment, moment + timedelta(minutes=300))
    for number in range(300):
        now = moment + number * MINUTE
        (shift,) = [one for one in listed if one.covers(now)]
        if number % 23 == 0:
            assert some.on_duty(now) == shift


@settings(max_examples=60)
@given(layers, zoned_hours, moments)
def test_with_hours_somebody_is_on_duty_in_them_and_only_then(
    some: Layer, fields: dict[str, Any], moment: datetime
) -> None:
    hours = Hours(**fields, time_zone=some.time_zone)
    begins, ends = fields["spans"][0]
    restricted = layer(
        members=some.members,
        turn=some.turn,
        handover=some.handover,
        time_zone=some.time_zone,
        start=some.start,
        hours=hours,
    )
    covered = 0
    for number in range(60):
        now = moment + number * 17 * MINUTE
        shift = restricted.on_duty(now)
        assert (shift is not None) == hours.covers(now)
        if shift:
            covered += 1
            assert shift.person == on_duty(some, now)
    if begins == ends and hours.days == frozenset(range(7)):
        assert covered == 60


@settings(max_examples=80)
@given(layers, moments)
def test_shifts_follow_each_other_without_a_gap_at_the_written_local_time(
    some: Layer, moment: datetime
) -> None:
    listed = some.shifts(moment, moment + timedelta(days=15))
    for before, after in pairwise(listed):
        assert before.ends_at == after.begins_at
        assert before.begins_at < before.ends_at
    zone = ZoneInfo(some.time_zone)
    for shift in listed:
        local = shift.begins_at.astimezone(zone).replace(tzinfo=None)
        on_time = (local - datetime.combine(some.start, some.handover)) % some.turn
        # Only what a change of the clocks swallowed happens at another time, and later.
        changed = (shift.begins_at - timedelta(days=1, hours=1)).astimezone(zone).utcoffset()
        assert not on_time or changed != shift.begins_at.astimezone(zone).utcoffset()
        assert instant(local, zone) <= shift.begins_at


def test_everybody_gets_the_same_number_of_turns() -> None:
    listed = layer(turn=timedelta(hours=8)).shifts(berlin(2026, 3, 1), berlin(2026, 4, 30))
    counts = [sum(shift.person == name for shift in listed) for name in ("anna", "ben", "cleo")]
    assert max(counts) - min(counts) <= 1


def test_a_layer_without_members_is_refused() -> None:
    with pytest.raises(ValueError, match="no members"):
        layer(members=())


def test_a_turn_of_minutes_is_refused() -> None:
    with pytest.raises(ValueError, match="at least an hour"):
        layer(turn=timedelta(minutes=5))


def test_an_unknown_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="Mars/Olympus"):
        layer(time_zone="Mars/Olympus")


def test_a_handover_with_a_zone_of_its_own_is_refused() -> None:
    with pytest.raises(ValueError, match="local time"):
        layer(handover=time(8, tzinfo=UTC))
