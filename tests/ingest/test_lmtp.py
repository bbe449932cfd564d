"""LMTP as a mail server speaks it (RFC 2033), line by line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest.accept import Acceptor
from ingest.lmtp import LmtpConnection
from ingest.sockets import UnixPlace, bind_unix
from store.errors import StorageFull, StorageUnavailable
from store.evidence import Evidence
from store.model import Door
from store.unit_of_work import Store
from tests.ingest.conftest import OpenOffice
from tests.ingest.office import Line, Office, RememberingAcceptor

SENDER = "maria@mail.example"
OURS = ("cp@chirper.example", "cp+one@chirper.example", "CP+Two@chirper.example")
MAIL = "Subject: this account worries me\r\n\r\nPlease look at it.\r\n."


@pytest.fixture
def office(open_office: OpenOffice) -> Office:
    return open_office(LmtpConnection)


def begun(line: Line, recipients: tuple[str, ...]) -> list[str]:
    """Greet and name sender and recipients; gives the replies to the recipients."""
    line.reply()
    line.ask("LHLO mta.example")
    line.ask(f"MAIL FROM:<{SENDER}>")
    return [line.ask(f"RCPT TO:<{each}>") for each in recipients]


def delivered(line: Line, count: int, mail: str = MAIL) -> list[str]:
    """Send a mail; gives as many replies as asked for, and that to the next command."""
    assert line.ask("DATA").startswith("354")
    line.send(f"{mail}\r\nNOOP\r\n".encode())
    return [line.reply() for _ in range(count + 1)]


def test_each_accepted_recipient_gets_a_reply_in_the_order_given(office: Office) -> None:
    with office.line() as line:
        begun(line, OURS)
        *replies, noop = delivered(line, 3)

    assert replies == ["250 2.0.0 Accepted"] * 3
    assert noop == "250 2.0.0 OK"


def test_several_of_our_addresses_are_one_mail(office: Office) -> None:
    with office.line() as line:
        begun(line, OURS)
        delivered(line, 3)

    ((envelope, _),) = office.acceptor.mails
    assert (envelope.door, envelope.recipients, envelope.helo) == (Door.LMTP, OURS, "mta.example")


def test_a_refused_recipient_gets_no_reply_after_data(office: Office) -> None:
    with office.line() as line:
        named = begun(line, (OURS[0], "someone@chirper.example", OURS[1]))
        *replies, noop = delivered(line, 2)

    assert [reply[:9] for reply in named] == ["250 2.1.5", "550 5.1.1", "250 2.1.5"]
    assert (replies, noop) == (["250 2.0.0 Accepted"] * 2, "250 2.0.0 OK")


def test_the_same_recipient_twice_gets_two_replies(office: Office) -> None:
    with office.line() as line:
        begun(line, (OURS[0], OURS[0]))
        assert delivered(line, 2) == ["250 2.0.0 Accepted"] * 2 + ["250 2.0.0 OK"]


def test_without_a_recipient_there_is_no_data(office: Office) -> None:
    with office.line() as line:
        begun(line, ("someone@chirper.example",))
        assert line.ask("DATA") == "503 5.5.1 Need RCPT first"


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (StorageFull("the disk is full"), "452 4.3.1"),
        (StorageUnavailable("the disk is gone"), "451 4.3.0"),
        (ValueError("a fault of ours"), "451 4.3.0"),
    ],
)
def test_a_fault_of_ours_is_temporary_for_every_recipient(
    office: Office, failure: Exception, code: str
) -> None:
    office.acceptor.failure = failure
    with office.line() as line:
        begun(line, OURS)
        *replies, noop = delivered(line, 3)

    assert [reply[:9] for reply in replies] == [code] * 3
    assert noop == "250 2.0.0 OK"


def test_what_is_too_large_is_refused_for_every_recipient(open_office: OpenOffice) -> None:
    office = open_office(LmtpConnection, max_size=100_000)
    with office.line() as line:
        begun(line, OURS)
        *replies, noop = delivered(line, 3, "x" * 200_000 + "\r\n.")

    assert [reply[:9] for reply in replies] == ["552 5.3.4"] * 3
    assert noop == "250 2.0.0 OK"


def test_a_mail_server_brings_mail_after_mail_by_one_connection(open_office: OpenOffice) -> None:
    office = open_office(LmtpConnection, max_commands=8)
    with office.line() as line:
        begun(line, OURS)
        for _ in range(5):
            *replies, noop = delivered(line, 3)
            assert replies == ["250 2.0.0 Accepted"] * 3
            assert noop == "250 2.0.0 OK"
            line.ask(f"MAIL FROM:<{SENDER}>")
            for each in OURS:
                line.ask(f"RCPT TO:<{each}>")
    assert len(office.acceptor.mails) == 5


@pytest.mark.parametrize("command", ["HELO mta.example", "EHLO mta.example"])
def test_smtp_is_refused(office: Office, command: str) -> None:
    with office.line() as line:
        line.reply()
        assert line.ask(command) == "500 5.5.1 This is LMTP, say LHLO"
        assert line.ask(f"MAIL FROM:<{SENDER}>") == "503 5.5.1 Error: send LHLO first"


@pytest.mark.parametrize("extension", ["PIPELINING", "ENHANCEDSTATUSCODES", "8BITMIME"])
def test_lhlo_announces_what_lmtp_has_to_have(office: Office, extension: str) -> None:
    with office.line() as line:
        assert line.reply() == "220 mx.chirper.example tipline LMTP"
        assert extension in [each[4:] for each in line.ask("LHLO mta.example").splitlines()]


def test_a_mail_server_may_connect_as_often_as_all_together(open_office: OpenOffice) -> None:
    office = open_office(LmtpConnection, max_connections=4, max_connections_per_peer=1)
    lines = [office.line() for _ in range(5)]
    greetings = [line.reply()[:3] for line in lines]
    for line in lines:
        line.close()
    assert greetings == ["220"] * 4 + ["421"]


@pytest.fixture
def unix_office(tmp_path: Path) -> Iterator[Callable[[Acceptor | RememberingAcceptor], Office]]:
    opened: list[Office] = []

    def open_one(acceptor: Acceptor | RememberingAcceptor) -> Office:
        listening = bind_unix(UnixPlace(path=tmp_path / "lmtp"))
        office = Office(acceptor, kind=LmtpConnection, sockets=[listening])
        opened.append(office.__enter__())
        return office

    yield open_one
    for office in opened:
        office.__exit__(None, None, None)


def test_a_mail_server_delivers_over_a_unix_socket_onto_the_disk(
    unix_office: Callable[[Acceptor | RememberingAcceptor], Office],
    store: Store,
    evidence: Evidence,
    tmp_path: Path,
) -> None:
    unix_office(Acceptor(store, evidence, lambda: None))
    with Line(path=tmp_path / "lmtp") as line:
        begun(line, OURS)
        assert delivered(line, 3)[:3] == ["250 2.0.0 Accepted"] * 3

    with store.snapshot() as work:
        [message] = work.inbox.listing()
    assert message.envelope.recipients == OURS
    assert (message.envelope.door, message.envelope.peer) == (Door.LMTP, "local")
