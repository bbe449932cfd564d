"""Mailboxes of a real Dovecot: every mail is taken in once, and none is missing."""

from __future__ import annotations

import pytest

from ingest.imap.settings import After
from store.model import Door
from tests.ingest.imap.conftest import OpenMailroom
from tests.ingest.imap.mailroom import mail
from tests.servers.dovecot import Dovecot


def test_every_mail_is_taken_in_as_it_is_and_then_moved(
    dovecot: Dovecot, open_mailroom: OpenMailroom
) -> None:
    room = open_mailroom(dovecot)
    mails = [mail(number) for number in range(1, 4)]
    room.put(*mails)

    room.work()

    assert room.contents() == mails
    assert room.there() == []
    assert room.there("Processed") == mails
    assert [message.envelope.door for message in room.inbox()] == [Door.IMAP] * 3
    assert room.taken == 1


def test_nothing_is_marked_as_seen(dovecot: Dovecot, open_mailroom: OpenMailroom) -> None:
    room = open_mailroom(dovecot, after=After.LEAVE)
    room.put(mail())

    room.work()

    assert len(room.inbox()) == 1
    with dovecot.client(room.user) as client:
        client.select_folder("INBOX", readonly=True)
        assert client.search("UNSEEN") == [1]


@pytest.mark.parametrize("after", After)
def test_a_second_look_takes_nothing_in_again(
    dovecot: Dovecot, open_mailroom: OpenMailroom, after: After
) -> None:
    room = open_mailroom(dovecot, after=after)
    room.put(mail(1), mail(2))
    room.work()

    room.put(mail(3))
    room.restart()

    assert room.contents() == [mail(1), mail(2), mail(3)]
