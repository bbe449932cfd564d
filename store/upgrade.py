"""The schema's version: made new, brought up to date, or refused.

Alembic keeps the number of the newest migration in the database; the name of a migration's file
begins with its number. A database of a newer program is never touched.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Column, MetaData, String, Table, insert, inspect, select

from store.engine import WRITES, open_engine, translated_errors
from store.errors import SchemaMismatch
from store.schema import metadata

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection, Engine

MIGRATIONS: Final = Path(__file__).parent / "migrations"
# As alembic makes it.
_VERSION: Final = Table(
    "alembic_version",
    MetaData(naming_convention={"pk": "%(table_name)s_pkc"}),
    Column("version_num", String(32), primary_key=True),
)


class SchemaState(StrEnum):
    """How a database's schema stands to this program."""

    EMPTY = "empty"
    CURRENT = "current"
    OLDER = "older"
    NEWER = "newer"


def schema_state(path: Path) -> SchemaState:
    """Compare the database at ``path`` with this program.

    Raises StorageUnavailable when it cannot be read, such as when it is no database at all.
    """
    with _opened(path) as engine:
        return _state(engine)


def upgrade(path: Path) -> bool:
    """Bring the database to this program's schema; False when it was there already.

    Raises SchemaMismatch when the database was made by a newer program.
    """
    with _opened(path) as engine:
        if _state(engine) is SchemaState.CURRENT:
            return False
        # In one transaction of ours: alembic would commit each migration by itself, and somebody
        # else who starts would see a schema in between.
        with engine.execution_options(**{WRITES: True}).begin() as connection:
            # Looked at again: somebody else may have been first.
            match _state_of(connection):
                case SchemaState.NEWER:
                    raise SchemaMismatch(_newer(path))
                case SchemaState.EMPTY:
                    _make(connection)
                case SchemaState.OLDER:
                    _migrate(connection)
                case SchemaState.CURRENT:
                    return False
        return True


def require_current(path: Path) -> None:
    """Make a new database at first start; refuse one of another version with the remedy."""
    match schema_state(path):
        case SchemaState.EMPTY:
            upgrade(path)
        case SchemaState.CURRENT:
            pass
        case SchemaState.OLDER:
            raise SchemaMismatch(
                f"the database {path} was made by an older tipline; "
                "back it up, then run: tipline db upgrade",
            )
        case SchemaState.NEWER:
            raise SchemaMismatch(_newer(path))


@contextmanager
def _opened(path: Path) -> Iterator[Engine]:
    """Open the database for a moment; its faults are told as StorageUnavailable."""
    engine = open_engine(path)
    try:
        with translated_errors():
            yield engine
    finally:
        engine.dispose()


def _newer(path: Path) -> str:
    return (
        f"the database {path} was made by a newer tipline; "
        "install that version again, or restore the backup made before the upgrade"
    )


def _state(engine: Engine) -> SchemaState:
    with engine.connect() as connection:
        return _state_of(connection)


def _state_of(connection: Connection) -> SchemaState:
    """Compare numbers only: every command asks, and alembic takes long to import."""
    if not inspect(connection).has_table(_VERSION.name):
        return SchemaState.EMPTY
    known = _numbers()
    present = connection.scalar(select(_VERSION.c.version_num))
    if present is None:
        return SchemaState.EMPTY
    if present == known[-1]:
        return SchemaState.CURRENT
    return SchemaState.OLDER if present in known else SchemaState.NEWER


def _numbers() -> list[str]:
    files = (MIGRATIONS / "versions").glob("[0-9]*.py")
    return sorted(path.name.partition("_")[0] for path in files)


def _make(connection: Connection) -> None:
    """Make all tables as they are now; the migrations would make the same, one by one."""
    metadata.create_all(connection)
    _VERSION.create(connection, checkfirst=True)
    connection.execute(insert(_VERSION).values(version_num=_numbers()[-1]))


def _migrate(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - slow to import and needed here only

    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    from alembic.config import Config  # noqa: PLC0415 - slow to import

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config
