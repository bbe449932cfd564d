from __future__ import annotations

import pytest

from ingest.reading.leftovers import taken_off
from ingest.reading.words import OwnWords, own_words

REPLY = """\
It happened again.

Best, Anna

On Mon, 2 Nov 2026 at 10:00, Ben <ben@example.org> wrote:
> What happened?
>
> Tell me more.

And she is afraid.
--
Anna Berg
Sent from my iPhone
"""


def pieces(text: str, words: OwnWords) -> list[tuple[str, int, int]]:
    _, found = taken_off((text,), words)
    return [(each.what, each.first_line, each.last_line) for each in found]


def test_quotes_signatures_and_footers_are_told_apart() -> None:
    assert pieces(REPLY, own_words(REPLY, is_reply=True)) == [
        ("quote", 5, 8),
        ("signature", 11, 12),
        ("footer", 13, 13),
    ]


def test_of_what_is_kept_nothing_is_told() -> None:
    text = "One line.\n\n  Another one.  \n"

    assert taken_off((text,), OwnWords(text="One line.\n\n  Another one.")) == (4, ())


def test_kept_lines_part_what_was_taken_off() -> None:
    text = "> one\nmine\n> two\n> three"

    assert pieces(text, OwnWords(text="mine")) == [("quote", 1, 1), ("quote", 3, 4)]


def test_words_of_another_text_hold_nothing_up() -> None:
    text = "mine\n> quoted\nmine too"
    words = OwnWords(text="mine\nfrom elsewhere\nmine too\nfrom a nested mail")

    assert pieces(text, words) == [("quote", 2, 2)]


def test_the_reading_of_which_most_was_kept_counts() -> None:
    lines, found = taken_off(("a\nb\nc\nd", "mine\nx"), OwnWords(text="mine"))

    assert (lines, [each.begins for each in found]) == (2, ["x"])


def test_a_ruler_is_no_beginning() -> None:
    _, (piece,) = taken_off(("mine\n_____\nFrom: Ben\nTo: Anna",), OwnWords(text="mine"))

    assert piece.begins == "From: Ben"


@pytest.mark.parametrize("readings", [(), ("",), ("", "")])
def test_of_no_text_nothing_was_taken_off(readings: tuple[str, ...]) -> None:
    assert taken_off(readings, OwnWords(text="")) == (0, ())
