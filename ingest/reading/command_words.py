"""The words that commands are made of, in every language there are words for, and how they fold.

Letters fold to small ones without accents; what cannot be seen is dropped. The phrases stand in
``phrases/commands.toml``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any, Final

from ingest.reading.phrases import merged, table
from store.model import Disposition, StaffAction

NAME: Final = "commands"
LONGEST_SPAN: Final = timedelta(days=366)

# Characters that show nothing, and those that writers and programs put around a word.
_UNSEEN = re.compile("[\u00ad\u034f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe0e\ufe0f\ufeff]")
TRIM: Final = " \t*_`'\"“”„‚‘’«»‹›()[]{}<>#/\\|~•·.,;:!?…-\u2013\u2014"  # noqa: RUF001 - quotation marks
# Drawn politeness, and the colours of its skin; any other picture may take the words back.
_AROUND: Final = TRIM + "👍👌🙏🙂😊✅✔☑💪🫡" + "🏻🏼🏽🏾🏿"
_SPAN_PART = re.compile(r"(\d{1,4})(?:[.,](\d))?\s?([^\W\d_]+\.?)?")
_PLAIN: Final = {"\u2019": "'", "\u2018": "'", "ł": "l", "\u00a0": " "}


def seen(text: str) -> str:
    """Drop what cannot be seen, and make every kind of space a plain one."""
    visible = _UNSEEN.sub("", text)
    return "".join(
        " " if unicodedata.category(each) == "Zs" or each == "\t" else each for each in visible
    )


def fold(text: str) -> str:
    """Fold for comparison: small letters without accents, plain apostrophes and spaces."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(each for each in apart if not unicodedata.combining(each))
    return "".join(_PLAIN.get(each, each) for each in plain)


def beginning(line: str, phrases: Mapping[str, Any]) -> tuple[Any, str] | None:
    """Find the longest phrase a line begins with; give its meaning and the rest of the line."""
    folded, places = _folded_with_places(line)
    for phrase in sorted(phrases, key=len, reverse=True):
        if _begins(folded, phrase):
            end = places[len(phrase)] if len(phrase) < len(places) else len(line)
            return phrases[phrase], line[end:]
    return None


def _begins(folded: str, phrase: str) -> bool:
    after = folded[len(phrase) : len(phrase) + 1]
    return folded.startswith(phrase) and not (after.isalnum() or after == "_")


def _folded_with_places(line: str) -> tuple[str, list[int]]:
    """Fold a line, and tell for each character of that where it stood in the line."""
    folded: list[str] = []
    places: list[int] = []
    for at, character in enumerate(line):
        for each in fold(character):
            folded.append(each)
            places.append(at)
    return "".join(folded), places


def is_polite(words: str) -> bool:
    """Tell whether words are nothing but politeness."""
    left = fold(words).strip(_AROUND)
    while left:
        phrase = next((one for one in _polite() if _begins(left, one)), None)
        if phrase is None:
            # Marks of other scripts say nothing.
            return all(unicodedata.category(character)[0] in "PZ" for character in left)
        left = left[len(phrase) :].strip(_AROUND)
    return True


def read_span(words: str) -> timedelta | None:
    """Read a time such as ``2h``, ``1 h 30 min`` or ``two``'s like ``an hour``."""
    left = fold(words).strip(TRIM)
    for word in _folded("fillers"):
        if _begins(left, word):
            left = left[len(word) :].strip(TRIM)
    for word in _folded("ones"):
        if _begins(left, word):
            left = f"1 {left[len(word) :].strip()}"
    total = timedelta()
    while part := _SPAN_PART.match(left):
        unit = _units().get((part[3] or "").rstrip("."))
        # "1h30" is common; a figure alone could be anything.
        unit = unit or (timedelta(minutes=1) if not part[3] and total else None)
        if unit is None:
            return None
        total += unit * (int(part[1]) + int(part[2] or 0) / 10)
        left = left[part.end() :].strip(TRIM)
    is_whole = bool(total) and total <= LONGEST_SPAN and is_polite(left)
    return total if is_whole else None


@cache
def action_phrases() -> dict[str, StaffAction]:
    """Give every phrase that stands for an action, folded."""
    return {
        spelling: action
        for action in StaffAction
        for phrase in (action.value, *merged(NAME, action.value))
        for spelling in _spellings(phrase)
    }


@cache
def disposition_phrases() -> dict[str, Disposition]:
    """Give every phrase that stands for how a case ended, folded."""
    tables = [language.get("dispositions", {}) for language in table(NAME).values()]
    found = {
        spelling: disposition
        for disposition in Disposition
        for phrases in tables
        for phrase in phrases.get(disposition.value, [])
        for spelling in _spellings(phrase)
    }
    for disposition in Disposition:
        for gap in "_- ":
            found[disposition.value.replace("_", gap)] = disposition
    return found


def _spellings(phrase: str) -> set[str]:
    """Give a phrase as it is compared, and as German is typed without umlauts."""
    typed = phrase.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    return {fold(phrase), fold(typed)}


@cache
def _folded(key: str) -> tuple[str, ...]:
    return tuple(sorted({fold(word) for word in merged(NAME, key)}, key=len, reverse=True))


def _polite() -> tuple[str, ...]:
    return _folded("polite")


@cache
def _units() -> dict[str, timedelta]:
    units = {"hours": timedelta(hours=1), "minutes": timedelta(minutes=1), "days": timedelta(1)}
    return {word: unit for key, unit in units.items() for word in _folded(key)}
