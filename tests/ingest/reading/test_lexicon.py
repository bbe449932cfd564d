from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.reading.lexicon import Lexicon, fold


@given(st.text())
def test_folding_keeps_every_character_in_its_place(text: str) -> None:
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("my daughter", "To MY daughter.", "MY daughter"),
        ("my daughter", "my\ndaughter", "my\ndaughter"),
        ("my daughter", "tommy daughter", None),
        ("my daughter", "my daughters", None),
        ("my daughter*", "my daughters", "my daughters"),
        ("kızım*", "kizimin hesabi", "kizimin"),
        ("für", "fuer", "fuer"),
        ("heißt", "heisst", "heisst"),
        ("está", "ESTÁ", "ESTÁ"),
        ("está", "esta", "esta"),
        ("n'est", "n’est", "n’est"),
        ("娘", "私の娘のアカウント", "娘"),
        ("id", "LINEのIDは", "ID"),
        ("id", "idea", None),
        ("딸", "제 딸에게", "딸"),
        ("बेटी", "बेटीा", None),
        ("ёлка", "елка", "елка"),
        ("я", "ім'я", None),
        ("я", "'я", "я"),
        ("*mama", "meinermama", "mama"),
        ("أختي", "اختي", "اختي"),
    ],
)
def test_a_phrase_is_found_as_people_write_it(phrase: str, text: str, found: str | None) -> None:
    hits = Lexicon({"tag": [phrase]}).find(fold(text))
    assert [text[hit.start : hit.end] for hit in hits] == ([found] if found else [])


def test_a_phrase_may_stand_for_several_things() -> None:
    lexicon = Lexicon({"label": ["account"], "place": ["account", "account of"]})
    hits = lexicon.find(fold("account of"))
    assert [(hit.tag, hit.end) for hit in hits] == [("place", 10), ("label", 7), ("place", 7)]


def test_the_number_of_matches_is_bounded() -> None:
    assert len(Lexicon({"tag": ["a"]}).find("a " * 200_000)) == 20_000
