from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.rota import Person, Rota, Turn, on_duty, shifts

ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "Pacific/Apia",
    "UTC",
]


def rota(**changes: Any) -> Rota:
    fields: dict[str, Any] = {
        "key": "night",
        "members": ("anna", "ben", "cleo"),
        "turn": Turn.DAILY,
        "handover": time(8, 0),
        "time_zone": "Europe/Berlin",
        "start": date(2026, 1, 5),
    }
    return Rota(**fields | changes)


def berlin(*fields: int) -> datetime:
    return datetime(*fields, tzinfo=ZoneInfo("Europe/Berlin"))  # type: ignore[misc,arg-type]  # year to minute


rotas = st.builds(
    rota,
    members=st.sampled_from([("anna",), ("anna", "ben"), ("anna", "ben", "cleo")]),
    turn=st.sampled_from(Turn),
    handover=st.times().map(lambda moment: moment.replace(second=0, microsecond=0)),
    time_zone=st.sampled_from(ZONES),
    start=st.dates(date(2011, 12, 1), date(2026, 12, 31)),
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
    assert on_duty(rota(), moment) == person


def test_members_take_weekly_turns() -> None:
    weekly = rota(turn=Turn.WEEKLY)
    assert on_duty(weekly, berlin(2026, 1, 12, 7, 59)) == "anna"
    assert on_duty(weekly, berlin(2026, 1, 12, 8, 0)) == "ben"


def test_a_handover_in_the_missing_hour_happens_an_hour_later() -> None:
    (first, second) = shifts(
        rota(handover=time(2, 30)), berlin(2026, 3, 29, 3, 0), berlin(2026, 3, 29, 12, 0)
    )
    assert first.ends_at == second.begins_at == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_handover_in_the_doubled_hour_happens_the_first_time() -> None:
    (first, second) = shifts(
        rota(handover=time(2, 30)), berlin(2026, 10, 25, 1, 0), berlin(2026, 10, 25, 12, 0)
    )
    assert first.ends_at == second.begins_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 28), 23), (date(2026, 10, 24), 25), (date(2026, 5, 5), 24)]
)
def test_the_shift_over_a_change_of_clocks_is_an_hour_off(day: date, hours: int) -> None:
    noon = datetime.combine(day, time(12), tzinfo=ZoneInfo("Europe/Berlin"))
    (shift,) = shifts(rota(), noon, noon + timedelta(minutes=1))
    assert shift.ends_at - shift.begins_at == timedelta(hours=hours)


@settings(max_examples=60)
@given(rotas, moments)
def test_the_one_on_duty_is_the_one_whose_shift_it_is(some: Rota, moment: datetime) -> None:
    (shift,) = shifts(some, moment, moment + timedelta(microseconds=1))
    assert shift.begins_at <= moment < shift.ends_at
    assert shift.person == on_duty(some, moment)


@settings(max_examples=60)
@given(rotas, moments)
def test_shifts_follow_each_other_without_a_gap(some: Rota, moment: datetime) -> None:
    listed = shifts(some, moment, moment + timedelta(days=15))
    for before, after in pairwise(listed):
        assert before.ends_at == after.begins_at
    zone = ZoneInfo(some.time_zone)
    for shift in listed:
        local = shift.begins_at.astimezone(zone)
        exists = local.replace(tzinfo=None).time() == some.handover
        assert exists or local.utcoffset() != (local - timedelta(days=1)).utcoffset()


def test_a_rota_without_members_is_refused() -> None:
    with pytest.raises(ValueError, match="no members"):
        rota(members=())


def test_an_unknown_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="Mars/Olympus"):
        rota(time_zone="Mars/Olympus")
    with pytest.raises(ValueError, match="no time zone"):
        Person(key="anna", name="Anna", address="anna@chirper.example", time_zone="../etc/passwd")


def test_a_handover_with_a_zone_of_its_own_is_refused() -> None:
    with pytest.raises(ValueError, match="local time"):
        rota(handover=time(8, tzinfo=UTC))


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        on_duty(rota(), datetime(2026, 1, 5, 8))  # noqa: DTZ001 - that is what is refused
