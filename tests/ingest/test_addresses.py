from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.addresses import ReportingAddresses, fold_address, tag_of

OURS = ReportingAddresses(
    ["CP@Chirper.example", "child@münchen.example", "abuse+minors@chirper.example"]
)


@pytest.mark.parametrize(
    "address",
    [
        "cp@chirper.example",
        "Cp@CHIRPER.EXAMPLE",
        "cp+tag@chirper.example",
        "cp+@chirper.example",
        "cp+a+b@chirper.example",
        "child@xn--mnchen-3ya.example",
        "child@MÜNCHEN.example",
        "cp@chirper.example.",
        "cp+tag@Chirper.Example.",
        "Abuse+Minors@chirper.example",
        "abuse+minors+tag@chirper.example",
    ],
)
def test_our_addresses_are_known_in_every_spelling(address: str) -> None:
    assert address in OURS


@pytest.mark.parametrize(
    "address",
    [
        *("", "@", "cp", "cp@", "@chirper.example", "xcp@chirper.example", "cp@example", "+@x"),
        *("abuse@chirper.example", "abuse+other@chirper.example", "cp@chirper.example.."),
    ],
)
def test_other_addresses_are_not_ours(address: str) -> None:
    assert address not in OURS


@pytest.mark.parametrize(
    ("address", "tag"),
    [
        ("cp@chirper.example", None),
        ("cp+@chirper.example", ""),
        ("CP+Tag@Chirper.example", "Tag"),
        ("cp+a+b@chirper.example", "a+b"),
        ("abuse+minors@chirper.example", None),
        ("abuse+minors+tag@chirper.example", "tag"),
        ("abuse+tag@chirper.example", None),
        ("cp+tag@other.example", None),
        ("a@b@chirper.example", None),
    ],
)
def test_the_tag_stands_behind_an_address_of_ours(address: str, tag: str | None) -> None:
    known = frozenset({"cp@chirper.example", "abuse+minors@chirper.example"})
    assert tag_of(address, known) == tag


@given(st.text(max_size=100))
def test_any_text_is_folded_once_and_for_all(text: str) -> None:
    address = f"cp@{text}.example"
    assert fold_address(fold_address(address)) == fold_address(address)
