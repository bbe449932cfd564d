"""Stages: loops that work off what waits, each in a thread of its own.

A stage is woken at once when there is work (for speed) and by ticks (because the tables are the
truth). A fault of this machine makes it wait and try again; nothing ends a stage but the daemon.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Final

import structlog

from store.errors import StorageFull, StorageUnavailable

# How long a stage waits after a fault before it tries again.
PAUSE_AFTER_FAULT: Final = timedelta(seconds=2)

log = structlog.get_logger()


class Stage:
    """Calls ``step`` until it has nothing left to do, whenever the stage is woken."""

    def __init__(
        self,
        name: str,
        step: Callable[[], int],
        on_round: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.name = name
        self._step = step
        self._on_round = on_round
        self._woken = asyncio.Event()
        self._stopping = False
        self._loop = asyncio.get_running_loop()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    def wake(self) -> None:
        """Have the stage look for work now; may be called from any thread."""
        self._loop.call_soon_threadsafe(self._woken.set)

    async def run(self) -> None:
        """Work until stopped."""
        while not self._stopping:
            await self._woken.wait()
            self._woken.clear()
            await self._round()
        self._thread.shutdown()

    async def _round(self) -> None:
        try:
            done = 1
            while done and not self._stopping:
                done = await self._loop.run_in_executor(self._thread, self._step)
                self._on_round(self.name)
        except StorageUnavailable as error:
            log.error("stage.waits", stage=self.name, reason=str(error))  # noqa: TRY400 - no traceback for a full disk
            if isinstance(error, StorageFull):
                # It does not hang, and to start afresh would make no room: perhaps not even start.
                self._on_round(self.name)
            await self._pause()
        except Exception:
            log.exception("stage.fault", stage=self.name)
            await self._pause()

    async def _pause(self) -> None:
        """Wait a little; the stage then looks again by itself."""
        await asyncio.sleep(PAUSE_AFTER_FAULT.total_seconds())
        self._woken.set()

    def stop(self) -> None:
        """Finish the step at hand and end."""
        self._stopping = True
        self._woken.set()
