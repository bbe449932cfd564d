"""The database: one SQLite file, opened so that a commit is on disk when it returns.

WAL, ``synchronous=FULL`` (a lower setting would lose the last commits at a power cut), foreign
keys on. Write transactions begin with ``BEGIN IMMEDIATE``: they wait for their turn at the start
instead of failing in the middle (sqlite.org, "Write-Ahead Logging" and "Transaction").
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

from store.durable import make_private_folder
from store.errors import StorageFull, StorageUnavailable

WRITES: Final = "tipline_writes"
# How long a transaction of another process is waited for, in seconds.
BUSY_SECONDS: Final = 30
# A full disk shows as one of these, depending on which write met it first.
_FULL_CODES: Final = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR})
# Faults of a statement or of what was to be stored: trying again later cannot help.
_OUR_FAULTS: Final = frozenset(
    {
        sqlite3.SQLITE_ERROR,
        sqlite3.SQLITE_TOOBIG,
        sqlite3.SQLITE_CONSTRAINT,
        sqlite3.SQLITE_MISMATCH,
        sqlite3.SQLITE_MISUSE,
        sqlite3.SQLITE_RANGE,
    },
)
_FULL_ERRNOS: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def open_engine(path: Path) -> Engine:
    """Open the database file, making it (mode 0600) when it is not there yet."""
    with translated_errors():
        make_private_folder(path.parent)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    engine = create_engine(
        f"sqlite:///{path}",
        connect_args={"timeout": BUSY_SECONDS},
        pool_size=16,
        max_overflow=16,
    )
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def _configure(connection: sqlite3.Connection, record: Any) -> None:  # noqa: ANN401 - an SQLAlchemy hook
    del record
    # Transactions are begun below, not by the driver's own rules.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turn faults of the disk and the database into StorageFull or StorageUnavailable.

    Faults of our own (a broken constraint, a wrong statement) pass through unchanged.
    """
    try:
        yield
    except DBAPIError as error:
        raise _translate(error) from error
    except OSError as error:
        if error.errno in _FULL_ERRNOS:
            raise StorageFull("no space is left on the disk") from error
        raise StorageUnavailable(f"{error.filename}: {error.strerror}") from error


def _translate(error: DBAPIError) -> Exception:
    # The extended codes carry the primary one in their lowest octet (sqlite.org/rescode.html).
    code = getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in _OUR_FAULTS:
        return error
    if code in _FULL_CODES:
        return StorageFull("no space is left for the database")
    return StorageUnavailable(f"the database cannot be used: {error.orig}")
