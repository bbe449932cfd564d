from __future__ import annotations

import contextlib
import re
import socket
import subprocess
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from notifier.courier import (
    KEEP_OPEN_SECONDS,
    REST_SECONDS,
    Deferred,
    Refused,
    Relay,
    RelayCourier,
    Security,
    Sent,
)
from tests.notifier.fake_relay import FakeRelay, Monotonic, courier_to, running
from tests.notifier.house import MESSAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.model import OutboxMessage


def to(recipient: str) -> OutboxMessage:
    return replace(MESSAGE, mail=replace(MESSAGE.mail, recipient=recipient))


@pytest.fixture
def relay() -> Iterator[FakeRelay]:
    with running(FakeRelay()) as fake:
        yield fake


@pytest.fixture
def passing() -> Monotonic:
    return Monotonic()


@pytest.fixture
def courier(relay: FakeRelay, passing: Monotonic) -> Iterator[RelayCourier]:
    courier = courier_to(relay, passing)
    yield courier
    courier.close()


def test_a_message_is_handed_to_the_relay(relay: FakeRelay, courier: RelayCourier) -> None:
    assert courier.send(MESSAGE) == Sent(detail="250 queued as 7")
    assert relay.commands("EHLO") == ["ehlo us"]
    assert relay.commands("MAIL")[0].lower().startswith("mail from:<>")
    (recipient,) = relay.commands("RCPT")
    # Letter case differs between versions of the standard library.
    assert recipient.lower() == "rcpt to:<anna@chirper.example> notify=never"
    assert relay.contents[0].endswith(b"\r\n\r\n..one\r\n.\r\n")


def test_a_report_of_failure_is_asked_for_without_a_copy_of_the_mail(
    relay: FakeRelay, courier: RelayCourier
) -> None:
    sender = "cp+b01@chirper.example"
    courier.send(replace(MESSAGE, mail=replace(MESSAGE.mail, sender=sender)))
    (path,), (recipient,) = relay.commands("MAIL"), relay.commands("RCPT")
    assert path.lower().startswith(f"mail from:<{sender}>")
    assert path.upper().endswith(" RET=HDRS")
    assert recipient.lower() == "rcpt to:<anna@chirper.example> notify=failure"


def test_no_report_is_asked_for_where_the_relay_knows_of_none(
    relay: FakeRelay, courier: RelayCourier
) -> None:
    relay.extensions = ("8BITMIME",)
    courier.send(MESSAGE)
    (recipient,) = relay.commands("RCPT")
    assert recipient.lower() == "rcpt to:<anna@chirper.example>"


def test_several_messages_share_a_connection(relay: FakeRelay, courier: RelayCourier) -> None:
    for _ in range(3):
        assert isinstance(courier.send(MESSAGE), Sent)
    assert relay.connections == 1


def test_an_idle_connection_is_left_and_a_new_one_made(
    relay: FakeRelay, courier: RelayCourier, passing: Monotonic
) -> None:
    courier.send(MESSAGE)
    passing.seconds += KEEP_OPEN_SECONDS + 1
    assert isinstance(courier.send(MESSAGE), Sent)
    assert relay.connections == 2


def test_a_connection_the_relay_has_closed_is_made_again(
    relay: FakeRelay, courier: RelayCourier
) -> None:
    courier.send(MESSAGE)
    relay.hang_up_at = "NOOP"
    assert isinstance(courier.send(MESSAGE), Sent)
    assert relay.connections == 2


@pytest.mark.parametrize(
    ("word", "reply", "outcome"),
    [
        ("CONNECT", "554 go away", Deferred),
        ("CONNECT", "421 busy", Deferred),
        ("MAIL", "550 sender refused", Deferred),
        ("MAIL", "451 later", Deferred),
        ("RCPT", "550 no such user", Refused),
        ("RCPT", "450 greylisted", Deferred),
        ("RCPT", "530 log in first", Deferred),
        ("DATA", "554 not here", Refused),
        ("DATA", "451 later", Deferred),
        ("END", "554 looks like spam", Refused),
        ("END", "452 no room", Deferred),
    ],
)
def test_only_a_word_about_this_message_is_final(
    relay: FakeRelay, courier: RelayCourier, word: str, reply: str, outcome: type
) -> None:
    relay.replies[word] = reply
    told = courier.send(MESSAGE)
    assert isinstance(told, outcome)
    assert reply in told.detail


@pytest.mark.parametrize(
    ("word", "reply", "shut"),
    [
        ("CONNECT", "421 busy", True),
        ("MAIL", "451 4.3.2 later", True),
        ("MAIL", "550 5.7.60 may not send as this one", False),
        ("RCPT", "450 4.2.0 greylisted", False),
        ("RCPT", "451 later", False),
        ("RCPT", "421 4.7.0 closing", True),
        ("END", "452 4.3.1 no room", True),
        ("END", "452 4.2.2 mailbox full", False),
    ],
)
def test_only_what_would_meet_every_message_says_that_the_way_is_shut(
    relay: FakeRelay,
    courier: RelayCourier,
    word: str,
    reply: str,
    shut: bool,  # noqa: FBT001
) -> None:
    relay.replies[word] = reply
    told = courier.send(MESSAGE)
    assert isinstance(told, Deferred)
    assert told.shut is shut


@pytest.mark.parametrize("word", ["EHLO", "MAIL", "RCPT", "DATA"])
def test_a_relay_that_hangs_up_defers(relay: FakeRelay, courier: RelayCourier, word: str) -> None:
    relay.hang_up_at = word
    for _ in range(2):
        told = courier.send(MESSAGE)
        assert isinstance(told, Deferred)
        assert told.shut


def test_a_refused_message_leaves_the_connection_usable(
    relay: FakeRelay, courier: RelayCourier
) -> None:
    relay.replies["RCPT"] = "550 no such user"
    courier.send(MESSAGE)
    del relay.replies["RCPT"]
    assert isinstance(courier.send(MESSAGE), Sent)
    assert relay.connections == 1


def test_a_relay_that_cannot_be_reached_is_left_alone_for_a_while(
    relay: FakeRelay, courier: RelayCourier, passing: Monotonic
) -> None:
    relay.replies["CONNECT"] = "421 busy"
    for _ in range(5):
        assert isinstance(courier.send(MESSAGE), Deferred)
    assert relay.connections == 1
    relay.replies.clear()
    passing.seconds += REST_SECONDS
    assert isinstance(courier.send(MESSAGE), Sent)


@pytest.mark.parametrize("trouble", ["hangs up", "falls silent"])
def test_a_relay_that_breaks_off_is_left_alone_for_a_while(
    relay: FakeRelay, passing: Monotonic, trouble: str
) -> None:
    courier = RelayCourier(
        Relay(host="127.0.0.1", port=relay.port, security=Security.NONE, timeout=0.3), passing
    )
    if trouble == "hangs up":
        relay.hang_up_at = "MAIL"
    else:
        relay.silent_at = "MAIL"
    for _ in range(5):
        outcome = courier.send(MESSAGE)
        assert isinstance(outcome, Deferred)
        assert "broke off" in outcome.detail
    assert len(relay.commands("MAIL")) == 1
    relay.hang_up_at = relay.silent_at = ""
    passing.seconds += REST_SECONDS
    assert isinstance(courier.send(MESSAGE), Sent)
    courier.close()


def test_a_message_that_cannot_be_spoken_does_not_rest_the_others(courier: RelayCourier) -> None:
    outcome = courier.send(to("ann\ud800@chirper.example"))
    assert isinstance(outcome, Deferred)
    assert isinstance(courier.send(MESSAGE), Sent)


def test_an_address_outside_ascii_needs_a_relay_that_takes_it(
    relay: FakeRelay, courier: RelayCourier, passing: Monotonic
) -> None:
    assert isinstance(courier.send(to("änna@chirper.example")), Sent)
    assert "SMTPUTF8" in relay.commands("MAIL")[0]
    relay.extensions = ("8BITMIME",)
    plain = courier_to(relay, passing)
    assert isinstance(plain.send(to("änna@chirper.example")), Refused)
    plain.close()


def test_nobody_listening_is_found_by_the_check() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    courier = RelayCourier(Relay(host="127.0.0.1", port=port, timeout=2))
    assert re.match(rf"relay 127\.0\.0\.1:{port}: .*refused", str(courier.check()))


def test_the_check_says_what_is_wrong(relay: FakeRelay, passing: Monotonic) -> None:
    assert courier_to(relay, passing).check() is None
    starttls = courier_to(relay, passing, security=Security.STARTTLS)
    assert "STARTTLS" in str(starttls.check())


def test_a_login_is_never_sent_in_clear() -> None:
    with pytest.raises(ValueError, match="starttls or tls"):
        Relay(host="x", port=25, security=Security.NONE, username="us", password="secret")


# ---- encryption, against a real aiosmtpd


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificate")
    made = subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "2", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
            *("-keyout", folder / "key.pem", "-out", folder / "certificate.pem"),
        ],
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip("no openssl to make a certificate")
    return folder


@dataclass
class Sink:
    """Keeps the envelopes it is given."""

    envelopes: list[object] = field(default_factory=list)

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:  # noqa: N802 - the name aiosmtpd calls
        del server, session
        self.envelopes.append(envelope)
        return "250 queued"


@contextlib.contextmanager
def smarthost(certificate: Path, sink: Sink) -> Iterator[int]:
    """Run a smarthost that wants encryption and a login, as real ones do."""
    import ssl  # noqa: PLC0415 - only here

    from aiosmtpd.controller import Controller  # noqa: PLC0415 - only here
    from aiosmtpd.smtp import AuthResult, LoginPassword  # noqa: PLC0415 - only here

    def authenticate(*parts: object) -> AuthResult:
        login = parts[-1]
        assert isinstance(login, LoginPassword)
        right = (login.login, login.password) == (b"us", b"secret")
        return AuthResult(success=right, handled=False)

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "certificate.pem", certificate / "key.pem")

    class AnyPort(Controller):
        def _trigger_server(self) -> None:
            # It greets itself to see that it runs, and has to learn its port first.
            self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]  # it runs
            super()._trigger_server()

    controller = AnyPort(
        sink,
        hostname="127.0.0.1",
        port=0,
        tls_context=context,
        require_starttls=True,
        authenticator=authenticate,
        auth_required=True,
    )
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def test_the_relay_is_used_with_starttls_and_a_login(certificate: Path) -> None:
    sink = Sink()
    with smarthost(certificate, sink) as port:
        relay = Relay(
            host="localhost",
            port=port,
            username="us",
            password="secret",
            ca_file=certificate / "certificate.pem",
            timeout=5,
        )
        courier = RelayCourier(relay)
        assert courier.check() is None
        assert isinstance(courier.send(MESSAGE), Sent)
        courier.close()
        wrong = RelayCourier(replace(relay, password="guess"))
        assert "535" in str(wrong.check())
        assert isinstance(wrong.send(MESSAGE), Deferred)
        untrusting = RelayCourier(replace(relay, ca_file=None))
        assert "its certificate is not trusted" in str(untrusting.check())
    assert len(sink.envelopes) == 1
