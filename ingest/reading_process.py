"""The daemon's end of one reading process: starts it, hands it mails, kills it when it overruns.

It is a new program, not a copy of this one: no descriptor, no environment variable and no memory
of the daemon is in it, so neither is the database, the key or a password.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from ingest.frames import LARGEST_RESULT, LENGTH, packed, unpacked
from ingest.reader import BEGUN, READY, Order, Task
from ingest.reading import ParsedMessage

# A busy machine needs a while to load the language model.
START_WITHIN: Final = timedelta(seconds=60)
CHUNK_OCTETS: Final = 1 << 20
# A first look takes a few milliseconds.
LOOK_WITHIN: Final = timedelta(seconds=2)

# Without site: the paths come with it, so that it finds what the daemon finds.
_OPTIONS: Final = ("-I", "-S", "-W", "ignore", "-X", "utf8")
_PROGRAM: Final = "import sys; sys.path[:] = sys.argv[1:]; import ingest.reader as r; r.main()"
# Numeric libraries would start a thread and take memory for each processor.
_ENVIRONMENT: Final = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
_KEPT: Final = ("LD_LIBRARY_PATH",)


class OverrunError(Exception):
    """A mail took longer than it may."""


class EndedError(Exception):
    """The process ended; ``begun`` tells whether it was at the mail."""

    def __init__(self, *, begun: bool) -> None:
        super().__init__("the reading process ended")
        self.begun = begun


class ReadingProcess:
    """One process that reads mails, one after another. Used by one thread at a time."""

    def __init__(self, task: Task | None = None) -> None:
        self.mails = 0
        self._ready = False
        self._time = START_WITHIN
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, *_OPTIONS, "-c", _PROGRAM, *map(os.path.abspath, sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            close_fds=True,
            env=_ENVIRONMENT | {name: os.environ[name] for name in _KEPT if name in os.environ},
            # A terminal's interrupt is for the daemon, which ends its readers.
            process_group=0,
        )
        self.pid = self._process.pid
        self._in, self._out = self._descriptors()
        if task:
            self.give(task)

    def _descriptors(self) -> tuple[int, int]:
        if self._process.stdin is None or self._process.stdout is None:
            raise AssertionError("unreachable")
        ends = self._process.stdin.fileno(), self._process.stdout.fileno()
        for end in ends:
            os.set_blocking(end, False)
        return ends

    def give(self, task: Task) -> None:
        """Tell the process what it is for; once."""
        self._time = task.time
        self._send(_framed(packed(task)), _deadline(START_WITHIN))

    def read(self, raw: bytes, order: Order) -> ParsedMessage:
        """Have a mail read. Raises OverrunError, or EndedError when the process ended.

        After either, or any other exception, the process is of no more use.
        """
        self._wait_until_ready()
        until = _deadline(min(self._time, LOOK_WITHIN) if order.first_look else self._time)
        self._send(_framed(packed(order)), until)
        self._expect(BEGUN, until)
        try:
            self._send(_framed(raw), until)
            (length,) = LENGTH.unpack(self._receive(LENGTH.size, until))
            if length > LARGEST_RESULT:
                raise ValueError("a reading process sent more than there can be")
            parsed = unpacked(self._receive(length, until))
        except EndedError:
            raise EndedError(begun=True) from None
        if not isinstance(parsed, ParsedMessage):
            raise TypeError("a reading process sent something else")
        self.mails += 1
        return parsed

    def _wait_until_ready(self) -> None:
        if self._ready:
            return
        try:
            self._expect(READY, _deadline(START_WITHIN))
        except OverrunError:
            raise EndedError(begun=False) from None
        self._ready = True

    def _expect(self, word: bytes, until: float) -> None:
        if self._receive(len(word), until) != word:
            raise EndedError(begun=False)

    def _send(self, pieces: Iterator[memoryview], until: float) -> None:
        try:
            for piece in pieces:
                rest = piece
                while rest:
                    _wait(self._in, select.POLLOUT, until)
                    rest = rest[os.write(self._in, rest[:CHUNK_OCTETS]) :]
        except (BrokenPipeError, ValueError):
            raise EndedError(begun=False) from None

    def _receive(self, length: int, until: float) -> bytes:
        received = bytearray()
        while len(received) < length:
            _wait(self._out, select.POLLIN, until)
            octets = os.read(self._out, min(length - len(received), CHUNK_OCTETS))
            if not octets:
                raise EndedError(begun=False)
            received += octets
        return bytes(received)

    def end(self) -> None:
        """End the process, whatever it is at."""
        self._process.kill()
        self._process.wait()
        for end in (self._process.stdin, self._process.stdout):
            if end is not None:
                end.close()


def _framed(octets: bytes) -> Iterator[memoryview]:
    yield memoryview(LENGTH.pack(len(octets)))
    yield memoryview(octets)


def _deadline(time_limit: timedelta) -> float:
    return time.monotonic() + time_limit.total_seconds()


def _wait(descriptor: int, event: int, until: float) -> None:
    """Wait until a pipe can be used. Raises OverrunError when it is too late."""
    poll = select.poll()
    poll.register(descriptor, event)
    while (left := until - time.monotonic()) > 0:
        if poll.poll(left * 1000 + 1):
            return
    raise OverrunError
