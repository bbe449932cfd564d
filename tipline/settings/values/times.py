"""Times of day, days, turns and time zones: what rotas and their like are made of."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator

from notifier.layer import DAILY, LONGEST_TURN, SHORTEST_TURN, WEEKLY
from notifier.local_time import DAYS, EVERY_DAY
from tipline.settings.values.durations import parse_duration, show_duration
from tipline.settings.values.lists import parse_list
from tipline.settings.values.quoting import shown

# What a turn that has a name lasts.
_TURNS: Final = {"daily": DAILY, "weekly": WEEKLY}
_WHOLE_DAYS: Final = {
    "mon": "monday",
    "tue": "tuesday",
    "wed": "wednesday",
    "thu": "thursday",
    "fri": "friday",
    "sat": "saturday",
    "sun": "sunday",
}
_HOURS: Final = re.compile(r"(\d\d:\d\d) ?(?:-|\u2013) ?(\d\d:\d\d)")
_WEEKDAY: Final = re.compile(r"(mon|tue|wed|thu|fri|sat|sun)[a-z]*")


def parse_time_of_day(value: object) -> object:
    """Read "09:00"."""
    if isinstance(value, time):
        return value
    try:
        moment = time.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is not None:
        raise ValueError(f'{shown(value)} is not a time of day; write it like "09:00"')
    return moment


def parse_date(value: object) -> object:
    """Read "2026-01-05", as text or as a date of TOML's own."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError as error:
        raise ValueError(f'{shown(value)} is not a date; write it like "2026-01-05"') from error


def parse_turn(value: object) -> timedelta:
    """Read "daily", "weekly" or a duration."""
    if isinstance(value, str) and value.strip() in _TURNS:
        return _TURNS[value.strip()]
    try:
        return parse_duration(value)
    except ValueError as error:
        raise ValueError(
            f'{shown(value)} is not a turn; write "daily", "weekly" or "12h"'
        ) from error


def parse_hours(value: object) -> object:
    """Read "08:00-20:00" as two times of day; 24:00 is the midnight after."""
    if not isinstance(value, str):
        return value
    found = _HOURS.fullmatch(value.strip())
    try:
        begins, ends = (found[1], found[2].replace("24:00", "00:00")) if found else ("", "")
        return time.fromisoformat(begins), time.fromisoformat(ends)
    except ValueError as error:
        raise ValueError(
            f'{shown(value)} are not hours of the day; write them like "08:00-20:00"'
        ) from error


def parse_weekday(value: object) -> int:
    """Read "mon" or "monday" as a number; Monday is 0."""
    found = _WEEKDAY.fullmatch(value.strip().lower()) if isinstance(value, str) else None
    if isinstance(value, int) and value in EVERY_DAY:
        return value
    if not found or found[0] not in {found[1], _WHOLE_DAYS[found[1]]}:
        raise ValueError(f'{shown(value)} is not a day of the week; write it like "mon"')
    return DAYS.index(found[1])


def parse_days(value: object) -> object:
    """Read "mon-fri", "sat,sun" or a list of such as numbers of days, each once and in order."""
    value = parse_list(value)
    if not isinstance(value, list | tuple):
        return value
    days: set[int] = set()
    for item in value:
        first, dash, last = item.partition("-") if isinstance(item, str) else (item, "", "")
        begin = parse_weekday(first)
        end = parse_weekday(last) if dash else begin
        # From Friday to Monday runs over the end of the week.
        days.update((begin + step) % len(DAYS) for step in range((end - begin) % len(DAYS) + 1))
    return tuple(sorted(days))


def check_turn(turn: timedelta) -> timedelta:
    """Refuse a turn nobody could take."""
    if not SHORTEST_TURN <= turn <= LONGEST_TURN:
        raise ValueError(
            f"must be between {show_duration(SHORTEST_TURN)} and {show_duration(LONGEST_TURN)}"
        )
    return turn


def check_zone(name: str) -> str:
    """Refuse a time zone this machine does not know."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(
            f'{shown(name)} is not a time zone; write it like "Europe/Dublin" or "UTC"'
        ) from error
    return name


Zone = Annotated[str, AfterValidator(check_zone)]
TimeOfDay = Annotated[time, BeforeValidator(parse_time_of_day)]
Day = Annotated[date, BeforeValidator(parse_date)]
Turn = Annotated[timedelta, BeforeValidator(parse_turn), AfterValidator(check_turn)]
HoursOfDay = Annotated[tuple[time, time], BeforeValidator(parse_hours)]
ManyHours = Annotated[tuple[HoursOfDay, ...], BeforeValidator(parse_list)]
Weekday = Annotated[int, BeforeValidator(parse_weekday)]
Weekdays = Annotated[tuple[int, ...], BeforeValidator(parse_days)]
