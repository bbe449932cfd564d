# ruff: noqa: PLC0415 - imported when needed, as help must be quick
"""The database as commands use it. A command that only looks never makes one."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from tipline.cli.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.unit_of_work import Store, UnitOfWork
    from tipline.settings import Settings


@contextmanager
def opened(settings: Settings) -> Iterator[Store | None]:
    """Open the installation's database; None when there is none yet.

    Raises SchemaMismatch when it was made by another version.
    """
    from store.engine import translated_errors
    from store.unit_of_work import open_store
    from store.upgrade import SchemaState, require_current, schema_state
    from tipline.settings.places import places

    path = places(settings).database
    with translated_errors():
        # The daemon makes the tables a moment after the file.
        exists = path.exists() and schema_state(path) is not SchemaState.EMPTY
    if not exists:
        yield None
        return
    require_current(path)
    store = open_store(settings.state_dir)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def snapshot(settings: Settings) -> Iterator[UnitOfWork | None]:
    """Look at one moment of the database; None when there is none yet."""
    with opened(settings) as store:
        if store is None:
            yield None
            return
        with store.snapshot() as unit:
            yield unit


@contextmanager
def required(settings: Settings) -> Iterator[Store]:
    """Open the installation's database; refuse when there is none yet."""
    with opened(settings) as store:
        if store is None:
            raise CommandError(
                f"nothing is kept in {settings.state_dir} yet; "
                "start the daemon (tipline serve) or name the right configuration with --config"
            )
        yield store
