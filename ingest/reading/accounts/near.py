"""Tokens that look like handles though nothing announces them: a person has to look."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ingest.reading.accounts.announced import NEAR, Labelled
from ingest.reading.accounts.scripts import needs_no_space
from ingest.reading.accounts.tokens import is_distinctive, is_dotted, is_sure_to_be_one
from ingest.reading.accounts.wording import PLATFORM, Wording
from ingest.reading.lexicon import Found

# Characters of the longest label.
MAX_LABEL: Final = 30

# A script without spaces may stand on both sides: "友達のriver_77も".
_LOOKS = re.compile(
    r"(?<![A-Za-z0-9_@#/.:\-+=])(?<!= )(?=[A-Za-z]{0,40}[0-9_.])"
    r"[A-Za-z0-9_][A-Za-z0-9_.]{1,40}[A-Za-z0-9_](?![A-Za-z0-9_@/\-&=]|:\S|\(\))"
)


def find_near(text: str, wording: Wording) -> Iterator[Labelled]:
    """Give tokens that look like handles: with an underscore, or near a word for accounts."""
    for found in _LOOKS.finditer(text):
        if _is_within(text, *found.span()) or _is_field(text, *found.span()):
            continue
        near = wording.between(found.start() - NEAR - MAX_LABEL, found.end() + NEAR)
        near = [each for each in near if each.end >= found.start() - NEAR]
        if is_distinctive(found[0]):
            taken = is_sure_to_be_one(found[0]) or any(map(_speaks_of_accounts, near))
        else:
            taken = is_dotted(found[0]) and any(each.tag.startswith(PLATFORM) for each in near)
        if taken:
            yield Labelled(found[0], "near_label", False, found.span())


def _is_within(text: str, start: int, end: int) -> bool:
    """Tell whether a token is a piece of a longer word, in letters beyond ASCII."""
    around = (text[start - 1 : start] if start else "", text[end : end + 1])
    return any(char.isalnum() and not needs_no_space(char) for char in around)


def _is_field(text: str, start: int, end: int) -> bool:
    """Tell whether a token begins a line and a colon ends it."""
    line = text.rfind("\n", 0, start) + 1
    return text[end : end + 1] == ":" and not text[line:start].strip(" \t-•*>|")


def _speaks_of_accounts(found: Found) -> bool:
    return found.tag in {"labels", "ids", "named"} or found.tag.startswith(PLATFORM)
