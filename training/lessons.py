"""What the network is learned from: mails as tokens, with the roles of accounts and the urgency."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from ingest.reading import read_message
from ingest.reading.accounts.examine import Examined
from ingest.reading.form_words import wordings
from ingest.reading.network.tokens import Piece, Token, tokens_of
from ingest.reading.urgency import look, signs_in
from store.model import Role
from tests.scoring import corpus
from training.examples import (
    RULES,
    labelled_roles,
    looked_through,
    marked_roles,
    named_roles,
    sentences,
)
from training.marks import Mark, Marked, Part
from training.urgent import CASES

# The rules were tuned to these, so that they say less of urgency than other mails.
_OF_CORPUS: Final = 0.3
# One mail in so many is learned from as a form, too.
_ONE_IN: Final = 6
# How often an account is taken away, and how often it is all that are reported.
_HIDDEN: Final = 0.1
_ALL_REPORTED: Final = 0.6
_NOBODY: Final = Token(("word",))


@dataclass(frozen=True, kw_only=True, slots=True)
class Lesson:
    """One mail: its tokens, the roles of the accounts at its places, whether it cannot wait.

    ``urgent`` is None where that is not told; ``counts`` is how much it weighs among the others.
    ``accounts`` names the account of each place.
    """

    mail: str
    language: str
    tokens: tuple[Token, ...]
    roles: dict[int, Role]
    accounts: dict[int, tuple[str, str]]
    urgent: bool | None
    counts: float = 1.0


def of_marked(mails: Iterable[Marked]) -> Iterator[Lesson]:
    """Give the lessons of marked mails."""
    for mail in mails:
        parts = _Parts(mail.language, mail.subject.text, mail.text.text)
        for part, found in zip((mail.subject, mail.text), parts.found, strict=True):
            parts.mark(found, marked_roles(found, part) if found else {})
        yield parts.lesson(mail.name, urgent=mail.urgent)


def of_forms(mails: Iterable[Marked]) -> Iterator[Lesson]:
    """Give the lessons of some of the mails as if they were written into the form of the button."""
    for mail in islice(mails, None, None, _ONE_IN):
        reported = next((mark for mark in mail.text.marks if mark.role is Role.REPORTED), None)
        if reported:
            name = mail.text.text[reported.start : reported.end]
            label = f"{wordings()[mail.language].account}: "
            head = f"{label}{name}\n\n\n"
            marks = [Mark(len(label), len(label) + len(name), Role.REPORTED)]
            marks += [
                Mark(mark.start + len(head), mark.end + len(head), mark.role)
                for mark in mail.text.marks
            ]
            text = Part(head + mail.text.text, tuple(marks))
            yield from of_marked([replace(mail, name=f"{mail.name} form", text=text)])


def some_hidden(lesson: Lesson) -> Lesson:
    """Take away one account now and then, or all that are reported: not everybody can name them.

    Otherwise it would be learned that the only one is always the one that is reported.
    """
    if not lesson.accounts or random.random() >= _HIDDEN:  # noqa: S311 - no secret
        return lesson
    reported = {
        lesson.accounts[place] for place, role in lesson.roles.items() if role is Role.REPORTED
    }
    others = {*lesson.accounts.values()} - reported
    one = {random.choice(sorted(lesson.accounts.values()))}  # noqa: S311 - no secret
    hidden = reported if others and random.random() < _ALL_REPORTED else one  # noqa: S311
    places = {place for place, account in lesson.accounts.items() if account in hidden}
    return replace(
        lesson,
        tokens=tuple(_NOBODY if token.place in places else token for token in lesson.tokens),
        roles={place: role for place, role in lesson.roles.items() if place not in places},
    )


def of_corpus(half: str) -> Iterator[Lesson]:
    """Give the lessons of labelled mails, whose labels name accounts and no places."""
    for case in corpus.cases(half):
        mail = read_message(case.raw, None, RULES)
        parts = _Parts(mail.language, mail.subject or "", mail.text)
        for found in parts.found:
            parts.mark(found, labelled_roles(found, case) if found else {})
        yield parts.lesson(f"{half} {case.name}", urgent=case.expected.urgent, counts=_OF_CORPUS)


def of_sentences(*, language_known: bool) -> Iterator[Lesson]:
    """Give the lessons of the sentences that the rules for roles are tested with."""
    for name, spoken, text in sentences():
        language = spoken if language_known else None
        parts = _Parts(language, "", text)
        found = parts.found[1]
        parts.mark(found, named_roles(found) if found else {})
        yield parts.lesson(name, urgent=None)


def of_cases(*, language_known: bool) -> Iterator[Lesson]:
    """Give the lessons of the sentences that the rules for urgency are tested with."""
    for spoken, lists in tomllib.loads(CASES.read_text(encoding="utf-8")).items():
        texts = [(text, True) for _, text in lists["urgent"]]
        texts += [(text, False) for text in lists["calm"]]
        language = spoken if language_known else None
        for text, urgent in texts:
            yield _Parts(language, "", text).lesson(text, urgent=urgent)


class _Parts:
    """A mail's subject and text, looked through."""

    def __init__(self, language: str | None, subject: str, text: str) -> None:
        self._language = language
        self.found = [looked_through(part, language) for part in (subject, text)]
        signs = signs_in(look(f"{subject}\n{text}", language), language)
        pieces = [
            Piece(found, offset)
            for found, offset in zip(self.found, (0, len(subject) + 1), strict=True)
            if found
        ]
        self._tokens = tuple(tokens_of(pieces, signs))
        self._roles: dict[int, Role] = {}
        self._accounts: dict[int, tuple[str, str]] = {}
        self._first = 0

    def mark(self, found: Examined | None, roles: dict[int, Role]) -> None:
        """Add the roles at the places of a part, one part after the other."""
        if found:
            for hit, place in zip(found.hits, found.numbers, strict=True):
                self._accounts[self._first + place] = hit.account.key
            self._roles.update({self._first + place: role for place, role in roles.items()})
            self._first += len(found.scene.places)

    def lesson(self, name: str, *, urgent: bool | None, counts: float = 1.0) -> Lesson:
        """Put the lesson together."""
        return Lesson(
            mail=name,
            language=self._language or "?",
            tokens=self._tokens,
            roles=self._roles,
            accounts=self._accounts,
            urgent=urgent,
            counts=counts,
        )
