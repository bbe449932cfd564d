"""Spans of time, written like 1h30m."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator

from tipline.settings.values.quoting import shown

# What one of each unit counts, in seconds.
SECONDS_PER_UNIT: Final = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
# No span a person means is longer; times that far off cannot even be written down.
LONGEST_SPAN: Final = timedelta(days=3650)
_DURATION: Final = re.compile(r"(?:\d+[dhms] ?)+")


def parse_duration(value: object) -> timedelta:
    """Read "15m", "2h", "1h30m", "90s" or "1d"."""
    if isinstance(value, timedelta):
        return _no_longer_than_anybody_means(value)
    if not isinstance(value, str) or not _DURATION.fullmatch(value.strip()):
        raise ValueError(f'{shown(value)} is not a duration; write it like "90s", "15m" or "1h30m"')
    try:
        seconds = sum(
            int(count) * SECONDS_PER_UNIT[unit]
            for count, unit in re.findall(r"(\d+)([dhms])", value)
        )
        span = timedelta(seconds=seconds)
    except (OverflowError, ValueError) as error:
        raise ValueError(_too_long(value)) from error
    return _no_longer_than_anybody_means(span)


def _no_longer_than_anybody_means(span: timedelta) -> timedelta:
    if span > LONGEST_SPAN:
        raise ValueError(_too_long(show_duration(span)))
    return span


def _too_long(value: str) -> str:
    return f"{shown(value)} is too long a duration; the longest is {show_duration(LONGEST_SPAN)}"


def show_duration(span: timedelta) -> str:
    """Write a duration the way it is configured: 1h30m."""
    rest = int(span.total_seconds())
    words = []
    for unit, seconds in SECONDS_PER_UNIT.items():
        count, rest = divmod(rest, seconds)
        if count:
            words.append(f"{count}{unit}")
    return "".join(words) or "0s"


def check_positive(span: timedelta) -> timedelta:
    """Refuse no time at all."""
    if span <= timedelta(0):
        raise ValueError("must be longer than 0s")
    return span


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
Span = Annotated[timedelta, BeforeValidator(parse_duration), AfterValidator(check_positive)]
