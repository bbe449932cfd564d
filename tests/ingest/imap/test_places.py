"""Servers of several ages, folders of all names, and what is done with a mail afterwards."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.imap.settings import After
from tests.ingest.imap.conftest import OpenMailroom
from tests.ingest.imap.mailroom import mail
from tests.servers.dovecot import Dovecot


def test_a_server_without_move_and_idle_gets_copies_and_no_mail_stays_behind(
    old_dovecot: Dovecot, open_mailroom: OpenMailroom
) -> None:
    room = open_mailroom(old_dovecot, idle=True)
    mails = [mail(number) for number in range(5)]
    room.put(*mails)

    room.work()

    assert room.contents() == mails
    assert room.there() == []
    # The server has all folders below the inbox, and a separator of its own.
    assert room.there("INBOX.Processed") == mails
    with old_dovecot.client(room.user) as client:
        client.select_folder("INBOX", readonly=True)
        assert client.search("ALL") == []


def test_a_server_without_uid_expunge_keeps_them_marked_as_deleted(
    oldest_dovecot: Dovecot, open_mailroom: OpenMailroom
) -> None:
    room = open_mailroom(oldest_dovecot)
    with oldest_dovecot.client(room.user) as client:
        client.append("INBOX", mail("marked by somebody"), ["\\Deleted"])
    room.put(mail(1))

    room.work()
    room.restart()

    with oldest_dovecot.client(room.user) as client:
        client.select_folder("INBOX", readonly=True)
        assert client.search("DELETED") == [1, 2]
    assert sorted(room.there("Processed")) == sorted([mail("marked by somebody"), mail(1)])
    assert len(room.inbox()) == 2


@pytest.mark.parametrize("folder", ["Gemeldete Fälle", "報告 & 通報", 'a "quoted" \\ name', "A/B"])
def test_folders_of_any_name_are_read_and_moved_to(
    dovecot: Dovecot, open_mailroom: OpenMailroom, folder: str
) -> None:
    target = f"{folder} gelesen ✓"
    room = open_mailroom(dovecot, folders=(folder,), processed_folder=target)
    room.put(mail(), folder=folder)

    room.work()

    assert room.contents() == [mail()]
    assert (room.there(folder), room.there(target)) == ([], [mail()])


def test_slashes_are_written_as_the_server_separates(
    old_dovecot: Dovecot, open_mailroom: OpenMailroom
) -> None:
    room = open_mailroom(old_dovecot, folders=("Reports/New",), processed_folder="Reports/Done")
    room.put(mail(), folder="INBOX.Reports.New")

    room.work()

    assert room.contents() == [mail()]
    assert room.there("INBOX.Reports.Done") == [mail()]


def test_several_folders_are_read_and_one_that_is_missing_holds_up_none(
    dovecot: Dovecot, open_mailroom: OpenMailroom
) -> None:
    room = open_mailroom(dovecot, folders=("Misssing", "INBOX", "Abuse"))
    room.put(mail(1))
    room.put(mail(2), folder="Abuse")

    room.work()

    assert room.contents() == [mail(1), mail(2)]
    state = room.state()
    assert state is not None
    assert state.fault == "the folder Misssing is missing"
    assert state.remedy == "name one that is there: Abuse, INBOX"


@pytest.mark.parametrize("flag", ["$Tipline", "\\Flagged"])
def test_a_flag_is_set_where_that_is_asked_for(
    dovecot: Dovecot, open_mailroom: OpenMailroom, flag: str
) -> None:
    room = open_mailroom(dovecot, after=After.FLAG, flag=flag)
    room.put(mail())

    room.work()

    with dovecot.client(room.user) as client:
        client.select_folder("INBOX", readonly=True)
        assert flag.encode() in client.get_flags([1])[1]
    assert len(room.inbox()) == 1


def test_a_mail_that_lies_in_two_folders_is_taken_in_once(
    dovecot: Dovecot, open_mailroom: OpenMailroom
) -> None:
    # As labels of Gmail show it.
    room = open_mailroom(dovecot, folders=("INBOX", "Abuse"))
    copy = mail().replace(b"Return-Path: ", b"X-Label: abuse\r\nReturn-Path: ")
    room.put(mail())
    room.put(copy, folder="Abuse")

    room.work()

    assert room.contents() == [mail()]
    assert sorted(room.there("Processed")) == sorted([mail(), copy])


def test_two_deliveries_of_the_same_mail_are_both_taken_in(
    dovecot: Dovecot, open_mailroom: OpenMailroom
) -> None:
    room = open_mailroom(dovecot)
    other = open_mailroom(dovecot)
    room.put(mail(), mail())
    other.put(mail())

    room.work()
    other.work()

    # Filing records the second and the third as the same mail.
    assert room.contents() == [mail()] * 3


def test_the_target_is_made_again_when_somebody_removed_it(
    dovecot: Dovecot, open_mailroom: OpenMailroom
) -> None:
    room = open_mailroom(dovecot)
    room.put(mail(1))
    room.work()
    with dovecot.client(room.user) as client:
        client.delete_folder("Processed")
    room.put(mail(2))
    room.until(lambda: room.there() == [])

    assert len(room.inbox()) == 2
    assert room.there() == []
    assert room.there("Processed") == [mail(2)]


def test_where_nothing_can_be_moved_mails_are_taken_in_all_the_same(
    dovecot: Dovecot, open_mailroom: OpenMailroom
) -> None:
    # No folder can have this name: its parent cannot have folders.
    room = open_mailroom(dovecot, processed_folder="a//b")
    room.put(mail(1), mail(2))

    room.work()

    assert room.contents() == [mail(1), mail(2)]
    assert room.there() == [mail(1), mail(2)]
    state = room.state()
    assert state is not None
    assert state.fault is None
    assert "a//b is missing and could not be made" in str(state.trouble)
    room.restart()
    assert len(room.inbox()) == 2


def test_what_could_not_be_moved_is_moved_when_it_can_be(
    dovecot: Dovecot, open_mailroom: OpenMailroom
) -> None:
    room = open_mailroom(dovecot, processed_folder="a//b")
    room.put(mail())
    room.work()

    better = open_mailroom(dovecot, room.user, processed_folder="Done")
    better.work()

    assert len(better.inbox()) == 1
    assert better.there("Done") == [mail()]
    state = better.state()
    assert state is not None
    assert state.trouble is None


def test_when_a_mail_came_into_the_mailbox_is_kept(
    dovecot: Dovecot, open_mailroom: OpenMailroom
) -> None:
    room = open_mailroom(dovecot)
    came = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
    with dovecot.client(room.user) as client:
        client.append("INBOX", mail(), msg_time=came)

    room.work()

    [message] = room.inbox()
    assert (message.envelope.arrived_at, message.envelope.received_at) == (came, room.clock())
