from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from outside.oauth import LoginError, browser
from outside.oauth.grants import Grant, GrantKind
from tests.outside.desk import at_once

if TYPE_CHECKING:
    from tests.outside.authority import Authority
    from tests.outside.desk import Passing


@pytest.fixture
def person(app: Grant) -> Grant:
    return replace(
        app,
        kind=GrantKind.REFRESH_TOKEN,
        authorize_url="https://login.example/authorize?realm=us",
        authorize_fields={"access_type": "offline"},
    )


def test_the_address_asks_for_a_code_and_holds_no_secret(person: Grant) -> None:
    begun = browser.begin(person)
    fields = {key: values[0] for key, values in parse_qs(urlsplit(begun.address).query).items()}
    assert fields.pop("code_challenge")
    assert fields == {
        "realm": "us",
        "response_type": "code",
        "client_id": "us",
        "redirect_uri": "http://localhost",
        "scope": "mail/.default",
        "state": begun.state,
        "code_challenge_method": "S256",
        "access_type": "offline",
    }
    assert begun.verifier not in f"{begun!r}{begun.address}"


def test_the_pasted_address_gives_tokens(
    person: Grant, authority: Authority, passing: Passing
) -> None:
    begun = browser.begin(person)
    pasted = f" http://localhost/?state={begun.state}&code=canary-code&session=7 \n"
    granted = browser.finish(person, begun, pasted, passing(), at_once)
    assert granted.refresh_token == "canary-refresh-1"
    (form,) = authority.forms()
    assert form == {
        "grant_type": "authorization_code",
        "client_id": "us",
        "client_secret": "canary-client-secret",
        "code": "canary-code",
        "code_verifier": begun.verifier,
        "redirect_uri": "http://localhost",
    }


@pytest.mark.parametrize(
    ("pasted", "told"),
    [
        ("", "not the address"),
        ("canary-code", "not the address"),
        ("https://elsewhere.example/?code=canary&state={state}", "not the address"),
        ("http://localhost/?code=canary&state=another", "not the address"),
        ("http://localhost/?code=canary", "not the address"),
        ("http://localhost/?state={state}", "not the address"),
        ("http://localhost/?error=server_error&state={state}", "not the address"),
        ("http://localhost/?error=access_denied&state={state}", "was declined"),
        ("http://localhost:port/?code=canary&state={state}\x01", "not the address"),
    ],
)
def test_another_address_gives_none(
    person: Grant, authority: Authority, passing: Passing, pasted: str, told: str
) -> None:
    begun = browser.begin(person)
    with pytest.raises(LoginError, match=told) as caught:
        browser.finish(person, begun, pasted.format(state=begun.state), passing(), at_once)
    assert "canary" not in f"{caught.value!r}{caught.value.__context__!r}"
    assert authority.posts == []


def test_without_an_address_it_says_what_is_missing(app: Grant) -> None:
    with pytest.raises(LoginError, match=r"authorize_url; set it in \[oauth\.m365\]"):
        browser.begin(app)
