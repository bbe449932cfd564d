from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.accept import BATCH_MESSAGES
from ingest.archives.items import Found, Notice, Passed
from ingest.archives.sources import Sources
from ingest.archives.taking import Archive, Taken
from store.evidence import Evidence
from store.model import Door, Treatment
from store.states import InboxState
from store.unit_of_work import Store
from tests.ingest.desk import START, Clock
from tests.store.samples import add_messages

QUIET = Treatment(answer=False, alert=False)
LIMIT = 100_000


def found(name: str, raw: bytes) -> Found:
    return Found(name=name, raw=raw, size=len(raw), octets=len(raw))


MAILS = [found(f"{number}.eml", f"Subject: {number}\r\n\r\n".encode()) for number in range(100)]
BOX = b"".join(
    b"From m@mail.example Sat Mar  5 12:00:00 2022\nSubject: %d\n\ntext\n\n" % number
    for number in range(100)
)


@pytest.fixture
def archive(store: Store, evidence: Evidence) -> Archive:
    return Archive(store, evidence, Clock(), QUIET, LIMIT)


def run(archive: Archive, store: Store, path: Path) -> Iterator[Taken]:
    with store.snapshot() as work:
        sources = Sources(limit=LIMIT, known=work.imports.read_file)
        yield from archive.take(sources.mails(path))


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
    (batch,) = archive.take([found("a.eml", b"same"), found("b.eml", b"same")])
    assert (batch.taken, batch.known, batch.octets) == (1, 1, 8)


def test_nothing_is_claimed_of_the_transport(archive: Archive, store: Store) -> None:
    list(archive.take([found("caf\udce9.eml", b"mail")]))
    add_messages(store)
    with store.snapshot() as work:
        message = work.inbox.listing()[-1]
    envelope = message.envelope
    assert (envelope.door, envelope.reverse_path, envelope.recipients) == (Door.ARCHIVE, "", ())
    assert (envelope.peer, envelope.received_at) == ("caf\ufffd.eml", START)
    assert message.treatment == QUIET


def test_a_long_name_keeps_its_end_which_tells_the_mail(archive: Archive, store: Store) -> None:
    list(archive.take([found("/deep" * 100 + "/box#17", b"mail")]))
    with store.snapshot() as work:
        (message,) = work.inbox.listing()
    assert message.envelope.peer.endswith("/deep/box#17")
    assert len(message.envelope.peer) == 255


def test_what_is_not_the_whole_mail_says_so(archive: Archive, store: Store) -> None:
    list(archive.take([Found(name="box#1", raw=b"beginning", size=400_000, octets=400_000)]))
    with store.snapshot() as work:
        (message,) = work.inbox.listing()
    assert message.size == 400_000
    assert message.treatment.cut == (
        "larger than the limit: at least 400000 octets of 100000 allowed; its first 9 "
        "octets are kept, the rest is in box#1"
    )


def test_what_is_to_be_told_is_told_in_between(archive: Archive) -> None:
    notice = Notice(place="x", reason="gone")
    told = list(archive.take([notice, Passed(mails=3, octets=9), MAILS[0]]))
    assert told == [
        Taken(notices=(notice,)),
        Taken(known=3, octets=9),
        Taken(taken=1, octets=MAILS[0].size),
    ]


def test_a_run_that_was_broken_off_is_gone_on_with_where_it_was(
    archive: Archive, store: Store, tmp_path: Path
) -> None:
    (tmp_path / "box").write_bytes(BOX)
    # The second batch is read, and nothing of it is committed.
    assert next(iter(run(archive, store, tmp_path / "box"))).taken == BATCH_MESSAGES
    batches = list(run(archive, store, tmp_path / "box"))
    assert [(batch.taken, batch.known) for batch in batches] == [
        (0, BATCH_MESSAGES),
        (100 - BATCH_MESSAGES, 0),
    ]
    assert list(run(archive, store, tmp_path / "box")) == [Taken(known=100, octets=len(BOX))]


def test_an_mbox_of_known_mails_is_noted_as_read_as_well(
    archive: Archive, store: Store, tmp_path: Path
) -> None:
    for name in ("box", "copy"):
        (tmp_path / name).write_bytes(BOX)
        list(run(archive, store, tmp_path / name))
    assert list(run(archive, store, tmp_path / "copy")) == [Taken(known=100, octets=len(BOX))]


def test_when_a_mail_came_is_kept_beside_when_it_was_taken_in(
    archive: Archive, store: Store, tmp_path: Path
) -> None:
    moment = datetime(2022, 3, 5, 12, 0, tzinfo=UTC)
    stamped = b"Received: by a; Sat, 5 Mar 2022 12:00:00 +0000\nSubject: %d\n\n"
    archived = tmp_path / "archived"
    archived.mkdir()
    (archived / "a.mbox").write_bytes(BOX[: BOX.index(b"From ", 5)])
    (archived / "b.eml").write_bytes(stamped % 200)
    (archived / "c.eml").write_bytes(stamped.replace(b"2022", b"2032") % 201)
    (archived / "d.eml").write_bytes(b"Date: Sat, 5 Mar 2022 12:00:00 +0000\nSubject: 202\n\n")
    delivered = archived / "e" / "new" / f"{int(moment.timestamp())}.one"
    delivered.parent.mkdir(parents=True)
    delivered.write_bytes(b"Subject: 203\n\n")

    assert sum(taken.taken for taken in run(archive, store, archived)) == 5

    with store.snapshot() as work:
        envelopes = [message.envelope for message in reversed(work.inbox.listing())]
    assert [envelope.arrived_at for envelope in envelopes] == [moment, moment, None, None, moment]
    assert {envelope.received_at for envelope in envelopes} == {START}
