from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.addresses import ReportingAddresses, fold_address, split_plus

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
    ("address", "parts"),
    [
        ("cp@x.example", ("cp@x.example", None)),
        ("cp+@x.example", ("cp@x.example", "")),
        ("cp+a+b@x.example", ("cp@x.example", "a+b")),
        ("a@b@x.example", ("a@b@x.example", None)),
    ],
)
def test_the_plus_part_is_split_off(address: str, parts: tuple[str, str | None]) -> None:
    assert split_plus(address) == parts


@given(st.text(max_size=100))
def test_any_text_is_folded_once_and_for_all(text: str) -> None:
    address = f"cp@{text}.example"
    assert fold_address(fold_address(address)) == fold_address(address)
