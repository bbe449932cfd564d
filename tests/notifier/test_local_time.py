from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.local_time import Hours, instant, time_zone

BERLIN = ZoneInfo("Europe/Berlin")


def hours(*spans: tuple[time, time], **changes: Any) -> Hours:
    return Hours(spans=spans, **{"time_zone": "Europe/Berlin", **changes})


def berlin(*fields: int) -> datetime:
    return datetime(*fields, tzinfo=BERLIN)  # type: ignore[misc,arg-type]  # year to minute


DAYTIME = hours((time(8), time(12)), (time(13), time(20)), days=frozenset({0, 1, 2, 3, 4}))


@pytest.mark.parametrize(
    ("moment", "within"),
    [
        (berlin(2026, 11, 23, 7, 59), False),
        (berlin(2026, 11, 23, 8, 0), True),
        (berlin(2026, 11, 23, 12, 0), False),
        (berlin(2026, 11, 23, 13, 0), True),
        (berlin(2026, 11, 23, 20, 0), False),
        (berlin(2026, 11, 28, 9, 0), False),
    ],
)
def test_hours_begin_and_end_by_the_clocks_of_their_zone(moment: datetime, *, within: bool) -> None:
    assert DAYTIME.covers(moment) == within
    assert DAYTIME.covers(moment.astimezone(UTC)) == within


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        (berlin(2026, 11, 23, 9, 30), berlin(2026, 11, 23, 9, 30)),
        (berlin(2026, 11, 23, 12, 0), berlin(2026, 11, 23, 13, 0)),
        (berlin(2026, 11, 27, 20, 0), berlin(2026, 11, 30, 8, 0)),
        # Over both changes of the clocks.
        (berlin(2026, 10, 23, 20, 0), berlin(2026, 10, 26, 8, 0)),
        (berlin(2026, 3, 27, 20, 0), berlin(2026, 3, 30, 8, 0)),
    ],
)
def test_what_is_due_outside_waits_until_the_hours_begin(moment: datetime, opens: datetime) -> None:
    assert DAYTIME.next_within(moment) == opens


def test_the_hours_of_a_night_belong_to_the_day_they_begin_on() -> None:
    friday_nights = hours((time(22), time(6)), days=frozenset({4}))

    assert friday_nights.covers(berlin(2026, 11, 28, 5, 59))
    assert not friday_nights.covers(berlin(2026, 11, 27, 5, 59))


@pytest.mark.parametrize(
    ("spans", "lasts"),
    [
        (((time(1), time(4)),), {29: 2, 25: 4}),
        # The end is the first of two equal times, the begin of a missing one comes later.
        (((time(1), time(2, 30)),), {29: 1.5, 25: 1.5}),
        (((time(2, 30), time(4)),), {29: 0.5, 25: 2.5}),
        (((time(2, 30), time(3, 15)),), {29: 0, 25: 1.75}),
        (((time(0), time(0)),), {29: 23, 25: 25}),
    ],
)
def test_hours_over_a_change_of_the_clocks_are_longer_or_shorter(
    spans: tuple[tuple[time, time], ...], lasts: dict[int, float]
) -> None:
    for day, expected in lasts.items():
        month = 3 if day == 29 else 10
        noon = berlin(2026, month, day, 12)
        some = hours(*spans, days=frozenset({6}))
        found = some.between(noon - timedelta(days=1), noon + timedelta(days=1))
        assert sum((ends - begins).total_seconds() for begins, ends in found) == expected * 3600


@settings(max_examples=100)
@given(
    st.sampled_from(["Europe/Berlin", "Australia/Lord_Howe", "America/Santiago", "Asia/Kolkata"]),
    st.integers(1, 1439),
    st.integers(0, 1439),
    st.integers(0, 366 * 1440),
)
def test_what_begins_where_something_ends_leaves_no_gap(
    zone: str, length: int, begin: int, minute: int
) -> None:
    def clock(minutes: int) -> time:
        return time(minutes % 1440 // 60, minutes % 60)

    day = Hours(spans=((clock(begin), clock(begin + length)),), time_zone=zone)
    rest = Hours(spans=((clock(begin + length), clock(begin)),), time_zone=zone)
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    assert day.covers(moment) or rest.covers(moment)
    opens = day.next_within(moment)
    assert day.covers(opens)
    assert opens == moment or not day.covers(opens - timedelta(seconds=1))


def test_a_missing_time_comes_later_and_a_doubled_one_the_first_time() -> None:
    missing, doubled = map(datetime.fromisoformat, ("2026-03-29T02:30", "2026-10-25T02:30"))

    assert instant(missing, BERLIN) == berlin(2026, 3, 29, 3, 30)
    assert instant(doubled, BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_hours_that_are_all_there_are() -> None:
    assert hours((time(8), time(8))).are_all
    assert not DAYTIME.are_all


def test_hours_that_never_begin_are_told() -> None:
    with pytest.raises(ValueError, match="at least one span"):
        hours(days=frozenset())
    with pytest.raises(ValueError, match="at least one span"):
        hours((time(8), time(9)), days=frozenset({7}))


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="Mars"):
        time_zone("Mars/Olympus")
