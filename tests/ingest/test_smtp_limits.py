"""Limits that keep one sender from shutting out the others, and TLS."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from ingest.limits import Connections
from tests.ingest.conftest import OpenOffice
from tests.ingest.office import Line, Office
from tests.store.samples import wait_until

Certificate = tuple[Path, Path]
SHORT = timedelta(seconds=0.3)


@pytest.fixture
def tls_office(open_office: OpenOffice, certificate: Certificate) -> Office:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return open_office(tls=context)


def trusting(certificate: Certificate) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate[0]))


def secured(office: Office, certificate: Certificate, injected: bytes = b"") -> Line:
    line = office.line()
    line.reply()
    line.ask("EHLO client.example")
    line.send(b"STARTTLS\r\n" + injected)
    assert line.reply() == "220 2.0.0 Ready to start TLS"
    line.start_tls(trusting(certificate))
    return line


@pytest.mark.parametrize("limits", [{"max_connections": 2}, {"max_connections_per_peer": 2}])
def test_one_connection_too_many_is_sent_away_for_now(
    open_office: OpenOffice, limits: dict[str, int]
) -> None:
    office = open_office(**limits)
    lines = [office.line() for _ in range(3)]
    greetings = [line.reply()[:9] for line in lines]
    closed = lines[2].ask("EHLO client.example")
    for line in lines:
        line.close()
    assert greetings[:2] == ["220 mx.ch", "220 mx.ch"]
    assert (greetings[2], closed) == ("421 4.7.0", "")


def test_more_mail_at_once_than_memory_is_for_comes_again_later(open_office: OpenOffice) -> None:
    office = open_office(max_held=50_000)
    with office.smtp() as client:
        client.ehlo()
        replies = []
        for size in (1_000, 60_000, 1_000):
            client.mail("maria@mail.example")
            client.rcpt("cp@chirper.example")
            replies.append(client.data(b"x" * size)[0])
    assert replies == [250, 452, 250]
    assert len(office.acceptor.take()) == 2


@pytest.mark.parametrize("leave", [Line.close, Line.reset])
def test_whoever_leaves_makes_room(open_office: OpenOffice, leave: Callable[[Line], None]) -> None:
    office = open_office(max_connections=1)

    def greeted() -> bool:
        line = office.line()
        greeting = line.reply()
        leave(line)
        return greeting.startswith("220")

    for _ in range(5):
        wait_until(greeted)


def test_peers_are_counted_apart_and_forgotten_when_they_leave() -> None:
    connections = Connections(limit=3, limit_per_peer=2, held_limit=1000)
    admitted = [connections.admit(peer) for peer in ("a", "a", "a", "b", "c")]
    connections.leave("b")
    assert admitted == [True, True, False, True, False]
    assert (connections.admit("c"), connections.admit("a")) == (True, False)


def test_too_many_commands_end_the_connection(open_office: OpenOffice) -> None:
    office = open_office(max_commands=3)
    with office.line() as line:
        line.reply()
        replies = [line.ask("NOOP")[:3] for _ in range(4)]
        assert (replies, line.reply()) == (["250", "250", "250", "421"], "")


def test_all_commands_of_a_connection_count_together(open_office: OpenOffice) -> None:
    office = open_office(max_commands=3)
    with office.line() as line:
        line.reply()
        commands = ["EHLO client.example", "NOOP", "RSET", "HELP"]
        replies = [line.ask(command).splitlines()[-1][:9] for command in commands]
        assert (replies[1:], line.reply()) == (["250 2.0.0", "250 2.0.0", "421 4.7.0"], "")


def test_a_mail_beyond_the_limit_is_not_taken(open_office: OpenOffice) -> None:
    office = open_office(max_commands=3)
    with office.line() as line:
        line.reply()
        start = "EHLO c.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<cp@chirper.example>\r\n"
        line.send(start.encode() + b"DATA\r\nmail\r\n.\r\n")
        replies = [line.reply()[:3] for _ in range(5)]
    assert replies == ["250", "250", "250", "421", ""]
    assert office.acceptor.take() == []


def test_lines_that_are_no_commands_count_too(open_office: OpenOffice) -> None:
    office = open_office(max_commands=3)
    with office.line() as line:
        line.reply()
        replies = [line.ask("")[:3] for _ in range(4)]
        assert (replies, line.reply()) == (["500", "500", "500", "421"], "")


def test_a_session_does_not_last_for_ever(open_office: OpenOffice) -> None:
    office = open_office(max_session=SHORT)
    with office.line() as line:
        line.begin()
        assert line.reply() == "421 4.4.2 Session too long, please connect again"
        assert line.reply() == ""


def test_a_session_is_not_ended_while_its_mail_is_being_accepted(open_office: OpenOffice) -> None:
    office = open_office(max_session=SHORT)
    office.acceptor.go_on.clear()
    with office.line() as line:
        line.begin().send(b"mail\r\n.\r\n")
        line._socket.settimeout(SHORT.total_seconds() * 2)
        with pytest.raises(TimeoutError):
            line.reply()
        line._socket.settimeout(5)
        office.acceptor.go_on.set()
        assert line.reply().startswith("250")
        assert line.reply().startswith("421 4.4.2")


def test_too_much_nonsense_ends_the_connection(office: Office) -> None:
    with office.line() as line:
        line.reply()
        replies = [line.ask("NONSENSE")[:3] for _ in range(5)]
        assert (replies, line.reply()) == (["500"] * 4 + ["502"], "")


@pytest.mark.parametrize("octets", [b"", b"EHL", b"EHLO c.example\r\n"])
def test_an_idle_connection_is_closed(open_office: OpenOffice, octets: bytes) -> None:
    office = open_office(idle_timeout=SHORT)
    with office.line() as line:
        line.reply()
        line.send(octets)
        wait_until(lambda: line.reply() == "")


def test_a_sender_that_stops_in_the_middle_of_a_mail_is_closed(open_office: OpenOffice) -> None:
    office = open_office(idle_timeout=SHORT)
    with office.line() as line:
        line.begin().send(b"half a mail")
        assert line.reply() == ""
    assert office.acceptor.take() == []


def test_a_slow_but_steady_sender_is_not_idle(open_office: OpenOffice) -> None:
    office = open_office(idle_timeout=SHORT)
    with office.line() as line:
        line.begin()
        for _ in range(8):
            line.send(b"a" * 200_000)
            # As long as the other side has taken what was sent, time passes for both.
            line._socket.settimeout(SHORT.total_seconds() / 3)
            with pytest.raises(TimeoutError):
                line._socket.recv(1)
        line._socket.settimeout(5)
        line.send(b"\r\n.\r\n")
        assert line.reply()[:3] == "250"


def test_starttls_is_announced_until_it_is_done(
    tls_office: Office, certificate: Certificate
) -> None:
    with tls_office.line() as line:
        line.reply()
        assert "STARTTLS" in line.ask("EHLO client.example")
    with secured(tls_office, certificate) as line:
        again = line.ask("EHLO client.example")
    assert ("STARTTLS" in again, "AUTH" in again) == (False, False)


def test_a_mail_sent_under_tls_says_so(tls_office: Office, certificate: Certificate) -> None:
    with tls_office.smtp() as client:
        # The certificate is for this name.
        client._host = "localhost"
        client.starttls(context=trusting(certificate))
        client.sendmail("maria@mail.example", ["cp@chirper.example"], b"mail\r\n")
    ((envelope, raw),) = tls_office.acceptor.mails
    assert (envelope.tls, raw) == (True, b"mail\r\n")


def test_what_was_said_in_clear_is_forgotten_under_tls(
    tls_office: Office, certificate: Certificate
) -> None:
    injected = b"EHLO x\r\nMAIL FROM:<x@mail.example>\r\nRCPT TO:<cp@chirper.example>\r\n"
    with secured(tls_office, certificate, injected) as line:
        assert line.ask("DATA").startswith("503")
        assert line.ask("NOOP").startswith("250")


def test_a_failed_handshake_leaves_the_listener_at_work(
    tls_office: Office, certificate: Certificate
) -> None:
    with tls_office.line() as line:
        line.reply()
        line.ask("EHLO client.example")
        line.ask("STARTTLS")
        line.send(b"this is no handshake\r\n")
        wait_until(lambda: line.reply() == "")
    with secured(tls_office, certificate) as line:
        assert line.ask("NOOP").startswith("250")


def test_starttls_without_a_certificate_is_refused(office: Office) -> None:
    with office.line() as line:
        line.reply()
        line.ask("EHLO client.example")
        assert line.ask("STARTTLS")[:3] in {"454", "500", "502"}
        assert line.ask("NOOP").startswith("250")
