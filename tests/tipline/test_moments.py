from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tipline.cli.moments import parse_moment, show_moment

BERLIN = ZoneInfo("Europe/Berlin")
# A Monday.
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=BERLIN)


def parse(text: str) -> datetime:
    return parse_moment(text, NOW, BERLIN)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("now", "Mon 2026-11-23 09:30 CET"),
        ("+2h", "Mon 2026-11-23 11:30 CET"),
        ("in 1h 30m", "Mon 2026-11-23 11:00 CET"),
        ("2026-12-24T22:00+01:00", "Thu 2026-12-24 22:00 CET"),
        ("2026-12-24T22:00Z", "Thu 2026-12-24 23:00 CET"),
        ("2026-12-24 22:00", "Thu 2026-12-24 22:00 CET"),
        ("  2026-12-24   22:00:30 ", "Thu 2026-12-24 22:00:30 CET"),
        ("2026-12-24", "Thu 2026-12-24 00:00 CET"),
        ("2026-12-24 6pm", "Thu 2026-12-24 18:00 CET"),
        ("2026-07-01 22:00 America/New_York", "Thu 2026-07-02 04:00 CEST"),
        ("2026-12-24 22:00 UTC", "Thu 2026-12-24 23:00 CET"),
        ("fri 18:00", "Fri 2026-11-27 18:00 CET"),
        ("Monday 9:00", "Mon 2026-11-30 09:00 CET"),
        ("monday 10:00", "Mon 2026-11-23 10:00 CET"),
        ("18:00", "Mon 2026-11-23 18:00 CET"),
        ("9:00", "Tue 2026-11-24 09:00 CET"),
        ("12am", "Tue 2026-11-24 00:00 CET"),
        ("tomorrow at 6:30 pm", "Tue 2026-11-24 18:30 CET"),
        ("today 8:00", "Mon 2026-11-23 08:00 CET"),
        # An offset tells which of two equal times is meant.
        ("2026-10-25T02:30+02:00", "Sun 2026-10-25 02:30 CEST"),
        ("2026-10-25T02:30+01:00", "Sun 2026-10-25 02:30 CET"),
    ],
)
def test_a_time_is_read_as_it_is_meant(text: str, shown: str) -> None:
    assert show_moment(parse(text), BERLIN) == shown


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("soon", "is not a time; write it like"),
        ("10", "is not a time"),
        ("25:00", "is not a time"),
        ("13pm", "is not a time"),
        ("fri at noon", "is not a time"),
        ("2026-13-01", "is not a time"),
        ("", "is not a time"),
        ("+soon", "is not a duration"),
        ("9999-12-31 00:00", "is too far away"),
        ("2026-12-24 22:00 Mars/Olympus", "no time zone is called 'Mars/Olympus'"),
        ("2026-03-29 02:30", "there is no 2026-03-29 02:30 .* write 2026-03-29 03:30"),
        (
            "2026-10-25 02:30",
            r"comes twice .* write 2026-10-25T02:30\+02:00 or 2026-10-25T02:30\+01:00",
        ),
    ],
)
def test_what_is_no_one_time_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse(text)


@given(st.text(max_size=30))
def test_any_text_is_a_time_or_told_to_be_none(text: str) -> None:
    try:
        moment = parse(text)
    except ValueError:
        return
    assert moment.tzinfo is UTC


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001 - a local time
def test_an_accepted_time_is_what_the_clocks_show(local: datetime) -> None:
    local = local.replace(second=0, microsecond=0)
    try:
        moment = parse(f"{local:%Y-%m-%d %H:%M}")
    except ValueError:
        return
    assert moment.astimezone(BERLIN).replace(tzinfo=None) == local
