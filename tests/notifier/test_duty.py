from __future__ import annotations

from datetime import timedelta

import pytest

from notifier.directory import Directory
from notifier.duty import present
from store.model import CalendarReading, Override, PlannedShift
from store.unit_of_work import Store
from tests.notifier.house import START, directory, with_calendar

HOUR = timedelta(hours=1)


def on_duty(store: Store, everybody: Directory, hours: float) -> str | None:
    moment = START + hours * HOUR
    with store.snapshot() as work:
        person = present(work, everybody, moment).on_duty("night", moment)
    return person.key if person else None


def override(store: Store, person: str, begins: float, ends: float) -> Override:
    with store.transaction() as work:
        made = work.duty.override(
            "night", person, START + begins * HOUR, START + ends * HOUR, made_by="l", made_at=START
        )
        work.commit()
    return made


def calendar(store: Store, *shifts: tuple[str, float, float]) -> None:
    with store.transaction() as work:
        work.duty.keep_calendar(
            CalendarReading(
                rota="night",
                source="duty.ics",
                digest="0" * 64,
                read_at=START,
                until=START + 99 * HOUR,
                shifts=tuple(
                    PlannedShift(
                        person=who, begins_at=START + begins * HOUR, ends_at=START + ends * HOUR
                    )
                    for who, begins, ends in shifts
                ),
            )
        )
        work.commit()


def test_without_changes_the_rotas_are_as_configured(store: Store) -> None:
    assert on_duty(store, directory(), 0) == "ben"


def test_an_override_wins_while_it_lasts_and_the_newest_of_two(store: Store) -> None:
    override(store, "cleo", 0, 3)
    override(store, "anna", 1, 2)

    assert [on_duty(store, directory(), hours) for hours in (0, 1, 2, 3)] == [
        "cleo",
        "anna",
        "cleo",
        "ben",
    ]


def test_an_override_counts_until_it_was_cancelled(store: Store) -> None:
    made = override(store, "cleo", 0, 3)
    with store.transaction() as work:
        work.duty.cancel(made.id, "anna", START + HOUR)
        work.commit()

    assert [on_duty(store, directory(), hours) for hours in (0.5, 1)] == ["cleo", "ben"]


def test_an_override_wins_over_the_calendar_and_that_over_the_layers(store: Store) -> None:
    override(store, "cleo", 1, 2)
    calendar(store, ("anna", 0, 3))
    everybody = with_calendar("night")

    assert [on_duty(store, everybody, hours) for hours in (0, 1, 2, 3)] == [
        "anna",
        "cleo",
        "anna",
        "ben",
    ]


def test_a_calendar_that_is_no_longer_configured_is_left_out(store: Store) -> None:
    calendar(store, ("anna", 0, 3))

    assert on_duty(store, directory(), 0) == "ben"


@pytest.mark.parametrize("gone", ["nobody", "dora"])
def test_who_is_no_longer_known_leaves_the_rota_as_it_is(store: Store, gone: str) -> None:
    override(store, gone, 0, 3)

    assert on_duty(store, directory(), 0) == "ben"
