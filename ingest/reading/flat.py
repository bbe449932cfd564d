"""A text made even for looking phrases up in it, with the way back to its own places.

Letters are folded (``lexicon.fold``), runs of white space are one space, an empty line ends a
sentence, and quote marks at the beginnings of lines are gone.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ingest.reading.bounds import MAX_TEXT
from ingest.reading.lexicon import fold

# A subject may stand before the text.
MAX_LENGTH: Final = MAX_TEXT + 2_000
# How far a sentence is followed to each side.
_SENTENCE: Final = 200

_QUOTE_MARKS: Final = re.compile(r"(?:^|\n)[>|\s]{1,40}")
_RUNS: Final = re.compile(r"\s{2,}")
_SENTENCE_ENDS: Final = re.compile(r"[!?。؟।\n]|[.;…](?=\s|$)")
_CLAUSE_ENDS: Final = re.compile(r"[,،、:()\"]|\s-\s|[!?。؟।\n]|[.;…](?=\s|$)")


@dataclass(frozen=True, slots=True)
class Flat:
    """The even text; ``starts`` and ``shifts`` tell how much was left out before each place."""

    text: str
    starts: tuple[int, ...]
    shifts: tuple[int, ...]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Give the place in the text as it was."""
        return self._back(start), self._back(end - 1) + 1

    def _back(self, index: int) -> int:
        return index + self.shifts[bisect_right(self.starts, index) - 1]

    def sentence(self, start: int, end: int) -> tuple[int, int]:
        """Give the place of the sentence around a place, so far as it is looked at."""
        return self._around(start, end, _SENTENCE_ENDS)

    def sentences(self, length: int) -> Iterator[tuple[int, int]]:
        """Give the places of the sentences within so many characters, one after another."""
        start = 0
        for end in _SENTENCE_ENDS.finditer(self.text, 0, length):
            yield start, end.end()
            start = end.end()
        yield start, min(length, len(self.text))

    def clause(self, start: int, end: int) -> tuple[int, int]:
        """Give the place of the clause around a place, so far as it is looked at."""
        return self._around(start, end, _CLAUSE_ENDS)

    def _around(self, start: int, end: int, ends: re.Pattern[str]) -> tuple[int, int]:
        low, high = max(0, start - _SENTENCE), min(len(self.text), end + _SENTENCE)
        for found in ends.finditer(self.text, low, start):
            low = found.end()
        after = ends.search(self.text, end, high)
        return low, after.start() if after else high


def flatten(text: str) -> Flat:
    """Make a text even; what is beyond the bound is left out."""
    text = _QUOTE_MARKS.sub(_blank, text[:MAX_LENGTH])
    folded = fold(text)
    pieces: list[str] = []
    starts, shifts = [0], [0]
    done = length = 0
    for run in _RUNS.finditer(text):
        pieces += [
            folded[done : run.start()],
            "\n" if "\n" in run[0][run[0].find("\n") + 1 :] else " ",
        ]
        length += run.start() - done + 1
        done = run.end()
        starts.append(length)
        shifts.append(done - length)
    pieces.append(folded[done:])
    return Flat("".join(pieces), tuple(starts), tuple(shifts))


def _blank(marks: re.Match[str]) -> str:
    """Blank the quote marks of a line; the ends of lines stay."""
    return "".join("\n" if char == "\n" else " " for char in marks[0])
