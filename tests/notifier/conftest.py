from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from store.unit_of_work import DATABASE_NAME, open_store
from store.upgrade import upgrade
from tests.notifier.house import House

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / DATABASE_NAME
    upgrade(path)
    return path


@pytest.fixture
def house(empty_database: Path, tmp_path: Path) -> Iterator[House]:
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    shutil.copy(empty_database, state / DATABASE_NAME)
    store = open_store(state)
    yield House(store)
    store.close()
