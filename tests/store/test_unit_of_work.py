from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import event

from store.errors import StorageUnavailable
from store.states import InboxState
from store.unit_of_work import DATABASE_NAME, Store, lock_for_daemon
from tests.store.samples import add_messages, finish, in_new_process, line_from, new_message

ADD_MESSAGES = """
import sys
from pathlib import Path
from store.unit_of_work import open_store
from tests.store.samples import add_messages
store = open_store(Path(sys.argv[1]))
print("ready", flush=True)
for _ in range(int(sys.argv[2])):
    add_messages(store)
    print("committed", flush=True)
sys.stdin.readline()
"""
BEGIN_AND_WAIT = """
import sys
from pathlib import Path
from store.unit_of_work import open_store
from tests.store.samples import new_message
with open_store(Path(sys.argv[1])).transaction() as work:
    work.inbox.add([new_message()])
    print("inserted", flush=True)
    sys.stdin.readline()
"""
LOCK_FOR_DAEMON = """
import sys
from pathlib import Path
from store.errors import StorageUnavailable
from store.unit_of_work import lock_for_daemon
try:
    lock = lock_for_daemon(Path(sys.argv[1]))
except StorageUnavailable as error:
    print(error, flush=True)
else:
    print("locked", flush=True)
sys.stdin.readline()
"""


def messages_in(store: Store) -> int:
    with store.snapshot() as work:
        return work.inbox.count(InboxState.RECEIVED)


def test_leaving_without_commit_rolls_back(store: Store) -> None:
    with store.transaction() as work:
        work.inbox.add([new_message()])
    assert messages_in(store) == 0


def test_an_exception_rolls_back_and_passes_through(store: Store) -> None:
    def add_and_fail() -> None:
        with store.transaction() as work:
            work.inbox.add([new_message()])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        add_and_fail()
    assert messages_in(store) == 0


def test_what_comes_after_a_commit_is_not_committed(store: Store) -> None:
    with store.transaction() as work:
        work.inbox.add([new_message()])
        work.commit()
        work.inbox.add([new_message()])
    assert messages_in(store) == 1


def test_a_failed_transaction_leaves_the_store_usable(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.transaction():
        raise ZeroDivisionError
    add_messages(store)
    assert messages_in(store) == 1


def test_a_snapshot_sees_one_moment(store: Store) -> None:
    with store.snapshot() as work:
        before = work.inbox.count(InboxState.RECEIVED)
        add_messages(store)
        assert work.inbox.count(InboxState.RECEIVED) == before
    assert messages_in(store) == before + 1


def test_writers_in_threads_take_turns_and_lose_nothing(store: Store) -> None:
    with ThreadPoolExecutor(8) as threads:
        numbers = list(threads.map(lambda _: add_messages(store)[0], range(64)))
    assert len(set(numbers)) == messages_in(store) == 64


def test_writers_in_two_processes_wait_for_each_other(store: Store, state_dir: Path) -> None:
    with in_new_process(ADD_MESSAGES, state_dir, "20") as other:
        line_from(other)
        for _ in range(20):
            add_messages(store)
        finish(other)
    assert messages_in(store) == 40


def test_a_commit_outlives_the_kill_of_its_process(store: Store, state_dir: Path) -> None:
    with in_new_process(ADD_MESSAGES, state_dir, "3") as other:
        lines = [line_from(other) for _ in range(4)]
        other.kill()
    assert lines[1:] == ["committed"] * 3
    assert messages_in(store) == 3


def test_a_kill_in_the_middle_of_a_transaction_leaves_nothing(
    store: Store, state_dir: Path
) -> None:
    with in_new_process(BEGIN_AND_WAIT, state_dir) as other:
        line = line_from(other)
        other.kill()
    add_messages(store)
    assert (line, messages_in(store)) == ("inserted", 1)


def test_a_database_held_by_somebody_else_is_unavailable(store: Store, state_dir: Path) -> None:
    # Connections made from here on are less patient than those of the daemon.
    event.listen(store._reads, "connect", lambda c, _: c.execute("PRAGMA busy_timeout=50"))
    holder = sqlite3.connect(state_dir / DATABASE_NAME, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageUnavailable, match="locked"):
        add_messages(store)
    holder.close()


def test_facts_about_the_installation_are_kept_and_changed(store: Store) -> None:
    with store.transaction() as work:
        assert work.installation_value("sealed_for") is None
        for content in ("one", "two"):
            work.set_installation_value("sealed_for", content)
        work.commit()
    with store.snapshot() as work:
        assert work.installation_value("sealed_for") == "two"


def test_a_second_daemon_is_refused_with_the_remedy(state_dir: Path) -> None:
    lock = lock_for_daemon(state_dir)
    refusal = finish(in_new_process(LOCK_FOR_DAEMON, state_dir))
    lock.close()
    assert "another tipline daemon is running" in refusal
    assert finish(in_new_process(LOCK_FOR_DAEMON, state_dir)) == "locked"


def test_the_lock_of_a_killed_daemon_is_free(state_dir: Path) -> None:
    with in_new_process(LOCK_FOR_DAEMON, state_dir) as other:
        assert line_from(other) == "locked"
        with pytest.raises(StorageUnavailable, match="stop it first"):
            lock_for_daemon(state_dir)
        other.kill()
    lock_for_daemon(state_dir).close()
