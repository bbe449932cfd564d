"""Filing what waits in the inbox once, without a daemon, and its traces after a kill."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Final

from store.model import utc_now
from store.unit_of_work import UnitOfWork
from tipline.installation import Installation
from tipline.settings import Settings
from tipline.wiring import Wiring, outfit

# The name of a command's leases, before its process id.
COMMAND: Final = "command"


def file_waiting(settings: Settings, installation: Installation) -> Iterator[int]:
    """Read, file and plan until nothing waits; gives how many mails each step worked off.

    Nothing is sent: what is queued goes out when the daemon runs. A daemon that starts meanwhile
    takes what is not leased.
    """
    wiring = Wiring(outfit=outfit(settings), installation=installation, clock=utc_now)
    readers = wiring.readers()
    pipeline = wiring.pipeline(readers, f"{COMMAND}/{os.getpid()}")
    planner = wiring.planner()
    try:
        while done := pipeline.step():
            yield done
        while planner.step():
            pass
    finally:
        readers.close()


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
