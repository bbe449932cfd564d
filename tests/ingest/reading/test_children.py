from __future__ import annotations

import pytest

from ingest.reading.children import speaks_of_child
from ingest.reading.machines import HEAD
from ingest.reading.phrases import table


@pytest.mark.parametrize("language", [*table("roles")])
def test_a_child_is_known_in_each_language(language: str) -> None:
    assert speaks_of_child("", f"… {table('roles')[language]['victim_f'][0]} …", language)


def test_a_child_in_the_subject_or_of_an_unknown_language_is_one() -> None:
    assert speaks_of_child("my son", "", "en")
    assert speaks_of_child("", "Meine Tochter", None)
    assert speaks_of_child("", "Meine Tochter", "xx")


def test_the_words_of_other_languages_and_those_far_down_are_none() -> None:
    assert not speaks_of_child("", "It will be done.\nKind regards", "en")
    assert not speaks_of_child("", "x" * HEAD + " my daughter", "en")
