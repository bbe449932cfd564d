"""The words of the reporting button's form, and the expressions its questions are found by.

They allow for what mail programs do to a line: other white space, other colons, marks of lists and
of bold letters, answers taken out of their brackets. Each repetition is bounded, so that no text
takes long to look through.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from ingest.reading.lexicon import fold
from ingest.reading.phrases import table

FIELDS: Final = ("account", "worry", "danger")
"""What the form asks for: the keys of its table."""
# White space, and characters that show nothing (RFC 5322 knows none of them; phones write them).
_GAP: Final = r"[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
# So many of them at most, as no mail program puts more between two words.
_GAPS: Final = rf"{_GAP}{{0,16}}"
_BEFORE: Final = rf"(?:(?!\n){_GAP}|[*_•·#-]){{0,16}}"
_COLON: Final = r"[:\uff1a\ufe55\u2236]"
_QUESTION: Final = re.compile(r"[?\uff1f\u061f]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wording:
    """The form in one language: its questions, and the answers to the last one."""

    language: str
    account: str
    worry: str
    danger: str
    yes: tuple[str, ...]
    no: tuple[str, ...]

    def question(self, field: str) -> str:
        """Give what the form asks under one of its keys."""
        return str(getattr(self, field))


@cache
def wordings() -> dict[str, Wording]:
    """Give the form in each language there is."""
    return {
        language: Wording(
            language=language,
            **{field: each[field] for field in FIELDS},
            yes=tuple(each["yes"]),
            no=tuple(each["no"]),
        )
        for language, each in table("form").items()
    }


@cache
def longest_words(language: str) -> tuple[str, ...]:
    """Give the longest word of each question, folded: without them there is no form."""
    wording = wordings()[language]
    asked = (fold(question_alone(wording.question(field))) for field in FIELDS)
    return tuple(max(each.split(), key=len) for each in asked)


@cache
def patterns(language: str, *, at_line: bool) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Give each field with the expression for its question in a folded text.

    Its group ``asked`` is the question; it ends where the answer may begin. ``at_line`` has the
    question begin a line.
    """
    wording = wordings()[language]
    return tuple(
        (field, re.compile(_pattern(wording.question(field), at_line=at_line), re.MULTILINE))
        for field in FIELDS
    )


def _pattern(question: str, *, at_line: bool) -> str:
    """Write the expression for a question, up to where its answer may begin."""
    words = fold(question_alone(question)).split()
    spaced = rf"{_GAP}{{1,8}}".join(map(re.escape, words))
    asked = rf"(?P<asked>[*_\u00bf]{{0,4}}{spaced}[*_]{{0,4}})"
    before = rf"^{_BEFORE}" if at_line else r"(?<!\w)"
    hint = _hint(question)
    if hint:
        answers = rf"(?:[(\uff08]{_GAPS}{hint}{_GAPS}[)\uff09])?"
        rest = rf"{_GAPS}[?\uff1f\u061f]?{_GAPS}{answers}(?:[*_]|{_GAP}){{0,16}}{_COLON}?"
        return f"{before}{asked}{rest}"
    # A word alone is no question; the colon makes it one, or that nothing else is on its line.
    alone = r"|[^\S\n]{0,16}$" if at_line else ""
    return rf"{before}{asked}(?:{_GAPS}{_COLON}[*_]{{0,4}}{alone})"


def _hint(question: str) -> str:
    """Give the expression for the answers in the brackets of a question, left as they were."""
    found = re.search(r"[(\uff08](.+?)[)\uff09]", question)
    if found is None:
        return ""
    answers = (re.escape(fold(each.strip())) for each in found[1].split("/"))
    return rf"{_GAPS}/{_GAPS}".join(answers)


def question_alone(question: str) -> str:
    """Take a question without its marks and the answers behind it."""
    return _QUESTION.split(question, maxsplit=1)[0].strip("¿ \u00a0")
