# ruff: noqa: RUF001 - characters that look alike are the point here
"""Many phrases in many languages, found in one pass.

A phrase is written in its language's own letters, in small ones. In it

- ``*`` at an end stands for any ending of that word, at the beginning for any beginning;
- a space stands for any white space, an apostrophe for each kind of it;
- accents of Latin letters do not count, as people leave them out; of a German phrase the
  spellings with ``ae``, ``oe``, ``ue`` and ``ss`` count, too.

Whole words only, except in scripts that put no spaces between words. The search is one pass of an
Aho-Corasick automaton: its time grows with the text and the matches, never faster.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Final, NamedTuple

from ahocorasick_rs import AhoCorasick

# Matches looked at in one text; ordinary mails have a few hundred.
MAX_FOUND: Final = 20_000
# Letters an open ending may have.
MAX_ENDING: Final = 20

_SINGLE: Final = str.maketrans(
    {
        **dict.fromkeys("’‘`´ʼ′＇", "'"),
        **dict.fromkeys("“”„‟«»″＂", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("أإآٱ", "ا"),
        "ى": "ي",
        "ة": "ه",
        "ё": "е",
        "ँ": "ं",
        "ı": "i",
        "ł": "l",
        "ø": "o",
        "đ": "d",
    }
)
_GERMAN: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_GERMAN_LETTERS: Final = frozenset("äöüß")
_UNMARKED: Final = dict.fromkeys([0x0640, *range(0x064B, 0x0653), 0x0670])
_MARKS: Final = frozenset(map(chr, _UNMARKED))
# Scripts whose words are not parted by spaces: kana, Han, Hangul (its particles), Thai.
_UNSPACED: Final = (
    ("\u3040", "\u30ff"),
    ("\u3400", "\u9fff"),
    ("\uac00", "\ud7a3"),
    ("\u0e00", "\u0e7f"),
)
_LATIN_END: Final = "\u024f"
_LATIN_EXTENDED: Final = ("\u1e00", "\u1eff")


class _Folds(dict[int, str]):
    """Folds each character to one character, worked out when first met."""

    def __missing__(self, code: int) -> str:
        folded = _folded(chr(code))
        self[code] = folded
        return folded


def _folded(char: str) -> str:
    if char.isspace():
        return " "
    narrow = unicodedata.normalize("NFKC", char)
    small = (narrow if len(narrow) == 1 else char).lower()[:1].translate(_SINGLE)
    if small <= _LATIN_END or _LATIN_EXTENDED[0] <= small <= _LATIN_EXTENDED[1]:
        return unicodedata.normalize("NFD", small)[:1]
    return small


_FOLDS: Final = _Folds()


def fold(text: str) -> str:
    """Fold a text to what phrases are compared with; each character stays in its place."""
    return text.translate(_FOLDS)


class Found(NamedTuple):
    """A phrase in a text: what it stands for, and its place."""

    tag: str
    start: int
    end: int


class _Entry(NamedTuple):
    # A tuple, as there are very many and each start of a reader makes them.
    tags: tuple[str, ...]
    whole_start: bool
    whole_end: bool
    any_ending: bool


class Lexicon:
    """Finds the phrases of some tags."""

    def __init__(self, phrases: Mapping[str, Iterable[str]]) -> None:
        entries: dict[str, list[_Entry]] = {}
        for tag, listed in phrases.items():
            for phrase in listed:
                for spelling in _spellings(phrase):
                    bare = spelling.strip("*")
                    ends = _bounded(spelling[0]), _bounded(spelling[-1]), spelling[-1] == "*"
                    _add(entries.setdefault(bare, []), tag, ends)
        self._entries = tuple(entries.values())
        self._automaton = AhoCorasick(entries, store_patterns=False)

    def find(self, folded: str) -> list[Found]:
        """Find all phrases of a folded text in its order, the longest first where they begin."""
        found: list[Found] = []
        matches = self._automaton.find_matches_as_indexes(folded, overlapping=True)
        for number, start, end in matches[:MAX_FOUND]:
            for entry in self._entries[number]:
                if entry.whole_start and start and _is_within(folded, start):
                    continue
                if entry.whole_end and end < len(folded) and _goes_on(folded[end]):
                    continue
                last = _word_end(folded, end) if entry.any_ending else end
                found += [Found(tag, start, last) for tag in entry.tags]
        return sorted(found, key=lambda each: (each.start, -each.end))


def _word_end(folded: str, end: int) -> int:
    limit = min(len(folded), end + MAX_ENDING)
    while end < limit and is_word(folded[end]) and not is_unspaced(folded[end]):
        end += 1
    return end


def _goes_on(char: str) -> bool:
    """Tell whether a character goes on with a word; another script may follow at once ("IDは")."""
    return is_word(char) and not is_unspaced(char)


def _is_within(folded: str, start: int) -> bool:
    """Tell whether a word goes on before a place; in Ukrainian an apostrophe is a letter."""
    before = folded[start - 1]
    return _goes_on(before) or (before == "'" and "а" <= folded[start - 2 : start - 1] <= "ґ")


def is_word(char: str) -> bool:
    """Tell whether a character belongs to a word: letters, figures, and the marks on them."""
    return char.isalnum() or char == "_" or unicodedata.category(char)[0] == "M"


def is_unspaced(char: str) -> bool:
    """Tell whether a character is of a script that puts no spaces between words."""
    return any(first <= char <= last for first, last in _UNSPACED)


def _add(entries: list[_Entry], tag: str, ends: tuple[bool, bool, bool]) -> None:
    """Add a tag to the entry of its phrase that has the same ends."""
    for number, entry in enumerate(entries):
        if entry[1:] == ends:
            if tag not in entry.tags:
                entries[number] = _Entry((*entry.tags, tag), *ends)
            return
    entries.append(_Entry((tag,), *ends))


def _spellings(phrase: str) -> Collection[str]:
    small = phrase.lower()
    if small.isascii():
        return (small,)
    spellings = {fold(small)}
    # Worked out only where they differ: a reader that starts has tens of thousands of phrases.
    if not _GERMAN_LETTERS.isdisjoint(small):
        spellings.add(fold(small.translate(_GERMAN)))
    if not _MARKS.isdisjoint(small):
        # Cleaned texts come without the marks of Arabic vowels and stretched letters.
        spellings.add(fold(small.translate(_UNMARKED)))
    return spellings


@cache
def _bounded(char: str) -> bool:
    """Tell whether a word must end at this character; kept, as tables have few of them."""
    return char != "*" and is_word(char) and not is_unspaced(char)
