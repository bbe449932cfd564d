"""Waiting for news of several folders, each listened at by a connection of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from ingest.imap.settings import LONGEST_IDLE
from tests.ingest.imap.conftest import OpenMailroom
from tests.ingest.imap.mailroom import Mailroom, mail
from tests.servers.cutter import Cutter
from tests.servers.dovecot import Dovecot
from tests.servers.scripted_imap import ScriptedImap

FOLDERS = ("INBOX", "Abuse", "Junk")
# Nothing is looked at by itself while a test lasts.
SELDOM: dict[str, Any] = {
    "folders": FOLDERS,
    "idle": True,
    "idle_for": LONGEST_IDLE,
    "poll_every": timedelta(hours=1),
}


def fill(room: Mailroom) -> None:
    """Put a mail into each folder, and have it fetched."""
    for number, folder in enumerate(FOLDERS):
        room.put(mail(number), folder=folder)
    room.until(lambda: len(room.inbox()) == len(FOLDERS))


@contextmanager
def counted(server: Dovecot) -> Iterator[Cutter]:
    cutter = Cutter(server.port, [])
    try:
        yield cutter
    finally:
        cutter.close()


@pytest.mark.parametrize("folder", FOLDERS)
def test_news_of_every_folder_are_heard_at_once(
    dovecot: Dovecot, open_mailroom: OpenMailroom, folder: str
) -> None:
    room = open_mailroom(dovecot, **SELDOM)
    fill(room)

    room.put(mail("new"), folder=folder)

    room.until(lambda: len(room.inbox()) == len(FOLDERS) + 1, steps=60)


def test_no_more_connections_are_opened_than_allowed_and_the_rest_is_looked_at(
    dovecot: Dovecot, open_mailroom: OpenMailroom
) -> None:
    with counted(dovecot) as counter:
        own = {**SELDOM, "idle_connections": 2, "poll_every": timedelta(milliseconds=100)}
        room = open_mailroom(dovecot, port=counter.port, **own)
        fill(room)
        room.until(lambda: counter.connections > 1, steps=20)
        room.put(mail("new"), folder="Junk")
        room.until(lambda: len(room.inbox()) == len(FOLDERS) + 1, steps=60)

        assert counter.connections == 2


def test_an_ear_that_is_lost_is_noticed_and_its_folder_looked_at(
    dovecot: Dovecot, open_mailroom: OpenMailroom
) -> None:
    with counted(dovecot) as counter, capture_logs() as said:
        room = open_mailroom(dovecot, port=counter.port, **SELDOM)
        fill(room)
        room.until(lambda: counter.connections == len(FOLDERS), steps=20)
        room.rounds.step()
        room.put(mail("new"), folder="Abuse")
        counter.cut()
        room.until(lambda: len(room.inbox()) == len(FOLDERS) + 1, steps=60)

    assert all(line["log_level"] != "error" for line in said)


def test_a_server_that_allows_one_connection_is_asked_for_the_others_now_and_then(
    open_mailroom: OpenMailroom,
) -> None:
    logins = 0

    def answers(tag: str, command: str) -> bytes | None:
        nonlocal logins
        ok = f"{tag} OK done\r\n".encode()
        if command.startswith("LIST"):
            return b"".join(b'* LIST () "/" %b\r\n' % name.encode() for name in FOLDERS) + ok
        if command.startswith("AUTHENTICATE"):
            logins += 1
            return f"{tag} NO [LIMIT] too many\r\n".encode() if logins > 1 else None
        return b"* SEARCH\r\n" + ok if command.startswith("UID SEARCH") else None

    server = ScriptedImap(answers)
    try:
        own = {**SELDOM, "poll_every": timedelta(milliseconds=100)}
        room = open_mailroom(cast("Dovecot", server), **own)
        with capture_logs() as said:
            selected = "SELECT Junk"
            room.until(lambda: sum(selected in one.replace('"', "") for one in server.asked) > 3)
    finally:
        server.close()

    # One try for each of the two, and one line for each.
    assert logins == len(FOLDERS)
    told = [line for line in said if line["event"] == "mailbox.not_listening"]
    assert [line["folder"] for line in told] == ["Abuse", "Junk"]
    assert all("too many" in line["reason"] for line in told)
    state = room.state()
    assert state is not None
    assert state.fault is None


def test_a_folder_that_cannot_be_opened_leaves_the_first_one_listened_at(
    open_mailroom: OpenMailroom,
) -> None:
    def answers(tag: str, command: str) -> bytes | None:
        ok = f"{tag} OK done\r\n".encode()
        if command.startswith("LIST"):
            return b"".join(b'* LIST () "/" %b\r\n' % name.encode() for name in FOLDERS) + ok
        if command.startswith(("SELECT", "EXAMINE")) and "INBOX" not in command:
            # No folder is selected after that (RFC 3501 section 6.3.1).
            return f"{tag} NO [NOPERM] not yours\r\n".encode()
        return b"* SEARCH\r\n" + ok if command.startswith("UID SEARCH") else None

    server = ScriptedImap(answers)
    try:
        room = open_mailroom(cast("Dovecot", server), **SELDOM)
        room.until(lambda: "IDLE" in server.asked)
    finally:
        server.close()

    before = server.asked[: server.asked.index("IDLE")]
    last = [one.replace('"', "") for one in before if one.startswith("SELECT")][-1]
    assert last == "SELECT INBOX"
