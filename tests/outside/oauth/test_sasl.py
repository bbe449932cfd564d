from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outside.oauth import Bearer, Exchange, LoginError, Mechanism, choose

BEARER = Bearer(token="canary-access")


def test_xoauth2_names_the_mailbox_and_the_token() -> None:
    exchange = Exchange(Mechanism.XOAUTH2, "cp@chirper.example", BEARER)
    assert exchange.answer() == "user=cp@chirper.example\x01auth=Bearer canary-access\x01\x01"


def test_oauthbearer_names_the_mailbox_and_the_token() -> None:
    # RFC 7628 section 3.1; "," and "=" of a name as RFC 5801 section 4 has it.
    exchange = Exchange(Mechanism.OAUTHBEARER, "a,b=c@chirper.example", BEARER)
    said = exchange.answer(b"")
    assert said == "n,a=a=2Cb=3Dc@chirper.example,\x01auth=Bearer canary-access\x01\x01"


@pytest.mark.parametrize(
    ("mechanism", "last"), [(Mechanism.XOAUTH2, ""), (Mechanism.OAUTHBEARER, "\x01")]
)
def test_a_refusal_is_heard_to_its_end(mechanism: Mechanism, last: str) -> None:
    exchange = Exchange(mechanism, "cp@chirper.example", BEARER)
    exchange.answer()
    assert exchange.answer(b'{"status":"invalid_token","scope":"mail"}') == last
    assert exchange.reason == "invalid_token"


@pytest.mark.parametrize(
    "challenge",
    [
        b"",
        b"no",
        b"[]",
        b'{"status": "canary-access and more"}',
        b'{"status": "' + b"x" * 99 + b'"}',
    ],
)
def test_of_a_refusal_only_a_plain_status_is_told(challenge: bytes) -> None:
    exchange = Exchange(Mechanism.XOAUTH2, "cp@chirper.example", BEARER)
    exchange.answer()
    exchange.answer(challenge)
    assert exchange.reason == ""


@pytest.mark.parametrize("user", ["a\x01auth=Bearer b", "a\r\nb", "a\0b"])
def test_a_name_that_would_break_out_is_refused(user: str) -> None:
    with pytest.raises(LoginError, match="characters"):
        Exchange(Mechanism.XOAUTH2, user, BEARER)


@given(st.binary())
def test_any_challenge_is_answered(challenge: bytes) -> None:
    exchange = Exchange(Mechanism.XOAUTH2, "cp@chirper.example", BEARER)
    exchange.answer()
    assert exchange.answer(challenge) == ""


def test_the_standard_mechanism_goes_before_the_other() -> None:
    assert choose(["PLAIN", "xoauth2", "oauthbearer"]) is Mechanism.OAUTHBEARER
    assert choose(["PLAIN", "XOAUTH2"]) is Mechanism.XOAUTH2
    assert choose(["XOAUTH2", "OAUTHBEARER"], Mechanism.XOAUTH2) is Mechanism.XOAUTH2


def test_a_server_without_any_is_told() -> None:
    with pytest.raises(LoginError, match="offers no OAUTHBEARER and XOAUTH2 here"):
        choose(["PLAIN"])
    with pytest.raises(LoginError, match="offers no XOAUTH2 here"):
        choose(["OAUTHBEARER"], Mechanism.XOAUTH2)


def test_nothing_shows_the_token() -> None:
    assert "canary" not in f"{BEARER}{BEARER!r}"
    assert "canary" not in repr(Exchange(Mechanism.XOAUTH2, "cp@chirper.example", BEARER))
