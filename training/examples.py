"""What is learned from: accounts with the clues to their roles, and the roles they have."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.reading import read_message
from ingest.reading.accounts.examine import Asked, Examined, examine
from ingest.reading.accounts.platforms import platforms_for
from ingest.reading.rules import ReadingRules
from store.model import Role, Sighting
from tests.scoring import corpus
from tests.scoring.found import account_of
from tests.scoring.measures import is_same
from training.marks import Marked, Part

RULES = ReadingRules()
_ACCOUNTS = Path(__file__).parents[1] / "tests" / "ingest" / "reading" / "accounts"
SENTENCES = (*sorted(_ACCOUNTS.glob("roles/*.toml")), _ACCOUNTS / "plain_reports.toml")
_BY_NAME = {
    "bad": Role.REPORTED,
    "kid": Role.VICTIM,
    "own": Role.REPORTER,
    "pal": Role.MENTIONED,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """One place where an account stands.

    ``mail`` tells which examples belong together; ``by_rules`` is the role the rules tell.
    """

    mail: str
    language: str
    account: tuple[str, str]
    role: Role
    by_rules: Role
    clues: frozenset[str]


def from_marked(mails: Iterable[Marked]) -> Iterator[Example]:
    """Give the examples of marked mails; accounts that are not found are left out."""
    for mail in mails:
        for part in (mail.subject, mail.text):
            found = looked_through(part.text, mail.language)
            if found:
                roles = marked_roles(found, part)
                yield from _examples(found, roles, mail.name, mail.language)


def from_sentences() -> Iterator[Example]:
    """Give the examples of sentences and plain reports, whose handles tell their role by name."""
    for name, language, text in sentences():
        found = looked_through(text, language)
        if found:
            yield from _examples(found, named_roles(found), name, language)


def sentences() -> Iterator[tuple[str, str, str]]:
    """Give sentences and plain reports: name, language, text."""
    for path in SENTENCES:
        for language, texts in _texts(path):
            for number, text in enumerate(texts):
                yield f"{path.name} {language} {number}", language, text


def named_roles(found: Examined) -> dict[int, Role]:
    """Give the roles that handles tell by how they begin."""
    return {
        place: _BY_NAME[hit.account.handle[:3]]
        for hit, place in zip(found.hits, found.numbers, strict=True)
        if hit.account.handle and hit.account.handle[:3] in _BY_NAME
    }


def _texts(path: Path) -> list[tuple[str, list[str]]]:
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return [(path.stem, table["texts"])] if "texts" in table else list(table.items())


def from_corpus(half: str) -> Iterator[Example]:
    """Give the examples of labelled mails, whose labels name accounts and no places."""
    for case in corpus.cases(half):
        mail = read_message(case.raw, None, RULES)
        for text in (mail.subject or "", mail.text):
            found = looked_through(text, mail.language)
            if found:
                roles = labelled_roles(found, case)
                name = f"{half} {case.name} {case.language}"
                yield from _examples(found, roles, name, mail.language or "?")


def looked_through(text: str, language: str | None) -> Examined | None:
    """Look through one part of a mail; None where it says nothing."""
    if not text.strip():
        return None
    platforms = platforms_for(RULES.home)
    return examine(text, Asked(platforms=platforms, language=language, in_danger=False))


def marked_roles(found: Examined, part: Part) -> dict[int, Role]:
    """Give the roles that are marked at places where accounts are found."""
    roles: dict[int, Role] = {}
    for hit, number in zip(found.hits, found.numbers, strict=True):
        start, end = found.origin(hit.span)
        for mark in part.marks:
            if start < mark.end and mark.start < end:
                roles.setdefault(number, mark.role)
    return roles


def labelled_roles(found: Examined, case: corpus.Case) -> dict[int, Role]:
    """Give the roles that labels tell of the accounts found."""
    roles: dict[int, Role] = {}
    for hit, number in zip(found.hits, found.numbers, strict=True):
        sighting = Sighting(
            account=hit.account,
            role=Role.REPORTED,
            method=hit.method,
            confidence=hit.confidence,
            part="text",
            span=hit.span,
        )
        account = account_of(sighting)
        label = next(
            (each for each in case.expected.accounts or () if is_same(each, account)), None
        )
        if label:
            roles.setdefault(number, Role(label.role))
    return roles


def _examples(
    found: Examined, roles: dict[int, Role], mail: str, language: str
) -> Iterator[Example]:
    keys = dict(zip(found.numbers, (hit.account.key for hit in found.hits), strict=True))
    for number, role in roles.items():
        yield Example(
            mail=mail,
            language=language,
            account=keys[number],
            role=role,
            by_rules=found.told[number] or Role.REPORTED,
            clues=frozenset(found.clues.of(number)),
        )
