from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from outside.oauth import device
from outside.oauth.errors import LoginError
from outside.oauth.grants import Grant, GrantKind
from tests.outside.authority import Answer
from tests.outside.desk import at_once

if TYPE_CHECKING:
    from tests.outside.authority import Authority
    from tests.outside.desk import Desk, Passing


@pytest.fixture
def person(app: Grant) -> Grant:
    return replace(app, kind=GrantKind.REFRESH_TOKEN)


@dataclass
class Waiting:
    """Waits by putting the clock forward, and remembers how long."""

    clock: Passing
    spans: list[float] = field(default_factory=list)

    def __call__(self, seconds: float) -> None:
        self.spans.append(seconds)
        self.clock.forward(timedelta(seconds=seconds))


@pytest.fixture
def waiting(passing: Passing) -> Waiting:
    return Waiting(passing)


def test_a_person_logs_in_elsewhere_and_tokens_come(
    person: Grant, authority: Authority, passing: Passing, waiting: Waiting, desk: Desk
) -> None:
    authority.pending = 2
    shown = device.begin(person, passing(), at_once)
    assert (shown.address, shown.code) == (f"{authority.url}/activate", "WDJB-MJHT")
    assert "canary" not in repr(shown)
    granted = device.wait(person, shown, passing, at_once, waiting)
    assert waiting.spans == [1, 1, 1]
    assert authority.forms("/device") == [
        {"client_id": "us", "client_secret": "canary-client-secret", "scope": "mail/.default"}
    ]
    tokens = desk.tokens(person)
    tokens.keep("m365", granted, passing())
    assert tokens.bearer("m365").token == "canary-access-1"
    passing.forward(timedelta(hours=1))
    tokens.bearer("m365")
    assert authority.forms()[-1]["refresh_token"] == "canary-refresh-1"


def test_a_client_without_a_secret_sends_none(
    person: Grant, authority: Authority, passing: Passing
) -> None:
    authority.instead = [Answer(status=400, body={"error": "invalid_client"})]
    with pytest.raises(LoginError, match="invalid_client"):
        device.begin(replace(person, client_secret=None), passing(), at_once)
    assert authority.forms("/device") == [{"client_id": "us", "scope": "mail/.default"}]


def test_it_asks_more_slowly_when_told_so_and_goes_on_when_the_endpoint_is_away(
    person: Grant, authority: Authority, passing: Passing, waiting: Waiting
) -> None:
    shown = device.begin(person, passing(), at_once)
    slower = Answer(status=400, body={"error": "slow_down"})
    authority.instead = [slower, Answer(status=502), slower]
    device.wait(person, shown, passing, at_once, waiting)
    assert waiting.spans == [1, 6, 6, 11]


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("access_denied", "the login was declined"),
        ("expired_token", "nobody logged in in time"),
        ("invalid_grant", "invalid_grant"),
    ],
)
def test_it_ends_when_no_token_will_come(
    person: Grant, authority: Authority, waiting: Waiting, code: str, told: str
) -> None:
    shown = device.begin(person, waiting.clock(), at_once)
    authority.instead = [Answer(status=400, body={"error": code})]
    with pytest.raises(LoginError, match=told):
        device.wait(person, shown, waiting.clock, at_once, waiting)
    assert len(waiting.spans) == 1


def test_it_ends_when_the_code_does(
    person: Grant, authority: Authority, passing: Passing, waiting: Waiting
) -> None:
    authority.pending = 1000
    shown = device.begin(person, passing(), at_once)
    with pytest.raises(LoginError, match="in time"):
        device.wait(person, shown, passing, at_once, waiting)
    assert len(waiting.spans) == 60


@pytest.mark.parametrize(
    "change",
    [
        {"user_code": None},
        {"user_code": "a\x1b[2Jb"},
        {"verification_uri": 7},
        {"device_code": ""},
        {"interval": float("inf")},
        {"expires_in": "x"},
    ],
)
def test_a_strange_answer_is_told(
    person: Grant, authority: Authority, passing: Passing, change: dict[str, object]
) -> None:
    answer = {"device_code": "x", "user_code": "y", "verification_uri": "z", "expires_in": 60}
    authority.instead = [Answer(body=answer | change)]
    with pytest.raises(LoginError, match="the answer of device_url"):
        device.begin(person, passing(), at_once)


def test_google_names_the_address_otherwise(
    person: Grant, authority: Authority, passing: Passing
) -> None:
    authority.instead = [
        Answer(body={"device_code": "x", "user_code": "y", "verification_url": "z"})
    ]
    assert device.begin(person, passing(), at_once).address == "z"


def test_without_an_address_for_codes_it_says_so(person: Grant, passing: Passing) -> None:
    with pytest.raises(LoginError, match="device_url"):
        device.begin(replace(person, device_url=None), passing(), at_once)
