from __future__ import annotations

import pytest

from ingest.reading.marks import SIGNED
from ingest.reading.signatures import Writer, cut_signature

ANNA = Writer(name="Anna Berg", address="anna@example.org")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["own", "-- ", "Anna"], (["own"], ["Anna"])),
        (["own", "--", "Anna"], (["own"], ["Anna"])),
        (["own", "-- ", "Anna", "-- ", "list"], (["own"], ["Anna", "-- ", "list"])),
        (["own", f"{SIGNED}-- ", f"{SIGNED}Anna", "more"], (["own", "more"], ["Anna"])),
        (["own", "-- ", *["line"] * 40], (["own", "-- ", *["line"] * 40], [])),
        ([f"{SIGNED}{'x' * 2000}"], (["x" * 2000], [])),
        (["own --", "Anna"], (["own --", "Anna"], [])),
    ],
)
def test_a_signature_is_cut(lines: list[str], expected: tuple[list[str], list[str]]) -> None:
    assert cut_signature(lines) == expected


@pytest.mark.parametrize(
    "below",
    [
        ["anna@example.org"],
        ["@anna_b"],
        ["Teacher", "Example School", "Tel. +1 555 0100 200"],
        ["", "https://www.example.org/anna", "0555 0100 200"],
    ],
)
def test_what_stands_below_the_writers_name_is_a_signature(below: list[str]) -> None:
    assert cut_signature(["own", "", "Anna Berg", *below], ANNA) == (
        ["own", ""],
        ["Anna Berg", *below],
    )


@pytest.mark.parametrize(
    "below",
    [
        [],
        ["https://chirper.example/dark_wolf"],
        ["P.S. it is @dark_wolf"],
        ["The account that I mean is this one here: @dark_wolf"],
        ["Thank you"],
    ],
)
def test_other_words_below_a_name_are_not(below: list[str]) -> None:
    assert cut_signature(["own", "", "Anna Berg", *below], ANNA)[1] == []


def test_a_mail_that_begins_with_the_writers_name_is_no_signature() -> None:
    assert cut_signature(["Anna Berg", "@anna_b"], ANNA) == (["Anna Berg", "@anna_b"], [])
