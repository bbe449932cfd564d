"""What a reading process may no longer do once it has loaded what it needs.

Before its first mail it gives up, for good: opening anything (files, sockets, the database, the
key), writing files, leaving a core dump, taking more memory than its limit. The limit on open
descriptors does most of it on every system: it is set to the three that are open, so that nothing
else can be. Linux's filter of system calls comes on top (``syscalls``).
"""

from __future__ import annotations

import contextlib
import os
import resource
from datetime import timedelta
from typing import Final

from ingest.syscalls import refuse_system_calls

# Standard input and output lead to the daemon, the error output nowhere.
OPEN_DESCRIPTORS: Final = 3


def limit_memory(octets: int) -> None:
    """Let this process take no more memory, and leave no core dump: it would hold a mail."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _lower(resource.RLIMIT_DATA, octets)


def confine() -> None:
    """Give up all but computing. Raises OSError where a descriptor is open that must not be."""
    if strays := _stray_descriptors():
        raise OSError(f"descriptors are open that a reading process must not have: {strays}")
    _lower(resource.RLIMIT_FSIZE, 0)
    _lower(resource.RLIMIT_NPROC, 0)
    _lower(resource.RLIMIT_NOFILE, OPEN_DESCRIPTORS)
    refuse_system_calls()


def limit_work(time: timedelta) -> None:
    """Have the kernel end this process if it works longer from now on, whoever watches it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime + time.total_seconds()) + 2
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    if hard == resource.RLIM_INFINITY or seconds < hard:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, hard))


def _lower(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    lowest = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (lowest, lowest))


def _stray_descriptors() -> list[int]:
    """Name open descriptors beyond the three that belong to a reading process."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    strays = []
    for number in range(OPEN_DESCRIPTORS, min(limit, 1024)):
        with contextlib.suppress(OSError):
            os.fstat(number)
            strays.append(number)
    return strays
