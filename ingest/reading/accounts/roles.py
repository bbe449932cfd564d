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

_SENTENCE_END = re.compile(r"[.!?;](?:\s|$)|\n\s*\n")


def role_before(text: str, start: int, previous_end: int) -> Role | None:
    """Tell the role that the words before a handle give it; None if they give none."""
    before = text[max(0, previous_end, start - WINDOW) : start]
    sentence = _SENTENCE_END.split(before)[-1].replace("’", "'")  # noqa: RUF001 - the typographic apostrophe
    for role, pattern in _patterns():
        if pattern.search(sentence):
            return role
    return None


@cache
def _patterns() -> tuple[tuple[Role, re.Pattern[str]], ...]:
    fillers = _alternation(merged("roles", "fillers"))
    return tuple(
        (role, _pattern(_alternation(merged("roles", key)), fillers))
        for role, key in ((Role.VICTIM, "victim"), (Role.REPORTER, "reporter"))
    )


def _pattern(phrases: str, fillers: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?<!\w)(?:{phrases})(?:[\s'\"(:,=-]{{1,4}}(?:{fillers})(?!\w)){{0,5}}[\s'\"“„«(:=-]{{0,5}}$",
        re.IGNORECASE,
    )


def _alternation(phrases: tuple[str, ...]) -> str:
    return "|".join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True))
