from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from ingest.accept import ALONE_OCTETS, BATCH_MESSAGES, Acceptor
from store.errors import StorageFull, StorageUnavailable
from store.evidence import Evidence, SealedBody
from store.keys import Identity
from store.model import Envelope, InboundId
from store.unit_of_work import DATABASE_NAME, Store
from tests.ingest.office import Office
from tests.store.samples import envelope, wait_until

SMALL = b"Subject: this account worries me\r\n\r\n"
LARGE = SMALL + bytes(ALONE_OCTETS)
# Text that no database can take: only this mail may fail.
POISON = envelope(reverse_path="\ud800@mail.example")

Outcome = InboundId | BaseException


class FullEvidence(Evidence):
    """Evidence on a disk that can be told to be full."""

    full = False

    def require_room(self) -> None:
        if self.full:
            raise StorageFull("no space is left on the disk")


@pytest.fixture
def commits(store: Store) -> list[Any]:
    seen: list[Any] = []
    event.listen(store._reads, "commit", seen.append)
    return seen


def accept_all(
    store: Store, evidence: Evidence, mails: Sequence[tuple[Envelope, bytes]]
) -> list[Outcome]:
    """Give all mails to one acceptor at once."""

    async def work() -> list[Outcome]:
        acceptor = Acceptor(store, evidence, lambda: None)
        try:
            accepts = [acceptor.accept(seen, raw) for seen, raw in mails]
            return await asyncio.gather(*accepts, return_exceptions=True)
        finally:
            await acceptor.close()

    return asyncio.run(work())


def bodies(store: Store, evidence: Evidence) -> list[bytes]:
    with store.snapshot() as work:
        numbers = [message.id for message in work.inbox.listing()]
        return [evidence.open_body(work.inbox.body(number)) for number in reversed(numbers)]


def sealed_files(state_dir: Path) -> list[Path]:
    return list((state_dir / "evidence").glob("??/*"))


@pytest.mark.parametrize("raw", [b"", SMALL, LARGE])
def test_an_accepted_mail_is_on_disk_octet_for_octet(
    store: Store, evidence: Evidence, raw: bytes
) -> None:
    (number,) = accept_all(store, evidence, [(envelope(), raw)])
    with store.snapshot() as work:
        found = work.inbox.get(InboundId(int(str(number))))
    assert (found.envelope, found.size) == (envelope(), len(raw))
    assert bodies(store, evidence) == [raw]


def test_many_mails_at_once_share_few_commits(
    store: Store, evidence: Evidence, commits: list[Any]
) -> None:
    mails = [(envelope(), SMALL + str(number).encode()) for number in range(200)]
    numbers = accept_all(store, evidence, mails)
    assert numbers == list(range(1, 201))
    assert 1 <= len(commits) <= 1 + 200 // BATCH_MESSAGES + 1


def test_mails_that_arrive_during_a_commit_share_the_next(
    store: Store, evidence: Evidence, commits: list[Any]
) -> None:
    async def work() -> None:
        acceptor = Acceptor(store, evidence, lambda: None)
        with store.transaction():
            accepts = [asyncio.create_task(acceptor.accept(envelope(), SMALL))]
            await asyncio.sleep(0)
            accepts += [asyncio.create_task(acceptor.accept(envelope(), SMALL)) for _ in range(9)]
            await asyncio.sleep(0)
        await asyncio.gather(*accepts)
        await acceptor.close()

    asyncio.run(work())
    assert 1 <= len(commits) <= 2


def test_whoever_reads_next_is_woken_after_the_commit(store: Store, evidence: Evidence) -> None:
    woken: list[int] = []

    async def work() -> None:
        acceptor = Acceptor(store, evidence, lambda: woken.append(len(bodies(store, evidence))))
        await acceptor.accept(envelope(), SMALL)
        await acceptor.close()

    asyncio.run(work())
    assert woken == [1]


def test_a_mail_that_cannot_be_stored_fails_alone(store: Store, evidence: Evidence) -> None:
    mails = [(envelope(), SMALL), (POISON, SMALL), (envelope(), LARGE), (envelope(), b"last")]
    outcomes = accept_all(store, evidence, mails)
    assert isinstance(outcomes[1], UnicodeEncodeError)
    assert [type(outcome) for outcome in outcomes].count(int) == 3
    assert sorted(bodies(store, evidence)) == sorted([SMALL, LARGE, b"last"])


def test_the_large_mail_that_cannot_be_stored_leaves_no_file(
    store: Store, evidence: Evidence, state_dir: Path
) -> None:
    accept_all(store, evidence, [(POISON, LARGE), (envelope(), SMALL)])
    assert sealed_files(state_dir) == []


def test_a_full_disk_fails_everybody_who_waits_and_leaves_nothing(
    store: Store, state_dir: Path, identity: Identity
) -> None:
    evidence = FullEvidence(state_dir / "evidence", identity)
    evidence.full = True
    outcomes = accept_all(store, evidence, [(envelope(), SMALL), (envelope(), LARGE)])
    assert [type(outcome) for outcome in outcomes] == [StorageFull] * 2
    assert (bodies(store, evidence), sealed_files(state_dir)) == ([], [])


def test_a_commit_that_fails_removes_the_files_of_its_mails(
    store: Store, evidence: Evidence, state_dir: Path
) -> None:
    event.listen(store._reads, "connect", lambda c, _: c.execute("PRAGMA busy_timeout=50"))
    holder = sqlite3.connect(state_dir / DATABASE_NAME, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    outcomes = accept_all(store, evidence, [(envelope(), SMALL), (envelope(), LARGE)])
    holder.close()
    assert [type(outcome) for outcome in outcomes] == [StorageUnavailable] * 2
    assert sealed_files(state_dir) == []


def test_after_a_fault_mails_are_accepted_again(
    store: Store, state_dir: Path, identity: Identity
) -> None:
    evidence = FullEvidence(state_dir / "evidence", identity)

    async def work() -> list[Outcome]:
        acceptor = Acceptor(store, evidence, lambda: None)
        outcomes: list[Outcome] = []
        for evidence.full in (True, False):
            accepts = [acceptor.accept(envelope(), SMALL)]
            outcomes += await asyncio.gather(*accepts, return_exceptions=True)
        await acceptor.close()
        return outcomes

    assert [type(outcome) for outcome in asyncio.run(work())] == [StorageFull, int]


def test_an_acceptor_that_was_closed_takes_nothing_more(store: Store, evidence: Evidence) -> None:
    async def work() -> None:
        acceptor = Acceptor(store, evidence, lambda: None)
        await acceptor.close()
        await acceptor.accept(envelope(), SMALL)

    with pytest.raises(RuntimeError):
        asyncio.run(work())
    assert bodies(store, evidence) == []


def test_a_sender_that_vanishes_while_its_mail_is_sealed_leaves_no_file(
    store: Store, state_dir: Path, identity: Identity
) -> None:
    class SlowEvidence(Evidence):
        def seal_body(self, raw: bytes) -> SealedBody:
            body = super().seal_body(raw)
            wait_until(accepting.cancelled)
            return body

    async def work() -> None:
        nonlocal accepting
        acceptor = Acceptor(store, SlowEvidence(state_dir / "evidence", identity), lambda: None)
        accepting = asyncio.create_task(acceptor.accept(envelope(), LARGE))
        await asyncio.to_thread(wait_until, lambda: bool(sealed_files(state_dir)))
        accepting.cancel()
        await asyncio.gather(accepting, return_exceptions=True)
        await asyncio.get_running_loop().shutdown_default_executor()
        await acceptor.close()

    accepting: asyncio.Task[InboundId]
    asyncio.run(work())
    assert sealed_files(state_dir) == []


def test_a_sender_that_vanishes_during_the_commit_fails_nobody_else(
    store: Store, evidence: Evidence
) -> None:
    async def work() -> InboundId:
        acceptor = Acceptor(store, evidence, lambda: None)
        with store.transaction():
            vanishing = asyncio.create_task(acceptor.accept(envelope(), SMALL))
            staying = asyncio.create_task(acceptor.accept(envelope(), b"staying"))
            await asyncio.sleep(0)
            vanishing.cancel()
        try:
            return await staying
        finally:
            await acceptor.close()

    number = asyncio.run(work())
    assert bodies(store, evidence)[number - 1] == b"staying"


def test_a_sender_hears_yes_only_after_the_commit(store: Store, evidence: Evidence) -> None:
    acceptor = Acceptor(store, evidence, lambda: None)
    with Office(acceptor) as office, office.line() as line:
        with store.transaction():
            line.begin().send(SMALL + b".\r\n")
            line._socket.settimeout(0.2)
            with pytest.raises(TimeoutError):
                line.reply()
        line._socket.settimeout(5)
        assert line.reply() == "250 2.0.0 Accepted"
        assert bodies(store, evidence) == [SMALL]


def test_a_sender_is_told_to_come_again_when_the_disk_is_full(
    store: Store, state_dir: Path, identity: Identity
) -> None:
    evidence = FullEvidence(state_dir / "evidence", identity)
    evidence.full = True
    with Office(Acceptor(store, evidence, lambda: None)) as office, office.line() as line:
        refusal = line.begin().ask("mail\r\n.")
    assert refusal == "452 4.3.1 Insufficient storage, please try again later"
    assert bodies(store, evidence) == []
