from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from notifier.auditor import Auditor
from notifier.calendars import Calendars, read_file
from notifier.directory import Directory
from notifier.duty import present
from store.model import OutboxKind
from tests.notifier.house import House, directory

# House's clock starts at 03:00 UTC on this day; without the file it is ben's turn.
EVENT = """\
BEGIN:VEVENT
UID:{person}
DTSTART:20261122T{begins}0000Z
DTEND:20261122T{ends}0000Z
SUMMARY:{person}
END:VEVENT
"""


def write(path: Path, *shifts: tuple[str, str, str]) -> None:
    events = "".join(EVENT.format(person=who, begins=one, ends=two) for who, one, two in shifts)
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//duty//EN\n{events}END:VCALENDAR\n"
    path.write_bytes(text.replace("\n", "\r\n").encode())


def with_file(path: Path) -> Directory:
    everybody = directory()
    rotas = {"night": replace(everybody.rotas["night"], calendar=str(path))}
    return replace(everybody, rotas=rotas)


class Duty:
    """A house whose rota has a calendar."""

    def __init__(self, house: House, path: Path) -> None:
        self.house = house
        self.path = path
        self.directory = with_file(path)
        self.start()

    def start(self) -> None:
        """Start anew: what was only in memory is lost."""
        self.calendars = Calendars(
            store=self.house.store, directory=self.directory, clock=self.house.clock
        )

    def on_duty(self) -> str | None:
        with self.house.store.snapshot() as work:
            person = present(work, self.directory, self.house.clock()).on_duty(
                "night", self.house.clock()
            )
        return person.key if person else None


@pytest.fixture
def duty(house: House, tmp_path: Path) -> Duty:
    return Duty(house, tmp_path / "duty.ics")


def test_the_shifts_of_the_file_win_over_the_layers(duty: Duty) -> None:
    write(duty.path, ("anna", "02", "05"))
    assert duty.calendars.step() == 1
    assert duty.on_duty() == "anna"
    assert duty.calendars.faults() == []
    duty.house.clock.turn(hours=2)
    assert duty.on_duty() == "ben"


def test_a_file_is_read_again_when_it_has_changed(duty: Duty) -> None:
    write(duty.path, ("anna", "02", "05"))
    duty.calendars.step()
    assert duty.calendars.step() == 0
    write(duty.path, ("cleo", "02", "05"))
    os.utime(duty.path, ns=(1, 1))
    assert duty.calendars.step() == 1
    assert duty.on_duty() == "cleo"


def test_a_file_is_read_again_after_a_day_as_series_reach_further(duty: Duty) -> None:
    write(duty.path)
    duty.calendars.step()
    duty.house.clock.turn(hours=24)
    assert duty.calendars.step() == 1


def damage(path: Path, how: str) -> None:
    match how:
        case "gone":
            path.unlink()
        case "no calendar":
            path.write_text("hello")
        case "a folder":
            path.unlink()
            path.mkdir()
        case "a pipe":
            path.unlink()
            os.mkfifo(path)
        case _:
            path.write_bytes(b" " * 5_000_001)


@pytest.mark.parametrize(
    ("how", "fault"),
    [
        ("gone", "there is no such file"),
        ("no calendar", "it is no iCalendar file"),
        ("a folder", "it is not a file"),
        ("a pipe", "it is not a file"),
        ("large", "it is larger than 5 MB"),
    ],
)
@pytest.mark.parametrize("started_anew", [False, True])
def test_a_damaged_file_leaves_the_last_shifts_in_force(
    duty: Duty, how: str, fault: str, *, started_anew: bool
) -> None:
    write(duty.path, ("anna", "02", "05"))
    duty.calendars.step()
    damage(duty.path, how)
    if started_anew:
        duty.start()
    duty.calendars.step()

    assert duty.on_duty() == "anna"
    [told] = duty.calendars.faults()
    assert told.startswith(f"rota night: {duty.path}: {fault}")


def test_without_a_reading_the_layers_are_in_force(duty: Duty) -> None:
    duty.calendars.step()

    assert duty.on_duty() == "ben"
    assert len(duty.calendars.faults()) == 1


def test_what_another_file_said_is_not_in_force(duty: Duty, tmp_path: Path) -> None:
    write(duty.path, ("anna", "02", "05"))
    duty.calendars.step()
    duty.directory = with_file(tmp_path / "other.ics")

    assert duty.on_duty() == "ben"


def test_the_operators_are_told_once_and_when_it_is_over(duty: Duty) -> None:
    write(duty.path, ("clara", "02", "05"), ("cleo", "02", "05"))
    house = duty.house
    auditor = Auditor(
        store=house.store,
        directory=duty.directory,
        composer=house.composer,
        clock=house.clock,
        looks=(duty.calendars.look(),),
    )

    def pass_minutes(count: int) -> None:
        for _ in range(count):
            duty.calendars.step()
            auditor.step()
            house.deliverer.step()
            house.clock.turn(minutes=1)

    pass_minutes(20)
    (alarm,) = house.outbox(OutboxKind.ALARM)
    assert "'clara'" in alarm.mail.content.decode()
    assert duty.on_duty() == "cleo"
    write(duty.path, ("anna", "02", "05"))
    pass_minutes(20)
    assert len(house.outbox(OutboxKind.ALARM)) == 2


def test_a_reading_says_where_it_is_from_and_how_far_it_reaches(duty: Duty) -> None:
    write(duty.path, ("anna", "02", "05"))
    now = datetime(2026, 11, 22, tzinfo=UTC)

    kept = read_file(duty.directory, "night", now).kept

    assert kept is not None
    assert (kept.source, kept.until) == (str(duty.path), now + timedelta(days=400))
