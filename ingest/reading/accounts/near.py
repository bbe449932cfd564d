"""Tokens that look like handles though nothing announces them: a person has to look."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ingest.reading.accounts.announced import NEAR, Labelled
from ingest.reading.accounts.tokens import is_distinctive, is_dotted, is_sure_to_be_one
from ingest.reading.accounts.wording import PLATFORM, Wording
from ingest.reading.lexicon import Found

# Characters of the longest label.
MAX_LABEL: Final = 30

_LOOKS = re.compile(
    r"(?<![\w@/.:\-+=])(?<!= )(?=[A-Za-z]{0,40}[0-9_.])"
    r"[A-Za-z0-9_][A-Za-z0-9_.]{1,40}[A-Za-z0-9_](?![\w@/:\-&=])"
)


def find_near(text: str, wording: Wording) -> Iterator[Labelled]:
    """Give tokens that look like handles: with an underscore, or near a word for accounts."""
    for found in _LOOKS.finditer(text):
        near = wording.between(found.start() - NEAR - MAX_LABEL, found.end() + NEAR)
        near = [each for each in near if each.end >= found.start() - NEAR]
        if is_distinctive(found[0]):
            taken = is_sure_to_be_one(found[0]) or any(map(_speaks_of_accounts, near))
        else:
            taken = is_dotted(found[0]) and any(each.tag.startswith(PLATFORM) for each in near)
        if taken:
            yield Labelled(found[0], "near_label", False, found.span())


def _speaks_of_accounts(found: Found) -> bool:
    return found.tag in {"labels", "ids", "named"} or found.tag.startswith(PLATFORM)
