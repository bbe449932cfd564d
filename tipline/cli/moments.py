"""Times as people write them in commands, and times as they are shown to them.

A time without a zone is meant by the clocks of the zone that the command names. One that those
clocks skip, or show twice, is refused: who writes it down should know which is meant.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from notifier.local_time import DAY, DAYS, show_moment, time_zone
from tipline.settings.values.durations import parse_duration
from tipline.settings.values.times import parse_weekday

__all__ = ["exact", "parse_moment", "show_moment"]

EXAMPLES: Final = '"2026-12-24 18:00", "fri 18:00", "tomorrow 18:00", "+2h" or "now"'
# Nobody plans beyond; far off, calendars end and arithmetic fails.
FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2200

_CLOCK: Final = re.compile(r"(\d{1,2})(?::(\d\d))?(?::00)? ?(am|pm)?", re.IGNORECASE)
_ISO_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_ZONE: Final = re.compile(r"(.+?) ([A-Za-z_]+/[A-Za-z0-9_+/-]+|UTC)")
_AFTER: Final = re.compile(r"(?:\+ ?|in )(.+)")


def parse_moment(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Read a time as a person writes it, in UTC; ValueError says what was wrong."""
    words = " ".join(text.split())
    if named := _ZONE.fullmatch(words):
        words, zone = named[1], time_zone(named[2])
    if words.lower() == "now":
        return now.astimezone(UTC)
    if after := _AFTER.fullmatch(words):
        return now.astimezone(UTC) + parse_duration(after[1].replace(" ", ""))
    moment = _iso(words) or _spoken(words.lower(), now.astimezone(zone))
    if moment is None:
        raise ValueError(f"{text!r} is not a time; write it like {EXAMPLES}")
    if not FIRST_YEAR < moment.year < LAST_YEAR:
        raise ValueError(f"{text!r} is too far away")
    return exact(moment, zone) if moment.tzinfo is None else moment.astimezone(UTC)


def exact(local: datetime, zone: ZoneInfo) -> datetime:
    """Give the one moment at which a zone's clocks show a time, in UTC.

    Raises ValueError where they never show it, or twice.
    """
    first, second = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    shown = f"{local:%Y-%m-%d %H:%M}"
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local:
        raise ValueError(
            f"there is no {shown} in {zone}: the clocks are put forward over it; "
            f"write {first.astimezone(UTC).astimezone(zone):%Y-%m-%d %H:%M}"
        )
    if first.utcoffset() != second.utcoffset():
        either = " or ".join(one.isoformat(timespec="minutes") for one in (first, second))
        raise ValueError(
            f"{shown} comes twice in {zone}, as the clocks are put back; write {either}"
        )
    return first.astimezone(UTC)


def _iso(words: str) -> datetime | None:
    try:
        return datetime.fromisoformat(words)
    except ValueError:
        return None


def _spoken(words: str, now: datetime) -> datetime | None:
    """Read "fri 18:00", "tomorrow 9:00", "2026-12-24 18" or "18:00"; None for anything else."""
    first, _, rest = words.partition(" ")
    at = _clock(rest.removeprefix("at ")) if rest else None
    if rest and at is None:
        return None
    today = now.date()
    if day := _day(first, today):
        return datetime.combine(day, at or time())
    if not rest and (at := _clock(first)):
        return _next(today, at, now, DAY)
    try:
        weekday = parse_weekday(first)
    except ValueError:
        return None
    ahead = (weekday - today.weekday()) % len(DAYS)
    return _next(today + timedelta(days=ahead), at or time(), now, len(DAYS) * DAY)


def _next(day: date, at: time, now: datetime, step: timedelta) -> datetime:
    """Give a time on a day, or that much later when it has passed."""
    local = datetime.combine(day, at)
    return local if local > now.replace(tzinfo=None) else local + step


def _day(word: str, today: date) -> date | None:
    ahead = {"today": 0, "tomorrow": 1}
    if word in ahead:
        return today + ahead[word] * DAY
    try:
        return date.fromisoformat(word) if _ISO_DAY.fullmatch(word) else None
    except ValueError:
        return None


def _clock(word: str) -> time | None:
    found = _CLOCK.fullmatch(word.strip())
    if not found or not (found[2] or found[3]):
        return None
    hour = int(found[1])
    if found[3]:
        if not 1 <= hour <= 12:  # noqa: PLR2004 - the hours on a dial
            return None
        hour = hour % 12 + (12 if found[3].lower() == "pm" else 0)
    try:
        return time(hour, int(found[2] or 0))
    except ValueError:
        return None
