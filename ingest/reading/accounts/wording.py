"""The words that tell what stands beside a handle, found once for a text.

Labels are looked for in the whole text; the words that tell a role only near the accounts found.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from functools import cache

from ingest.reading.accounts.platform_words import find_platform_words
from ingest.reading.accounts.platforms import Platforms
from ingest.reading.lexicon import Found, Lexicon, fold
from ingest.reading.phrases import merged, table

_LABELS = ("labels", "ids", "named", "after")
_OTHER_SCRIPTS = frozenset({"ru", "uk", "ar", "hi", "ja", "ko", "zh"})
# Small words, which mean something else in other languages.
_LINKS = ("is", "on", "linked")
# Copulas that folding makes a word for "and": Italian, Portuguese.
_ACCENTED = ("è", "È", "é", "É")
# What folding makes of "tên", Vietnamese for "called": a word of others ('Ten "kolega" to').
_NOT_CALLED = "ten"
# How the tag of a platform's name begins; its key follows.
PLATFORM = "platform:"


class Wording:
    """The phrases of a text, by where they begin and end.

    ``folded`` is the text as phrases are compared with it; each character stands in its place.
    """

    def __init__(self, folded: str, found: Iterable[Found]) -> None:
        self.folded = folded
        self.found = sorted(set(found), key=lambda each: (each.start, -each.end, each.tag))
        self._starting: dict[int, list[Found]] = defaultdict(list)
        self._ending: dict[int, list[Found]] = defaultdict(list)
        self._starts = [each.start for each in self.found]
        for each in self.found:
            self._starting[each.start].append(each)
            self._ending[each.end].append(each)

    def starting(self, place: int) -> list[Found]:
        """Give the phrases that begin at a place, the longest first."""
        return self._starting.get(place, [])

    def ending(self, place: int) -> list[Found]:
        """Give the phrases that end at a place, the longest first."""
        return sorted(self._ending.get(place, []), key=lambda each: (each.start, each.tag))

    def between(self, start: int, end: int) -> list[Found]:
        """Give the phrases that begin between two places."""
        first = bisect_left(self._starts, start)
        return self.found[first : bisect_left(self._starts, end)]


def label_wording(text: str, platforms: Platforms, language: str | None = None) -> Wording:
    """Find the words that announce a handle, and names of platforms.

    Labels count in all languages, as forms mix them; small words between a label and its handle
    only in the text's own, unless it is unknown.
    """
    folded = fold(text)
    names = [
        Found(f"{PLATFORM}{word.key}", word.start, word.end)
        for word in find_platform_words(text, platforms)
    ]
    found = _labels(_known(language)).find(folded)
    if any(char in text for char in _ACCENTED):
        # Whoever writes "è" for "is" means "and" by "e".
        found = [each for each in found if not _is_plain(text, each)]
    if language not in {None, "vi"}:
        found = [each for each in found if not _is_mistaken(text, each)]
    return Wording(folded, [*names, *found])


def _is_mistaken(text: str, found: Found) -> bool:
    return found.tag == "named" and text[found.start : found.end].lower() == _NOT_CALLED


def _is_plain(text: str, found: Found) -> bool:
    return found.tag in _LINKS and text[found.start : found.end] == "e"


def role_wording(
    wording: Wording,
    windows: list[tuple[int, int]],
    language: str | None = None,
    names: Iterable[Found] = (),
) -> Wording:
    """Add the words that tell roles to those of labels, near some places of the text.

    Those of the text's language; of all when it is unknown.
    """
    found = [*wording.found, *names]
    lexicon = _roles(_known(language))
    for start, end in _joined(windows, len(wording.folded)):
        near = lexicon.find(wording.folded[start:end])
        found += [Found(each.tag, each.start + start, each.end + start) for each in near]
    return Wording(wording.folded, _without_names(found))


def _without_names(found: list[Found]) -> list[Found]:
    """Leave out words that are only the name of a platform ("Одноклассники", classmates)."""
    names = {(each.start, each.end) for each in found if each.tag.startswith(PLATFORM)}
    return [
        each
        for each in found
        if (each.start, each.end) not in names or each.tag.startswith(PLATFORM)
    ]


def _is_within_sentence(text: str, start: int) -> bool:
    before = text[max(0, start - 4) : start].rstrip(" \t")
    return bool(before) and (before[-1].isalnum() or before[-1] == ",")


_NAME = re.compile(r"[A-ZÀ-ÞĀ-ŽА-ЯЄІЇҐ][a-zß-ÿā-žа-яёєіїґ]{2,15}(?!\w)")
_ANY_WORD = re.compile(r"\w{3,16}")


def given_names(text: str, wording: Wording) -> list[Found]:
    """Find given names: words with a capital that come twice, never small, and mean nothing else.

    Writers know children by name, and whom they report by a handle.
    """
    known = {(found.start, found.end) for found in wording.found}
    places: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for found in _NAME.finditer(text):
        if not text[found.start() - 1 : found.start()].isalnum() and found.span() not in known:
            places[found[0]].append(found.span())
    small = {word[0] for word in _ANY_WORD.finditer(text) if word[0].islower()}
    return [
        Found("name", *span)
        for name, spans in places.items()
        if len(spans) > 1
        and name.lower() not in small
        and any(_is_within_sentence(text, start) for start, _ in spans)
        for span in spans
    ]


@cache
def words_of(key: str) -> frozenset[str]:
    """Give the folded words of a list in the table of labels."""
    return frozenset(map(fold, merged("labels", key)))


def _joined(windows: list[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    """Join windows that touch; each character is looked at once."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(windows):
        begin, stop = max(0, start), min(length, end)
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
        else:
            joined.append((begin, stop))
    return joined


def _known(language: str | None) -> str | None:
    return language if language in table("roles") else None


def _spoken(name: str, language: str | None) -> list[dict[str, list[str]]]:
    """Give the tables of a language, all of them when it is unknown.

    To languages in other scripts than Latin letters, English is added: people mix it in.
    """
    tables = table(name)
    if language is None:
        return [*tables.values()]
    return [tables[language], *([tables["en"]] if language in _OTHER_SCRIPTS else [])]


@cache
def _labels(language: str | None) -> Lexicon:
    phrases: dict[str, list[str]] = {tag: [*merged("labels", tag)] for tag in _LABELS}
    for tag in _LINKS:
        phrases[tag] = [phrase for each in _spoken("labels", language) for phrase in each[tag]]
    return Lexicon(phrases)


@cache
def _roles(language: str | None) -> Lexicon:
    phrases: dict[str, list[str]] = defaultdict(list)
    for each in _spoken("roles", language):
        pronouns = {word for tag in each if tag.startswith("pronoun") for word in each[tag]}
        for tag, listed in each.items():
            # A pronoun stands for whom it means, not for a person of its own.
            plain = [word for word in listed if word not in pronouns]
            phrases[tag] += plain if tag.startswith("suspect") else listed
    return Lexicon(phrases)
