from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.reading import ReadingRules, read_message
from ingest.reading.authors import is_plain

ANNA = "anna@chirper.example"


def plain_from(*values: str) -> bool:
    fields = "".join(f"From: {value}\r\n" for value in values)
    return read_message(f"{fields}\r\nhello".encode(), None, ReadingRules()).traits.plain_from


@pytest.mark.parametrize(
    "value",
    [
        ANNA,
        f"<{ANNA}>",
        "Anna <anna@Chirper.Example>",
        f'"Duty, Anna (night)" <{ANNA}>',
        f"=?utf-8?q?Anna_M=C3=BCller?= <{ANNA}>",
        f"Änna Müller <{ANNA}>",
        f"{ANNA} (Anna)",
        f"{ANNA} <{ANNA}>",
        f"Anna\r\n <{ANNA}>",
    ],
)
def test_what_programs_write_is_plain(value: str) -> None:
    assert plain_from(value)


@pytest.mark.parametrize(
    "values",
    [
        ["=?utf-8?q?anna=40chirper.example?="],
        ["=?utf-8?q?=3Canna=40chirper.example=3E?="],
        [f"staff: {ANNA};"],
        [f"eve@evil.example, {ANNA}"],
        ["eve@evil.example", ANNA],
        [f'"eve <eve@evil.example> {ANNA}'],
        [f"eve@evil.example <{ANNA}>"],
        [f"<eve@evil.example> <{ANNA}>"],
        [f"eve (<eve@evil.example>) <{ANNA}>"],
    ],
)
def test_what_another_program_may_read_otherwise_is_not(values: list[str]) -> None:
    assert not plain_from(*values)


@given(st.lists(st.text('"<>@(),;:\\\\ a'), max_size=2))
def test_any_value_gets_an_answer(values: list[str]) -> None:
    assert is_plain(values, ANNA) is False


def test_a_value_without_end_takes_no_time() -> None:
    assert not is_plain(['"' + '\\"' * 900], ANNA)
    assert not is_plain(["a" * 1_900], ANNA)
    assert not is_plain(["a@" * 900], ANNA)
