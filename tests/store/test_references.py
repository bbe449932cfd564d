from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.references import (
    ALPHABET,
    CASE_PREFIX,
    REPORT_PREFIX,
    new_reference,
    parse_reference,
    read_reply_token,
    reply_token,
    token_in_message_id,
)

KEY = b"k" * 32
references = st.builds(new_reference, st.sampled_from([CASE_PREFIX, REPORT_PREFIX]))
# The random bits come from the system, not from hypothesis: a failing example names its reference.
drawn = st.integers(min_value=0, max_value=10**6).flatmap(lambda _: references)


def parsed(text: str, reference: str) -> str | None:
    return parse_reference(text, reference[0])


@given(drawn)
def test_a_reference_reads_as_itself(reference: str) -> None:
    assert parsed(reference, reference) == reference


@given(drawn)
def test_case_dashes_and_spaces_do_not_matter(reference: str) -> None:
    typed = f"  {reference.lower().replace('-', ' ')} "
    assert parsed(typed, reference) == reference


@given(drawn)
def test_lookalikes_read_as_the_digits_they_look_like(reference: str) -> None:
    for digit, lookalike in (("0", "O"), ("0", "o"), ("1", "I"), ("1", "L"), ("1", "l")):
        assert parsed(reference.replace(digit, lookalike), reference) == reference


@given(drawn)
def test_every_single_wrong_character_is_caught(reference: str) -> None:
    places = [place for place in range(2, len(reference)) if reference[place] != "-"]
    wrong = [
        reference[:place] + other + reference[place + 1 :]
        for place in places
        for other in ALPHABET
        if other != reference[place]
    ]
    assert [text for text in wrong if parsed(text, reference)] == []


@given(drawn)
def test_every_swap_of_two_neighbours_is_caught(reference: str) -> None:
    body = reference[2:].replace("-", "")
    swapped = [
        f"{reference[:2]}{body[:i]}{body[i + 1]}{body[i]}{body[i + 2 :]}"
        for i in range(len(body) - 1)
        if body[i] != body[i + 1]
    ]
    assert [text for text in swapped if parsed(text, reference)] == []


@given(st.text(max_size=30))
def test_any_text_is_a_reference_or_none(text: str) -> None:
    found = parse_reference(text, CASE_PREFIX)
    assert found is None or parse_reference(found, CASE_PREFIX) == found


@pytest.mark.parametrize("text", ["", "C", "C-", "C-00000", "X-00000-00000", "C-00000-0000U"])
def test_what_is_no_reference_is_none(text: str) -> None:
    assert parse_reference(text, CASE_PREFIX) is None


def test_references_differ() -> None:
    assert len({new_reference(CASE_PREFIX) for _ in range(2000)}) == 2000


@given(drawn)
def test_a_token_gives_the_reports_reference_back(reference: str) -> None:
    expected = reference if reference.startswith(REPORT_PREFIX) else None
    assert read_reply_token(reply_token(reference, KEY), KEY) == expected


def test_a_relay_may_change_the_case_of_a_token() -> None:
    reference = new_reference(REPORT_PREFIX)
    assert read_reply_token(reply_token(reference, KEY).upper(), KEY) == reference


def test_a_token_of_another_key_is_none() -> None:
    token = reply_token(new_reference(REPORT_PREFIX), b"x" * 32)
    assert read_reply_token(token, KEY) is None


def test_no_character_of_a_token_may_be_changed() -> None:
    token = reply_token(new_reference(REPORT_PREFIX), KEY)
    forged = [
        token[:i] + other + token[i + 1 :]
        for i in range(len(token))
        for other in ALPHABET.lower()
        if other != token[i]
    ]
    assert [text for text in forged if read_reply_token(text, KEY)] == []


def test_a_truncated_or_longer_token_is_none() -> None:
    token = reply_token(new_reference(REPORT_PREFIX), KEY)
    pieces = [token[:end] for end in range(len(token))] + [token + "0", "0" + token]
    assert [text for text in pieces if read_reply_token(text, KEY)] == []


@given(st.text(max_size=40))
def test_any_text_is_a_token_or_none(text: str) -> None:
    assert read_reply_token(text, KEY) is None


def test_a_reply_address_keeps_to_the_length_of_a_local_part() -> None:
    token = reply_token(new_reference(REPORT_PREFIX), KEY)
    assert len(f"cp+{token}") <= 64
    assert token == token.lower()


@pytest.mark.parametrize(
    ("message_id", "found"),
    [
        ("<receipt.0123456789ab.r0123456789abcdef0123456789@tip.example>", True),
        ("receipt.0123456789ab.r0123456789abcdef0123456789@tip.example", True),
        ("<receipt.0123456789ab@tip.example>", False),
        ("<r0123456789abcdef0123456789@tip.example>", False),
        ("<a.b.!!!!@x>", False),
        ("", False),
    ],
)
def test_the_token_is_the_last_piece_before_the_sign(message_id: str, *, found: bool) -> None:
    expected = "r0123456789abcdef0123456789" if found else None
    assert token_in_message_id(message_id) == expected
