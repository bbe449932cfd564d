"""The daemon's end of one reading process: has it made, hands it mails, kills it when it overruns.

It is a copy of ``reader_parent``, not of this process: nothing of the daemon is in it.
"""

from __future__ import annotations

import os
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Final

from ingest.frames import LARGEST_RESULT, LENGTH, packed, unpacked
from ingest.reader import BEGUN, READY, Order, Task
from ingest.reader_parent import Child, ReaderParent, child, reader_parent
from ingest.reading import ParsedMessage

# A busy machine needs a while to load the language model.
START_WITHIN: Final = timedelta(seconds=60)
CHUNK_OCTETS: Final = 1 << 20
# A first look takes a few milliseconds.
LOOK_WITHIN: Final = timedelta(seconds=2)


class OverrunError(Exception):
    """A mail took longer than it may."""


class EndedError(Exception):
    """The process ended; ``begun`` tells whether it was at the mail."""

    def __init__(self, *, begun: bool) -> None:
        super().__init__("the reading process ended")
        self.begun = begun


class ReadingProcess:
    """One process that reads mails, one after another. Used by one thread at a time.

    Only ``stop`` and ``end`` may be called beside that.
    """

    def __init__(self, task: Task | None = None, parent: ReaderParent | None = None) -> None:
        self.mails = 0
        self._ready = False
        self._time = START_WITHIN
        self._child: Child | None = None
        self._ending = threading.Lock()
        self._ended = False
        its_in, self._in = os.pipe()
        self._out, its_out = os.pipe()
        for end in (self._in, self._out):
            os.set_blocking(end, False)
        try:
            self._answering = (parent or reader_parent()).fork((its_in, its_out))
        except OSError:
            self._close()
            raise
        finally:
            os.close(its_in)
            os.close(its_out)
        if task:
            self.give(task)

    @property
    def pid(self) -> int:
        """Its number; it is waited for. Raises EndedError when it was not made."""
        if self._child is None:
            try:
                self._child = child(self._answering, START_WITHIN.total_seconds())
            except OSError:
                raise EndedError(begun=False) from None
        return self._child.pid

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
        # Known from now on, so that it can be killed.
        _ = self.pid
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

    def stop(self) -> None:
        """End the process; whoever uses it at this moment finds it ended, and has to let go of it.

        The pipes stay: a number that is closed under another thread may soon be another file's.
        """
        with self._ending:
            if self._ended:
                return
            with suppress(OSError):
                self._answering.shutdown(socket.SHUT_RDWR)
            if self._child is not None:
                self._child.kill()

    def end(self) -> None:
        """End the process and let go of it; nobody uses it any more. Twice does no harm."""
        with self._ending:
            if self._ended:
                return
            self._ended = True
            # One that is not made yet ends by itself: nobody is left to tell it what it is for.
            self._answering.close()
            if self._child is not None:
                self._child.end()
            self._close()

    def _close(self) -> None:
        os.close(self._in)
        os.close(self._out)


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
