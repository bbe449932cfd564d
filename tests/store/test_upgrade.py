from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory

from store.engine import WRITES, open_engine
from store.errors import SchemaMismatch, StorageUnavailable
from store.unit_of_work import DATABASE_NAME
from store.upgrade import MIGRATIONS, SchemaState, _config, require_current, schema_state, upgrade
from tests.store.samples import ROOT, finish, in_new_process

REQUIRE_CURRENT = """
import sys
from pathlib import Path
from store.upgrade import require_current, schema_state
require_current(Path(sys.argv[1]))
print(schema_state(Path(sys.argv[1])))
"""

NEXT_MIGRATION = """
import sqlalchemy as sa
from alembic import op
revision = "9998"
down_revision = "{newest}"
branch_labels = None
depends_on = None
def upgrade():
    op.add_column("cases", sa.Column("colour", sa.Text()))
"""
FIRST_MESSAGE = """
INSERT INTO inbox (door, peer, helo, tls, smtputf8, reverse_path, recipients, received_at, digest,
 size, body, state, attempts)
VALUES ('smtp', '', '', 0, 0, '', '[]', '2026-11-22 03:00:00', '', 1, x'00', 'filed', 0)
"""
FIRST_REPORT = """
INSERT INTO reports (reference, inbox_id, received_at, kind, severity, traits, defects, words,
 accounts, acknowledgement)
VALUES ('R-AAAAA-AAAAA', 1, '2026-11-22 03:00:00', 'report', 2, '{}', '[]', x'00', 0, 'pending')
"""
UPGRADE = """
import sys
from pathlib import Path
from store.errors import SchemaMismatch
from store.upgrade import require_current, schema_state, upgrade
path = Path(sys.argv[1])
print(schema_state(path))
try:
    require_current(path)
except SchemaMismatch as error:
    print(error)
print(upgrade(path), schema_state(path))
"""


def structure(path: Path) -> dict[str, object]:
    """Tell what a database is made of: columns, keys and indices of each table."""
    connection = sqlite3.connect(path)
    tables = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
    found: dict[str, object] = {}
    for name, sql in tables.fetchall():
        if name in {"alembic_version", "sqlite_sequence"}:
            continue
        parts = [
            sorted(row[2:] for row in connection.execute(f"PRAGMA {what}({name})"))
            for what in ("foreign_key_list", "index_list")
        ]
        columns = [row[1:] for row in connection.execute(f"PRAGMA table_xinfo({name})")]
        found[name] = (columns, *parts, "AUTOINCREMENT" in sql, "UNIQUE" in sql)
    indices = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    found |= dict(connection.execute(indices))
    connection.close()
    return found


def set_version(path: Path, version: str) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (version,))
    connection.close()


@pytest.fixture
def database(state_dir: Path) -> Path:
    return state_dir / DATABASE_NAME


def migrated(path: Path, number: str) -> Path:
    """Make a database by the migrations, one after another."""
    path.parent.mkdir(exist_ok=True)
    engine = open_engine(path)
    with engine.execution_options(**{WRITES: True}).connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, number)
        connection.commit()
    engine.dispose()
    return path


def version(path: Path) -> list[tuple[object, ...]]:
    """Tell what alembic keeps in a database, and in what."""
    with sqlite3.connect(path) as connection:
        kept = connection.execute("SELECT * FROM alembic_version").fetchall()
        kept += connection.execute("PRAGMA table_xinfo(alembic_version)").fetchall()
        kept += connection.execute("PRAGMA index_list(alembic_version)").fetchall()
    connection.close()
    return kept


def test_a_new_database_is_what_the_migrations_make(database: Path, tmp_path: Path) -> None:
    by_migrations = migrated(tmp_path / "migrated" / DATABASE_NAME, "head")
    assert structure(database) == structure(by_migrations)
    assert version(database) == version(by_migrations)


@pytest.fixture
def first_schema(tmp_path: Path) -> Path:
    """A database of the first schema with one report in it."""
    path = migrated(tmp_path / "old" / DATABASE_NAME, "0001")
    with sqlite3.connect(path) as connection:
        connection.execute(FIRST_MESSAGE)
        connection.execute(FIRST_REPORT)
    connection.close()
    return path


def test_an_upgrade_from_the_first_schema_makes_what_the_schema_says(
    first_schema: Path, database: Path
) -> None:
    assert upgrade(first_schema)
    assert structure(first_schema) == structure(database)


def test_an_upgrade_keeps_the_reports_of_the_first_schema(first_schema: Path) -> None:
    upgrade(first_schema)
    with sqlite3.connect(first_schema) as connection:
        kept = connection.execute("SELECT reference, category, external_id FROM reports").fetchall()
    connection.close()
    assert kept == [("R-AAAAA-AAAAA", None, None)]


def test_the_files_of_migrations_are_named_by_their_numbers() -> None:
    scripts = ScriptDirectory.from_config(_config())
    numbers = [script.revision for script in scripts.walk_revisions()]
    assert numbers == sorted(numbers, reverse=True)
    assert sorted(path.name[:5] for path in (MIGRATIONS / "versions").glob("*.py")) == [
        f"{number}_" for number in reversed(numbers)
    ]


def test_a_database_that_was_begun_and_not_made_is_empty(tmp_path: Path) -> None:
    path = tmp_path / DATABASE_NAME
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32))")
    connection.close()
    assert schema_state(path) is SchemaState.EMPTY


def test_a_new_database_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "new" / DATABASE_NAME
    states = [schema_state(path), upgrade(path), upgrade(path), schema_state(path)]
    assert states == [SchemaState.EMPTY, True, False, SchemaState.CURRENT]


def test_a_first_start_makes_the_database(tmp_path: Path) -> None:
    require_current(tmp_path / DATABASE_NAME)
    assert schema_state(tmp_path / DATABASE_NAME) is SchemaState.CURRENT


def test_two_first_starts_at_once_make_one_database(tmp_path: Path) -> None:
    others = [in_new_process(REQUIRE_CURRENT, tmp_path / DATABASE_NAME) for _ in range(2)]
    assert [finish(other) for other in others] == ["current", "current"]


def test_a_newer_database_is_refused_and_not_touched(database: Path) -> None:
    set_version(database, "9999")
    before = structure(database)
    for opening in (require_current, upgrade):
        with pytest.raises(SchemaMismatch, match="newer tipline"):
            opening(database)
    assert (structure(database), schema_state(database)) == (before, SchemaState.NEWER)


def test_an_older_database_is_refused_until_it_is_upgraded(database: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "store", tmp_path / "next" / "store")
    versions = tmp_path / "next" / "store" / "migrations" / "versions"
    newest = max(path.name[:4] for path in versions.glob("[0-9]*.py"))
    (versions / "9998_next.py").write_text(NEXT_MIGRATION.format(newest=newest))
    lines = finish(in_new_process(UPGRADE, database, root=tmp_path / "next")).splitlines()
    assert (lines[0], lines[2]) == ("older", "True current")
    assert "back it up, then run: tipline db upgrade" in lines[1]
    # To the program as it is now, that database is a newer one.
    assert schema_state(database) is SchemaState.NEWER


def test_what_is_no_database_is_told_as_unavailable(tmp_path: Path) -> None:
    (tmp_path / DATABASE_NAME).write_bytes(b"this is no database at all" * 100)
    for opening in (require_current, schema_state, upgrade):
        with pytest.raises(StorageUnavailable, match="not a database"):
            opening(tmp_path / DATABASE_NAME)
