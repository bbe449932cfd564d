"""An empty installation: database, keys and evidence in a folder of the test's own."""

from __future__ import annotations

import atexit
import gc
import os
import shutil
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import typer.main
from hypothesis import settings
from sqlalchemy import create_engine

from store.evidence import Evidence
from store.keys import Identity
from store.unit_of_work import DATABASE_NAME, Store, open_store
from store.upgrade import upgrade

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine


# As the reading processes have it: threads for sums as small as the network's wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# How long an example takes says something of the machine and nothing of the program.
settings.register_profile("house", deadline=None)
settings.load_profile("house")


# What counts is what a killed process leaves behind, not what a power cut does: so folders of tests
# lie in memory where there is enough of it, and no test waits for the disk at each commit.
MEMORY: Final = Path("/dev/shm")  # noqa: S108 - pytest makes a folder of our own there
MEMORY_WANTED: Final = 2**31


def pytest_configure(config: pytest.Config) -> None:
    if config.option.basetemp is None and _has_room(MEMORY):
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def _has_room(folder: Path) -> bool:
    try:
        there = os.statvfs(folder)
    except OSError:
        return False
    runs_programs = not there.f_flag & os.ST_NOEXEC
    room = there.f_bavail * there.f_frsize
    return runs_programs and room >= MEMORY_WANTED and os.access(folder, os.W_OK)


def pytest_collection_finish() -> None:
    """Look for garbage less often: all that was imported stays, and looking through it is slow."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    atexit.register(gc.freeze)


@pytest.fixture(scope="session", autouse=True)
def _statements_compiled_once() -> Iterator[None]:
    """Let all engines of this process share the statements that SQLAlchemy has compiled.

    A program opens one engine; a run of tests opens thousands, and each would compile them anew.
    """
    first = create_engine("sqlite://", query_cache_size=10_000)
    first.connect().close()

    def shared(*arguments: Any, **options: Any) -> Engine:
        engine = create_engine(*arguments, **options)
        engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
        return engine

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("store.engine.create_engine", shared)
        yield
    first.dispose()


@pytest.fixture(scope="session", autouse=True)
def _commands_put_together_once() -> Iterator[None]:
    """Let Typer put the command line together once for all that is run in this process."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(typer.main, "get_command", cache(typer.main.get_command))
        yield


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / DATABASE_NAME
    upgrade(path)
    return path


@pytest.fixture
def state_dir(empty_database: Path, tmp_path: Path) -> Path:
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    shutil.copy(empty_database, state / DATABASE_NAME)
    return state


@pytest.fixture
def store(state_dir: Path) -> Iterator[Store]:
    store = open_store(state_dir)
    yield store
    store.close()


@pytest.fixture(scope="session")
def identity() -> Identity:
    return Identity.generate()


@pytest.fixture
def evidence(state_dir: Path, identity: Identity) -> Iterator[Evidence]:
    evidence = Evidence(state_dir / "evidence", identity)
    yield evidence
    evidence.close()
