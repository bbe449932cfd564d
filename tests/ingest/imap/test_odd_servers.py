"""Servers that say odd things, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from tests.ingest.imap.conftest import OpenMailroom
from tests.ingest.imap.mailroom import Mailroom
from tests.servers.dovecot import Dovecot
from tests.servers.scripted_imap import Answers, ScriptedImap

MAIL = b"Message-ID: <1@mail.example>\r\nFrom: mia@mail.example\r\n\r\nthis worries me\r\n"

Serve = Callable[..., tuple[ScriptedImap, Mailroom]]


@pytest.fixture
def serve(open_mailroom: OpenMailroom) -> Iterator[Serve]:
    servers: list[ScriptedImap] = []

    def served(
        answers: Answers, *, idle: bool = True, **more: str
    ) -> tuple[ScriptedImap, Mailroom]:
        servers.append(server := ScriptedImap(answers, **more))
        room = open_mailroom(
            cast("Dovecot", server), idle=idle, timeout=timedelta(milliseconds=600)
        )
        return server, room

    yield served
    for server in servers:
        server.close()


def fetched(tag: str, command: str) -> bytes | None:
    """Hold one mail, and hand it out."""
    ok = f"{tag} OK done\r\n".encode()
    if command.startswith("UID SEARCH"):
        return b"* SEARCH 5\r\n" + ok
    if "RFC822.SIZE" in command:
        return b"* 1 FETCH (UID 5 RFC822.SIZE 90)\r\n" + ok
    if "BODY.PEEK[]" in command:
        return b"* 1 FETCH (UID 5 BODY[] {%d}\r\n%b)\r\n" % (len(MAIL), MAIL) + ok
    return None


def test_news_in_the_packet_that_begins_the_wait_are_not_overlooked(serve: Serve) -> None:
    mails = b""

    def answers(tag: str, command: str) -> bytes | None:
        nonlocal mails
        if command == "IDLE":
            mails = b" 5"
            return b"+ idling\r\n* 1 EXISTS\r\n"
        if command.startswith("UID SEARCH"):
            return b"* SEARCH%b\r\n%b OK done\r\n" % (mails, tag.encode())
        return fetched(tag, command)

    _, room = serve(answers)

    # The clock stands still, and the wait lasts five minutes: nothing else can end it.
    room.until(lambda: bool(room.inbox()), steps=20)

    assert room.contents() == [MAIL]


def test_a_sign_of_life_in_the_packet_that_begins_the_wait_is_no_news(serve: Serve) -> None:
    def answers(_: str, command: str) -> bytes | None:
        return b"+ idling\r\n* OK Still here\r\n" if command == "IDLE" else None

    server, room = serve(answers)
    for _ in range(6):
        room.rounds.step()

    assert server.asked.count("IDLE") == 1


def test_a_body_of_digits_is_one(serve: Serve) -> None:
    def answers(tag: str, command: str) -> bytes | None:
        if "BODY.PEEK[]" in command:
            return b'* 1 FETCH (UID 5 BODY[] "12345")\r\n%b OK done\r\n' % tag.encode()
        return fetched(tag, command)

    _, room = serve(answers)
    room.until(lambda: bool(room.inbox()), steps=20)

    assert room.contents() == [b"12345"]


def test_a_mail_larger_than_it_was_said_to_be_is_told_of_once(serve: Serve) -> None:
    asked: list[str] = []

    def answers(tag: str, command: str) -> bytes | None:
        ok = f"{tag} OK done\r\n".encode()
        if "RFC822.SIZE" in command:
            return b"* 1 FETCH (UID 5 RFC822.SIZE 2000000)\r\n" + ok
        if "BODY.PEEK[]<" in command:
            asked.append(command)
            start = int(command.partition("<")[2].partition(".")[0])
            size = 1024 * 1024
            return b"* 1 FETCH (UID 5 BODY[]<%d> {%d}\r\n%b)\r\n" % (start, size, b"x" * size) + ok
        return fetched(tag, command)

    _, room = serve(answers)
    room.settings = replace(room.settings, max_size=3_000_000, idle=False)
    room.restart()
    again = len(asked)
    room.restart()

    [message] = room.inbox()
    with room.store.snapshot() as work:
        why = work.mailboxes.why_cut(message.id)
    assert str(why).startswith("larger than the limit: 3145728 octets of 3000000 allowed")
    assert len(asked) == again


def test_a_server_that_says_no_more_is_left_and_tried_again(serve: Serve) -> None:
    silent = True

    def answers(tag: str, command: str) -> bytes | None:
        if "BODY.PEEK[]" in command and silent:
            return b"* 1 FETCH (UID 5 BODY[] {1000000}\r\nthis wor"
        return fetched(tag, command)

    _, room = serve(answers)
    room.until(lambda: (state := room.state()) is not None and state.fault is not None)
    state = room.state()
    assert state is not None
    assert state.fault == "mails: no answer in time"

    silent = False
    room.until(lambda: bool(room.inbox()))
    assert room.contents() == [MAIL]


@pytest.mark.parametrize(
    "nonsense",
    [
        b"* 1 FETCH (UID five BODY[] {3}\r\nabc)\r\n",
        b"* 1 FETCH (UID 5 BODY[] {3}\r\nabc\r\n",
        b'* 1 FETCH (UID 5 BODY[] "abc)\r\n',
        b"\xff\xfe\r\n",
        b"* SEARCH (MODSEQ\r\n",
    ],
)
def test_nonsense_ends_the_connection_and_nothing_else(serve: Serve, nonsense: bytes) -> None:
    bad = True

    def answers(tag: str, command: str) -> bytes | None:
        if bad and "BODY.PEEK[]" in command:
            return nonsense + f"{tag} OK done\r\n".encode()
        return fetched(tag, command)

    _, room = serve(answers)
    for _ in range(3):
        room.rounds.step()
        room.clock.forward(seconds=5)
    bad = False
    room.until(lambda: bool(room.inbox()))

    assert room.contents() == [MAIL]


def test_a_server_that_ends_the_connection_while_we_wait_says_why(serve: Serve) -> None:
    def answers(tag: str, command: str) -> bytes | None:
        del tag
        return b"+ idling\r\n* BYE Session expired\r\n" if command == "IDLE" else None

    _, room = serve(answers)
    room.until(lambda: (state := room.state()) is not None and state.fault is not None)

    state = room.state()
    assert state is not None
    assert "Session expired" in str(state.fault)


def test_nothing_is_said_of_a_mail_before_it_is_durable(serve: Serve) -> None:
    server, room = serve(fetched)
    taken_when_moved: list[int] = []

    def answers(tag: str, command: str) -> bytes | None:
        if command.startswith("UID MOVE"):
            taken_when_moved.append(len(room.inbox()))
        return fetched(tag, command)

    server._answers = answers
    room.until(lambda: bool(taken_when_moved))

    assert taken_when_moved == [1]
    before = server.asked[: [c.startswith("UID MOVE") for c in server.asked].index(True)]
    assert not any(c.startswith(("UID STORE", "UID COPY", "STORE")) for c in before)
    assert not any("BODY[" in c and "PEEK" not in c for c in server.asked)


HUGE = 2_000_000_000


class Lies:
    """Says that each of its mails has 90 octets; that number 6 has far more shows when it comes."""

    def __init__(self, literal: Callable[[str], bytes | None]) -> None:
        self.bodies: list[str] = []
        self._literal = literal

    def __call__(self, tag: str, command: str) -> bytes | None:
        ok = f"{tag} OK done\r\n".encode()
        if command.startswith("UID SEARCH"):
            return b"* SEARCH 5 6 7\r\n" + ok
        if "RFC822.SIZE" in command:
            return b"".join(b"* 1 FETCH (UID %d RFC822.SIZE 90)\r\n" % n for n in (5, 6, 7)) + ok
        if "BODY.PEEK[" not in command:
            return None
        self.bodies.append(command)
        uids = [int(uid) for uid in command.split()[2].split(",")]
        said = [self._one(uid, command) for uid in uids]
        return b"".join(said) + ok

    def _one(self, uid: int, command: str) -> bytes:
        if uid == 6 and (literal := self._literal(command)) is not None:
            return literal
        mail = MAIL.replace(b"<1@", b"<%d@" % uid)
        return b"* 1 FETCH (UID %d BODY[] {%d}\r\n%b)\r\n" % (uid, len(mail), mail)


def endless(command: str) -> bytes:
    """Announce far more than was asked for, and begin to send it."""
    name = command.partition("BODY.PEEK")[2].partition(".1048576>")[0]
    name += ">" if "<" in name else ""
    return b"* 2 FETCH (UID 6 BODY%b {%d}\r\n" % (name.rstrip(")").encode(), HUGE) + b"x" * 5000


def test_a_literal_far_above_the_size_that_was_told_is_not_read_and_holds_up_no_other(
    serve: Serve,
) -> None:
    lies = Lies(endless)
    _, room = serve(lies, idle=False)
    room.until(lambda: len(room.inbox()) == 3)

    assert sorted(room.contents()) == sorted(
        [b"", *(MAIL.replace(b"<1@", b"<%d@" % n) for n in (5, 7))]
    )
    with room.store.snapshot() as work:
        [why] = [w for m in work.inbox.listing() if (w := work.mailboxes.why_cut(m.id))]
        assert work.mailboxes.totals(room.settings.name) == {"taken": 2, "failed": 1}
    assert f"the server sends more than was asked for ({HUGE} octets)" in why
    # Once with the others, a few times alone, and once more for its header.
    assert len([asked for asked in lies.bodies if " 6" in asked or ",6" in asked]) < 7


def test_a_mail_whose_size_is_understated_is_fetched_in_pieces(serve: Serve) -> None:
    whole = MAIL.replace(b"<1@", b"<6@") + b"more\r\n" * 500_000

    def understated(command: str) -> bytes | None:
        place = command.partition("BODY.PEEK[]<")[2].partition(".")[0]
        octets = whole[int(place) : int(place) + 1024 * 1024] if place else whole
        named = b"BODY[]<%b>" % place.encode() if place else b"BODY[]"
        return b"* 2 FETCH (UID 6 %b {%d}\r\n%b)\r\n" % (named, len(octets), octets)

    _, room = serve(Lies(understated), idle=False)
    room.until(lambda: len(room.inbox()) == 3)

    assert whole in room.contents()


def test_a_piece_that_is_larger_than_was_asked_for_is_not_taken_for_it(serve: Serve) -> None:
    def answers(tag: str, command: str) -> bytes | None:
        ok = f"{tag} OK done\r\n".encode()
        if "RFC822.SIZE" in command:
            return b"* 1 FETCH (UID 5 RFC822.SIZE 2000000)\r\n" + ok
        if "BODY.PEEK[]<" in command:
            return b"* 1 FETCH (UID 5 BODY[]<0> {1048600}\r\n%b)\r\n" % (b"x" * 1_048_600) + ok
        if "BODY.PEEK[HEADER]" in command:
            return b"* 1 FETCH (UID 5 BODY[HEADER] {4}\r\nA:\r\n)\r\n" + ok
        return fetched(tag, command)

    _, room = serve(answers, idle=False)
    room.until(lambda: bool(room.inbox()))

    [message] = room.inbox()
    with room.store.snapshot() as work:
        why = work.mailboxes.why_cut(message.id)
    assert "the server sends 1048600 octets of it and not 1048576" in str(why)


def test_lines_without_an_end_are_not_kept(serve: Serve) -> None:
    flood = True

    def answers(tag: str, command: str) -> bytes | None:
        if command.startswith("UID SEARCH") and flood:
            return b"* 1 EXISTS\r\n" * 500_000 + f"{tag} OK done\r\n".encode()
        return fetched(tag, command)

    _, room = serve(answers)
    room.until(lambda: (state := room.state()) is not None and state.fault is not None)
    state = room.state()
    assert state is not None
    assert "the server sends more than was asked for" in str(state.fault)

    flood = False
    room.until(lambda: bool(room.inbox()))


def test_a_search_that_finds_a_quarter_of_a_million_mails_is_understood(serve: Serve) -> None:
    numbers = " ".join(str(1_000_000 + number) for number in range(250_000))

    def answers(tag: str, command: str) -> bytes | None:
        ok = f"{tag} OK done\r\n".encode()
        if command == "UID SEARCH ALL":
            return f"* SEARCH {numbers}\r\n".encode() + ok
        if "RFC822.SIZE" in command:
            return b"* 1 FETCH (UID 1000000 RFC822.SIZE 90)\r\n" + ok
        if "BODY.PEEK[]" in command:
            return fetched(tag, command).replace(b"UID 5", b"UID 1000000")  # type: ignore[union-attr]
        return ok if "SEARCH" in command else None

    _, room = serve(answers)
    room.until(lambda: bool(room.inbox()), steps=20)

    assert room.contents() == [MAIL]


def test_a_structure_nested_without_an_end_is_not_told(serve: Serve) -> None:
    def answers(tag: str, command: str) -> bytes | None:
        ok = f"{tag} OK done\r\n".encode()
        if "RFC822.SIZE" in command:
            return b"* 1 FETCH (UID 5 RFC822.SIZE 2000000)\r\n" + ok
        if "BODYSTRUCTURE" in command:
            depth = 50_000
            return b"* 1 FETCH (UID 5 BODYSTRUCTURE %b%b)\r\n" % (b"(" * depth, b")" * depth) + ok
        if "BODY.PEEK[]<" in command:
            return b"* 1 FETCH (UID 5 BODY[]<0> {%d}\r\n%b)\r\n" % (len(MAIL), MAIL) + ok
        return fetched(tag, command)

    _, room = serve(answers)
    room.settings = replace(room.settings, max_size=1_000_000, idle=False)
    room.restart()

    [message] = room.inbox()
    with room.store.snapshot() as work:
        why = work.mailboxes.why_cut(message.id)
    assert str(why).endswith("the server does not tell its parts")


ODD_NAMES = (
    b'* LIST () "/" ' + b"/".join([b"a"] * 3000),
    b'* LIST () "/" "&\xe9\xff- no name"',
    b'* LIST () "/" "bell\x07\x1b[2J"',
    b'* LIST () "/" {8}\r\nDone\r\nA1',
    b'* LIST () "/" "12345"',
    b'* LIST () "/" NIL',
    b'* LIST () "/" ""',
)


def listing_oddly(tag: str, command: str) -> bytes | None:
    """List 20,000 folders, and some that nobody can mean."""
    if not command.startswith("LIST"):
        return fetched(tag, command)
    many = (b'* LIST () "/" "archive/%d"' % number for number in range(20_000))
    usual = (b'* LIST () "/" "INBOX"', b'* LIST () "/" "Processed"')
    return b"\r\n".join((*many, *ODD_NAMES, *usual, f"{tag} OK done\r\n".encode()))


def test_folders_without_number_and_names_that_are_none_hide_no_other(serve: Serve) -> None:
    _, room = serve(listing_oddly)
    room.until(lambda: bool(room.inbox()), steps=20)

    assert room.contents() == [MAIL]


@pytest.mark.parametrize("prefix", [b'"&\xe9\xff- no name"', b"7", b'"x\x07"', b"NIL"])
def test_a_namespace_that_is_none_keeps_no_mail_away(serve: Serve, prefix: bytes) -> None:
    def answers(tag: str, command: str) -> bytes | None:
        if command.startswith("NAMESPACE"):
            return b'* NAMESPACE ((%b "/")) NIL NIL\r\n%b OK done\r\n' % (prefix, tag.encode())
        return fetched(tag, command)

    _, room = serve(answers, capabilities="IDLE MOVE UIDPLUS NAMESPACE")
    room.until(lambda: bool(room.inbox()), steps=20)

    assert room.contents() == [MAIL]


def test_a_missing_folder_is_told_in_a_line_that_nothing_of_the_server_breaks(
    serve: Serve,
) -> None:
    _, room = serve(listing_oddly)
    room.settings = replace(room.settings, folders=("Bell",))
    room.restart()

    state = room.state()
    assert state is not None
    assert state.fault == "the folder Bell is missing"
    assert str(state.remedy).startswith("name one that is there: ")
    assert str(state.remedy).isprintable()


def test_a_list_of_folders_nested_without_an_end_is_told_in_a_line(serve: Serve) -> None:
    def answers(tag: str, command: str) -> bytes | None:
        if not command.startswith("LIST"):
            return fetched(tag, command)
        nested = b"* LIST " + b"(" * 50_000 + b")" * 50_000
        return nested + b' "/" INBOX\r\n' + f"{tag} OK done\r\n".encode()

    _, room = serve(answers)
    room.rounds.step()

    state = room.state()
    assert state is not None
    assert state.fault == "list of folders: the server's answer makes no sense"
