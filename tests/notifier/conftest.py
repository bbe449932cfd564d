from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import structlog.testing

from tests.notifier.house import House

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.unit_of_work import Store


@pytest.fixture(autouse=True)
def quiet_log() -> Iterator[None]:
    """Spare the tests the drawing of every traceback that they provoke."""
    with structlog.testing.capture_logs():
        yield


@pytest.fixture
def house(store: Store) -> House:
    return House(store)
