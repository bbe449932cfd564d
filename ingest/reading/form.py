"""The reporting button's form: a mail in which somebody filled in what ``tipline button`` wrote.

Its questions and the answers to the last one stand in ``phrases/form.toml``, in 18 languages. What
mail programs do to a form is allowed for: other white space, empty lines, other dashes and
quotation marks, answers on the next line, fields that are empty, gone or in another order, and all
of it on one line. Two of the three questions, of one language, make a form. One that the writer
only quotes or forwards is somebody else's: its questions are taken for nobody's words, and its
answers are worth no more than what else is passed on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from ingest.reading.form_words import (
    FIELDS,
    Wording,
    longest_words,
    patterns,
    question_alone,
    wordings,
)
from ingest.reading.language import detect
from ingest.reading.lexicon import fold, is_unspaced, is_word
from ingest.reading.urgency import Urgent, perhaps_urgent
from ingest.reading.urgency.rules import RULES

RULE: Final = "imminent_danger"
"""The rule of urgency that the last question asks about."""
_ENGLISH: Final = "en"
# A form is as long as what a writer says; beyond that no question is looked for.
_MAX_LENGTH: Final = 20_000
# How far into an answer a "yes" is looked for.
_MAX_ANSWER: Final = 60
# Letters of free words by which their language can be told; fewer are in that of the form.
_ENOUGH_LETTERS: Final = 40

_OPENING: Final = " \t(\uff08[*_\u300c"
_QUOTE_MARKS: Final = re.compile(r"^[>| \t\u00a0]{1,40}", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class FilledForm:
    """What a writer put into the form.

    One that the writer passes on or quotes is not ``is_own``, and has no account. ``account`` is
    the place of the answer in the text, None without one; ``danger`` that of a "yes" to the last
    question. ``text`` is the whole text, as long as it was, with line feeds in place of what is no
    word of the writer: the questions, but for the account's, which announces what is behind it as
    any label does, and the answer to the last one.
    """

    is_own: bool
    language: str
    text: str
    account: tuple[int, int] | None
    danger: tuple[int, int] | None
    words: str


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question in a text, and the place of what stands behind it."""

    field: str
    start: int
    end: int
    until: int


def read_form(text: str, own_length: int) -> FilledForm | None:
    """Find the form in a text, the writer's own first; None where there is none.

    What is behind ``own_length`` was forwarded or quoted.
    """
    folded = "\n".join(map(fold, text[:_MAX_LENGTH].split("\n")))
    languages = [each for each in wordings() if _may_be(folded, each)]
    if not languages:
        return None
    own = _read(text, folded[:own_length], languages, is_own=True)
    return own or _read(text, _QUOTE_MARKS.sub(_blank, folded), languages, is_own=False)


def _blank(marks: re.Match[str]) -> str:
    return " " * len(marks[0])


def _read(text: str, folded: str, languages: list[str], *, is_own: bool) -> FilledForm | None:
    found = {each: _asked(folded, each) for each in languages}
    language = max(found, key=lambda each: len(found[each]))
    asked = found[language]
    if len(asked) < len(FIELDS) - 1:
        return None
    fields = {each.field: each for each in asked}
    danger = fields.get("danger")
    said = _said(folded, danger, wordings()[language]) if danger else None
    return FilledForm(
        is_own=is_own,
        language=language,
        text=_without(text, _asides(asked, said)),
        account=_filled(text, fields.get("account")) if is_own else None,
        danger=said[0] if said and said[1] else None,
        words=_free_words(text, asked),
    )


def language_of(form: FilledForm) -> str:
    """Tell the language of a filled-in form: that of its words, if there are enough to tell."""
    enough = sum(char.isalpha() for char in form.words) >= _ENOUGH_LETTERS
    return (detect(form.words, form.language) if enough else None) or form.language


def most_urgent(form: FilledForm, by_words: Urgent | None, offset: int) -> Urgent | None:
    """Put a "yes" beside what the words say; of both the more telling rule counts.

    Words that are passed on count, too, and so does a "yes" among them.

    A "no" takes nothing away. ``offset`` is where the form's text begins in the text that places
    count in.
    """
    if form.danger is None:
        return by_words
    if by_words and RULES.index(by_words.rule) <= RULES.index(RULE):
        return by_words
    wording = wordings()[form.language]
    start, end = form.danger
    phrase = f"{question_alone(wording.danger)}: {wording.yes[0]}"
    return Urgent(rule=RULE, phrase=phrase, span=(start + offset, end + offset))


def perhaps_urgent_in(text: str) -> Urgent | None:
    """Tell what may be urgent in a text that may hold the form, whoever filled it in."""
    form = read_form(text, len(text))
    return most_urgent(form, perhaps_urgent(form.text), 0) if form else perhaps_urgent(text)


def _may_be(folded: str, language: str) -> bool:
    """Tell at a glance whether a form of some language may be there; hardly any text has one."""
    return sum(word in folded for word in longest_words(language)) >= len(FIELDS) - 1


def _asked(folded: str, language: str) -> tuple[_Asked, ...]:
    """Give the questions of one language in a text, each once, in their order."""
    spots = _spots(folded, patterns(language, at_line=True))
    if len(spots) < len(FIELDS):
        spots = _within_lines(folded, language, spots) or spots
    untils = [*(start for _, start, _ in spots), len(folded)][1:]
    return tuple(_Asked(*spot, until) for spot, until in zip(spots, untils, strict=False))


def _within_lines(
    folded: str, language: str, at_lines: list[tuple[str, int, int]]
) -> list[tuple[str, int, int]]:
    """Find the questions that a mail program put behind each other on one line.

    Then all of them have to be there. A word alone, the account's, is no sign within a line.
    """
    anywhere = _spots(folded, patterns(language, at_line=False))
    known = {field for field, _, _ in at_lines}
    behind = [spot for spot in anywhere if spot[0] not in {*known, FIELDS[0]}]
    if at_lines and len(at_lines) + len(behind) == len(FIELDS):
        spots = sorted([*at_lines, *behind], key=lambda spot: spot[1])
    elif len(anywhere) == len(FIELDS) and "\n" not in folded[anywhere[0][1] : anywhere[-1][1]]:
        spots = anywhere
    else:
        return []
    return [] if any(_is_quoted(folded, start) for _, start, _ in spots) else spots


def _is_quoted(folded: str, place: int) -> bool:
    line = folded[folded.rfind("\n", 0, place) + 1 : place]
    return line.lstrip().startswith((">", "|"))


def _spots(
    folded: str, patterns: Iterable[tuple[str, re.Pattern[str]]]
) -> list[tuple[str, int, int]]:
    found = [
        (field, match.start("asked"), match.end())
        for field, pattern in patterns
        if (match := pattern.search(folded))
    ]
    return sorted(found, key=lambda spot: spot[1])


def _said(folded: str, asked: _Asked, wording: Wording) -> tuple[tuple[int, int], bool] | None:
    """Tell whether a question was answered with yes, and where; None if with neither.

    The first line of the answer counts, and of "no, not yes" the first word.
    """
    rest = folded[asked.end : asked.until]
    begin = asked.end + len(rest) - len(rest.lstrip())
    line = folded[begin : asked.until].split("\n", maxsplit=1)[0][:_MAX_ANSWER]
    # "No" is another word in some languages, and there is no harm in not knowing it.
    yes = dict.fromkeys((*wording.yes, *wordings()[_ENGLISH].yes), True)
    spots = [
        (*spot, is_yes)
        for answer, is_yes in {**dict.fromkeys(wording.no, False), **yes}.items()
        if (spot := _spot(line, fold(answer)))
    ]
    if not spots:
        return None
    # Of two that begin at one place, the longer: 不是 is not 是.
    start, end, is_yes = min(spots, key=lambda spot: (spot[0], -spot[1]))
    return (begin + start, begin + end), is_yes


def _spot(line: str, answer: str) -> tuple[int, int] | None:
    """Find an answer in a line: a whole word, or in scripts without spaces its beginning."""
    if is_unspaced(answer[0]):
        start = len(line) - len(line.lstrip(_OPENING))
        return (start, start + len(answer)) if line.startswith(answer, start) else None
    start = line.find(answer)
    while start >= 0:
        end = start + len(answer)
        if not any(is_word(char) for char in (*line[:start][-1:], *line[end : end + 1])):
            return start, end
        start = line.find(answer, end)
    return None


def _asides(
    asked: Iterable[_Asked], said: tuple[tuple[int, int], bool] | None
) -> Iterator[tuple[int, int]]:
    """Give the places of what the form says, and not the writer."""
    for each in asked:
        if each.field != "account":
            yield each.start, each.end
    if said:
        yield said[0]


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    for start, end in spans:
        text = f"{text[:start]}{chr(10) * (end - start)}{text[end:]}"
    return text


def _filled(text: str, asked: _Asked | None) -> tuple[int, int] | None:
    """Give the place of an answer up to an empty line; None if there is none."""
    if asked is None:
        return None
    rest = text[asked.end : asked.until]
    start = asked.end + len(rest) - len(rest.lstrip())
    lines = text[start : asked.until].split("\n")
    empty = next((at for at, line in enumerate(lines) if not line.strip()), len(lines))
    answer = "\n".join(lines[:empty]).rstrip()
    return (start, start + len(answer)) if answer else None


def _free_words(text: str, asked: Iterable[_Asked]) -> str:
    """Give what is said beside the account and the last answer."""
    return "\n".join(text[each.end : each.until].strip() for each in asked if each.field == "worry")
