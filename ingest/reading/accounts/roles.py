"""The role of an account in a report, by the words right before it.

Only words in the same sentence, after the account before it, count, and only if nothing but
filling words stands between: "to my daughter @name" makes a victim, "my daughter got mail from
@name" does not. Without such words an account is one that is reported.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from ingest.reading.phrases import merged
from store.model import Role

WINDOW: Final = 90
# What may stand between "my" and "daughter": her age, and how one speaks of her.
_AGE: Final = (
    r"(?:[ -](?:[0-9]{1,2}(?:-?[a-zäöüß]{2,9})?|years?|old|little|young|own|kleine[nr]?"
    r"|jährige[nr]?)){0,4} "
)
_KEYS: Final = (
    (Role.VICTIM, "victim"),
    (Role.REPORTER, "reporter"),
    (Role.MENTIONED, "mentioned"),
)
# From here on, characters of scripts without spaces between words.
_UNSPACED: Final = "\u2e80"

_SENTENCE_END = re.compile(r"[.!?;](?:\s|$)|[。！？]|\n\s*\n")  # noqa: RUF001 - full-width


def role_before(text: str, start: int, previous_end: int) -> Role | None:
    """Tell the role that the words before a handle give it; None if they give none."""
    before = text[max(0, previous_end, start - WINDOW) : start]
    if previous_end and _of_the_victim().search(before):
        return Role.VICTIM
    if _under_the_letter().search(before):
        return Role.REPORTER
    sentence = _SENTENCE_END.split(before)[-1].replace("’", "'")  # noqa: RUF001 - the typographic apostrophe
    for role, pattern in _patterns():
        if pattern.search(sentence):
            return role
    return None


@cache
def _of_the_victim() -> re.Pattern[str]:
    """Match "writes to my daughter. Her name is": after an account, so the other one is meant."""
    victims = _alternation(merged("roles", "victim"))
    possessives = _alternation(merged("roles", "possessives"))
    fillers = _alternation(merged("roles", "fillers"))
    return re.compile(
        rf"(?<!\w)(?:{victims})[.!]\s{{1,3}}(?:{possessives})(?:[\s:]{{1,3}}(?:{fillers})(?!\w)){{0,5}}"
        r"[\s'\":]{0,4}$",
        re.IGNORECASE,
    )


@cache
def _under_the_letter() -> re.Pattern[str]:
    """Match a closing and the name below it: "Kind regards," and "Anna (" in the next line."""
    closings = _alternation(merged("roles", "closings"))
    return re.compile(
        rf"(?<!\w)(?:{closings})[,.!]?[ \t]{{0,3}}\n\n?[^\W\d_][^\n@.:]{{1,40}}$", re.IGNORECASE
    )


@cache
def _patterns() -> tuple[tuple[Role, re.Pattern[str]], ...]:
    fillers = _alternation(merged("roles", "fillers"))
    return tuple(
        (role, _pattern(merged("roles", key), fillers, _AGE if role is Role.VICTIM else ""))
        for role, key in _KEYS
    )


def _pattern(phrases: tuple[str, ...], fillers: str, between: str = "") -> re.Pattern[str]:
    spaced = _alternation(tuple(phrase for phrase in phrases if phrase[0] < _UNSPACED))
    if between:
        spaced = spaced.replace(r"\ ", between)
    # Chinese and Japanese put no space before a word.
    unspaced = _alternation(tuple(phrase for phrase in phrases if phrase[0] >= _UNSPACED))
    return re.compile(
        rf"(?:(?<!\w)(?:{spaced})|{unspaced})(?:[\s'\"(:,=-]{{1,4}}(?:{fillers}|[0-9]{{1,2}})(?!\w)){{0,5}}"
        rf"[\s'\"“„«(:=–—-]{{0,5}}$",  # noqa: RUF001 - dashes as people write them
        re.IGNORECASE,
    )


def _alternation(phrases: tuple[str, ...]) -> str:
    longest_first = sorted(phrases, key=len, reverse=True)
    return "|".join(map(re.escape, longest_first)) or "(?!)"
