"""Which platform the words around a handle speak of.

A handle belongs to our platform unless the words beside it, in the same sentence, name another
one. A name of a platform belongs to the handle it is tied to ("Instagram: @one", "@one on
Instagram", "@one (Instagram)"); a name that only comes later in the sentence ties none, as people
tell where somebody wanted to go on ("@one asked her to write on Snapchat"). Handles that follow
each other in a list share one.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cache, lru_cache
from typing import Final

from ingest.reading.accounts.platform_words import (
    PlatformWord,
    find_platform_words,
    platform_names,
)
from ingest.reading.accounts.platforms import Platform, Platforms
from ingest.reading.lexicon import is_unspaced

__all__ = ["named_nearby", "platform_names", "platform_nearby"]

# Characters before and after a handle that are looked at.
BEFORE: Final = 70
AFTER: Final = 40
# Characters between a word for "here" and a handle.
NEAR_HERE: Final = 24
# Lines of at least so many characters were broken by a program: the sentence goes on.
WRAPPED: Final = 50

_ACCOUNT = re.compile(
    r"(?<![A-Za-z0-9_])@(?:[A-Za-z0-9_][A-Za-z0-9_.\-]{0,63}|\w{1,64})|\x00{1,2000}"
)
_SENTENCE_END = re.compile(r"[.!?;…]{1,9}(?=\s|$)|[。！？।؟۔]")  # noqa: RUF001
_ANNOUNCES = re.compile(r"(?:[^\n]{0,25}[:=：]\s{0,3}| ?\()[(\"'“«]?")  # noqa: RUF001
_SAID = re.compile(r"[^\n,;.]{1,25}")
_BESIDE = re.compile(r"[:=：]?\s{0,2}[(\-–|]?\s?[(\"'“«]?")  # noqa: RUF001


def platform_nearby(text: str, start: int, end: int, platforms: Platforms) -> Platform:
    """Tell the platform of the handle at ``start`` to ``end``."""
    return named_nearby(text, start, end, platforms) or platforms.home


def named_nearby(text: str, start: int, end: int, platforms: Platforms) -> Platform | None:
    """Tell the platform named for a handle; None if none is."""
    around = _around(text, platforms)
    before = around.nearest_before(start)
    word = before if before and around.is_beside(before, start) else None
    word = word or around.tied_after(start, end) or before
    platform = platforms.by_key(word.key) if word else None
    if platform is None or not _is_called(text[start:end], platform):
        return None
    return platform


def _is_called(name: str, platform: Platform) -> bool:
    """Tell whether a platform gives names at all: some know people by their number only."""
    return not any(char.isalpha() for char in name) or any(
        platform.handle.fullmatch(example) for example in ("river_mouth", "river.77", "rivermouth")
    )


@lru_cache(maxsize=2)
def _around(text: str, platforms: Platforms) -> _Surroundings:
    return _Surroundings(text, platforms)


class _Surroundings:
    """The names of platforms in a text, and the handles they may belong to."""

    def __init__(self, text: str, platforms: Platforms) -> None:
        self._text = text
        self._link, self._bounds, self._listed = _patterns(platforms)
        self._words = find_platform_words(text, platforms)
        self._starts = [word.start for word in self._words]
        self._accounts = [found.span() for found in _ACCOUNT.finditer(text)] if self._words else []
        self._begins = [start for start, _ in self._accounts]
        self._first = self._list_starts()

    def tied_after(self, start: int, end: int) -> PlatformWord | None:
        """Give the platform named after a handle, or after the list that it begins."""
        for last in self._list_ends(start, end):
            at = bisect_left(self._starts, last)
            word = self._words[at] if at < len(self._words) else None
            if word and not word.here and self._is_tied(last, word):
                return word
            if word is None or word.start - last > AFTER:
                break
        return None

    def nearest_before(self, start: int) -> PlatformWord | None:
        """Give the platform named before a handle, or before the list that it is in."""
        at = bisect_left(self._begins, start)
        if at < len(self._begins) and self._begins[at] == start:
            at = self._first[at]
            start = self._begins[at]
        number = bisect_left(self._starts, start) - 1
        while number >= 0 and self._is_far(self._words[number], start):
            number -= 1
        if number < 0 or (word := self._words[number]).end > start:
            return None
        between = self._text[word.end : start]
        if len(between) > BEFORE or (at and self._accounts[at - 1][0] >= word.end):
            return None
        if self._is_parted(word, between) or self._is_of_another(at, word, between):
            return None
        return word

    def _is_far(self, word: PlatformWord, start: int) -> bool:
        """Tell whether a word for "here" stands too far off to say where a name is used."""
        return word.here and start - word.end > NEAR_HERE

    def is_beside(self, word: PlatformWord, start: int) -> bool:
        """Tell whether nothing but a sign stands between a name and the handle after it."""
        return bool(_BESIDE.fullmatch(self._text, word.end, start))

    def _is_of_another(self, at: int, word: PlatformWord, between: str) -> bool:
        """Tell whether a name belongs to the handle before it."""
        if not at or _ANNOUNCES.fullmatch(between):
            return False
        last = self._accounts[at - 1][1]
        if last > word.start or not self._is_linked(last, word):
            return False
        if self._goes_on(last, word, between):
            return False
        return bool(_stripped(self._text[last : word.start])) or not _BESIDE.fullmatch(between)

    def _is_tied(self, end: int, word: PlatformWord) -> bool:
        """Tell whether a name belongs to the handle that ends before it."""
        if not self._is_linked(end, word):
            return False
        at = bisect_left(self._begins, word.end)
        if at == len(self._begins) or self._begins[at] - word.end > AFTER:
            return True
        between = self._text[word.end : self._begins[at]]
        linked = _stripped(self._text[end : word.start])
        announces = _ANNOUNCES.fullmatch(between) or (not linked and _BESIDE.fullmatch(between))
        return not (announces or self._goes_on(end, word, between))

    def _goes_on(self, end: int, word: PlatformWord, between: str) -> bool:
        """Tell whether a comma before a name makes it the next handle's: "…, on it he is"."""
        parted = "," in self._text[end : word.start]
        said = _SAID.fullmatch(between) and not self._listed.fullmatch(between)
        return parted and bool(said)

    def _is_linked(self, end: int, word: PlatformWord) -> bool:
        between = self._text[end : word.start]
        if len(between) > AFTER or not self._link.fullmatch(between):
            return False
        # In the next line stands another entry of a list, unless a word goes on.
        return "\n" not in between or (bool(_stripped(between)) and self._words[0].start >= end)

    def _is_parted(self, word: PlatformWord, between: str) -> bool:
        """Tell whether another sentence or thought begins between a name and a handle."""
        if _SENTENCE_END.search(between) or self._bounds.search(between):
            return True
        head, newline, rest = between.partition("\n")
        if not newline or not head.strip(" :：.-*"):  # noqa: RUF001
            return "\n\n" in between[1:] or rest.count("\n") > 1
        line = word.end + len(head) - self._text.rfind("\n", 0, word.end) - 1
        return "\n" in rest or (line < WRAPPED and not head.rstrip().endswith((":", "：")))  # noqa: RUF001

    def _list_starts(self) -> list[int]:
        """Tell of each handle which one begins its list."""
        firsts: list[int] = []
        for number, (start, _) in enumerate(self._accounts):
            listed = number and self._listed.fullmatch(
                self._text, self._accounts[number - 1][1], start
            )
            firsts.append(firsts[-1] if listed else number)
        return firsts

    def _list_ends(self, start: int, end: int) -> list[int]:
        """Give the ends of a handle and of the last one of its list."""
        at = bisect_left(self._begins, start)
        if at == len(self._begins) or self._begins[at] != start:
            return [end]
        last = bisect_right(self._first, self._first[at]) - 1
        return [end] if last == at else [end, self._accounts[last][1]]


def _stripped(between: str) -> str:
    return between.strip(" ,;-–—/|•*\n")  # noqa: RUF001


@cache
def _patterns(platforms: Platforms) -> tuple[re.Pattern[str], ...]:
    link = _alternatives(platforms.words["link"])
    bounds = _alternatives(platforms.words["bounds"])
    also = _alternatives(platforms.words["and"])
    return (
        re.compile(rf"(?:[\s,;:()\[\]\"'’«»“”\-–—/|（）「」・、]|{link}){{0,12}}", re.IGNORECASE),  # noqa: RUF001
        # "ma" is Italian for "but", and Polish for "has".
        re.compile(rf"{bounds}|, ma(?!\w)", re.IGNORECASE),
        re.compile(rf"[\s,、，;/|&+•·*\-–.0-9)]{{0,12}}(?:{also}\s{{0,2}})?", re.IGNORECASE),  # noqa: RUF001
    )


def _alternatives(words: frozenset[str]) -> str:
    """Write words as one expression; those of scripts without spaces need no space around."""
    ordered = sorted(words, key=lambda word: (-len(word), word))
    closed = "|".join(re.escape(word) for word in ordered if is_unspaced(word[-1]))
    spaced = "|".join(re.escape(word) for word in ordered if not is_unspaced(word[-1]))
    return rf"(?:{closed}|(?<!\w)(?:{spaced})(?!\w))"
