"""Peers that bring other people's mail, and strangers that would like to."""

from __future__ import annotations

import socket
import ssl
import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.lmtp import LmtpConnection
from ingest.origin import Networks
from tests.ingest.conftest import OpenOffice
from tests.ingest.office import Line, Office

HERE = Networks(["127.0.0.0/8"])
V2 = b"\r\n\r\n\x00\r\nQUIT\n"


@pytest.fixture
def proxied_office(open_office: OpenOffice) -> Office:
    return open_office(proxies=HERE)


def v2(command: int, family: int, rest: bytes) -> bytes:
    return V2 + struct.pack("!BBH", 0x20 | command, family, len(rest)) + rest


def addresses(source: str, port: int) -> bytes:
    family = socket.AF_INET6 if ":" in source else socket.AF_INET
    own = "::1" if ":" in source else "127.0.0.1"
    ends = socket.inet_pton(family, source) + socket.inet_pton(family, own)
    return ends + struct.pack("!HH", port, 25)


def deliver(line: Line, *before: str, greeting: str = "EHLO client.example") -> list[str]:
    """Deliver a mail, saying something before it; gives the answers to that."""
    line.ask(greeting)
    answers = [line.ask(command) for command in before]
    mail = ("MAIL FROM:<maria@mail.example>", "RCPT TO:<cp@chirper.example>", "DATA", "Hi\r\n.")
    assert [line.ask(command)[:3] for command in mail] == ["250", "250", "354", "250"]
    return answers


def origin(office: Office) -> tuple[str, str]:
    envelope, _ = office.acceptor.mails[-1]
    return envelope.peer, envelope.helo


@pytest.mark.parametrize(
    ("header", "peer"),
    [
        (b"PROXY TCP4 192.0.2.7 192.0.2.1 4711 25\r\n", "192.0.2.7:4711"),
        (b"PROXY TCP6 2001:db8::7 2001:db8::1 4711 25\r\n", "2001:db8::7:4711"),
        (v2(1, 0x11, addresses("192.0.2.7", 4711)), "192.0.2.7:4711"),
        (v2(1, 0x21, addresses("2001:db8::7", 4711)), "2001:db8::7:4711"),
    ],
)
def test_a_proxy_says_for_whom_it_connects(
    open_office: OpenOffice, header: bytes, peer: str
) -> None:
    office = open_office(proxies=HERE)
    with office.line() as line:
        line.send(header)
        assert line.reply().startswith("220")
        deliver(line)
    assert origin(office) == (peer, "client.example")


@pytest.mark.parametrize("header", [b"PROXY UNKNOWN\r\n", v2(0, 0, b"")])
def test_a_proxy_that_connects_for_itself_is_welcome(
    open_office: OpenOffice, header: bytes
) -> None:
    office = open_office(proxies=HERE)
    with office.line() as line:
        line.send(header)
        assert line.reply().startswith("220")
        deliver(line)
    assert origin(office)[0].startswith("127.0.0.1:")


@pytest.mark.parametrize(
    "header",
    [
        b"EHLO client.example\r\n",
        b"PROXY\r\n",
        b"PROXY TCP4\r\n",
        b"PROXY TCP4 192.0.2.7 192.0.2.1 99x 25\r\n",
        b"PROXY TCP4 " + b"1" * 70_000 + b"\r\n",
        V2 + b"\x21\x11\x00\x02ab",
        V2[:8] + b"no proxy",
        b"\0" * 30,
    ],
)
def test_a_proxy_without_its_header_is_sent_away(open_office: OpenOffice, header: bytes) -> None:
    office = open_office(proxies=HERE)
    with office.line() as line:
        line.send(header)
        assert not line.reply().startswith("220")
    # The others are served all the same.
    with office.line() as line:
        line.send(b"PROXY UNKNOWN\r\n")
        assert line.reply().startswith("220")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([b"", b"PROXY ", V2, V2 + b"\x21\x11"]), st.binary(max_size=60))
def test_whatever_a_proxy_sends_the_next_one_is_served(
    proxied_office: Office, begun: bytes, octets: bytes
) -> None:
    with proxied_office.line() as line:
        line.send(begun + octets)
    with proxied_office.line() as line:
        line.send(b"PROXY UNKNOWN\r\n")
        assert line.reply().startswith("220")


def test_a_stranger_is_no_proxy(open_office: OpenOffice) -> None:
    office = open_office(proxies=Networks(["192.0.2.0/24"]))
    with office.line() as line:
        line.reply()
        assert line.ask("PROXY TCP4 192.0.2.7 192.0.2.1 4711 25").startswith("500")
        deliver(line)
    assert origin(office)[0].startswith("127.0.0.1:")


def test_connections_count_for_whom_they_are_made(open_office: OpenOffice) -> None:
    office = open_office(proxies=HERE, max_connections_per_peer=2)
    lines = [office.line() for _ in range(4)]
    for line, last in zip(lines, (7, 7, 7, 8), strict=True):
        line.send(f"PROXY TCP4 192.0.2.{last} 192.0.2.1 4711 25\r\n".encode())
    greetings = [line.reply()[:3] for line in lines]
    for line in lines:
        line.close()
    assert greetings == ["220", "220", "421", "220"]


def test_behind_a_proxy_that_is_believed_nobody_else_is(open_office: OpenOffice) -> None:
    office = open_office(proxies=HERE, forwarders=HERE)
    with office.line() as line:
        line.send(b"PROXY TCP4 192.0.2.7 192.0.2.1 4711 25\r\n")
        line.reply()
        assert "XCLIENT" not in line.ask("EHLO client.example")
        assert line.ask("XCLIENT ADDR=192.0.2.8").startswith("550 5.7.0")


@pytest.mark.parametrize("header", [b"PROXY UNKNOWN\r\n", v2(1, 0, b"")])
def test_whom_a_proxy_cannot_name_is_not_the_proxy(open_office: OpenOffice, header: bytes) -> None:
    office = open_office(proxies=HERE, forwarders=HERE)
    with office.line() as line:
        line.send(header)
        line.reply()
        assert "XCLIENT" not in line.ask("EHLO client.example")
        assert line.ask("XFORWARD ADDR=192.0.2.8").startswith("550 5.7.0")


def test_who_is_behind_a_proxy_is_known_under_tls_too(
    open_office: OpenOffice, certificate: tuple[Path, Path]
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    office = open_office(proxies=HERE, tls=context)
    with office.line() as line:
        line.send(b"PROXY TCP4 192.0.2.7 192.0.2.1 4711 25\r\n")
        line.reply()
        line.ask("EHLO client.example")
        assert line.ask("STARTTLS").startswith("220")
        line.start_tls(ssl.create_default_context(cafile=str(certificate[0])))
        deliver(line)
    assert origin(office) == ("192.0.2.7:4711", "client.example")


def test_xclient_begins_the_dialogue_afresh(open_office: OpenOffice) -> None:
    office = open_office(forwarders=HERE)
    with office.line() as line:
        line.reply()
        line.ask("EHLO proxy.example")
        reply = line.ask("XCLIENT ADDR=192.0.2.7 PORT=4711 HELO=client.example")
        assert reply == "220 mx.chirper.example tipline"
        assert line.ask("MAIL FROM:<maria@mail.example>").startswith("503")
        deliver(line, greeting="EHLO proxy.example")
    assert origin(office) == ("192.0.2.7:4711", "client.example")


def test_xforward_is_about_one_mail(open_office: OpenOffice) -> None:
    office = open_office(forwarders=HERE)
    with office.line() as line:
        line.reply()
        answers = deliver(line, "XFORWARD NAME=c.example ADDR=192.0.2.7", "XFORWARD HELO=client")
        assert answers == ["250 2.0.0 Ok"] * 2
        assert origin(office) == ("192.0.2.7:0", "client")
        deliver(line)
    assert origin(office)[0].startswith("127.0.0.1:")
    assert origin(office)[1] == "client.example"


def test_a_mail_server_may_forward_over_lmtp(open_office: OpenOffice) -> None:
    office = open_office(LmtpConnection, forwarders=HERE)
    with office.line() as line:
        line.reply()
        assert "XFORWARD" in line.ask("LHLO mta.example")
        deliver(line, "XFORWARD ADDR=192.0.2.7", greeting="LHLO mta.example")
    assert origin(office)[0] == "192.0.2.7:0"


@pytest.mark.parametrize("command", ["XCLIENT", "XFORWARD"])
@pytest.mark.parametrize(
    ("forwarders", "attributes", "code"),
    [
        (Networks(), "ADDR=192.0.2.7", "550 5.7.0"),
        (Networks(["local"]), "ADDR=192.0.2.7", "550 5.7.0"),
        (HERE, "", "501 5.5.4"),
        (HERE, "HELO=a+0D+0ABcc:x", "501 5.5.4"),
    ],
)
def test_what_is_not_to_be_believed_is_refused(
    open_office: OpenOffice,
    command: str,
    forwarders: Networks,
    attributes: str,
    code: str,
) -> None:
    office = open_office(forwarders=forwarders)
    with office.line() as line:
        line.reply()
        line.ask("EHLO client.example")
        assert line.ask(f"{command} {attributes}".rstrip()).startswith(code)
        deliver(line)
    assert origin(office)[0].startswith("127.0.0.1:")


@pytest.mark.parametrize("command", ["XCLIENT", "XFORWARD"])
def test_within_a_mail_its_origin_cannot_change(open_office: OpenOffice, command: str) -> None:
    with open_office(forwarders=HERE).line() as line:
        line.reply()
        line.ask("EHLO client.example")
        line.ask("MAIL FROM:<maria@mail.example>")
        assert line.ask(f"{command} ADDR=192.0.2.7").startswith("503 5.5.1")


def test_strangers_are_not_told_of_these_commands(open_office: OpenOffice) -> None:
    with open_office().line() as line:
        line.reply()
        assert "XCLIENT" not in line.ask("EHLO client.example")
