"""Whether a report speaks of something that cannot wait; the answer is a rule's name.

Rules are phrases by language in ``phrases/urgency.toml``, the most urgent rule first. A phrase
counts unless a word of negation stands close before it, or it is one of our own receipt that the
writer quotes (``phrases/receipt.toml``). No word of the report comes out.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from ingest.reading.bounds import MAX_TEXT
from ingest.reading.phrases import merged, table

# A subject may stand before the text.
MAX_LENGTH: Final = MAX_TEXT + 2_000
# Characters before a phrase in which a negation counts; it must be in the same sentence.
NEGATION_WINDOW: Final = 16

_SPACES = re.compile(r"\s+")
_QUOTE_MARKS = re.compile(r"\n[>\s]{1,40}")
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'"})  # noqa: RUF001 - they are the point


def urgency(text: str) -> str | None:
    """Name the most urgent rule a text meets; None if it meets none."""
    flat = _flat(_QUOTE_MARKS.sub("\n", text[:MAX_LENGTH]))
    for sentence in merged("receipt", "sentences"):
        flat = flat.replace(sentence, ". ")
    for name, pattern in _rules():
        if any(not _is_negated(flat, found.start()) for found in pattern.finditer(flat)):
            return name
    return None


def _flat(text: str) -> str:
    return _SPACES.sub(" ", text.casefold().translate(_APOSTROPHES))


def _is_negated(flat: str, start: int) -> bool:
    before = flat[max(0, start - NEGATION_WINDOW) : start]
    sentence = re.split(r"[.!?;:,]", before)[-1]
    return bool(_negations().search(sentence))


def _alternation(phrases: list[str]) -> re.Pattern[str]:
    longest_first = sorted({_flat(phrase) for phrase in phrases}, key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, longest_first)) + r")(?!\w)")


@cache
def _rules() -> tuple[tuple[str, re.Pattern[str]], ...]:
    rules = {name: by for name, by in table("urgency").items() if name != "negations"}
    return tuple(
        (name, _alternation([phrase for phrases in by.values() for phrase in phrases]))
        for name, by in rules.items()
    )


@cache
def _negations() -> re.Pattern[str]:
    by_language = table("urgency")["negations"]
    return _alternation([word for words in by_language.values() for word in words])
