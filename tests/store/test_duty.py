from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from store.errors import Forbidden, NotFound
from store.model import CalendarReading, Override, OverrideId, PlannedShift
from store.unit_of_work import Store
from tests.store.samples import NOW

HOUR = timedelta(hours=1)


def add(store: Store, person: str, begins: int = 0, ends: int = 2) -> Override:
    with store.transaction() as work:
        override = work.duty.override(
            "night", person, NOW + begins * HOUR, NOW + ends * HOUR, made_by="lea", made_at=NOW
        )
        work.commit()
    return override


def test_overrides_are_given_newest_first_while_they_last(store: Store) -> None:
    first, second = add(store, "anna"), add(store, "ben", ends=9)

    with store.snapshot() as work:
        assert work.duty.overrides(NOW) == [second, first]
        assert work.duty.overrides(NOW + 2 * HOUR) == [second]
        assert work.duty.get(first.id).made_by == "lea"


def test_a_cancelled_override_stays_on_record_with_who_did_it(store: Store) -> None:
    override = add(store, "anna")
    with store.transaction() as work:
        cancelled = work.duty.cancel(override.id, "ben", NOW + HOUR)
        work.commit()

    assert cancelled == replace(override, cancelled_by="ben", cancelled_at=NOW + HOUR)
    with store.transaction() as work:
        assert work.duty.overrides(NOW) == [cancelled]
        with pytest.raises(Forbidden, match="was cancelled by ben"):
            work.duty.cancel(override.id, "cleo", NOW + HOUR)


def test_an_override_that_is_over_cannot_be_cancelled(store: Store) -> None:
    override = add(store, "anna")
    with store.transaction() as work, pytest.raises(Forbidden, match="is over"):
        work.duty.cancel(override.id, "ben", NOW + 2 * HOUR)


def test_an_unknown_override_is_told(store: Store) -> None:
    with store.snapshot() as work, pytest.raises(NotFound, match="no override 7"):
        work.duty.get(OverrideId(7))


def test_the_newest_reading_of_a_calendar_takes_the_place_of_the_one_before(store: Store) -> None:
    shift = PlannedShift(person="anna", begins_at=NOW, ends_at=NOW + HOUR)
    reading = CalendarReading(
        rota="night",
        source="/etc/tipline/duty.ics",
        digest="0" * 64,
        read_at=NOW,
        until=NOW + 24 * HOUR,
        shifts=(shift,),
    )
    newer = replace(reading, digest="1" * 64, shifts=(shift, replace(shift, person="ben")))
    with store.transaction() as work:
        assert work.duty.calendar("night") is None
        work.duty.keep_calendar(reading)
        assert work.duty.calendar("night") == reading
        work.duty.keep_calendar(newer)
        assert work.duty.calendar("night") == newer
        assert work.duty.calendar("day") is None


def test_shifts_are_read_once_for_as_long_as_the_reading_is_the_same(store: Store) -> None:
    shift = PlannedShift(person="anna", begins_at=NOW, ends_at=NOW + HOUR)
    reading = CalendarReading(
        rota="once",
        source="/etc/tipline/duty.ics",
        digest="0" * 64,
        read_at=NOW,
        until=NOW + 24 * HOUR,
        shifts=(shift,),
    )
    with store.transaction() as work:
        work.duty.keep_calendar(reading)
        first, again = work.duty.calendar("once"), work.duty.calendar("once")
        # The same file at the same moment, understood otherwise: the people have changed.
        work.duty.keep_calendar(replace(reading, shifts=(replace(shift, person="ben"),)))
        other = work.duty.calendar("once")
    assert first is not None
    assert again is not None
    assert other is not None
    assert first.shifts is again.shifts
    assert [one.person for one in other.shifts] == ["ben"]
