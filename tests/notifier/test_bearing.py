"""The relay with access tokens: a real server, a real token endpoint, a real store."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from notifier.courier import Deferred, Relay, RelayCourier, Sent
from outside.oauth import Mechanism
from outside.oauth.standing import FRESH_FOR
from store.seals import Seal
from tests.notifier.bearer_relay import BearerRelay, serving
from tests.notifier.house import MESSAGE
from tests.outside.authority import Answer, Authority, running
from tests.outside.desk import Desk, Passing, application, certificate_for_here

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from outside.oauth.grants import Grant
    from store.keys import Identity
    from store.unit_of_work import Store

USER = "cp@chirper.example"


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate_for_here(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def authority() -> Iterator[Authority]:
    with running(Authority()) as one:
        yield one


@pytest.fixture
def grant(authority: Authority, tmp_path: Path) -> Grant:
    return application(authority, tmp_path)


@pytest.fixture
def passing() -> Passing:
    return Passing()


@pytest.fixture
def relay(
    authority: Authority, grant: Grant, certificate: Path, line: Line
) -> Iterator[BearerRelay]:
    del grant
    with serving(BearerRelay(authority), certificate) as one:
        line.settings = replace(line.settings, port=one.port)
        yield one


class Line:
    """The courier as it is set up, anew at each use."""

    def __init__(self, settings: Relay) -> None:
        self.settings = settings

    def courier(self) -> RelayCourier:
        return RelayCourier(self.settings)


@pytest.fixture
def line(
    store: Store, identity: Identity, passing: Passing, grant: Grant, certificate: Path
) -> Line:
    tokens = Desk(store, Seal(identity), passing).tokens(grant)
    return Line(
        Relay(
            host="localhost",
            port=1,
            username=USER,
            bearers=tokens.source("m365"),
            ca_file=certificate,
            timeout=5,
        )
    )


@pytest.fixture
def courier(relay: BearerRelay, line: Line) -> Iterator[RelayCourier]:
    del relay
    one = line.courier()
    yield one
    one.close()


def test_mail_is_sent_with_a_token_by_the_standard_mechanism(
    relay: BearerRelay, courier: RelayCourier
) -> None:
    assert courier.check() is None
    assert isinstance(courier.send(MESSAGE), Sent)
    said = f"n,a={USER},\x01auth=Bearer canary-access-1\x01\x01"
    assert relay.logins == [("OAUTHBEARER", 2, said)] * 2
    assert len(relay.mails) == 1


def test_a_server_that_offers_only_the_older_mechanism_gets_it(
    authority: Authority, certificate: Path, line: Line
) -> None:
    with serving(BearerRelay(authority), certificate, "OAUTHBEARER") as relay:
        line.settings = replace(line.settings, port=relay.port)
        assert line.courier().check() is None
        wanted = replace(line.settings, mechanism=Mechanism.OAUTHBEARER)
        assert "offers no OAUTHBEARER here" in str(RelayCourier(wanted).check())
    assert relay.logins == [("XOAUTH2", 2, f"user={USER}\x01auth=Bearer canary-access-1\x01\x01")]


def test_a_long_token_waits_until_the_server_asks(
    relay: BearerRelay, authority: Authority, courier: RelayCourier
) -> None:
    long = "canary" + "x" * 2500
    authority.valid[long] = USER
    authority.instead = [Answer(body={"access_token": long, "expires_in": 3600})]
    assert isinstance(courier.send(MESSAGE), Sent)
    ((mechanism, words, said),) = relay.logins
    assert (mechanism, words) == ("OAUTHBEARER", 1)
    assert long in said


@pytest.mark.parametrize(
    ("mechanism", "last"), [(Mechanism.OAUTHBEARER, b"\x01"), (Mechanism.XOAUTH2, b"")]
)
def test_a_token_that_was_taken_back_is_replaced_and_the_mail_goes_once(
    relay: BearerRelay, line: Line, passing: Passing, mechanism: Mechanism, last: bytes
) -> None:
    line.settings = replace(line.settings, mechanism=mechanism)
    assert line.courier().check() is None
    relay.authority.invalidate()
    passing.forward(FRESH_FOR)
    courier = line.courier()
    assert isinstance(courier.send(MESSAGE), Sent)
    courier.close()
    assert len(relay.mails) == 1
    assert relay.last_words == [last]
    assert len(relay.authority.posts) == 2


def test_a_token_that_ends_in_the_middle_of_a_connection_is_replaced(
    relay: BearerRelay, authority: Authority, courier: RelayCourier, passing: Passing
) -> None:
    relay.looks_at_each_mail = True
    assert isinstance(courier.send(MESSAGE), Sent)
    passing.forward(timedelta(minutes=20))
    authority.invalidate()
    assert isinstance(courier.send(MESSAGE), Sent)
    assert len(relay.mails) == 2
    assert len(authority.posts) == 2


def test_a_mailbox_that_the_application_may_not_use_is_told_and_not_asked_for_all_the_time(
    relay: BearerRelay, authority: Authority, courier: RelayCourier
) -> None:
    relay.user = "somebody@else.example"
    outcome = courier.send(MESSAGE)
    assert isinstance(outcome, Deferred)
    assert "the login was refused: 535" in outcome.detail
    assert "[oauth.m365] may use its mailbox" in outcome.detail
    assert "canary" not in outcome.detail
    for _ in range(3):
        courier.send(MESSAGE)
    assert len(relay.logins) == 1
    assert len(authority.posts) == 1


def test_it_is_tried_again_once_and_then_the_server_is_believed(
    relay: BearerRelay, authority: Authority, line: Line, passing: Passing
) -> None:
    assert line.courier().check() is None
    passing.forward(FRESH_FOR)
    relay.refusals = 9
    outcome = line.courier().send(MESSAGE)
    assert isinstance(outcome, Deferred)
    assert "535" in outcome.detail
    assert len(relay.logins) == 3
    assert len(authority.posts) == 2


def test_without_a_token_mail_waits_and_the_reason_is_told(
    relay: BearerRelay, authority: Authority, courier: RelayCourier
) -> None:
    authority.instead = [Answer(status=400, body={"error": "invalid_client"})]
    outcome = courier.send(MESSAGE)
    assert isinstance(outcome, Deferred)
    assert "invalid_client" in outcome.detail
    assert relay.logins == []


def test_a_relay_that_repeats_a_token_is_not_quoted(
    relay: BearerRelay, courier: RelayCourier
) -> None:
    relay.refusals, relay.repeats = 9, True
    outcome = courier.send(MESSAGE)
    assert "535 5.7.8 wrong: *** *** (400)" in outcome.detail
    assert "canary" not in outcome.detail


def test_nothing_of_a_token_is_shown(
    relay: BearerRelay, courier: RelayCourier, line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG", logger="notifier"):
        courier.send(MESSAGE)
    assert len(relay.mails) == 1
    assert "canary" not in f"{line.settings!r} {vars(courier)!r}"
