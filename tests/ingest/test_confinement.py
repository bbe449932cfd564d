"""What a reading process is refused, tried from within one."""

from __future__ import annotations

import os
import pickle
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from ingest.frames import unpacked
from ingest.reader_parent import ReaderParent
from ingest.reading_process import ReadingProcess
from ingest.syscalls import filter_for
from ingest.workers import ReadingLimits, ReadingPool
from store.keys import create_identity
from store.unit_of_work import DATABASE_NAME, Store
from tests.ingest.desk import RULES, mail
from tests.ingest.readers import Intruder, attempt


@pytest.fixture
def parent() -> Iterator[ReaderParent]:
    """Not started yet, so that a test may change what it is started with."""
    parent = ReaderParent()
    yield parent
    parent.end()


@pytest.fixture(scope="module")
def pool() -> Iterator[ReadingPool]:
    limits = ReadingLimits(workers=1, time=timedelta(seconds=10), memory=500_000_000)
    pool = ReadingPool(RULES, limits, read=attempt)
    yield pool
    pool.close()


def said(pool: ReadingPool, deed: str, detail: object = "") -> str:
    (message,) = pool.read_all([(mail(str(detail), Subject=deed), None)])
    assert message.defects == ()
    return message.text


def said_by_child_of(parent: ReaderParent, deed: str) -> str:
    early = ReadingProcess(parent=parent)
    pool = ReadingPool(RULES, ReadingLimits(workers=1), read=attempt, early=early)
    try:
        return said(pool, deed)
    finally:
        pool.close()


def test_a_reader_reaches_nobody_over_the_network(pool: ReadingPool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert said(pool, "connect", server.getsockname()[1]).startswith("refused")
        server.settimeout(0.1)
        with pytest.raises(TimeoutError):
            server.accept()


def test_a_reader_opens_neither_the_database_nor_the_key_nor_itself(
    pool: ReadingPool, store: Store, state_dir: Path
) -> None:
    key = state_dir / "seal.key"
    create_identity(key)
    with store.snapshot() as work:
        work.inbox.lease_owners()
        for path in (state_dir / DATABASE_NAME, key, "/proc/self/mem", os.devnull):
            assert said(pool, "open", path).startswith("refused")


def test_a_reader_holds_its_three_descriptors_whatever_this_process_has_open(
    store: Store, parent: ReaderParent
) -> None:
    with store.snapshot(), socket.create_server(("127.0.0.1", 0)) as server:
        os.set_inheritable(server.fileno(), True)
        found = said_by_child_of(parent, "descriptors")
    assert found == "[0, 1, 2]"


def test_a_reader_knows_no_secret_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, parent: ReaderParent
) -> None:
    monkeypatch.setenv("TIPLINE_RELAY__PASSWORD", "invented")
    found = said_by_child_of(parent, "environment")
    assert "TIPLINE" not in found
    assert "CREDENTIALS" not in found


def test_a_reader_removes_nothing_runs_nothing_and_signals_nobody(
    pool: ReadingPool, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    kept.touch()
    answers = [
        said(pool, "remove", kept),
        said(pool, "run", "/bin/true"),
        said(pool, "signal", os.getpid()),
    ]
    assert answers == ["refused: Operation not permitted"] * 3
    assert kept.exists()


def test_a_reader_gets_no_more_memory_by_another_way(pool: ReadingPool) -> None:
    # Shared memory is no data segment, but has to be backed by something that can be opened.
    assert said(pool, "map", 1000) == "1000"


def test_what_a_reader_sends_back_calls_nothing_here() -> None:
    with pytest.raises(pickle.UnpicklingError, match="getpid"):
        unpacked(pickle.dumps(Intruder()))


def test_the_filter_is_whole_instructions_for_each_architecture() -> None:
    for machine in ("x86_64", "aarch64"):
        assert len(filter_for(machine)) % 8 == 0
