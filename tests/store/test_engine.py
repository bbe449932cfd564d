from __future__ import annotations

import stat
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from store.engine import open_engine, translated_errors
from store.errors import StorageUnavailable
from store.model import CaseId, ReportId
from store.unit_of_work import DATABASE_NAME, Store, open_store
from tests.store.samples import add_messages, finish, in_new_process, new_message, open_case

# A limit on the size of files stands in for a full disk: the kernel answers every write beyond it.
FILL = """
import resource, sys
from pathlib import Path
from store.errors import StorageFull
from store.evidence import Evidence, SealedBody
from store.keys import Identity
from store.states import InboxState
from store.unit_of_work import open_store
from tests.store.samples import add_messages
state = Path(sys.argv[1])
store = open_store(state)
add_messages(store)
resource.setrlimit(resource.RLIMIT_FSIZE, (700_000, resource.RLIM_INFINITY))
try:
    while True:
        add_messages(store, body=SealedBody(inline=bytes(100_000)))
except StorageFull as error:
    print("database:", error)
try:
    Evidence(state / "evidence", Identity.generate()).seal_body(bytes(1_000_000))
except StorageFull as error:
    print("evidence:", error, [p for p in (state / "evidence").glob("??/*")])
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
add_messages(store)
with store.snapshot() as work:
    kept = work.inbox.count(InboxState.RECEIVED)
    print("kept:", kept == len(work.inbox.listing()) and kept >= 2)
"""


@pytest.mark.parametrize(
    ("pragma", "expected"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)]
)
def test_every_connection_is_set_up_for_durability(
    state_dir: Path, pragma: str, expected: object
) -> None:
    engine = open_engine(state_dir / DATABASE_NAME)
    with engine.connect() as first, engine.connect() as second:
        found = [c.execute(text(f"PRAGMA {pragma}")).scalar() for c in (first, second)]
    engine.dispose()
    assert found == [expected, expected]


def test_the_database_is_for_its_owner_only(tmp_path: Path) -> None:
    store = open_store(tmp_path / "new")
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").iterdir()]
    store.close()
    assert (modes, stat.S_IMODE((tmp_path / "new").stat().st_mode)) == ([0o600], 0o700)


def test_a_full_disk_is_told_as_such_and_what_was_committed_stays(state_dir: Path) -> None:
    lines = finish(in_new_process(FILL, state_dir)).splitlines()
    assert lines == [
        "database: no space is left for the database",
        "evidence: no space is left on the disk []",
        "kept: True",
    ]


def test_a_folder_that_cannot_be_made_is_told_as_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageUnavailable):
        open_store(tmp_path / "file" / "state")


def test_a_broken_database_is_told_as_unavailable(tmp_path: Path) -> None:
    (tmp_path / DATABASE_NAME).write_bytes(b"this is no database at all" * 100)
    store = open_store(tmp_path)
    with pytest.raises(StorageUnavailable, match="not a database"):
        add_messages(store)
    store.close()


def test_a_row_that_points_nowhere_is_refused_as_a_fault_of_ours(store: Store) -> None:
    with pytest.raises(IntegrityError), store.transaction() as work:
        work.cases.add_report(CaseId(7), ReportId(7))


@pytest.mark.parametrize(
    "statement", ["SELECT nothing FROM nowhere", "SELECT zeroblob(2000000000)"]
)
def test_a_statement_that_cannot_work_is_no_fault_of_the_machine(
    state_dir: Path, statement: str
) -> None:
    engine = open_engine(state_dir / DATABASE_NAME)
    with pytest.raises(DBAPIError), translated_errors(), engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_a_time_without_a_zone_is_never_stored(store: Store) -> None:
    case = open_case(store)
    naive = datetime(2026, 11, 22)  # noqa: DTZ001 - what is refused here
    with store.transaction() as work, pytest.raises(StatementError, match="without a zone"):
        work.cases.take(case, "anna", naive, case.opened_at)


def test_text_that_cannot_be_stored_spoils_nothing(store: Store) -> None:
    with pytest.raises(UnicodeEncodeError), store.transaction() as work:
        work.inbox.add([new_message(), new_message(digest="\ud800")])
    (number,) = add_messages(store)
    assert number == 1
