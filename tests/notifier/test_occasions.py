from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.occasions import DIGEST_LATE, Due, judge, latest
from tests.notifier.house import START

BERLIN = ZoneInfo("Europe/Berlin")
EIGHT = time(8, 0)


def utc(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "now", "moment"),
    [
        (EIGHT, utc(11, 22, 7), utc(11, 22, 7)),
        (EIGHT, utc(11, 22, 6, 59), utc(11, 21, 7)),
        # The clocks are put forward on 29 March and back on 25 October.
        (EIGHT, utc(3, 29, 7), utc(3, 29, 6)),
        (EIGHT, utc(3, 28, 23), utc(3, 28, 7)),
        (EIGHT, utc(10, 25, 7), utc(10, 25, 7)),
        (time(2, 30), utc(3, 29, 2), utc(3, 29, 1, 30)),
        (time(2, 30), utc(10, 25, 5), utc(10, 25, 0, 30)),
    ],
)
def test_a_local_time_is_one_moment_a_day_over_changes_of_the_clocks(
    at: time, now: datetime, moment: datetime
) -> None:
    assert latest(at, BERLIN, now) == moment


@given(
    at=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    zone=st.sampled_from(["Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "UTC"]),
    start=st.dates(date(2024, 1, 1), date(2027, 12, 1)),
)
def test_whoever_looks_each_quarter_of_an_hour_finds_each_day_once(
    at: time, zone: str, start: date
) -> None:
    begin = datetime.combine(start, time(12), tzinfo=ZoneInfo(zone)).astimezone(UTC)
    last = begin
    days = []
    for step in range(4 * 24 * 5):
        now = begin + timedelta(minutes=15 * step)
        moment = latest(at, ZoneInfo(zone), now)
        if judge(moment, last, now, DIGEST_LATE) is Due.NOW:
            days.append(moment.astimezone(ZoneInfo(zone)).date())
            last = now
    moments = {
        day: datetime.combine(day, at, tzinfo=ZoneInfo(zone)).astimezone(UTC)
        for day in (start + timedelta(days=number) for number in range(7))
    }
    # Five days from noon, and an hour less or more of them where the clocks are changed.
    assert days == [day for day, moment in moments.items() if begin < moment <= now]


@pytest.mark.parametrize(
    ("last", "minutes_ago", "due"),
    [
        pytest.param(None, 1, Due.MISSED, id="never before"),
        pytest.param(-1440, 1, Due.NOW, id="yesterday's was done"),
        pytest.param(0, 1, Due.NOT_YET, id="done"),
        pytest.param(300, 1, Due.NOT_YET, id="done before the clock was set back"),
        pytest.param(3000, 1, Due.MISSED, id="done while the clock was days ahead"),
        pytest.param(-4320, 500, Due.MISSED, id="nothing ran that morning"),
    ],
)
def test_an_occasion_is_done_once_and_not_much_later(
    last: int | None, minutes_ago: int, due: Due
) -> None:
    before = START + timedelta(minutes=last) if last is not None else None
    moment = START - timedelta(minutes=minutes_ago)
    assert judge(moment, before, START, DIGEST_LATE) is due
