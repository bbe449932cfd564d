"""Roles by the words around a handle, in all languages.

In every text ``bad_*`` is reported, ``kid_*`` a child's, ``own_*`` the writer's and ``pal_*`` only
mentioned.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from ingest.reading.accounts import find_accounts
from ingest.reading.rules import ReadingRules
from store.model import Role

EXPECTED = {
    "bad": Role.REPORTED,
    "kid": Role.VICTIM,
    "own": Role.REPORTER,
    "pal": Role.MENTIONED,
}
FOLDER = Path(__file__).parent / "roles"
CASES = [
    (path.stem, text)
    for path in sorted(FOLDER.glob("*.toml"))
    for text in tomllib.loads(path.read_text(encoding="utf-8"))["texts"]
]


@pytest.mark.parametrize(("language", "text"), CASES)
def test_words_around_a_handle_tell_its_role(language: str, text: str) -> None:
    named = find_accounts(
        subject="", text=text, signature="", links=(), rules=ReadingRules(), language=language
    )
    roles = {each.account.handle: each.role for each in named.sightings}
    assert roles == {name: EXPECTED[name[:3]] for name in sorted(roles)}
    assert all(name in roles for name in ("bad_1",))
    assert {name for name in roles if name} == set(_names(text))


def _names(text: str) -> list[str]:
    words = text.replace("'", " ").split("@")[1:]
    return [word[:5] for word in words]


@pytest.mark.parametrize("language", [None, "sv"])
def test_an_unknown_language_is_read_with_all_words(language: str | None) -> None:
    named = find_accounts(
        subject="",
        text="@bad_1 schreibt meiner Tochter @kid_1",
        signature="",
        links=(),
        rules=ReadingRules(),
        language=language,
    )
    assert [each.role for each in named.sightings] == [Role.REPORTED, Role.VICTIM]
