"""How single values are written in the configuration: durations, sizes, lists, addresses.

Each parser raises ValueError with a sentence that says how the value should have looked.
"""

from __future__ import annotations

import json
import re
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field

from notifier.layer import DAILY, LONGEST_TURN, SHORTEST_TURN, WEEKLY
from notifier.local_time import DAYS, EVERY_DAY
from store.model import Disposition
from store.terms import REOPEN_MONTHS

# What one of each unit counts, in seconds.
SECONDS_PER_UNIT: Final = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
# What one of each unit counts, in octets. Mail limits are given in powers of ten.
OCTETS_PER_UNIT: Final = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9}

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

# No span a person means is longer; times that far off cannot even be written down.
LONGEST_SPAN: Final = timedelta(days=3650)
# Months in which a decision can be looked at again.
LONGEST_REOPENING: Final = 120

_DURATION: Final = re.compile(r"(?:\d+[dhms] ?)+")
_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?) ?([KMG]?B)", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"[^\s@<>,;:\"\\()\[\]]+@[^\s@<>,;:\"\\()\[\]]+")
_DOMAIN: Final = re.compile(r"[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)*")
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]*")
_AGE_RECIPIENT: Final = re.compile(r"age1[02-9ac-hj-np-z]{58}")
# ISO 639: two letters, or three where there are none; a region may follow (RFC 5646).
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*")
_TARGET: Final = re.compile(r"(person|rota|address|channel):(.+)")
_HOURS: Final = re.compile(r"(\d\d:\d\d) ?(?:-|\u2013) ?(\d\d:\d\d)")
_WEEKDAY: Final = re.compile(r"(mon|tue|wed|thu|fri|sat|sun)[a-z]*")


def parse_duration(value: object) -> timedelta:
    """Read "15m", "2h", "1h30m", "90s" or "1d"."""
    if isinstance(value, timedelta):
        return _no_longer_than_anybody_means(value)
    if not isinstance(value, str) or not _DURATION.fullmatch(value.strip()):
        raise ValueError(
            f'{_shown(value)} is not a duration; write it like "90s", "15m" or "1h30m"'
        )
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
    return f"{_shown(value)} is too long a duration; the longest is {show_duration(LONGEST_SPAN)}"


def show_duration(span: timedelta) -> str:
    """Write a duration the way it is configured: 1h30m."""
    rest = int(span.total_seconds())
    words = []
    for unit, seconds in SECONDS_PER_UNIT.items():
        count, rest = divmod(rest, seconds)
        if count:
            words.append(f"{count}{unit}")
    return "".join(words) or "0s"


def parse_size(value: object) -> int:
    """Read "35 MB", "512 KB" or a bare number of octets."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = value.strip() if isinstance(value, str) else ""
    found = _SIZE.fullmatch(f"{text} B" if text.isdecimal() else text)
    if not found:
        raise ValueError(f'{_shown(value)} is not a size; write it like "35 MB"')
    try:
        return int(float(found[1]) * OCTETS_PER_UNIT[found[2].upper()])
    except OverflowError as error:
        raise ValueError(f"{_shown(value)} is too large a size") from error


def show_size(octets: int) -> str:
    """Write a size the way it is configured: 35 MB."""
    for unit, count in reversed(OCTETS_PER_UNIT.items()):
        if octets and octets % count == 0:
            return f"{octets // count} {unit}"
    return f"{octets} B"


def parse_list(value: object) -> object:
    """Let one word, or words separated by commas, stand for a list (as the environment has it)."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        return parse_json(value)
    return [word.strip() for word in value.split(",") if word.strip()]


def parse_json(value: object) -> object:
    """Read JSON where the environment has to carry more than one word."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise ValueError(f"is not JSON: {error}") from error


def parse_time_of_day(value: object) -> object:
    """Read "09:00"."""
    if isinstance(value, time):
        return value
    try:
        moment = time.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is not None:
        raise ValueError(f'{_shown(value)} is not a time of day; write it like "09:00"')
    return moment


def parse_date(value: object) -> object:
    """Read "2026-01-05", as text or as a date of TOML's own."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError as error:
        raise ValueError(f'{_shown(value)} is not a date; write it like "2026-01-05"') from error


def parse_turn(value: object) -> timedelta:
    """Read "daily", "weekly" or a duration."""
    if isinstance(value, str) and value.strip() in _TURNS:
        return _TURNS[value.strip()]
    try:
        return parse_duration(value)
    except ValueError as error:
        raise ValueError(
            f'{_shown(value)} is not a turn; write "daily", "weekly" or "12h"'
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
            f'{_shown(value)} are not hours of the day; write them like "08:00-20:00"'
        ) from error


def parse_weekday(value: object) -> int:
    """Read "mon" or "monday" as a number; Monday is 0."""
    found = _WEEKDAY.fullmatch(value.strip().lower()) if isinstance(value, str) else None
    if isinstance(value, int) and value in EVERY_DAY:
        return value
    if not found or found[0] not in {found[1], _WHOLE_DAYS[found[1]]}:
        raise ValueError(f'{_shown(value)} is not a day of the week; write it like "mon"')
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


def check_positive(span: timedelta) -> timedelta:
    """Refuse no time at all."""
    if span <= timedelta(0):
        raise ValueError("must be longer than 0s")
    return span


def check_turn(turn: timedelta) -> timedelta:
    """Refuse a turn nobody could take."""
    if not SHORTEST_TURN <= turn <= LONGEST_TURN:
        raise ValueError(
            f"must be between {show_duration(SHORTEST_TURN)} and {show_duration(LONGEST_TURN)}"
        )
    return turn


def check_at_least(least: int, octets: int) -> int:
    """Refuse a size below ``least``."""
    if octets < least:
        raise ValueError(f"must be at least {show_size(least)}")
    return octets


def check_address(address: str) -> str:
    """Refuse what could not stand as a bare address in a header."""
    if not _ADDRESS.fullmatch(address):
        raise ValueError(f'{_shown(address)} is not a mail address; write it like "cp@example.org"')
    return address


def check_domain(domain: str) -> str:
    """Refuse what cannot be the name of a host."""
    if not _DOMAIN.fullmatch(domain):
        raise ValueError(f'{_shown(domain)} is not a domain; write it like "example.org"')
    return domain.lower()


def check_name(name: str) -> str:
    """Refuse a name that environment variables and commands could not spell."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{_shown(name)} is not a name; use a-z, 0-9, - and _")
    return name


def check_zone(name: str) -> str:
    """Refuse a time zone this machine does not know."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(
            f'{_shown(name)} is not a time zone; write it like "Europe/Dublin" or "UTC"'
        ) from error
    return name


def check_recipient(key: str) -> str:
    """Refuse anything but a public age key, its check characters included."""
    # Imported only now: a configuration without further keys need not wait for it.
    from store.errors import SealError  # noqa: PLC0415
    from store.keys import parse_recipient  # noqa: PLC0415

    if not _AGE_RECIPIENT.fullmatch(key):
        raise ValueError('is not a public age key; it begins with "age1" and has 62 characters')
    try:
        parse_recipient(key)
    except SealError as error:
        raise ValueError(
            f"{_shown(key)} is not a public age key; compare it letter by letter"
        ) from error
    return key


def check_language(code: str) -> str:
    """Refuse what is not the code of a language."""
    if not _LANGUAGE.fullmatch(code):
        raise ValueError(f'{_shown(code)} is not a language; write its code, like "en" or "pt-br"')
    return code


def check_target(target: str) -> str:
    """Refuse a target that is not person:NAME, rota:NAME, address:ADDRESS or channel:NAME."""
    found = _TARGET.fullmatch(target)
    if not found:
        raise ValueError(
            f'{_shown(target)} is nobody; write "person:NAME", "rota:NAME", "address:ADDRESS" or '
            '"channel:NAME"'
        )
    if found[1] == "address":
        check_address(found[2])
    return target


def check_no_url(path: Path) -> Path:
    """Refuse a URL where the file is meant that holds it: it would be shown."""
    # The path of a URL that was written here has one slash less.
    if ":/" in str(path):
        raise ValueError("must be the path of a file; the URL itself stands in that file")
    return path


def check_expression(expression: str) -> str:
    """Refuse what is not a regular expression."""
    try:
        re.compile(expression)
    except re.error as error:
        raise ValueError(f"is not a regular expression: {error}") from error
    return expression


def check_one_line(text: str) -> str:
    """Refuse text that would break a header."""
    if not text.strip() or not text.isprintable():
        raise ValueError("must be one line of text")
    return text


def _shown(value: object) -> str:
    """Quote a wrong value, cut short."""
    text = str(value)
    return f'"{text[:37]}..."' if len(text) > 40 else f'"{text}"'  # noqa: PLR2004 - one line's worth


def parse_disposition(value: object) -> Disposition:
    """Read how a case may end."""
    try:
        return Disposition(str(value))
    except ValueError as error:
        known = ", ".join(Disposition)
        raise ValueError(f"{_shown(value)} is no disposition; they are {known}") from error


def check_reopening_months(months: int) -> int:
    """Refuse a time that is shorter than the law of the European Union allows."""
    if not REOPEN_MONTHS <= months <= LONGEST_REOPENING:
        raise ValueError(
            f"{months} is not between {REOPEN_MONTHS} and {LONGEST_REOPENING}: a reporter may have "
            f"a decision looked at again for at least {REOPEN_MONTHS} months (EU Digital Services "
            "Act, Article 20)"
        )
    return months


Address = Annotated[str, AfterValidator(check_address)]
Domain = Annotated[str, AfterValidator(check_domain)]
Name = Annotated[str, AfterValidator(check_name)]
Line = Annotated[str, AfterValidator(check_one_line)]
Zone = Annotated[str, AfterValidator(check_zone)]
Expression = Annotated[str, AfterValidator(check_expression)]
Recipient = Annotated[str, AfterValidator(check_recipient)]
Language = Annotated[str, AfterValidator(check_language)]
TargetName = Annotated[str, AfterValidator(check_target)]
TimeOfDay = Annotated[time, BeforeValidator(parse_time_of_day)]
Day = Annotated[date, BeforeValidator(parse_date)]
Size = Annotated[int, BeforeValidator(parse_size)]
# A mail of less than 64 KB is no mail with a picture; a reader of less than 200 MB ends early.
MailSize = Annotated[Size, AfterValidator(partial(check_at_least, 64_000))]
MemorySize = Annotated[Size, AfterValidator(partial(check_at_least, 200_000_000))]
Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
Span = Annotated[timedelta, BeforeValidator(parse_duration), AfterValidator(check_positive)]
Turn = Annotated[timedelta, BeforeValidator(parse_turn), AfterValidator(check_turn)]
HoursOfDay = Annotated[tuple[time, time], BeforeValidator(parse_hours)]
ManyHours = Annotated[tuple[HoursOfDay, ...], BeforeValidator(parse_list)]
Weekday = Annotated[int, BeforeValidator(parse_weekday)]
Weekdays = Annotated[tuple[int, ...], BeforeValidator(parse_days)]
Months = Annotated[int, AfterValidator(check_reopening_months)]
Count = Annotated[int, Field(ge=1)]
Words = Annotated[tuple[Line, ...], BeforeValidator(parse_list)]
DispositionName = Annotated[Disposition, BeforeValidator(parse_disposition)]
Dispositions = Annotated[tuple[DispositionName, ...], BeforeValidator(parse_list)]
Domains = Annotated[tuple[Domain, ...], BeforeValidator(parse_list)]
Addresses = Annotated[tuple[Address, ...], BeforeValidator(parse_list)]
Names = Annotated[tuple[Name, ...], BeforeValidator(parse_list)]
Languages = Annotated[tuple[Language, ...], BeforeValidator(parse_list)]
Recipients = Annotated[tuple[Recipient, ...], BeforeValidator(parse_list)]
Targets = Annotated[tuple[TargetName, ...], BeforeValidator(parse_list)]
UrlFile = Annotated[Path, AfterValidator(check_no_url)]
