"""A real Dovecot that asks a token endpoint who somebody is: each mail once, none missing."""

from __future__ import annotations

import logging
import socket
import threading
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from io import RawIOBase
from pathlib import Path

import pytest
from imapclient.exceptions import IMAPClientError

from ingest.imap.bearing import BearerLogin
from ingest.imap.connection import connect, is_session_over
from ingest.imap.errors import LoginRefusedError, UnreachableError
from ingest.imap.login import PasswordLogin
from ingest.imap.settings import MailboxSettings, Security
from outside.oauth import BearerSource, Mechanism
from outside.oauth.grants import Grant
from outside.oauth.standing import FRESH_FOR
from store.keys import Identity
from store.seals import Seal
from store.unit_of_work import Store
from tests.ingest.imap.conftest import OpenMailroom, running
from tests.ingest.imap.mailroom import Mailroom, a_user, mail
from tests.outside.authority import Answer, Authority
from tests.outside.authority import running as answering
from tests.outside.desk import Desk, Passing, application
from tests.servers.bearers import bearer_settings
from tests.servers.cutter import Cutter
from tests.servers.dovecot import Dovecot


def serving(authority: Authority, folder: Path, mechanisms: str) -> Iterator[Dovecot]:
    yield from running(Dovecot(bearer_settings(authority.url, folder, mechanisms)))


@pytest.fixture(scope="module")
def lasting_authority() -> Iterator[Authority]:
    with answering(Authority()) as one:
        yield one


@pytest.fixture
def authority(lasting_authority: Authority) -> Authority:
    """Give the endpoint as new: the servers go on asking it."""
    fresh = Authority(port=lasting_authority.port)
    vars(lasting_authority).update(vars(fresh))
    return lasting_authority


@pytest.fixture(scope="module")
def bearer_dovecot(
    lasting_authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Dovecot]:
    folder = tmp_path_factory.mktemp("bearer")
    yield from serving(lasting_authority, folder, "xoauth2 oauthbearer")


@pytest.fixture
def grant(authority: Authority, tmp_path: Path) -> Grant:
    return application(authority, tmp_path)


@pytest.fixture
def passing() -> Passing:
    return Passing()


@pytest.fixture
def desk(store: Store, identity: Identity, passing: Passing) -> Desk:
    return Desk(store, Seal(identity), passing)


@pytest.fixture
def source(desk: Desk, grant: Grant) -> BearerSource:
    return desk.tokens(grant).source(grant.name)


@pytest.fixture
def room(
    bearer_dovecot: Dovecot, authority: Authority, open_mailroom: OpenMailroom, source: BearerSource
) -> Mailroom:
    authority.username = a_user()
    return open_mailroom(
        bearer_dovecot, authority.username, login=BearerLogin(authority.username, source)
    )


@pytest.mark.parametrize("mechanism", Mechanism)
def test_mails_are_fetched_with_a_token(
    room: Mailroom, source: BearerSource, mechanism: Mechanism
) -> None:
    room.login = BearerLogin(room.user, source, mechanism)
    room.put(mail(1), mail(2))

    room.restart()

    assert room.contents() == [mail(1), mail(2)]
    assert room.there() == []


def test_a_server_that_offers_one_mechanism_is_asked_for_that(
    authority: Authority, source: BearerSource, tmp_path: Path
) -> None:
    authority.username = a_user()
    for server in serving(authority, tmp_path, "xoauth2"):
        settings = MailboxSettings(
            name="cp",
            host="127.0.0.1",
            port=server.port,
            security=Security.NONE,
            username=authority.username,
        )
        connect(settings, BearerLogin(authority.username, source)).close()
        wanted = BearerLogin(authority.username, source, Mechanism.OAUTHBEARER)
        with pytest.raises(LoginRefusedError, match="offers no OAUTHBEARER here"):
            connect(settings, wanted)


def test_a_token_that_ends_in_the_middle_of_the_work_is_replaced_and_no_mail_is_lost(
    room: Mailroom, authority: Authority, passing: Passing
) -> None:
    mails = [mail(number, "x" * 3000) for number in range(1, 11)]
    room.put(*mails)
    cutter = Cutter(room.server.port, [20_000, 300])
    # Each mail is a batch of its own, and the server ends the session among them.
    room.settings = replace(room.settings, port=cutter.port, batch_size=len(mails[0]))
    room.restart()
    assert 0 < len(room.contents()) < len(mails)

    authority.invalidate()
    passing.forward(FRESH_FOR)
    room.until(lambda: room.there() == [])

    cutter.close()
    assert sorted(room.contents()) == sorted(mails)
    assert sorted(room.there("Processed")) == sorted(mails)
    assert authority.asked == ["client_credentials"] * 2


def test_a_mailbox_that_the_login_may_not_use_is_told_after_one_try(
    room: Mailroom, authority: Authority
) -> None:
    authority.username = "somebody@else.example"
    with pytest.raises(LoginRefusedError, match="the login was refused") as caught:
        connect(room.settings, room.login)
    assert "[oauth.m365] may use its mailbox" in caught.value.remedy
    assert len(authority.asked) == 1


def test_a_server_that_goes_on_refusing_is_asked_twice_and_believed(
    room: Mailroom, authority: Authority, passing: Passing
) -> None:
    connect(room.settings, room.login).close()
    authority.username = "somebody@else.example"
    authority.invalidate()
    passing.forward(FRESH_FOR)
    with pytest.raises(LoginRefusedError, match="the login was refused") as caught:
        connect(room.settings, room.login)
    assert "canary" not in f"{caught.value!r}{caught.value.__context__!r}"
    assert len(authority.asked) == 2


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Answer(status=503), "HTTP status 503"),
        (Answer(status=400, body={"error": "invalid_client"}), "invalid_client"),
    ],
)
def test_without_a_token_the_mailbox_waits_and_says_why(
    room: Mailroom, authority: Authority, passing: Passing, answer: Answer, told: str
) -> None:
    room.put(mail())
    authority.instead = [answer]
    room.restart()
    state = room.state()
    assert state
    assert told in str(state.fault)
    # A refusal by the endpoint locks nobody out, so it is not waited for as long.
    passing.forward(timedelta(minutes=1))
    room.until(lambda: room.there() == [])
    assert room.contents() == [mail()]


def test_no_token_is_logged_at_any_level(
    room: Mailroom, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    room.put(mail())
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, logger="imapclient"):
        room.restart()
    assert room.contents() == [mail()]
    assert "imapclient" in {record.name.partition(".")[0] for record in caplog.records}
    assert "canary" not in caplog.text + "".join(capfd.readouterr())


OFFERED = "CAPABILITY IMAP4rev1 AUTH=XOAUTH2 AUTH=PLAIN"


class Scripted:
    """A server that offers XOAUTH2 and PLAIN, and answers each login as told; ``""`` hangs up."""

    def __init__(self, *answers: str) -> None:
        self._answers = list(answers)
        self.tokens: list[str] = []
        self.users: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                with connection, connection.makefile("rwb", buffering=0) as stream:
                    stream.write(f"* OK [{OFFERED}] ready\r\n".encode())
                    self._talk(stream)

    def _talk(self, stream: RawIOBase) -> None:
        while line := stream.readline():
            tag, _, rest = line.decode().strip().partition(" ")
            if not rest.startswith("AUTHENTICATE"):
                stream.write(
                    f"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2 AUTH=PLAIN\r\n{tag} OK done\r\n".encode()
                )
                continue
            stream.write(b"+ \r\n")
            said = stream.readline().strip()
            user, _, token = b64decode(said).decode().partition("\x01auth=Bearer ")
            self.users.append(user.removeprefix("user="))
            self.tokens.append(token.strip("\x01"))
            answer = self._answers.pop(0)
            if not answer:
                return
            repeated = answer.format(token=self.tokens[-1], said=said.decode())
            stream.write(f"{tag} {repeated}\r\n".encode())

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def scripted() -> Iterator[Callable[..., Scripted]]:
    opened: list[Scripted] = []

    def serve(*answers: str) -> Scripted:
        opened.append(Scripted(*answers))
        return opened[-1]

    yield serve
    for server in opened:
        server.close()


def settings_for(server: Scripted) -> MailboxSettings:
    return MailboxSettings(
        name="cp", host="127.0.0.1", port=server.port, security=Security.NONE, username="cp"
    )


def test_a_server_that_hangs_up_on_a_token_gets_another_the_next_time(
    scripted: Callable[..., Scripted], source: BearerSource, passing: Passing
) -> None:
    server = scripted("OK in", "", "OK in")
    login = BearerLogin("cp", source)
    connect(settings_for(server), login).close()
    passing.forward(FRESH_FOR)
    # A lost connection is no refusal: it is tried again soon.
    with pytest.raises(UnreachableError):
        connect(settings_for(server), login)
    connect(settings_for(server), login).close()

    assert server.tokens == ["canary-access-1", "canary-access-1", "canary-access-2"]


def test_a_line_that_broke_right_after_a_new_token_costs_no_login(
    scripted: Callable[..., Scripted], source: BearerSource
) -> None:
    server = scripted("", "OK in")
    login = BearerLogin("cp", source)
    with pytest.raises(UnreachableError):
        connect(settings_for(server), login)
    connect(settings_for(server), login).close()

    assert server.tokens == ["canary-access-1"] * 2


def test_a_shared_mailbox_is_named_by_its_own_address(
    scripted: Callable[..., Scripted], source: BearerSource
) -> None:
    server = scripted("OK in", "OK in")
    for mailbox in ("cp@chirper.example", "safety@chirper.example"):
        connect(settings_for(server), BearerLogin(mailbox, source)).close()

    assert server.users == ["cp@chirper.example", "safety@chirper.example"]
    # One token does for both.
    assert server.tokens == ["canary-access-1"] * 2


def test_a_line_that_breaks_while_a_password_is_looked_at_is_no_refusal(
    scripted: Callable[..., Scripted],
) -> None:
    server = scripted("", "NO wrong")
    for fault in (UnreachableError, LoginRefusedError):
        with pytest.raises(fault):
            connect(settings_for(server), PasswordLogin("cp", lambda: "secret"))


@pytest.mark.parametrize("repeats", ['LOGIN cp "pass word"', "AGNwAHBhc3Mgd29yZA=="])
def test_a_server_that_repeats_a_password_is_not_quoted(
    scripted: Callable[..., Scripted], repeats: str
) -> None:
    server = scripted(f"NO wrong: {repeats}")
    with pytest.raises(LoginRefusedError, match="wrong: ") as caught:
        connect(settings_for(server), PasswordLogin("cp", lambda: "pass word"))
    assert "***" in str(caught.value)
    assert "word" not in str(caught.value)
    assert "AGNwAHBhc3" not in str(caught.value)


@pytest.mark.parametrize("repeats", ["{token}", "{said}"])
def test_a_server_that_repeats_a_token_is_not_quoted(
    scripted: Callable[..., Scripted], source: BearerSource, repeats: str
) -> None:
    server = scripted(f"NO wrong: {repeats}")
    with pytest.raises(LoginRefusedError) as caught:
        connect(settings_for(server), BearerLogin("cp", source))

    assert "wrong: ***" in str(caught.value)
    assert "canary" not in f"{caught.value!r}{caught.value.remedy}"


@pytest.mark.parametrize(
    ("words", "is_over"),
    [
        ("FETCH command error: NO [EXPIRED] log in again", True),
        ("FETCH command error: NO [AUTHENTICATIONFAILED] no", True),
        ("FETCH command error: BAD Session invalidated - AccessTokenExpired", True),
        ("FETCH command error: NO [SERVERBUG] message 7 cannot be read", False),
    ],
)
def test_a_refusal_because_a_token_ended_says_nothing_about_a_mail(
    words: str, *, is_over: bool
) -> None:
    assert is_session_over(IMAPClientError(words)) is is_over
