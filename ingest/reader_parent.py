"""The process that reading processes are copies of: it has loaded all that reading needs.

It is a new program, not a copy of this one: no descriptor, no environment variable and no memory
of the daemon is in it, so neither is the database, the key or a password. It sees no mail, ever;
it only loads, once, and forks itself when a reading process is wanted. So a reading process
begins in a hundredth of the time, and shares the memory of what was loaded with all others.
"""

from __future__ import annotations

import atexit
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Final

from ingest.frames import LENGTH

# Without site: the paths come with it, so that it finds what the daemon finds.
_OPTIONS: Final = ("-I", "-S", "-W", "ignore", "-X", "utf8")
_PROGRAM: Final = "import sys; sys.path[:] = sys.argv[1:]; import ingest.reader as r; r.main()"
# Numeric libraries would start a thread and take memory for each processor.
_ENVIRONMENT: Final = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
_KEPT: Final = ("LD_LIBRARY_PATH",)
# How long a killed process is waited for, in milliseconds.
_END_WITHIN: Final = 5000


@dataclass(frozen=True, slots=True)
class Child:
    """A process that was forked; ``handle`` stays its own when its number is used again.

    There is no handle where the system has none.
    """

    pid: int
    handle: int | None

    def kill(self) -> None:
        """Kill it, if it has not ended by itself."""
        with suppress(ProcessLookupError):
            if self.handle is None:
                os.kill(self.pid, signal.SIGKILL)
            else:
                signal.pidfd_send_signal(self.handle, signal.SIGKILL)

    def end(self) -> None:
        """Kill it and wait for its end; once."""
        self.kill()
        if self.handle is not None:
            poll = select.poll()
            poll.register(self.handle, select.POLLIN)
            poll.poll(_END_WITHIN)
            os.close(self.handle)


class ReaderParent:
    """Starts the program and has it fork. Safe to use from several threads."""

    def __init__(self) -> None:
        self._changing = threading.Lock()
        self._asking: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def fork(self, descriptors: tuple[int, int]) -> socket.socket:
        """Ask for a process with these as standard input and output.

        ``child`` takes the answer from what is given back. Raises OSError when the program cannot
        be started.
        """
        answering, answered = socket.socketpair()
        with answered, self._changing:
            try:
                self._ask([*descriptors, answered.fileno()])
            except OSError:
                answering.close()
                raise
        return answering

    def _ask(self, wanted: list[int]) -> None:
        try:
            socket.send_fds(self._running(), [b"+"], wanted)
        except ConnectionError:
            # Somebody ended it, such as a system short of memory.
            self._end()
            socket.send_fds(self._running(), [b"+"], wanted)

    def end(self) -> None:
        """End the program; the processes that it made go on until they are ended."""
        with self._changing:
            self._end()

    def _running(self) -> socket.socket:
        if self._asking is None:
            ours, theirs = socket.socketpair()
            with theirs:
                self._process = subprocess.Popen(  # noqa: S603 - our own program
                    [sys.executable, *_OPTIONS, "-c", _PROGRAM, *map(os.path.abspath, sys.path)],
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    close_fds=True,
                    env=_ENVIRONMENT
                    | {name: os.environ[name] for name in _KEPT if name in os.environ},
                    # A terminal's interrupt is for the daemon, which ends its readers.
                    process_group=0,
                )
            self._asking = ours
        return self._asking

    def _end(self) -> None:
        if self._asking is not None:
            self._asking.close()
            self._asking = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@cache
def reader_parent() -> ReaderParent:
    """Give the one of this process; all pools share it, as it knows nothing of any of them."""
    parent = ReaderParent()
    atexit.register(parent.end)
    return parent


def child(answering: socket.socket, seconds: float) -> Child:
    """Take the answer to ``fork``.

    Raises OSError when there is none within so many seconds, or the process ended at once.
    """
    answering.settimeout(seconds)
    with answering:
        octets, descriptors, _, _ = socket.recv_fds(answering, LENGTH.size, 1)
    if len(octets) != LENGTH.size:
        raise OSError("no reading process was made")
    (pid,) = LENGTH.unpack(octets)
    return Child(pid, descriptors[0] if descriptors else None)
