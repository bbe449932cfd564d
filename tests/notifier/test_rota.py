from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.local_time import Hours
from notifier.rota import Layer, Person, Rota, Shift, gaps, on_duty, overlay, shifts

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def at(hours: float) -> datetime:
    """Count hours from Monday's midnight."""
    return MONDAY + timedelta(hours=hours)


def layer(*members: str, **changes: Any) -> Layer:
    fields: dict[str, Any] = {
        "members": members,
        "turn": timedelta(days=1),
        "handover": time(8, 0),
        "time_zone": "UTC",
        "start": date(2026, 11, 23),
        "name": members[0],
    }
    return Layer(**fields | changes)


def during(begins: int, ends: int, **changes: Any) -> Hours:
    return Hours(spans=((time(begins), time(ends)),), **changes)


def shift(person: str, begins: float, ends: float, source: str = "override") -> Shift:
    return Shift(person=person, begins_at=at(begins), ends_at=at(ends), source=source)


# Follow the sun: each covers its own day, and the lead what is left.
SUN = Rota(
    key="sun",
    layers=(
        layer("anna", hours=during(8, 16)),
        layer("ben", hours=during(14, 22)),
        layer("cleo", hours=during(22, 6, days=frozenset(range(5)))),
        layer("lead"),
    ),
)


@pytest.mark.parametrize(
    ("hours", "person"),
    [
        (8, "anna"),
        (15.9, "anna"),
        (16, "ben"),
        (22, "cleo"),
        (29.9, "cleo"),
        (30, "lead"),
        # The night of Friday is still one of the working week, that of Saturday is not.
        (4 * 24 + 23, "cleo"),
        (5 * 24 + 5, "cleo"),
        (5 * 24 + 23, "lead"),
        (6 * 24 + 9, "anna"),
    ],
)
def test_the_first_layer_that_covers_a_moment_decides(hours: float, person: str) -> None:
    assert on_duty(SUN, at(hours)) == person


def test_what_no_layer_covers_is_nobodys() -> None:
    office = Rota(key="office", layers=(layer("anna", hours=during(8, 16)),))

    assert on_duty(office, at(7)) is None
    listed = shifts(office, at(0), at(48))
    assert gaps(listed, at(0), at(48)) == [(at(0), at(8)), (at(16), at(32)), (at(40), at(48))]


def test_what_stands_above_cuts_into_the_shifts_of_the_layers() -> None:
    rota = Rota(key="duty", layers=(layer("anna", "ben"),))
    above = (shift("cleo", 10, 12), shift("dora", 11, 13))

    assert shifts(rota, at(9), at(14), above) == (
        shift("anna", 8, 10, "anna"),
        shift("cleo", 10, 12),
        shift("dora", 12, 13),
        shift("anna", 13, 32, "anna"),
    )
    assert [on_duty(rota, at(hours), above) for hours in (9, 10, 12, 13)] == [
        "anna",
        "cleo",
        "dora",
        "anna",
    ]


def test_a_rota_may_live_from_its_calendar_alone() -> None:
    rota = Rota(key="duty", calendar="duty.ics")

    assert on_duty(rota, at(1)) is None
    assert shifts(rota, at(0), at(9), (shift("anna", 1, 2),)) == (shift("anna", 1, 2),)


spans = st.tuples(st.integers(0, 60), st.integers(1, 30)).map(
    lambda span: (span[0], span[0] + span[1])
)
some_shifts = st.lists(
    st.builds(lambda who, span: shift(who, *span), st.sampled_from("abc"), spans), max_size=6
)


@settings(max_examples=100)
@given(some_shifts, st.integers(0, 80), st.integers(1, 20))
def test_shifts_never_overlap_and_agree_with_who_is_on_duty(
    above: list[Shift], begin: int, length: int
) -> None:
    rota = Rota(key="duty", layers=(layer("x", "y", hours=during(6, 18)),))
    listed = shifts(rota, at(begin), at(begin + length), above)

    for half_hours in range(2 * length):
        moment = at(begin + half_hours / 2)
        covering = [one.person for one in listed if one.covers(moment)]
        someone = on_duty(rota, moment, above)
        assert covering == ([someone] if someone else [])


def test_overlay_keeps_within_its_span() -> None:
    assert overlay([[shift("anna", 0, 9)]], (at(2), at(4))) == [shift("anna", 2, 4)]


def test_everybody_of_all_layers_is_a_member_once() -> None:
    rota = Rota(key="duty", layers=(layer("anna", "ben"), layer("ben", "cleo")))

    assert rota.members == ("anna", "ben", "cleo")


def test_a_rota_without_members_is_refused() -> None:
    with pytest.raises(ValueError, match="no members"):
        Rota(key="night")


def test_an_unknown_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="Mars/Olympus"):
        Rota(key="night", calendar="duty.ics", time_zone="Mars/Olympus")
    with pytest.raises(ValueError, match="no time zone"):
        Person(key="anna", name="Anna", address="anna@chirper.example", time_zone="../etc/passwd")


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        on_duty(SUN, datetime(2026, 1, 5, 8))  # noqa: DTZ001 - that is what is refused


def test_a_person_has_every_address_in_order() -> None:
    anna = Person(
        key="anna", name="Anna", address="a@chirper.example", more_addresses=("b@chirper.example",)
    )

    assert anna.addresses == ("a@chirper.example", "b@chirper.example")
