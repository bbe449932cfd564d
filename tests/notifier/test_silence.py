from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from notifier.silence import Silence, usual
from tests.notifier.house import House

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def hour(moment: datetime) -> int:
    return int((moment - EPOCH) / HOUR)


def regular(weeks: int = 8, per_hour: int = 2, hours: range = range(24)) -> dict[int, int]:
    """So many reports in each of these hours of every day."""
    first = hour(NOW) - weeks * 168
    return {
        number: per_hour
        for number in range(first, hour(NOW))
        if (EPOCH + number * HOUR).hour in hours
    }


def test_what_is_usual_is_counted_by_the_hour_of_the_week() -> None:
    known = usual(regular(per_hour=2))
    assert known is not None
    assert known.between(NOW, NOW + 5 * HOUR) == pytest.approx(10)
    assert known.between(NOW + HOUR / 2, NOW + HOUR) == pytest.approx(1)


def test_a_quiet_night_is_no_silence() -> None:
    known = usual(regular(per_hour=4, hours=range(8, 20)))
    assert known is not None
    evening = NOW.replace(hour=20)
    assert known.between(evening, evening + 12 * HOUR) == 0
    assert known.between(evening, evening + 14 * HOUR) == pytest.approx(8)


def test_a_storm_does_not_make_the_rest_look_quiet() -> None:
    counts = regular(per_hour=2)
    before = usual(counts)
    counts[hour(NOW) - 168] = 5000
    after = usual(counts)
    assert before is not None
    assert after is not None
    assert after.between(NOW, NOW + 168 * HOUR) == pytest.approx(
        before.between(NOW, NOW + 168 * HOUR)
    )


@pytest.mark.parametrize(
    "counts", [{}, regular(weeks=1), {hour(NOW) - number: 1 for number in range(1, 400, 10)}]
)
def test_nothing_is_usual_before_there_is_enough_to_count(counts: dict[int, int]) -> None:
    assert usual(counts) is None


def test_no_more_is_counted_than_the_window_however_long_the_silence() -> None:
    known = usual(regular(per_hour=1))
    assert known is not None
    assert known.between(NOW, NOW + timedelta(days=4000)) == pytest.approx(8 * 168)


def test_a_silence_of_so_many_usual_reports_is_named_until_one_comes(house: House) -> None:
    for _ in range(20 * 24 // 6):
        house.report()
        house.clock.turn(hours=6)
    silence = Silence(10)
    looked = []
    for _ in range(5):
        with house.store.snapshot() as work:
            looked.append(silence.look(work, house.clock()))
        house.clock.turn(hours=20)
    assert looked[:3] == [[], [], []]
    assert looked[4] == looked[3]
    assert "the last one was received at 2026-12-11 21:00 UTC" in looked[3]
    house.report()
    with house.store.snapshot() as work:
        assert silence.look(work, house.clock()) == []


def test_a_new_installation_says_nothing(house: House) -> None:
    house.report()
    house.clock.turn(days=365)
    with house.store.snapshot() as work:
        assert Silence(10).look(work, house.clock()) == []
