"""What stands between DATA and the dot arrives octet for octet, and is one mail."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ingest.office import Line, Office, RememberingAcceptor

pieces = st.sampled_from(
    [b"\r\n", b".", b"\r", b"\n", b"a", b"\0", b"\xff", b"..", b"\r\n.", b"QUIT"]
)
contents = st.binary(max_size=200) | st.lists(pieces, max_size=30).map(b"".join)


@pytest.fixture(scope="module")
def shared() -> Iterator[Office]:
    with Office(RememberingAcceptor(), {"max_commands": 1_000_000}) as office:
        yield office


def stuffed(content: bytes) -> bytes:
    """Send as RFC 5321 section 4.5.2 asks: every line that begins with a dot gets another."""
    return (b"\r\n" + content).replace(b"\r\n.", b"\r\n..")[2:]


def deliver(office: Office, sent: bytes) -> list[bytes]:
    """Send octets after DATA, then NOOP: two replies come if and only if it was one mail."""
    with office.line() as line:
        line.begin().send(sent + b"NOOP\r\n")
        replies = [line.reply()[:3], line.reply()[:3]]
        assert line.ask("QUIT")[:3] == "221"
    assert replies == ["250", "250"]
    return office.acceptor.take()


@given(contents)
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_any_content_sent_with_proper_stuffing_arrives_as_it_was(
    shared: Office, content: bytes
) -> None:
    content += b"\r\n"
    assert deliver(shared, stuffed(content) + b".\r\n") == [content]


@pytest.mark.parametrize(
    ("sent", "arrives"),
    [
        (b".\r\n", b""),
        (b"\r\n.\r\n", b"\r\n"),
        (b"..\r\n.\r\n", b".\r\n"),
        (b".a\r\n.\r\n", b"a\r\n"),
        (b"...\r\n..\r\n.\r\n", b"..\r\n.\r\n"),
        (b"a\r\n\r\n.\r\n", b"a\r\n\r\n"),
        (b"8-bit \xe9\x00\xff\r\n.\r\n", b"8-bit \xe9\x00\xff\r\n"),
    ],
)
def test_dots_and_empty_mails_arrive_as_they_were_meant(
    office: Office, sent: bytes, arrives: bytes
) -> None:
    assert deliver(office, sent) == [arrives]


@pytest.mark.parametrize(
    "false_end",
    [
        b"\n.\n",
        b"\n.\r\n",
        b"\r.\r",
        b"\r.\r\n",
        b"\r\n.\n",
        b"\r\n.\r",
        b"\n.\r",
        b"\r\n\0.\r\n",
        b"\r\n.\0\r\n",
        b"\r\n. \r\n",
    ],
)
def test_no_second_mail_can_be_smuggled_inside_one(office: Office, false_end: bytes) -> None:
    second = b"MAIL FROM:<x@mail.example>\r\nRCPT TO:<cp@chirper.example>\r\nDATA\r\nfalse\r\n"
    content = b"first" + false_end + second
    mails = deliver(office, content + b".\r\n")
    # A dot after a true CRLF is transparency, whatever follows it.
    assert mails == [content.replace(b"\r\n.", b"\r\n")]


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
def test_a_line_of_two_million_octets_is_content(office: Office, end: bytes) -> None:
    content = b"a" * 2_000_000 + end + b"b\r\n"
    assert deliver(office, content + b".\r\n") == [content]


@pytest.mark.parametrize("before", range(65_530, 65_540))
def test_the_end_is_found_wherever_the_pieces_are_cut(office: Office, before: int) -> None:
    content = b"a" * (before - 2) + b"\r\n..\r\n" + b"b" * before + b"\r\n"
    assert deliver(office, content + b".\r\n") == [content.replace(b"\r\n..", b"\r\n.")]


def test_the_end_is_found_when_every_octet_comes_alone(office: Office) -> None:
    with office.line() as line:
        line.begin()
        line._socket.setsockopt(6, 1, 1)
        for octet in b"..a\r\n.b\r\n.\r\n":
            line.send(bytes([octet]))
        assert line.reply()[:3] == "250"
    assert office.acceptor.take() == [b".a\r\nb\r\n"]


def test_commands_behind_the_dot_are_answered_after_the_mail(office: Office) -> None:
    with office.line() as line:
        next_mail = b"MAIL FROM:<>\r\nRCPT TO:<cp@chirper.example>\r\nDATA\r\ntwo\r\n.\r\nQUIT\r\n"
        line.begin().send(b"one\r\n.\r\n" + next_mail)
        codes = [line.reply()[:3] for _ in range(6)]
    assert codes == ["250", "250", "250", "354", "250", "221"]
    assert office.acceptor.take() == [b"one\r\n", b"two\r\n"]


@pytest.mark.parametrize("after", [b"QUIT\r\n", b""])
def test_a_sender_that_says_no_more_has_its_mail_taken_and_answered(
    office: Office, after: bytes
) -> None:
    office.acceptor.go_on.clear()
    with office.line().begin() as line:
        line.send(b"Hello\r\n.\r\n" + after)
        line.close_half()
        assert office.acceptor.waiting.wait(10)
        office.acceptor.go_on.set()
        assert line.reply() == "250 2.0.0 Accepted"
        assert line.reply() == ("221 2.0.0 Bye" if after else "")
        assert line.reply() == ""
    assert office.acceptor.take() == [b"Hello\r\n"]


def test_half_a_mail_and_no_more_is_not_accepted(office: Office) -> None:
    with office.line().begin() as line:
        line.send(b"Hello\r\n")
        line.close_half()
        assert not line.reply().startswith("250")
    assert office.acceptor.take() == []


def test_a_mail_whose_sender_vanishes_in_the_middle_is_not_accepted(office: Office) -> None:
    for leave in (Line.close, Line.reset):
        line = office.line().begin()
        line.send(b"half a mail\r\n" + b"a" * 100_000)
        leave(line)
    assert office.smtp().quit()[0] == 221
    assert office.acceptor.take() == []


def test_a_mail_whose_sender_vanishes_after_the_dot_does_no_harm(office: Office) -> None:
    office.acceptor.go_on.clear()
    line = office.line().begin()
    line.send(b"mail\r\n.\r\n")
    assert office.acceptor.waiting.wait(5)
    line.reset()
    office.acceptor.go_on.set()
    assert deliver(office, b"next\r\n.\r\n")[-1] == b"next\r\n"
