from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.calendar import Calendar, CalendarUnreadable, read_calendar
from notifier.rota import Person

BERLIN = ZoneInfo("Europe/Berlin")
SPAN = (datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
START = "DTSTART:20261024T080000Z"
HOUR = (START, "DURATION:PT1H")
PEOPLE = {
    "anna": Person(
        key="anna",
        name="Anna Schmidt",
        address="anna@chirper.example",
        more_addresses=("anna@phone.example",),
    ),
    "ben": Person(key="ben", name="Bén Łukasz", address="ben@chirper.example"),
}


def event(summary: str = "anna", uid: str = "1", *lines: str) -> str:
    times = lines or ("DTSTART:20261024T080000Z", "DTEND:20261024T200000Z")
    return "\n".join(["BEGIN:VEVENT", f"UID:{uid}", *times, f"SUMMARY:{summary}", "END:VEVENT"])


def calendar(*events: str, head: str = "VERSION:2.0\nPRODID:-//duty//EN") -> bytes:
    text = "\n".join(["BEGIN:VCALENDAR", head, *events, "END:VCALENDAR", ""])
    return text.replace("\n", "\r\n").encode()


def read(*events: str, head: str = "VERSION:2.0\nPRODID:-//duty//EN") -> Calendar:
    return read_calendar(calendar(*events, head=head), PEOPLE, BERLIN, SPAN)


def spans(found: Calendar) -> list[tuple[str, str, str]]:
    return [
        (
            shift.person,
            shift.begins_at.astimezone(UTC).strftime("%d %H:%M"),
            shift.ends_at.astimezone(UTC).strftime("%d %H:%M"),
        )
        for shift in reversed(found.shifts)
    ]


@pytest.mark.parametrize(
    "lines",
    [
        ("SUMMARY:anna",),
        ("SUMMARY:ANNA SCHMIDT",),
        ("SUMMARY:anna@phone.example",),
        ("SUMMARY:On call: Anna Schmidt (nights)",),
        ("SUMMARY:Duty", "ATTENDEE;CN=Somebody:MAILTO:Anna@chirper.example"),
        ("SUMMARY:Duty", "ATTENDEE:mailto:x@y.example", "ATTENDEE:mailto:anna@phone.example"),
        # Of several who attend the one whom the summary names.
        (
            "SUMMARY:anna!",
            "ATTENDEE:mailto:ben@chirper.example",
            "ATTENDEE:mailto:anna@phone.example",
        ),
    ],
)
def test_an_event_names_its_person_by_summary_or_by_address(lines: tuple[str, ...]) -> None:
    summary, *attendees = lines
    times = ("DTSTART:20261024T080000Z", "DTEND:20261024T200000Z", *attendees)
    found = read(event(summary.removeprefix("SUMMARY:"), "1", *times))

    assert (spans(found), found.faults) == ([("anna", "24 08:00", "24 20:00")], ())


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            ("DTSTART;TZID=Europe/Berlin:20261024T080000",
             "DTEND;TZID=Europe/Berlin:20261025T080000"),
            [("anna", "24 06:00", "25 07:00")],
        ),
        # By the clocks of the rota, over the change: 25 hours.
        (("DTSTART;VALUE=DATE:20261025",), [("anna", "24 22:00", "25 23:00")]),
        (("DTSTART:20261025T023000", "DURATION:PT1H"), [("anna", "25 00:30", "25 02:30")]),
        (("DTSTART;TZID=W. Europe Standard Time:20261024T080000", "DURATION:PT1H"),
         [("anna", "24 06:00", "24 07:00")]),
        (
            (
                "DTSTART;TZID=Europe/Berlin:20261018T020000",
                "DTEND;TZID=Europe/Berlin:20261018T040000",
                "RRULE:FREQ=WEEKLY;COUNT=3",
                "EXDATE;TZID=Europe/Berlin:20261101T020000",
            ),
            [("anna", "18 00:00", "18 02:00"), ("anna", "25 00:00", "25 03:00")],
        ),
        (("DTSTART:20261024T080000Z", "DURATION:PT0S"), []),
        (("DTSTART:20261024T080000Z", "DURATION:PT1H", "STATUS:CANCELLED"), []),
        (("DTSTART:20270124T080000Z", "DURATION:PT1H"), []),
    ],
)  # fmt: skip
def test_times_are_what_the_clocks_show(
    lines: tuple[str, ...], expected: list[tuple[str, str, str]]
) -> None:
    found = read(event("anna", "1", *lines))

    assert (spans(found), found.faults) == (expected, ())


def test_times_without_a_zone_may_be_in_that_of_the_file() -> None:
    found = read(
        event("anna", "1", "DTSTART:20261024T080000", "DURATION:PT1H"),
        head="VERSION:2.0\nPRODID:-//duty//EN\nX-WR-TIMEZONE:America/New_York",
    )

    assert spans(found) == [("anna", "24 12:00", "24 13:00")]


# As Exchange describes zones: from 1601 on, and by names of its own.
BERLIN_RULES = """BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT"""
NEW_YORK_RULES = """BEGIN:STANDARD
DTSTART:16010101T020000
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=1SU;BYMONTH=11
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=2SU;BYMONTH=3
END:DAYLIGHT"""
IN_BERLIN = [("anna", "19 06:00", "19 18:00"), ("anna", "26 07:00", "26 19:00")]


def zone(name: str, rules: str) -> str:
    return f"BEGIN:VTIMEZONE\nTZID:{name}\n{rules}\nEND:VTIMEZONE"


def weekly(name: str) -> str:
    times = (f"DTSTART;TZID={name}:20261019T080000", f"DTEND;TZID={name}:20261019T200000")
    return event("anna", "1", *times, "RRULE:FREQ=WEEKLY;COUNT=2")


@pytest.mark.parametrize(
    ("described", "used"),
    [
        ("W. Europe Standard Time", "W. Europe Standard Time"),
        ("W. Europe Standard Time", '"W. Europe Standard Time"'),
        (None, "W. Europe Standard Time"),
        (
            "(UTC+01:00) Amsterdam\\, Berlin\\, Bern\\, Rome\\, Stockholm\\, Vienna",
            '"(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna"',
        ),
        ("tzone://Microsoft/Custom", '"tzone://Microsoft/Custom"'),
        ("/mozilla.org/20050126_1/Europe/Berlin", "/mozilla.org/20050126_1/Europe/Berlin"),
        (None, "/freeassociation.sourceforge.net/Europe/Berlin"),
    ],
)
@pytest.mark.filterwarnings("ignore:Timezone .* is a globally unique")
def test_zones_have_the_names_that_programs_give_them(described: str | None, used: str) -> None:
    zones = [zone(described, BERLIN_RULES)] if described else []
    found = read(*zones, weekly(used))
    assert (spans(found), found.faults) == (IN_BERLIN, ())


def test_a_zone_of_one_file_is_not_that_of_the_same_name_in_the_next() -> None:
    name = "Customized Time Zone"
    assert spans(read(zone(name, BERLIN_RULES), weekly(name))) == IN_BERLIN
    elsewhere = spans(read(zone(name, NEW_YORK_RULES), weekly(name)))
    assert elsewhere == [("anna", "19 12:00", "20 00:00"), ("anna", "26 12:00", "27 00:00")]


def test_a_zone_described_below_the_events_counts_as_well() -> None:
    assert spans(read(weekly("Duty"), zone("Duty", BERLIN_RULES))) == IN_BERLIN


def test_a_damaged_description_of_a_zone_costs_only_what_needs_it() -> None:
    damaged = zone("Europe/Berlin", "BEGIN:STANDARD\nDTSTART:19700101T000000\nEND:STANDARD")
    assert spans(read(damaged, weekly("Europe/Berlin"))) == IN_BERLIN
    lost = read(damaged.replace("Europe/Berlin", "Duty"), weekly("Duty"), event("ben", "2"))
    assert [shift.person for shift in lost.shifts] == ["ben"]
    assert "descriptions of its time zones cannot be used" in lost.faults[0]
    assert "no time zone is called 'Duty'" in lost.faults[1]


def test_the_zone_of_a_whole_file_may_be_called_as_in_windows() -> None:
    head = "VERSION:2.0\nPRODID:x\nX-WR-TIMEZONE:Eastern Standard Time"
    shift = event("anna", "1", "DTSTART:20261019T080000Z", "DTEND:20261019T200000Z")
    assert spans(read(shift.replace("0Z", "0"), head=head)) == [("anna", "19 12:00", "20 00:00")]


def test_one_day_of_a_series_may_be_somebody_elses() -> None:
    found = read(
        event("anna", "1", "DTSTART:20261024T080000Z", "DURATION:PT4H", "RRULE:FREQ=DAILY;COUNT=3"),
        event(
            "ben",
            "1",
            "RECURRENCE-ID:20261025T080000Z",
            "DTSTART:20261025T080000Z",
            "DURATION:PT4H",
        ),
    )

    assert [person for person, _, _ in spans(found)] == ["anna", "ben", "anna"]


@pytest.mark.parametrize(
    ("odd", "fault"),
    [
        (event("Clara", "9"), "event 'Clara': nobody in [people] is called that"),
        (
            event("Duty", "9", *HOUR, "ATTENDEE:mailto:c@x.example"),
            "is called that, and none of its attendees (c@x.example)",
        ),
        (event("Anna, Bén Łukasz", "9"), "it names more than one person: anna, ben"),
        (
            event("Duty", "9", *HOUR,
                  "ATTENDEE:mailto:anna@chirper.example", "ATTENDEE:mailto:ben@chirper.example"),
            "more than one person attends: anna, ben",
        ),
        (event("anna", "9", "DTSTART:tomorrow", "DURATION:PT1H"), "event 'anna': DTSTART: "),
        (event("anna", "9", "DTEND:20261024T080000Z"), "it has no DTSTART"),
        (event("anna", "9", "DTSTART;TZID=Mars/X:20261024T080000", "DURATION:PT1H"), "'Mars/X'"),
        (event("anna", "9", *HOUR, START), "DTSTART stands more than once"),
        (event("anna", "9", *HOUR, "DURATION:PT2H"), "its times cannot be used"),
        (event("anna", "9", START, "RRULE:FREQ=SOMETIMES"), "RRULE: "),
        (event("anna", "9", START, "RRULE:FREQ=SECONDLY"), "by the minute"),
        (event("anna", "9", START, "RRULE:FREQ=DAILY;INTERVAL=0"), "at least 1"),
        (event("anna", "9", START, "RRULE:FREQ=DAILY;BYMINUTE=1,2"), "by the minute"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named_and_the_rest_is_used(odd: str, fault: str) -> None:
    found = read(odd, event("ben", "2"))

    assert ("ben", "24 08:00", "24 20:00") in spans(found)
    assert len(found.faults) == 1
    assert fault in found.faults[0]
    assert found.faults[0].isprintable()


def test_of_two_that_overlap_the_later_one_wins_and_it_is_told() -> None:
    found = read(
        event("ben", "2", "DTSTART:20261024T100000Z", "DTEND:20261024T120000Z"), event("anna", "1")
    )

    assert [shift.person for shift in found.shifts] == ["ben", "anna"]
    assert found.faults == (
        "ben and anna are both on duty at 2026-10-24 10:00 UTC; ben, who begins later, is told",
    )


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "no iCalendar file"),
        (b"hello", "no iCalendar file"),
        (b"\xff\xfe\x00", "no iCalendar file"),
        (calendar(event())[:-40], "no iCalendar file"),
        (event().replace("\n", "\r\n").encode(), "does not begin with VCALENDAR"),
        (calendar(*(event("anna", str(uid)) for uid in range(5_001))), "more than 5000 events"),
        (
            calendar(
                *(
                    event("anna", str(number), "DTSTART:20261001T000000Z", "RRULE:FREQ=HOURLY",
                          "DURATION:PT1H")
                    for number in range(4)
                )
            ),
            "more than 5000 shifts",
        ),
    ],
    ids=["empty", "text", "octets", "cut short", "an event", "many events", "many shifts"],
)  # fmt: skip
def test_what_is_no_calendar_is_refused_as_a_whole(raw: bytes, message: str) -> None:
    with pytest.raises(CalendarUnreadable, match=message):
        read_calendar(raw, PEOPLE, BERLIN, SPAN)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_file_is_read_in_part_or_refused(data: st.DataObject) -> None:
    raw = bytearray(
        calendar(
            event("anna", "1", "DTSTART:20261024T080000Z", "DURATION:PT4H", "RRULE:FREQ=DAILY"),
            event("ben", "2"),
        )
    )
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(raw) - 1))
        raw[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    try:
        found = read_calendar(bytes(raw), PEOPLE, BERLIN, SPAN)
    except CalendarUnreadable:
        return
    for shift in found.shifts:
        assert shift.person in PEOPLE
        assert shift.ends_at - shift.begins_at > timedelta(0)
