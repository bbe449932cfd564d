from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.references import (
    ALPHABET,
    REPORT_PREFIX,
    new_reference,
    read_reply_token,
    reply_token,
)
from store.tokens import LONGEST_TOKEN, read_return_token, return_token

KEY = b"k" * 32
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
numbers = st.integers(min_value=0, max_value=2**35 - 1)
moments = st.datetimes(min_value=datetime(2020, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is given beside


@given(numbers, moments)
def test_a_return_token_gives_the_number_back(number: int, at: datetime) -> None:
    token = return_token(number, KEY, at)
    assert read_return_token(token, KEY, at) == number
    assert read_return_token(token.upper(), KEY, at) == number


@pytest.mark.parametrize(
    ("days", "good"), [(-1, True), (0, True), (14, True), (15, False), (-2, False), (500, False)]
)
def test_a_return_token_is_good_for_fourteen_days(days: int, *, good: bool) -> None:
    token = return_token(7, KEY, NOON)
    assert (read_return_token(token, KEY, NOON + timedelta(days=days)) == 7) is good


def test_the_days_of_return_tokens_begin_again() -> None:
    last = next(NOON + timedelta(days=n) for n in range(1024) if (NOON.toordinal() + n) % 1024 == 0)
    token = return_token(7, KEY, last - timedelta(days=1))
    assert read_return_token(token, KEY, last + timedelta(days=3)) == 7


def test_no_character_of_a_return_token_may_be_changed() -> None:
    token = return_token(7, KEY, NOON)
    forged = [
        token[:i] + other + token[i + 1 :]
        for i in range(len(token))
        for other in ALPHABET.lower()
        if other != token[i]
    ]
    cut = [token[:end] for end in range(len(token))] + [token + "0", "0" + token]
    assert [text for text in forged + cut if read_return_token(text, KEY, NOON) is not None] == []


def test_neither_kind_of_token_passes_for_the_other() -> None:
    reply = reply_token(new_reference(REPORT_PREFIX), KEY)
    assert read_return_token(reply, KEY, NOON) is None
    assert read_reply_token(return_token(7, KEY, NOON), KEY) is None
    assert read_return_token(return_token(7, b"x" * 32, NOON), KEY, NOON) is None


@given(st.text(max_size=40))
def test_any_text_is_a_return_token_or_none(text: str) -> None:
    assert read_return_token(text, KEY, NOON) is None


def test_return_tokens_do_not_show_how_many_mails_leave() -> None:
    veiled = [return_token(number, KEY, NOON)[3:10] for number in range(1, 200)]
    assert veiled != sorted(veiled)
    assert not any(text.startswith("0000") for text in veiled)


@pytest.mark.parametrize(
    "token",
    [reply_token(new_reference(REPORT_PREFIX), KEY), return_token(2**35 - 1, KEY, NOON)],
    # A token is another in each process; tests that are spread over several need one name.
    ids=["reply", "return"],
)
def test_tokens_are_lower_case_and_no_longer_than_said(token: str) -> None:
    assert token == token.lower()
    assert len(token) <= LONGEST_TOKEN
