"""What stands around a phrase and takes its weight: denial, an end of it, long ago, a question.

The words are in ``phrases/urgency.toml``, each language with its own. Looked at is so much around
the phrase as one sentence has, no more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Final

from ingest.reading.flat import Flat
from ingest.reading.lexicon import Found, Lexicon, is_unspaced
from ingest.reading.phrases import table

GROUPS: Final = (
    *("no", "no_after", "yes", "but", "over", "past", "what_if", "hope"),
    *("business", "family", "account"),
)
# Characters to each side in which these count.
NEGATION_BEFORE: Final = 40
NEGATION_AFTER: Final = 18
# Where words are not parted by spaces, so many say more.
NEGATION_UNSPACED: Final = 7
PAST: Final = 70
WHAT_IF: Final = 90
OVER_AFTER: Final = 160
OVER_BEFORE: Final = 80
OVER_CLOSE_BEFORE: Final = 25
HOPE: Final = 30
ACCOUNT: Final = 30
DENIED: Final = 12
DENIED_UNSPACED: Final = 3
_WINDOW: Final = 200
# Languages whose verb, and with it "if" and "when", comes at the end.
_VERB_LAST: Final = frozenset({"tr", "hi", "ja", "ko"})
_YEAR: Final = re.compile(r"(?<![\w./-])(?:19|20)\d\d(?![\w./-]\d|\w)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a phrase stands; of two phrases, ``gap`` is what lies between them."""

    start: int
    end: int
    phrase: str
    gap: tuple[int, int] = (0, 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """The words of one language that take weight from a phrase."""

    language: str
    lexicon: Lexicon
    endings: tuple[str, ...]

    def denies(self, flat: Flat, place: Place, *, settled_before: bool) -> bool:
        """Tell whether a phrase at a place does not count."""
        around = self._around(flat, place)
        last_word = flat.text[place.start : place.end].rpartition(" ")[2]
        return (
            any(each in last_word and each not in place.phrase for each in self.endings)
            or around.is_negated()
            or around.is_past()
            or around.is_supposed()
            or around.is_over(settled_before=settled_before)
        )

    def is_business(self, flat: Flat, place: Place) -> bool:
        """Tell whether people meet for their work: at a conference, with the platform's staff."""
        return self._around(flat, place).is_business()

    def is_with_family(self, flat: Flat, place: Place) -> bool:
        """Tell whether a child travels, or meets somebody, with its own people."""
        return self._around(flat, place).is_with_family()

    def is_of_account(self, flat: Flat, place: Place) -> bool:
        """Tell whether it is somebody's account that is gone, not somebody."""
        return self._around(flat, place).is_of_account()

    def _around(self, flat: Flat, place: Place) -> _Around:
        low, high = max(0, place.start - _WINDOW), min(len(flat.text), place.end + _WINDOW)
        return _Around(self, flat, place, low, self.lexicon.find(flat.text[low:high]))


@dataclass(frozen=True, slots=True)
class _Around:
    """A phrase and what was found around it."""

    context: Context
    flat: Flat
    place: Place
    low: int
    found: list[Found]

    def _spans(self, group: str, first: int, last: int) -> list[tuple[int, int]]:
        """Give the places of a group that lie within others."""
        places = (
            (found.start + self.low, found.end + self.low)
            for found in self.found
            if found.tag == group
        )
        return [(start, end) for start, end in places if first <= start and end <= last]

    def is_negated(self) -> bool:
        first, last = self.flat.clause(self.place.start, self.place.end)
        before, after = NEGATION_BEFORE, NEGATION_AFTER
        if is_unspaced(self.flat.text[self.place.start]):
            before = after = NEGATION_UNSPACED
        first = max(first, self.place.start - before)
        for _, end in self._spans("but", first, self.place.start):
            first = end
        last = min(last, self.place.end + after)
        words = self._spans("no", first, self.place.start)
        words += self._spans("no_after", self.place.end, last)
        return self._deny(words + self._negations_between())

    def _negations_between(self) -> list[tuple[int, int]]:
        first, last = self.place.gap
        for _, end in self._spans("but", first, last):
            first = end
        return self._spans("no", first, last) + self._spans("no_after", first, last)

    def _deny(self, words: list[tuple[int, int]]) -> bool:
        """Tell whether one of some words of negation denies; in "but" and "not only" none does."""
        size = len(self.flat.text)
        others = self._spans("yes", 0, size) + self._spans("but", 0, size)
        return any(
            not any(first <= start and end <= last for first, last in others)
            for start, end in words
        )

    def is_past(self) -> bool:
        first, last = self.flat.sentence(self.place.start, self.place.end)
        first, last = max(first, self.place.start - PAST), min(last, self.place.end + PAST)
        if self._spans("past", first, last):
            return True
        newest = datetime.now(tz=UTC).year - 2
        return any(int(year[0]) <= newest for year in _YEAR.finditer(self.flat.text, first, last))

    def is_business(self) -> bool:
        return bool(self._spans("business", *self.flat.clause(self.place.start, self.place.end)))

    def is_with_family(self) -> bool:
        return bool(self._spans("family", *self.flat.clause(self.place.start, self.place.end)))

    def is_of_account(self) -> bool:
        first, _ = self.flat.clause(self.place.start, self.place.end)
        last = self.place.gap[1] or self.place.start
        accounts = self._spans("account", first, last)
        return any(last - end <= ACCOUNT for _, end in accounts)

    def is_supposed(self) -> bool:
        first, last = self.flat.sentence(self.place.start, self.place.end)
        first = max(first, self.place.start - WHAT_IF)
        last = (
            min(last, self.place.end + WHAT_IF)
            if self.context.language in _VERB_LAST
            else self.place.end
        )
        return bool(self._spans("what_if", first, last))

    def is_over(self, *, settled_before: bool) -> bool:
        spots = self._spans("over", self.place.end, self.place.end + OVER_AFTER)
        if settled_before:
            first, _ = self.flat.sentence(self.place.start, self.place.end)
            first = max(first, self.place.start - OVER_BEFORE)
        else:
            first, _ = self.flat.clause(self.place.start, self.place.end)
            first = max(first, self.place.start - OVER_CLOSE_BEFORE)
            for _, end in self._spans("but", first, self.place.start):
                first = end
        spots += self._spans("over", first, self.place.start)
        spots += self._spans("over", *self.place.gap)
        return any(not self._is_wished(start, end) for start, end in spots)

    def _is_wished(self, start: int, end: int) -> bool:
        """Tell whether an end is only hoped for, or denied."""
        first, last = self.flat.sentence(start, end)
        first = max(first, start - HOPE)
        last = min(last, end + HOPE)
        near = DENIED_UNSPACED if is_unspaced(self.flat.text[start]) else DENIED
        denied = self._deny(self._spans("no", max(first, start - near), start))
        return denied or bool(self._spans("hope", first, last))


@cache
def context_of(language: str) -> Context:
    """Give the context words of a language."""
    lists = table("urgency")[language]
    return Context(
        language=language,
        lexicon=Lexicon({group: lists[group] for group in GROUPS}),
        endings=tuple(lists.get("no_ending", ())),
    )
