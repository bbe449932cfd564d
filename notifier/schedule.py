"""Ticks: calls functions every so often. What is due is decided by tables and never here.

Only interval ticks, so nothing is lost with the process: after a pause of any length each function
is called once (``coalesce``), never twice at a time (``max_instances``), and a late tick still
counts (``misfire_grace_time``; APScheduler's own default drops one that is a second late).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

_log = structlog.get_logger()


class Schedule:
    """Calls plain functions in threads at intervals. Belongs to the event loop it is started in."""

    def __init__(self) -> None:
        self._ticks = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def every(self, seconds: float, name: str, function: Callable[[], object]) -> None:
        """Call ``function`` at the start and then every ``seconds``, in a thread.

        What it raises is logged, and the next tick comes all the same.
        """
        self._ticks.add_job(
            _guarded(name, function),
            "interval",
            seconds=seconds,
            id=name,
            name=name,
            next_run_time=datetime.now(tz=UTC),
        )

    def start(self) -> None:
        """Begin to tick; needs a running event loop."""
        self._ticks.start()

    def stop(self) -> None:
        """Stop ticking. A function that runs at this moment is left to end by itself."""
        if self._ticks.running:
            self._ticks.shutdown(wait=False)


def _guarded(name: str, function: Callable[[], object]) -> Callable[[], None]:
    def tick() -> None:
        try:
            function()
        except Exception:  # noqa: BLE001 - the top of a loop: the next tick must come
            _log.exception("tick.failed", tick=name)

    return tick
