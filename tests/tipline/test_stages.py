from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from store.errors import StorageFull, StorageUnavailable
from tipline import stages
from tipline.stages import Stage


async def rounds(fault: Exception | None) -> list[str]:
    """Have a stage try thrice with a fault; give the rounds that count."""
    counted: list[str] = []
    tries = 0

    def step() -> int:
        nonlocal tries
        tries += 1
        if tries >= 3:
            stage.stop()
        if fault:
            raise fault
        return 1

    stage = Stage("escalating", step, counted.append)
    stage.wake()
    await stage.run()
    return counted


@pytest.mark.parametrize(
    ("fault", "counted"),
    [
        (None, 3),
        # The watchdog would end a daemon that still tells operators, and refuses mail for a while.
        (StorageFull("no space is left for the database"), 3),
        (StorageUnavailable("the database cannot be used: disk I/O error"), 0),
        (KeyError("a fault of ours"), 0),
    ],
)
def test_a_full_disk_is_no_reason_to_start_afresh(
    monkeypatch: pytest.MonkeyPatch, fault: Exception | None, counted: int
) -> None:
    monkeypatch.setattr(stages, "PAUSE_AFTER_FAULT", timedelta(0))
    assert asyncio.run(rounds(fault)) == ["escalating"] * counted
