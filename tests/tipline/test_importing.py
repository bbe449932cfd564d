from __future__ import annotations

from pathlib import Path

import pytest

from store.durable import try_lock
from store.errors import StorageUnavailable
from tipline.importing import LOCK, only_import
from tipline.settings import load_settings


def test_a_second_import_on_the_same_folder_is_refused(state: Path) -> None:
    settings = load_settings()
    lock = try_lock(state / LOCK)
    assert lock is not None
    with (
        lock,
        pytest.raises(StorageUnavailable, match="another import is running"),
        only_import(settings),
    ):
        pass
    with only_import(settings):
        assert try_lock(state / LOCK) is None
