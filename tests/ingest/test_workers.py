"""Reading in real processes, one of which is killed and one of which never ends by itself."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ingest.reading import ParsedMessage
from ingest.reading.rules import CHIRPER
from ingest.workers import ReadingLimits, ReadingPool
from store.evidence import Evidence
from store.model import Severity
from store.unit_of_work import Store
from tests.ingest.desk import RULES, Desk, mail
from tests.store.samples import envelope, wait_until

# A rule that takes for ever on one mail, and no time on the others.
SLOW_RULES = replace(RULES, home=replace(CHIRPER, handle=r"(?:x+x+)+y"))
SLOW = mail(f"please look at https://chirper.example/{'x' * 60} @{'x' * 60}")
QUICK = mail("this account worries me")


@pytest.fixture(scope="module")
def pool() -> Iterator[ReadingPool]:
    limits = ReadingLimits(workers=1, time=timedelta(seconds=2))
    pool = ReadingPool(SLOW_RULES, limits)
    pool.warm_up()
    yield pool
    pool.close()


def reader_pids() -> set[int]:
    return {pid for child in multiprocessing.active_children() if (pid := child.pid)}


def ticks_used(pid: int) -> int:
    """Tell how much time a process has worked, in ticks of the kernel (100 a second)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def kill_when_busy(pid: int) -> None:
    before = ticks_used(pid)
    wait_until(lambda: ticks_used(pid) > before + 10)
    os.kill(pid, signal.SIGKILL)


def read(pool: ReadingPool, *mails: bytes) -> list[ParsedMessage]:
    return pool.read_all((raw, envelope()) for raw in mails)


def test_mails_are_read_in_order_in_another_process(pool: ReadingPool) -> None:
    parsed = read(pool, mail("one", Subject="1"), mail("two", Subject="2"))
    assert [message.subject for message in parsed] == ["1", "2"]
    assert os.getpid() not in reader_pids()


def test_a_mail_that_takes_too_long_is_unreadable_and_the_next_one_is_read(
    pool: ReadingPool,
) -> None:
    slow, quick = read(pool, SLOW, QUICK)
    assert slow.defects == ("could not be read within 2 seconds",)
    assert (slow.traits.readable, quick.traits.readable) == (False, True)


def test_a_mail_that_takes_its_whole_time_holds_up_no_other() -> None:
    pool = ReadingPool(SLOW_RULES, ReadingLimits(workers=2, time=timedelta(seconds=3)))
    mails = [(raw, envelope()) for raw in (SLOW, QUICK, QUICK)]
    order = [number for group in pool.read_as_done(mails) for number, _ in sorted(group)]
    pool.close()
    assert order == [1, 2, 0]


def test_a_killed_reader_makes_its_mail_unreadable_and_is_replaced() -> None:
    others = reader_pids()
    pool = ReadingPool(SLOW_RULES, ReadingLimits(workers=1, time=timedelta(seconds=20)))
    read(pool, QUICK)
    (pid,) = reader_pids() - others
    with ThreadPoolExecutor() as threads:
        killed = threads.submit(kill_when_busy, pid)
        slow, quick = read(pool, SLOW, QUICK)
        killed.result()
    pool.close()
    assert slow.defects == ("could not be read: the reading process ended",)
    assert quick.traits.readable


def test_when_all_readers_are_killed_no_mail_is_lost_or_blamed() -> None:
    others = reader_pids()
    pool = ReadingPool(RULES, ReadingLimits(workers=2, time=timedelta(seconds=30)))
    read(pool, QUICK)
    for _ in range(2):
        for pid in reader_pids() - others:
            os.kill(pid, signal.SIGKILL)
        assert [message.defects for message in read(pool, QUICK, QUICK)] == [(), ()]
    pool.close()


def test_the_mail_of_a_killed_reader_becomes_an_urgent_case(
    pool: ReadingPool, store: Store, evidence: Evidence
) -> None:
    desk = Desk(store, evidence, pool)
    desk.file(SLOW)
    assert (desk.case().severity, desk.reports()[0].reporter) == (
        Severity.HIGH,
        "maria@mail.example",
    )


def test_a_mail_that_needs_too_much_memory_is_unreadable_and_the_next_one_is_read() -> None:
    limits = ReadingLimits(workers=1, time=timedelta(seconds=20), memory=250_000_000)
    pool = ReadingPool(RULES, limits)
    huge = mail() + b"<p>" * 30_000_000
    parsed = read(pool, huge, QUICK)
    pool.close()
    assert [message.traits.readable for message in parsed] == [False, True]
    assert parsed[0].defects
