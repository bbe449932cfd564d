"""Which category a report may belong to: a suggestion with its reason, for a person to decide.

What is urgent suggests its own; else the category of which most phrases of
``phrases/category.toml`` are met, in any language, and not denied (``context.py``). The phrase of
the table comes out as the reason, no word of the report.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from ingest.reading.context import Place, context_of
from ingest.reading.flat import Flat, flatten
from ingest.reading.lexicon import Found, Lexicon
from ingest.reading.phrases import table
from ingest.reading.urgency import Urgent


class Category(StrEnum):
    """What a report may be about; of two with as many phrases, the first is suggested."""

    MISSING_CHILD = "missing_child"
    SELF_HARM = "self_harm"
    SEXTORTION = "sextortion"
    SHARING_CONTENT = "sharing_content"
    IMPERSONATION = "impersonation"
    GROOMING_CONTACT = "grooming_contact"
    BULLYING = "bullying"
    UNDERAGE_ACCOUNT = "underage_account"
    SPAM_SCAM = "spam_scam"


_OF_URGENCY: Final = {
    "child_missing": Category.MISSING_CHILD,
    "self_harm": Category.SELF_HARM,
    "coercion": Category.SEXTORTION,
    "travelling": Category.GROOMING_CONTACT,
    "meeting_planned": Category.GROOMING_CONTACT,
}
# So many phrases are looked at more closely; ordinary mails have a few.
_MOST_LOOKED_AT: Final = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """A category, the phrase of our tables that suggests it, and its place in the text."""

    category: Category
    phrase: str
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Listed:
    language: str
    category: Category
    phrase: str


def suggest_category(text: str, urgent: Urgent | None) -> Suggestion | None:
    """Suggest a category for a text and what makes it urgent; None if nothing speaks for one."""
    if urgent and urgent.rule in _OF_URGENCY:
        category = _OF_URGENCY[urgent.rule]
        return Suggestion(category=category, phrase=urgent.phrase, span=urgent.span)
    flat = flatten(text)
    met: dict[Category, dict[str, Found]] = {}
    everything = _lexicon().find(flat.text)[:_MOST_LOOKED_AT]
    for found in everything:
        listed = _listed()[int(found.tag)]
        if not _is_denied(flat, found, everything):
            met.setdefault(listed.category, {}).setdefault(listed.phrase, found)
    if not met:
        return None
    category = max(Category, key=lambda each: len(met.get(each, ())))
    phrase, first = next(iter(met[category].items()))
    return Suggestion(category=category, phrase=phrase, span=flat.place(first.start, first.end))


def _is_denied(flat: Flat, found: Found, everything: list[Found]) -> bool:
    """Ask every language in which something was found at this place: phrases are shared."""
    phrase = _listed()[int(found.tag)].phrase
    place = Place(start=found.start, end=found.end, phrase=phrase)
    languages = {
        _listed()[int(other.tag)].language
        for other in everything
        if other.start < found.end and found.start < other.end
    }
    return any(
        context_of(language).denies(flat, place, settled_before=False) for language in languages
    )


@cache
def _listed() -> tuple[_Listed, ...]:
    return tuple(
        _Listed(language, Category(name), phrase)
        for language, lists in table("category").items()
        for name, phrases in lists.items()
        for phrase in dict.fromkeys(phrases)
    )


@cache
def _lexicon() -> Lexicon:
    return Lexicon({str(number): [listed.phrase] for number, listed in enumerate(_listed())})
