"""Reading in real processes: some are killed, some never end by themselves, some take too much."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ingest.pipeline import READ_AGAIN_AFTER
from ingest.reading import ParsedMessage, ReadingRules, read_message
from ingest.reading_process import ReadingProcess
from ingest.workers import NotRead, ReadingLimits, ReadingPool
from store.evidence import Evidence
from store.model import Severity
from store.states import InboxState
from store.unit_of_work import Store
from tests.ingest.desk import PROFILE, RULES, Desk, mail
from tests.ingest.readers import attempt, attempt_at_first_sight
from tests.store.samples import envelope, wait_until

CORPUS = Path(__file__).parents[1] / "corpus"
QUICK = mail(f"this account worries me: {PROFILE}")
SLOW = mail("1000", Subject="wait")
BUSY = mail(Subject="work")
DEADLY = mail(Subject="die")
GREEDY = mail("2000000000", Subject="take-memory")


@pytest.fixture(scope="module")
def pool() -> Iterator[ReadingPool]:
    pool = new_pool(workers=1, seconds=2)
    pool.warm_up()
    yield pool
    pool.close()


def new_pool(workers: int, seconds: float) -> ReadingPool:
    limits = ReadingLimits(workers=workers, time=timedelta(seconds=seconds))
    return ReadingPool(RULES, limits, read=attempt, look=attempt_at_first_sight)


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
    assert os.getpid() not in pool.pids()


@pytest.mark.parametrize(
    ("stops_its_reader", "reason"),
    [
        (SLOW, "could not be read: not within 2 seconds"),
        (BUSY, "could not be read: not within 2 seconds"),
        (DEADLY, "could not be read: the reading process ended"),
        (GREEDY, "could not be read: the reading process ended"),
    ],
)
def test_a_mail_that_stops_its_reader_is_not_read_and_the_next_one_is(
    pool: ReadingPool, stops_its_reader: bytes, reason: str
) -> None:
    bad, good = read(pool, stops_its_reader, QUICK)
    assert (bad.defects, bad.traits.readable) == ((reason,), False)
    assert (good.defects, good.traits.readable) == ((), True)


def test_a_mail_that_takes_its_whole_time_holds_up_no_other() -> None:
    pool = new_pool(workers=2, seconds=3)
    mails = [(raw, envelope()) for raw in (SLOW, QUICK, QUICK)]
    order = [number for group in pool.read_as_done(mails) for number, _ in sorted(group)]
    pool.close()
    assert order == [1, 2, 0]


def test_a_killed_reader_costs_its_mail_one_attempt_and_is_replaced() -> None:
    pool = new_pool(workers=1, seconds=20)
    read(pool, QUICK)
    (pid,) = pool.pids()
    with ThreadPoolExecutor() as threads:
        killed = threads.submit(kill_when_busy, pid)
        groups = [*pool.read_as_done([(BUSY, envelope()), (QUICK, envelope())])]
        killed.result()
    pool.close()
    busy, quick = (one for _, one in sorted(one for group in groups for one in group))
    assert isinstance(busy, NotRead)
    assert isinstance(quick, ParsedMessage)


def test_when_all_readers_are_killed_no_mail_is_lost_or_blamed() -> None:
    pool = new_pool(workers=2, seconds=30)
    for _ in range(2):
        read(pool, QUICK)
        for pid in pool.pids():
            os.kill(pid, signal.SIGKILL)
        assert [message.defects for message in read(pool, QUICK, QUICK)] == [(), ()]
    pool.close()


@pytest.mark.parametrize("stops_its_reader", [DEADLY, GREEDY, SLOW])
def test_a_mail_that_stops_its_reader_twice_becomes_an_urgent_case(
    pool: ReadingPool, store: Store, evidence: Evidence, stops_its_reader: bytes
) -> None:
    desk = Desk(store, evidence, pool)
    first = desk.file(stops_its_reader)
    other = desk.file(mail(Message_ID="<2@mail.example>"))
    assert (first.state, first.attempts, len(desk.cases())) == (InboxState.RECEIVED, 1, 1)
    assert other.state is InboxState.FILED

    desk.clock.now += READ_AGAIN_AFTER
    desk.pipeline.step()

    assert desk.message(first.id).state is InboxState.FILED
    severities = {report.inbound_id: report.severity for report in desk.reports()}
    assert severities[first.id] is Severity.HIGH
    assert severities[other.id] is not Severity.HIGH


def test_a_mail_that_needs_too_much_memory_is_not_read_and_the_next_one_is() -> None:
    limits = ReadingLimits(workers=1, time=timedelta(seconds=20), memory=100_000_000)
    pool = ReadingPool(RULES, limits)
    huge = mail() + b"<p>" * 30_000_000
    parsed = read(pool, huge, QUICK)
    pool.close()
    assert [message.traits.readable for message in parsed] == [False, True]
    assert parsed[0].defects


def test_a_confined_reader_reads_the_corpus_as_this_process_does() -> None:
    mails = [path.read_bytes() for path in sorted(CORPUS.glob("*.eml"))]
    pool = ReadingPool(ReadingRules(), ReadingLimits(workers=1))
    try:
        read_there = pool.read_all((raw, None) for raw in mails)
    finally:
        pool.close()
    assert read_there == [read_message(raw, None, ReadingRules()) for raw in mails]


def test_a_first_look_is_taken_in_another_process_and_survives_what_kills_it(
    pool: ReadingPool,
) -> None:
    urgent = mail(f"She is in danger: {PROFILE}", Subject="help")
    looks = pool.look_at([urgent, DEADLY, QUICK, SLOW, urgent], timedelta(minutes=1))
    assert looks == [True, False, False, False, True]


def test_slow_mails_do_not_hold_up_a_first_look_for_ever(pool: ReadingPool) -> None:
    looks = pool.look_at([SLOW, QUICK, SLOW, QUICK], timedelta(0))
    assert looks[1:] == [None, None, None]


def test_a_pool_is_closed_in_the_middle_of_a_mail_without_a_word_of_blame() -> None:
    pool = new_pool(workers=2, seconds=60)
    pool.warm_up()
    first, second = pool.pids()
    with ThreadPoolExecutor() as threads, capture_logs() as said:
        reading = [threads.submit(read, pool, BUSY) for _ in range(2)]
        wait_until(lambda: min(ticks_used(first), ticks_used(second)) > 20)
        pool.close()
        for each in reading:
            [found] = each.result()
            assert not found.traits.readable

    assert said == []


def test_a_reader_that_is_ended_twice_closes_no_file_of_another() -> None:
    reader = ReadingProcess()
    reader.end()
    numbers = os.pipe()

    reader.stop()
    reader.end()

    for number in numbers:
        os.fstat(number)
        os.close(number)
