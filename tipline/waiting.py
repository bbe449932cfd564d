"""Filing what waits in the inbox without a daemon, and its traces after a kill."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Final

from ingest.workers import ReadingPool
from store.durable import try_lock
from store.model import utc_now
from store.unit_of_work import DAEMON_LOCK, UnitOfWork
from tipline.installation import Installation
from tipline.settings import Settings
from tipline.wiring import Wiring, outfit

# The name of a command's leases, before its process id.
COMMAND: Final = "command"


class Filer:
    """Reads, files and plans in this process, wherever no daemon does.

    Nothing is sent: what is queued goes out when the daemon runs. A daemon that starts meanwhile
    takes what is not leased.
    """

    def __init__(self, settings: Settings, installation: Installation) -> None:
        self._settings = settings
        self._installation = installation
        self._steps: tuple[Callable[[], int], ...] = ()
        self._readers: ReadingPool | None = None

    def step(self) -> int:
        """Work off a batch; tells how much was done."""
        if self._readers is None:
            wiring = Wiring(
                outfit=outfit(self._settings), installation=self._installation, clock=utc_now
            )
            self._readers = wiring.readers()
            pipeline = wiring.pipeline(self._readers, f"{COMMAND}/{os.getpid()}")
            self._steps = (pipeline.step, wiring.planner().step)
        return sum(step() for step in self._steps)

    def is_daemon_running(self) -> bool:
        """Tell whether a daemon works on the same folder, at this moment."""
        lock = try_lock(self._settings.state_dir / DAEMON_LOCK)
        if lock is None:
            return True
        lock.close()
        return False

    def close(self) -> None:
        """End the readers."""
        if self._readers is not None:
            self._readers.close()


def release_dead_commands(work: UnitOfWork) -> None:
    """Give up the leases of commands whose process is gone."""
    for owner in work.inbox.lease_owners():
        name, _, process = owner.partition("/")
        if name == COMMAND and not _is_alive(process):
            work.inbox.release(owner)


def _is_alive(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True
