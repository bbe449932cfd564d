from __future__ import annotations

import pytest

from ingest.reading import fields


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ("auto-replied", "auto-replied"),
        (" Auto-Replied ; a=b", "auto-replied"),
        ("(a (b) \\) c) no (d); x", "no"),
        ("no(", "no"),
        ("", ""),
    ],
)
def test_the_keyword_of_a_structured_value(value: str, word: str) -> None:
    assert fields.keyword(value) == word


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ("<a@b>", ("<a@b>",)),
        ("<a@b> <c@d>\n <a@b>", ("<a@b>", "<c@d>")),
        ("a@b c@d", ("<a@b>", "<c@d>")),
        ("< a@b >", ("<a@b>",)),
        ("<[not@rfc]@x>", ("<[not@rfc]@x>",)),
        ("Your message of Monday", ()),
        ("", ()),
    ],
)
def test_ids_keep_their_brackets(value: str, ids: tuple[str, ...]) -> None:
    assert fields.message_ids(value) == ids


def test_only_the_domain_of_an_address_is_lowered() -> None:
    assert fields.normal_address("Anna.B@Example.ORG") == "Anna.B@example.org"


@pytest.mark.parametrize("value", ["", "anna", "@example.org", "anna@", "a b"])
def test_what_is_no_address_is_none(value: str) -> None:
    assert fields.normal_address(value) is None
