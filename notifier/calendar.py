"""Reads an iCalendar file (RFC 5545) as the shifts of a rota.

Each event is a shift of the one person whom an ATTENDEE's address or the SUMMARY names. What of
a file cannot be used is named event by event, and the rest of it is used; only a file that is no
calendar at all is refused. Times without a zone, and whole days, are by the clocks of the rota.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from notifier.local_time import instant
from notifier.rota import CALENDAR, Person, Shift

if TYPE_CHECKING:
    # Imported where a file is read: they take long, and few installations have calendars.
    import icalendar

MOST_EVENTS: Final = 5_000
"""So many events of one file are looked at; a year of hourly shifts has as many."""
MOST_SHIFTS: Final = 5_000
SHOWN: Final = 60
"""How much of a summary a fault shows."""

_FINE: Final = frozenset({"MINUTELY", "SECONDLY"})
"""How often no shift repeats; counting them out would take for ever."""
_TIMES: Final = ("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID")
_WORD: Final = re.compile(r"\w+")
_ZONES: Final = re.compile(rb"(?ims)^BEGIN:VTIMEZONE\s.*?^END:VTIMEZONE[ \t]*(?:\r?\n|\Z)")
# What reads calendars keeps time zones in one place for all.
_ONE_AT_A_TIME: Final = threading.Lock()


class CalendarUnreadable(ValueError):  # noqa: N818 - named as an operator would say it
    """The file as a whole is no calendar."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Calendar:
    """What a file says about a span of time: shifts, those that win first, and what was wrong."""

    shifts: tuple[Shift, ...]
    faults: tuple[str, ...]


def read_calendar(
    raw: bytes, people: Mapping[str, Person], zone: ZoneInfo, span: tuple[datetime, datetime]
) -> Calendar:
    """Read the shifts that touch a span of time. Raises CalendarUnreadable."""
    with _ONE_AT_A_TIME:
        return _read(raw, _Reading(people=people, zone=zone, span=span))


def _read(raw: bytes, reading: _Reading) -> Calendar:
    calendar, faults = _parse(raw)
    shifts: list[Shift] = []
    for series in _series(calendar):
        try:
            shifts += _shifts(calendar, series, reading)
        except ValueError as error:
            faults.append(f"{_title(series[0])}: {error}")
        if len(shifts) > MOST_SHIFTS:
            raise CalendarUnreadable(f"it holds more than {MOST_SHIFTS} shifts")
    # Of two that overlap the one that begins later wins: it is the exception.
    shifts.sort(key=lambda shift: (shift.begins_at, shift.person), reverse=True)
    return Calendar(shifts=tuple(shifts), faults=(*faults, *_overlaps(shifts)))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Reading:
    people: Mapping[str, Person]
    zone: ZoneInfo
    span: tuple[datetime, datetime]


def _parse(raw: bytes) -> tuple[icalendar.Component, list[str]]:
    """Take a file apart, and tell what of it had to be left out."""
    faults = []
    try:
        calendar = _component(raw)
    except CalendarUnreadable as error:
        named = _ZONES.sub(b"", raw)
        if named == raw:
            raise
        # Most zones have names that need no description. Events of others are named as faults.
        calendar = _component(named)
        faults = [f"the descriptions of its time zones cannot be used ({error})"]
    if calendar.name != "VCALENDAR":
        raise CalendarUnreadable("it is no iCalendar file: it does not begin with VCALENDAR")
    return calendar, faults


def _component(raw: bytes) -> icalendar.Component:
    import icalendar  # noqa: PLC0415 - see above
    from icalendar.timezone import tzp  # noqa: PLC0415 - as above

    # It keeps the zones that files describe for good, by names that mean another in the next file.
    tzp.use_zoneinfo()
    try:
        return icalendar.Calendar.from_ical(raw)
    except Exception as error:
        # Its reader has many ways to fail over text that is none.
        raise CalendarUnreadable(_one_line(f"it is no iCalendar file: {error}")) from error


def _series(calendar: icalendar.Component) -> list[list[icalendar.Component]]:
    """Put together the events that belong together: one that repeats, and its exceptions."""
    found: dict[str, list[icalendar.Component]] = {}
    events = calendar.walk("VEVENT")
    if len(events) > MOST_EVENTS:
        raise CalendarUnreadable(f"it holds more than {MOST_EVENTS} events")
    for number, event in enumerate(events):
        found.setdefault(str(event.get("UID", f"without UID {number}")), []).append(event)
    return list(found.values())


def _shifts(
    calendar: icalendar.Component, series: list[icalendar.Component], reading: _Reading
) -> list[Shift]:
    import icalendar  # noqa: PLC0415 - see above
    import recurring_ical_events  # noqa: PLC0415 - as above
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON  # noqa: PLC0415 - as above

    for event in series:
        _require_usable(event)
    own = icalendar.Calendar()
    for name in ("PRODID", "VERSION"):
        if name in calendar:
            own[name] = calendar[name]
    if zone := calendar.get("X-WR-TIMEZONE"):
        # Outlook calls zones by the names they have in Windows.
        own["X-WR-TIMEZONE"] = WINDOWS_TO_OLSON.get(str(zone), str(zone))
    for component in (*calendar.walk("VTIMEZONE"), *series):
        own.add_component(component)
    since, until = reading.span
    try:
        occurrences = recurring_ical_events.of(own).between(since, until)
    except Exception as error:
        raise ValueError(_one_line(f"its times cannot be used: {error}")) from error
    return [
        shift
        for event in occurrences
        if isinstance(event, icalendar.Event)
        for shift in _shift(event, reading)
    ]


def _require_usable(event: icalendar.Component) -> None:
    for name, error in event.errors:
        if name in _TIMES:
            raise ValueError(_one_line(f"{name}: {error}"))
    if "DTSTART" not in event:
        raise ValueError("it has no DTSTART, so nobody knows when it begins")
    for name in ("DTSTART", "DTEND"):
        stamp = event.get(name)
        if isinstance(stamp, list):
            raise ValueError(f"{name} stands more than once in it")  # noqa: TRY004 - of the file
        zone = stamp.params.get("TZID") if stamp is not None else None
        if zone and isinstance(stamp.dt, datetime) and stamp.dt.tzinfo is None:
            raise ValueError(_one_line(f"no time zone is called {zone!r}"))
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        if _FINE.intersection(rule.get("FREQ", [])) or "BYMINUTE" in rule or "BYSECOND" in rule:
            raise ValueError("it repeats by the minute, which no shift does")
        # Counting these out would never come to an end.
        if any(int(interval) < 1 for interval in rule.get("INTERVAL", [])):
            raise ValueError("it repeats after nothing: INTERVAL has to be at least 1")


def _shift(event: icalendar.Event, reading: _Reading) -> Iterator[Shift]:
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return
    begins_at, ends_at = _moment(event.start, reading.zone), _moment(event.end, reading.zone)
    if begins_at < ends_at:
        person = _person(event, reading.people)
        yield Shift(person=person, begins_at=begins_at, ends_at=ends_at, source=CALENDAR)


def _moment(value: date, zone: ZoneInfo) -> datetime:
    if not isinstance(value, datetime):
        return instant(datetime.combine(value, time()), zone)
    return instant(value, zone) if value.tzinfo is None else value.astimezone(UTC)


def _person(event: icalendar.Component, people: Mapping[str, Person]) -> str:
    """Find whom an event puts on duty; ValueError for nobody, and for more than one."""
    summary = _folded(str(event.get("SUMMARY", "")))
    named = [key for key, person in people.items() if summary in _names(person)]
    attending = [key for key, one in people.items() if _addresses(event).intersection(_mails(one))]
    # An address is surer than a name within a sentence, a whole summary surer than both.
    spoken = [key for key, person in people.items() if _is_spoken_of(person, summary)]
    for found in (named, attending, spoken):
        if len(found) == 1:
            return found[0]
        if both := [key for key in found if key in spoken]:
            if len(both) == 1:
                return both[0]
            raise ValueError(f"it names more than one person: {', '.join(both)}")
        if found:
            raise ValueError(f"more than one person attends: {', '.join(found)}")
    attendees = ", ".join(sorted(_addresses(event)))
    also = f", and none of its attendees ({attendees})" if attendees else ""
    raise ValueError(_one_line(f"nobody in [people] is called that{also}"))


def _names(person: Person) -> set[str]:
    return {_folded(person.key), _folded(person.name), *_mails(person)}


def _mails(person: Person) -> set[str]:
    return {address.lower() for address in person.addresses}


def _is_spoken_of(person: Person, summary: str) -> bool:
    """Tell whether a summary such as "On call: Anna" names a person, in whole words."""
    words = _WORD.findall(summary)
    for name in (person.key, person.name):
        sought = _WORD.findall(_folded(name))
        places = range(len(words) - len(sought) + 1)
        if sought and any(words[at : at + len(sought)] == sought for at in places):
            return True
    return False


def _addresses(event: icalendar.Component) -> set[str]:
    attendees: Any = event.get("ATTENDEE", [])
    listed = attendees if isinstance(attendees, list) else [attendees]
    return {str(one).strip().lower().removeprefix("mailto:") for one in listed}


def _overlaps(shifts: list[Shift]) -> Iterator[str]:
    """Name the shifts that two persons would have at a time; they are given latest first."""
    for later, earlier in pairwise(shifts):
        if earlier.ends_at > later.begins_at and earlier.person != later.person:
            yield (
                f"{later.person} and {earlier.person} are both on duty at "
                f"{later.begins_at:%Y-%m-%d %H:%M} UTC; {later.person}, who begins later, is told"
            )


def _title(event: icalendar.Component) -> str:
    summary = _one_line(str(event.get("SUMMARY", "")))
    return f"event {summary[:SHOWN]!r}" if summary else "an event without a summary"


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
