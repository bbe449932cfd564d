"""A kill between the commit and the move: the mail is moved later, and not taken in again."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import replace

from ingest.imap.settings import After
from tests.ingest.imap.conftest import OpenMailroom
from tests.ingest.imap.mailroom import Mailroom, mail
from tests.servers.cutter import Cutter
from tests.servers.dovecot import Dovecot
from tests.store.samples import ROOT

# Ends itself, as a power cut would, the moment the mails are on disk.
KILLED = """
import os, signal, sys
from pathlib import Path
from ingest.imap.login import PasswordLogin
from ingest.imap.rounds import Rounds
from ingest.imap.settings import After, MailboxSettings, Security
from store.evidence import Evidence
from store.keys import Identity
from store.model import utc_now
from store.unit_of_work import open_store
state, user, port, name, after = sys.argv[1:]
state = Path(state)
settings = MailboxSettings(name=name, host="127.0.0.1", port=int(port), security=Security.NONE,
    username=user, idle=False, after=After(after))
rounds = Rounds(settings=settings, login=PasswordLogin(user, lambda: "secret"),
    store=open_store(state), evidence=Evidence(state / "evidence", Identity.generate()),
    clock=utc_now, on_taken=lambda: os.kill(os.getpid(), signal.SIGKILL))
while True:
    rounds.step()
"""


def killed_after_the_commit(room: Mailroom) -> None:
    state = str(room.evidence._folder.parent)
    arguments = [state, room.user, str(room.server.port), room.settings.name, room.settings.after]
    done = subprocess.run(
        [sys.executable, "-c", KILLED, *arguments], cwd=ROOT, check=False, timeout=60
    )
    assert done.returncode == -signal.SIGKILL


def test_a_kill_before_the_move_leaves_it_to_the_next_start(
    dovecot: Dovecot, open_mailroom: OpenMailroom
) -> None:
    room = open_mailroom(dovecot)
    room.put(mail(1), mail(2))

    killed_after_the_commit(room)
    assert len(room.inbox()) == 2
    assert len(room.there()) == 2
    room.work()

    assert len(room.inbox()) == 2
    assert room.there() == []
    assert room.there("Processed") == [mail(1), mail(2)]


def test_a_kill_before_the_flag_leaves_it_to_the_next_start(
    dovecot: Dovecot, open_mailroom: OpenMailroom
) -> None:
    room = open_mailroom(dovecot, after=After.FLAG)
    room.put(mail(1))

    killed_after_the_commit(room)
    room.work()

    assert len(room.inbox()) == 1
    with dovecot.client(room.user) as client:
        client.select_folder("INBOX", readonly=True)
        assert b"$Tipline" in client.get_flags([1])[1]


def test_a_copy_that_was_made_and_could_not_be_noted_is_not_made_again(
    old_dovecot: Dovecot, open_mailroom: OpenMailroom
) -> None:
    cutter = Cutter(old_dovecot.port, [])
    room = open_mailroom(old_dovecot, port=cutter.port)
    room.put(mail(1), mail(2))
    try:
        # The answer to COPY is the last thing that comes through.
        cutter.cut_behind = b"OK [COPYUID"
        room.until(lambda: room.there() == [])
    finally:
        cutter.close()

    assert cutter.connections > 1
    assert len(room.inbox()) == 2
    assert room.there("INBOX.Processed") == [mail(1), mail(2)]


def test_an_older_mail_of_the_same_message_id_is_no_copy(
    old_dovecot: Dovecot, open_mailroom: OpenMailroom
) -> None:
    room = open_mailroom(old_dovecot)
    room.put(mail(1))
    room.work()
    cutter = Cutter(old_dovecot.port, [])
    # The server does what it was asked for, or not: here COPY never comes to its ears.
    cutter.cut_before = b" UID COPY "
    room.put(mail(1), mail(1, more="X-Sent: again\n"))
    through = replace(room.settings, port=cutter.port)
    try:
        room.settings = through
        room.restart()
        room.until(lambda: room.there() == [])
    finally:
        cutter.close()

    assert cutter.connections > 1
    again = mail(1, more="X-Sent: again\n")
    assert room.there("INBOX.Processed") == [mail(1), mail(1), again]


def test_of_mails_without_message_id_no_copy_is_made_twice(
    old_dovecot: Dovecot, open_mailroom: OpenMailroom
) -> None:
    plain = b"From: mia@mail.example\r\n\r\nthis account worries me: @quiet_heron7\r\n"
    cutter = Cutter(old_dovecot.port, [])
    room = open_mailroom(old_dovecot, port=cutter.port)
    # Two mails alike, and another one without a name.
    room.put(plain, plain, b"Subject: x\r\n" + plain)
    try:
        cutter.cut_behind = b"OK [COPYUID"
        room.until(lambda: room.there() == [])
    finally:
        cutter.close()

    assert cutter.connections > 1
    assert room.there("INBOX.Processed") == [plain, plain, b"Subject: x\r\n" + plain]
