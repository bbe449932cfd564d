from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.terms import months_later


@pytest.mark.parametrize(
    ("since", "months", "until"),
    [
        ("2026-11-22", 6, "2027-05-22"),
        ("2026-08-31", 6, "2027-02-28"),
        ("2027-08-31", 6, "2028-02-29"),
        ("2026-12-01", 1, "2027-01-01"),
        ("2026-12-31", 12, "2027-12-31"),
        ("2026-01-31", 120, "2036-01-31"),
    ],
)
def test_calendar_months_are_counted(since: str, months: int, until: str) -> None:
    moment = datetime.fromisoformat(f"{since}T12:00:00+00:00")
    assert months_later(moment, months) == datetime.fromisoformat(f"{until}T12:00:00+00:00")


@given(
    st.datetimes(max_value=datetime(2900, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - the zone is given beside
    st.integers(min_value=6, max_value=120),
)
def test_six_months_are_at_least_180_days(since: datetime, months: int) -> None:
    assert (months_later(since, months) - since).days >= months * 30
