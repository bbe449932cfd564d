"""What we answer: each reply with its enhanced status code, and each fault named for what it is."""

from __future__ import annotations

import re
import ssl
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ingest import replies
from tests.ingest.conftest import OpenOffice
from tests.ingest.office import Office
from tests.store.samples import wait_until

CODED = re.compile(r"([245])\d\d \1\.\d{1,3}\.\d{1,3} \S")
SENDER = "MAIL FROM:<maria@mail.example>"
LONG = "a" * 200 + "@" + "b" * 53 + ".example"


def answers(office: Office, *commands: str) -> list[str]:
    with office.line() as line:
        line.reply()
        line.ask("EHLO client.example")
        return [line.ask(command) for command in commands]


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("NOOP", "250 2.0.0"),
        ("RSET", "250 2.0.0"),
        ("HELP", "250 2.0.0"),
        ("HELP MAIL", "250 2.0.0"),
        ("HELP VRFY", "250 2.0.0"),
        ("QUIT", "221 2.0.0"),
        ("", "500 5.5.2"),
        ("NONSENSE", "500 5.5.2"),
        ("NOOP " + "a" * 1000, "500 5.5.2"),
        ("RSET now", "501 5.5.4"),
        ("EHLO", "501 5.5.4"),
        ("RCPT TO:<cp@chirper.example>", "503 5.5.1"),
        ("DATA", "503 5.5.1"),
        ("EXPN list", "502 5.5.1"),
        ("STARTTLS", "454 4.7.0"),
        ("MAIL FROM:", "501 5.5.4"),
        ("MAIL FROM:<maria@mail.example", "501 5.5.4"),
        ("MAIL FROM:<maria@mail.example SIZE=5", "501 5.5.4"),
        (f"{SENDER} SIZE=99999999", "552 5.3.4"),
        (f"{SENDER} COLOUR=blue", "555 5.5.4"),
        (f"{SENDER} BODY=x", "501 5.5.4"),
        (SENDER, "250 2.1.0"),
        (f"MAIL FROM:<{LONG}>", "501 5.1.7"),
    ],
)
def test_every_reply_has_its_enhanced_code(office: Office, command: str, code: str) -> None:
    (reply,) = answers(office, command)

    assert reply.startswith(f"{code} ")
    assert CODED.match(reply)


def test_the_greetings_have_no_code(office: Office) -> None:
    with office.line() as line:
        greetings = [line.reply(), line.ask("HELO a.example"), line.ask("EHLO a.example")]

    assert greetings[:2] == ["220 mx.chirper.example tipline", "250 mx.chirper.example"]
    assert "2.0.0" not in greetings[2]


@pytest.mark.parametrize(
    "reply", [text for text in vars(replies).values() if str(text)[1:2] == "5"]
)
def test_our_own_replies_keep_their_codes(reply: str) -> None:
    assert CODED.match(reply)
    assert replies.with_code(reply) == reply


@pytest.mark.parametrize("address", ["", "<", "cp@chirper.example", "<x@y>", ">\udcff", "\udcff"])
def test_verifying_tells_the_same_about_everybody(office: Office, address: str) -> None:
    with office.line() as line:
        line.reply()
        line.send(f"VRFY {address}\r\n".encode("utf-8", "surrogateescape"))
        assert line.reply() == replies.CANNOT_VERIFY


def test_a_recipient_that_is_too_long_is_no_address(office: Office) -> None:
    long = "cp+" + "a" * 300 + "@chirper.example"

    assert answers(office, SENDER, f"RCPT TO:<{long}>")[1] == replies.RECIPIENT_TOO_LONG


def test_the_longest_address_there_may_be_is_taken(office: Office) -> None:
    tag = "a" * (254 - len("cp+@chirper.example"))
    sender = "a" * (254 - len("@mail.example")) + "@mail.example"

    taken = answers(office, f"MAIL FROM:<{sender}>", f"RCPT TO:<cp+{tag}@chirper.example>")

    assert [reply[:9] for reply in taken] == ["250 2.1.0", "250 2.1.5"]


@pytest.fixture
def tls_office(open_office: OpenOffice, certificate: tuple[Path, Path]) -> Office:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return open_office(tls=context)


def test_tls_begins_once(tls_office: Office, certificate: tuple[Path, Path]) -> None:
    with tls_office.line() as line:
        line.reply()
        line.ask("STARTTLS")
        line.start_tls(ssl.create_default_context(cafile=str(certificate[0])))
        assert line.ask("STARTTLS") == "503 5.5.1 TLS has begun already"
        assert line.ask("EHLO client.example").startswith("250-mx")


@pytest.mark.parametrize("instead", [b"this is no handshake\r\n", b""])
def test_a_failed_handshake_is_no_fault_of_ours(tls_office: Office, instead: bytes) -> None:
    with capture_logs() as logged:
        with tls_office.line() as line:
            line.reply()
            line.ask("STARTTLS")
            line.send(instead)
        wait_until(lambda: any(entry["event"] == "smtp.tls_failed" for entry in logged))

    (entry,) = [entry for entry in logged if entry["event"].startswith("smtp.")]
    assert (entry["log_level"], "exc_info" in entry) == ("info", False)


def test_a_fault_of_ours_is_logged_with_all_there_is(office: Office) -> None:
    office.acceptor.failure = RuntimeError("a bug")
    with capture_logs() as logged, office.line() as line:
        line.begin().ask("mail\r\n.")

    (entry,) = [entry for entry in logged if entry["event"] == "smtp.fault"]
    assert entry["exc_info"] is office.acceptor.failure
