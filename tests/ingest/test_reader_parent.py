"""One process loads, and all that read are copies of it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from ingest.reader import Order, Task, look_at_mail, read_mail
from ingest.reader_parent import ReaderParent
from ingest.reading_process import EndedError, ReadingProcess
from tests.ingest.desk import RULES, mail
from tests.ingest.readers import attempt
from tests.store.samples import wait_until

TASK = Task(
    read=read_mail, look=look_at_mail, rules=RULES, time=timedelta(seconds=20), memory=1_000_000_000
)
ORDER = Order(envelope=None)


@pytest.fixture
def parent() -> Iterator[ReaderParent]:
    parent = ReaderParent()
    yield parent
    parent.end()


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def is_there(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_readers_are_copies_of_one_process_that_is_no_copy_of_this_one(
    parent: ReaderParent,
) -> None:
    first, second = ReadingProcess(TASK, parent), ReadingProcess(TASK, parent)
    assert parent_of(first.pid) == parent_of(second.pid) != os.getpid()
    assert first.read(mail(Subject="one"), ORDER).subject == "one"
    assert second.read(mail(Subject="two"), ORDER).subject == "two"
    first.end()
    second.end()


def test_an_ended_reader_is_gone_and_the_other_reads_on(parent: ReaderParent) -> None:
    first, second = ReadingProcess(TASK, parent), ReadingProcess(TASK, parent)
    pids = [first.pid, second.pid]
    first.end()
    assert [is_there(pid) for pid in pids] == [False, True]
    assert second.read(mail(Subject="two"), ORDER).subject == "two"
    second.end()
    assert not is_there(pids[1])


def test_a_reader_that_is_ended_before_it_was_made_leaves_nothing(parent: ReaderParent) -> None:
    ReadingProcess(parent=parent).end()
    ReadingProcess(TASK, parent).end()
    last = ReadingProcess(TASK, parent)
    its_parent = parent_of(last.pid)
    wait_until(lambda: children(its_parent) == [str(last.pid)])
    last.end()


def test_a_killed_parent_is_replaced_and_costs_its_readers_nothing(parent: ReaderParent) -> None:
    first = ReadingProcess(TASK, parent)
    killed = parent_of(first.pid)
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: parent_of(first.pid) != killed)
    second = ReadingProcess(TASK, parent)
    assert parent_of(second.pid) != killed
    assert [each.read(mail(Subject="x"), ORDER).subject for each in (first, second)] == ["x", "x"]
    first.end()
    second.end()


def test_the_parent_ends_when_nobody_is_left_to_ask_it() -> None:
    parent = ReaderParent()
    reader = ReadingProcess(TASK, parent)
    its_parent = parent_of(reader.pid)
    parent.end()
    assert not is_there(its_parent)
    assert reader.read(mail(Subject="x"), ORDER).subject == "x"
    reader.end()


def test_a_mail_that_ends_its_reader_ends_no_other(parent: ReaderParent) -> None:
    task = Task(
        read=attempt, look=look_at_mail, rules=RULES, time=timedelta(seconds=20), memory=TASK.memory
    )
    first, second = ReadingProcess(task, parent), ReadingProcess(task, parent)
    with pytest.raises(EndedError) as ended:
        first.read(mail(Subject="die"), ORDER)
    assert ended.value.begun
    assert second.read(mail(Subject="x"), ORDER).subject == "x"
    first.end()
    second.end()
