"""Which lines of a mail's text are not among its words: quoted, signed, or added by a program.

Found by comparing the text with the words that were kept, so that it can be told of any rule by
which lines are taken off. One pass over the lines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from ingest.reading.endings import cut_footers
from ingest.reading.marks import SIGNED, without_marks
from ingest.reading.quotes import is_quoted
from ingest.reading.words import OwnWords

QUOTE: Final = "quote"
SIGNATURE: Final = "signature"
FOOTER: Final = "footer"
OTHER: Final = "quote, notice or the like"
MAX_BEGINNING: Final = 60
MAX_LISTED: Final = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class TakenOff:
    """Lines that stand together and were taken off; the first line of the text is 1."""

    what: str
    first_line: int
    last_line: int
    begins: str


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that was taken off; ``run`` changes where kept lines lie between two."""

    number: int
    run: int
    text: str
    what: str


def taken_off(readings: tuple[str, ...], words: OwnWords) -> tuple[int, tuple[TakenOff, ...]]:
    """Give how many lines the text has, and which were taken off.

    Of several readings of a mail the words come from that of which the most is left.
    """
    apart = [(reading.split("\n"), _left(reading, words)) for reading in readings if reading]
    if not apart:
        return 0, ()
    lines, off = min(apart, key=lambda one: len(one[1]) / len(one[0]))
    return len(lines), tuple(_pieces(_headed(off)))[:MAX_LISTED]


def _left(reading: str, words: OwnWords) -> list[_Line]:
    """Give the lines that say something and are not among the words."""
    lines = [without_marks(line).strip() for line in reading.split("\n")]
    kept = [line for line in (each.strip() for each in words.text.split("\n")) if line]
    signed = {each.strip() for each in words.signature.split("\n")}
    ahead = Counter(lines)
    left = []
    at = 0
    for number, (line, raw) in enumerate(zip(lines, reading.split("\n"), strict=True), start=1):
        # Words that are not of this text, as those of a nested mail, hold nothing up.
        while at < len(kept) and not ahead[kept[at]]:
            at += 1
        ahead[line] -= 1
        if at < len(kept) and line == kept[at]:
            at += 1
        elif line:
            left.append(_Line(number, at, line, _what(raw, line, signed)))
    return left


def _what(raw: str, line: str, signed: set[str]) -> str:
    if is_quoted(raw):
        return QUOTE
    if raw.startswith(SIGNED) or line in signed or line == "--":
        return SIGNATURE
    return FOOTER if cut_footers([line])[1] else OTHER


def _headed(lines: list[_Line]) -> list[_Line]:
    """Count lines right above a quote, which tell who wrote it, to the quote."""
    headed: list[_Line] = []
    below: _Line | None = None
    for line in reversed(lines):
        heads = below is not None and below.what == QUOTE and below.run == line.run
        below = replace(line, what=QUOTE) if heads and line.what == OTHER else line
        headed.append(below)
    return headed[::-1]


def _pieces(lines: list[_Line]) -> Iterator[TakenOff]:
    for (_, what), group in groupby(lines, key=lambda line: (line.run, line.what)):
        yield _piece(what, list(group))


def _piece(what: str, lines: list[_Line]) -> TakenOff:
    # A ruler tells nothing about what stands below it.
    telling = (line.text for line in lines if any(map(str.isalnum, line.text)))
    return TakenOff(
        what=what,
        first_line=lines[0].number,
        last_line=lines[-1].number,
        begins=next(telling, lines[0].text)[:MAX_BEGINNING],
    )
