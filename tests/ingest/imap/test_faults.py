"""What goes wrong with servers and connections: after each fault every mail is there once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ingest.imap.settings import LONGEST_IDLE, After, Security
from store.errors import StorageFull
from store.model import Door
from tests.ingest.imap.conftest import OpenMailroom
from tests.ingest.imap.mailroom import Mailroom, mail
from tests.servers.cutter import Cutter
from tests.servers.dovecot import Dovecot

MEGA = 1024 * 1024


def large(octets: int) -> bytes:
    """Write a mail of many lines, each of which tells where it stands."""
    lines = b"".join(b"%075d\r\n" % number for number in range(octets // 77))
    return mail("large") + lines


def test_a_server_that_is_killed_while_we_wait_is_waited_for(
    own_dovecot: Dovecot, open_mailroom: OpenMailroom
) -> None:
    room = open_mailroom(own_dovecot, idle=True)
    room.put(mail(1))
    room.until(lambda: len(room.inbox()) == 1)
    # It listens now.
    assert [room.rounds.step() for _ in range(3)][-1] == 1

    own_dovecot.kill()
    room.until(lambda: (state := room.state()) is not None and state.fault is not None)
    own_dovecot.start()
    room.put(mail(2))
    room.until(lambda: len(room.inbox()) == 2)
    room.until(lambda: room.there() == [])

    assert room.contents() == [mail(1), mail(2)]
    state = room.state()
    assert state is not None
    assert state.fault is None


@pytest.mark.parametrize("security", [Security.NONE, Security.TLS])
def test_new_mail_ends_the_wait_at_once(
    dovecot: Dovecot, open_mailroom: OpenMailroom, security: Security
) -> None:
    tls = {"port": dovecot.tls_port, "host": "localhost", "ca_file": dovecot.ca_file}
    more = tls if security is Security.TLS else {}
    room = open_mailroom(dovecot, idle=True, idle_for=LONGEST_IDLE, security=security, **more)
    room.until(lambda: room.state() is not None)
    room.rounds.step()
    room.put(mail())

    # The clock stands still: only the server can have told of it.
    room.until(lambda: bool(room.inbox()))

    assert room.contents() == [mail()]


def test_a_connection_cut_in_the_middle_of_a_large_mail_goes_on_where_it_was(
    dovecot: Dovecot, open_mailroom: OpenMailroom
) -> None:
    cutter = Cutter(dovecot.port, [7 * MEGA, 9 * MEGA, 2 * MEGA])
    try:
        room = open_mailroom(dovecot, port=cutter.port)
        raw = large(20 * MEGA)
        room.put(mail(1), raw, mail(3))

        room.until(lambda: len(room.inbox()) == 3)
        room.until(lambda: room.there() == [])

        assert sorted(map(len, room.contents())) == sorted(map(len, [mail(1), raw, mail(3)]))
        assert raw in room.contents()
        assert cutter.connections == 4
        # Less than the mail twice: no piece was fetched more than twice.
        assert cutter.passed < 28 * MEGA
    finally:
        cutter.close()


def test_a_mailbox_whose_uids_are_new_is_looked_through_and_nothing_is_taken_in_twice(
    dovecot: Dovecot, open_mailroom: OpenMailroom
) -> None:
    room = open_mailroom(dovecot, after=After.LEAVE)
    mails = [mail(number) for number in range(4)]
    room.put(*mails[:3])
    room.work()

    dovecot.number_anew(room.user)
    room.put(mails[3])
    room.restart()

    assert sorted(room.contents()) == mails
    with dovecot.client(room.user) as client:
        client.select_folder("INBOX", readonly=True)
        assert min(client.search("ALL")) >= 1000


def test_what_was_sent_again_counts_although_the_uids_are_new(
    dovecot: Dovecot, open_mailroom: OpenMailroom
) -> None:
    room = open_mailroom(dovecot, after=After.LEAVE)
    room.put(mail(1), mail(1))
    room.work()
    assert len(room.inbox()) == 2

    dovecot.number_anew(room.user)
    room.put(mail(1))
    room.restart()

    assert room.contents() == [mail(1)] * 3


def test_several_hundred_mails_come_in_batches_over_a_bad_line(
    dovecot: Dovecot, open_mailroom: OpenMailroom
) -> None:
    cutter = Cutter(dovecot.port, [20_000, 90_000, 40_000])
    try:
        room = open_mailroom(dovecot, port=cutter.port)
        mails = [mail(number) for number in range(300)]
        with dovecot.client(room.user) as client:
            client.multiappend("INBOX", mails)

        room.until(lambda: len(room.inbox()) == 300)
        room.until(lambda: room.there() == [])

        assert sorted(room.contents()) == sorted(mails)
        assert len(room.there("Processed")) == 300
        assert cutter.connections == 4
    finally:
        cutter.close()


def test_a_mail_above_the_limit_is_kept_as_far_as_it_goes_and_stays(
    dovecot: Dovecot, open_mailroom: OpenMailroom
) -> None:
    room = open_mailroom(dovecot, max_size=2 * MEGA)
    raw = large(3 * MEGA)
    room.put(raw, mail(2))

    room.work()
    room.restart()

    assert sorted(map(len, room.contents())) == sorted([MEGA, len(mail(2))])
    [kept] = [content for content in room.contents() if len(content) == MEGA]
    assert raw.startswith(kept)
    assert room.there() == [raw]
    [message] = [message for message in room.inbox() if message.size == MEGA]
    with room.store.snapshot() as work:
        why = work.mailboxes.why_cut(message.id)
    assert why is not None
    assert why.startswith(f"larger than the limit: {len(raw)} octets of {2 * MEGA} allowed")
    assert f"stays in mailbox {room.settings.name}, folder INBOX, UID 1" in why
    assert "its parts: text/plain of" in why


def test_a_large_mail_is_told_of_once_and_fetched_whole_when_the_limit_is_raised(
    dovecot: Dovecot, open_mailroom: OpenMailroom
) -> None:
    room = open_mailroom(dovecot, max_size=2 * MEGA)
    raw = large(3 * MEGA)
    room.put(raw)
    room.work()

    dovecot.number_anew(room.user)
    room.restart()
    assert len(room.inbox()) == 1
    assert room.there() == [raw]

    more = open_mailroom(dovecot, room.user, max_size=4 * MEGA)
    more.work()
    assert more.contents()[1:] == [raw]
    assert more.there("Processed") == [raw]


def test_a_mail_that_the_server_does_not_hand_out_is_told_of_and_holds_up_no_other(
    dovecot: Dovecot, open_mailroom: OpenMailroom
) -> None:
    room = open_mailroom(dovecot)
    room.put(mail(1), mail(2), mail(3))
    # The server cannot read it either: it breaks the connection each time it is asked.
    sorted((dovecot.folder / "mail" / room.user / "new").iterdir())[1].chmod(0)

    room.until(lambda: len(room.inbox()) == 2)
    assert room.contents() == [mail(1), mail(3)]

    room.until(lambda: len(room.inbox()) == 3)
    room.until(lambda: (state := room.state()) is not None and state.fault is None)
    with room.store.snapshot() as work:
        why = work.mailboxes.why_cut(room.inbox()[0].id)
    assert str(why).startswith("could not be fetched whole: the connection broke each time, ")
    assert str(why).endswith(f"; it was in mailbox {room.settings.name}, folder INBOX, UID 2")
    with dovecot.client(room.user) as client:
        assert client.folder_status("INBOX", ["MESSAGES"]) == {b"MESSAGES": 0}
        assert client.folder_status("Failed", ["MESSAGES"]) == {b"MESSAGES": 1}


def test_a_refused_login_is_tried_again_but_rarely(
    dovecot: Dovecot, open_mailroom: OpenMailroom
) -> None:
    room = open_mailroom(dovecot, password="wrong")
    room.put(mail())

    room.work()
    state = room.state()
    assert state is not None
    assert str(state.fault).startswith("the login was refused: ")
    assert "compare username and password" in str(state.remedy)

    room.password = "secret"
    room.clock.forward(seconds=25)
    room.work()
    assert room.inbox() == []
    room.clock.forward(seconds=40)
    room.work()
    assert len(room.inbox()) == 1


def test_a_mailbox_without_its_only_folder_is_not_logged_in_to_all_the_time(
    dovecot: Dovecot, open_mailroom: OpenMailroom
) -> None:
    cutter = Cutter(dovecot.port, [])
    try:
        room = open_mailroom(dovecot, port=cutter.port, folders=("Nothing",))
        for _ in range(20):
            room.rounds.step()
            room.clock.forward(seconds=1)
    finally:
        cutter.close()

    # Pauses of one to two seconds, once they have grown.
    assert 8 <= cutter.connections <= 14
    assert _fault(room) == "the folder Nothing is missing"


def test_certificates_are_checked(dovecot: Dovecot, open_mailroom: OpenMailroom) -> None:
    tls = {"port": dovecot.tls_port, "security": Security.TLS, "host": "localhost"}
    strange = open_mailroom(dovecot, **tls)
    named = open_mailroom(dovecot, **{**tls, "host": "127.0.0.1"}, ca_file=dovecot.ca_file)
    trusted = open_mailroom(dovecot, **tls, ca_file=dovecot.ca_file)
    for room in (strange, named, trusted):
        room.put(mail(room.user))
        room.work()

    assert "its certificate is not trusted: self-signed" in _fault(strange)
    assert "its certificate is not trusted: IP address mismatch" in _fault(named)
    assert trusted.contents() == [mail(trusted.user)]


def test_starttls_encrypts_before_the_login(dovecot: Dovecot, open_mailroom: OpenMailroom) -> None:
    start = {"security": Security.STARTTLS, "host": "localhost"}
    strange = open_mailroom(dovecot, **start)
    trusted = open_mailroom(dovecot, **start, ca_file=dovecot.ca_file)
    for room in (strange, trusted):
        room.put(mail(room.user))
        room.work()

    assert "its certificate is not trusted" in _fault(strange)
    assert trusted.contents() == [mail(trusted.user)]


def _fault(room: Mailroom) -> str:
    state = room.state()
    assert state is not None
    return str(state.fault)


def test_nobody_there_is_told_and_tried_again(
    dovecot: Dovecot, open_mailroom: OpenMailroom
) -> None:
    cutter = Cutter(dovecot.port, [])
    cutter.close()
    room = open_mailroom(dovecot, port=cutter.port)

    room.work()

    assert _fault(room) == f"127.0.0.1 port {cutter.port}: Connection refused"


def test_a_full_disk_leaves_the_mails_where_they_are(
    dovecot: Dovecot, open_mailroom: OpenMailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = open_mailroom(dovecot)
    room.put(mail())
    with monkeypatch.context() as patched:
        # What the disk says cannot be had otherwise.
        patched.setattr("store.evidence.RESERVE_SHARE", 1.0)
        patched.setattr("store.evidence.RESERVE_OCTETS", 2**62)
        with pytest.raises(StorageFull):
            room.work()
        assert room.there() == [mail()]

    room.clock.forward(minutes=1)
    room.work()
    assert room.contents() == [mail()]


def test_mail_of_long_ago_counts_as_from_an_archive(
    dovecot: Dovecot, open_mailroom: OpenMailroom
) -> None:
    room = open_mailroom(dovecot, answer_within=timedelta(days=2))
    with dovecot.client(room.user) as client:
        for days in (1, 3):
            client.append("INBOX", mail(days), (), room.clock.now - timedelta(days=days))

    room.work()

    doors = {message.size and message.envelope.door for message in room.inbox()}
    assert [message.envelope.door for message in reversed(room.inbox())] == [
        Door.IMAP,
        Door.ARCHIVE,
    ]
    assert doors == {Door.IMAP, Door.ARCHIVE}
