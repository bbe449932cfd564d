"""A process that has loaded the program and becomes a daemon by forking, as often as it is asked.

What a daemon imports is two thirds of its start. It gets an environment, a folder and a log of its
own, as a new program would, and runs the command line from there. That a new program starts, too,
is shown by the tests of systemd's sockets, of bad networks and of the demonstration.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import IO, Any, Final

ROOT: Final = Path(__file__).parents[2]
LOADED: Final = ("tipline.cli", "tipline.daemon", "tipline.logs")
PROGRAM: Final = "from tests.end_to_end.warm import fork_when_asked; fork_when_asked()"


class Forked:
    """A daemon that was forked, with what tests use of ``subprocess.Popen``."""

    def __init__(self, parent: Parent, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._parent = parent
        self._handle = os.pidfd_open(pid)

    def poll(self) -> int | None:
        return self.returncode if self._has_ended(0) else None

    def wait(self, timeout: float | None = None) -> int:
        if not self._has_ended(timeout):
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def _has_ended(self, seconds: float | None) -> bool:
        if self.returncode is None and select.select([self._handle], [], [], seconds)[0]:
            self.returncode = self._parent.ask({"ended": self.pid})
            os.close(self._handle)
        return self.returncode is not None


class Parent:
    """The process, as the tests see it."""

    def __init__(self) -> None:
        self._asking, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM],
                stdin=theirs.fileno(),
                env={"PATH": os.environ["PATH"]},
                cwd=ROOT,
            )

    def start(
        self, arguments: list[str], environment: Mapping[str, str], folder: Path, log: IO[bytes]
    ) -> Forked:
        wanted = {
            "arguments": arguments,
            "environment": dict(environment),
            "folder": str(folder),
        }
        return Forked(self, self.ask(wanted, log.fileno()))

    def ask(self, wanted: Mapping[str, Any], *descriptors: int) -> int:
        socket.send_fds(self._asking, [json.dumps(wanted).encode() + b"\n"], descriptors)
        return int(self._asking.recv(20))

    def end(self) -> None:
        self._asking.close()
        self._process.wait()


@cache
def warm_parent() -> Parent:
    """Give the one of this process."""
    parent = Parent()
    atexit.register(parent.end)
    return parent


def fork_when_asked() -> None:
    """Answer questions until there are no more; what comes back from them is a daemon."""
    for module in LOADED:
        import_module(module)
    gc.freeze()
    asking = socket.socket(fileno=os.dup(0))
    while True:
        line, descriptors, _, _ = socket.recv_fds(asking, 65536, 1)
        if not line:
            return
        wanted = json.loads(line)
        if "ended" in wanted:
            status = os.waitstatus_to_exitcode(os.waitpid(wanted["ended"], 0)[1])
            asking.send(str(status).encode())
        elif pid := os.fork():
            os.close(descriptors[0])
            asking.send(str(pid).encode())
        else:
            asking.close()
            _become(wanted, descriptors[0])
            import_module("tipline.cli").main()


def _become(wanted: Mapping[str, Any], log: int) -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    for descriptor, place in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(descriptor, place)
    os.close(nothing)
    os.close(log)
    os.environ.clear()
    os.environ.update(wanted["environment"])
    os.chdir(wanted["folder"])
    sys.argv = ["tipline", *wanted["arguments"]]
