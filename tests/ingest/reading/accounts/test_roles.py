"""Roles by the words around a handle, in all languages.

In every text ``bad_*`` is reported, ``kid_*`` a child's, ``own_*`` the writer's and ``pal_*`` only
mentioned.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from ingest.reading.accounts.find import find_accounts
from ingest.reading.rules import ReadingRules
from store.model import Role

EXPECTED = {
    "bad": Role.REPORTED,
    "kid": Role.VICTIM,
    "own": Role.REPORTER,
    "pal": Role.MENTIONED,
}
FOLDER = Path(__file__).parent / "roles"
LANGUAGES = {
    path.stem: tomllib.loads(path.read_text(encoding="utf-8"))["texts"]
    for path in sorted(FOLDER.glob("*.toml"))
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_around_a_handle_tell_its_role(language: str) -> None:
    """But for one in fifty: the network has read many more mails than these sentences."""
    wrong = {
        text: roles
        for text in LANGUAGES[language]
        if (roles := roles_in(text, language))
        != {name: EXPECTED[name[:3]] for name in _names(text)}
    }
    assert len(wrong) <= len(LANGUAGES[language]) / 50, wrong


def test_every_sentence_has_somebody_who_is_reported() -> None:
    assert [text for texts in LANGUAGES.values() for text in texts if "bad_1" not in text] == []


def roles_in(text: str, language: str | None) -> dict[str | None, Role]:
    named = find_accounts(
        subject="", text=text, signature="", links=(), rules=ReadingRules(), language=language
    )
    return {each.account.handle: each.role for each in named.sightings}


def _names(text: str) -> list[str]:
    words = text.replace("'", " ").split("@")[1:]
    return [word[:5] for word in words]


@pytest.mark.parametrize("language", [None, "sv"])
def test_an_unknown_language_is_read_with_all_words(language: str | None) -> None:
    roles = roles_in("@bad_1 schreibt meiner Tochter @kid_1", language)
    assert roles == {"bad_1": Role.REPORTED, "kid_1": Role.VICTIM}
