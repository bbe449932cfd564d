from __future__ import annotations

import pytest

from ingest.accept import BATCH_MESSAGES
from ingest.archive import Archive
from store.evidence import Evidence
from store.model import Door
from store.states import InboxState
from store.unit_of_work import Store
from tests.ingest.desk import START, Clock
from tests.store.samples import add_messages

MAILS = [(f"{number}.eml", f"Subject: {number}\r\n\r\n".encode()) for number in range(100)]


@pytest.fixture
def archive(store: Store, evidence: Evidence) -> Archive:
    return Archive(store, evidence, Clock())


def test_mails_are_taken_in_batches_that_are_durable_when_told(
    archive: Archive, store: Store
) -> None:
    counts = []
    for batch in archive.take(MAILS):
        with store.snapshot() as work:
            counts.append((batch.taken, work.inbox.count(InboxState.RECEIVED)))
    assert counts == [(BATCH_MESSAGES, BATCH_MESSAGES), (100 - BATCH_MESSAGES, 100)]


def test_taking_the_same_mails_again_takes_nothing(archive: Archive) -> None:
    list(archive.take(MAILS))
    assert [(batch.taken, batch.known) for batch in archive.take(MAILS[:50])] == [(0, 50)]


def test_a_mail_that_is_in_one_batch_twice_is_taken_once(archive: Archive) -> None:
    (batch,) = archive.take([("a.eml", b"same"), ("b.eml", b"same")])
    assert (batch.taken, batch.known, batch.octets) == (1, 1, 8)


def test_nothing_is_claimed_of_the_transport(archive: Archive, store: Store) -> None:
    list(archive.take([("caf\udce9.eml", b"mail")]))
    add_messages(store)
    with store.snapshot() as work:
        envelope = work.inbox.listing()[-1].envelope
    assert (envelope.door, envelope.reverse_path, envelope.recipients) == (Door.ARCHIVE, "", ())
    assert (envelope.peer, envelope.received_at) == ("caf\ufffd.eml", START)
