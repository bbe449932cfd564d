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

from sqlalchemy import column, inspect, select, table

from store.engine import WRITES, open_engine, translated_errors
from store.errors import SchemaMismatch

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Engine

MIGRATIONS: Final = Path(__file__).parent / "migrations"
_VERSION: Final = table("alembic_version", column("version_num"))


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
    from alembic import command  # noqa: PLC0415 - slow to import and needed here only

    with _opened(path) as engine:
        state = _state(engine)
        if state is SchemaState.NEWER:
            raise SchemaMismatch(_newer(path))
        if state is SchemaState.CURRENT:
            return False
        # In one transaction of ours: alembic would commit each migration by itself, and somebody
        # else who starts would see a schema in between.
        with engine.execution_options(**{WRITES: True}).begin() as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
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
    """Compare numbers only: every command asks, and alembic takes long to import."""
    known = [path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")]
    with engine.connect() as connection:
        if not inspect(connection).has_table(_VERSION.name):
            return SchemaState.EMPTY
        present = connection.scalar(select(_VERSION.c.version_num))
    if present is None:
        return SchemaState.EMPTY
    if present == max(known):
        return SchemaState.CURRENT
    return SchemaState.OLDER if present in known else SchemaState.NEWER


def _config() -> Config:
    from alembic.config import Config  # noqa: PLC0415 - slow to import

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config
