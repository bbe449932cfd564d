"""The reading process: reads one mail after another from standard input, until that ends.

The program is started by ``ingest.reader_parent`` with nothing but three descriptors and an almost
empty environment, and loads what reading needs. Then it forks, for each reading process that is
wanted. Such a process learns what it is for, gives up every other right (``ingest.confinement``)
and says so. Then it gets a mail, says that it began, and answers with what it read, or with what a
first look at it says.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, BinaryIO, Final, NoReturn

from ingest import confinement
from ingest.frames import LENGTH, packed
from ingest.reading import ParsedMessage, ReadingRules
from store.model import Envelope

READY: Final = b"R"
BEGUN: Final = b"B"

Read = Callable[[bytes, Envelope | None, ReadingRules], ParsedMessage]
Look = Callable[[bytes], ParsedMessage]


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """What a reading process is for: how to read, by which rules, at which cost of a mail."""

    read: Read
    look: Look
    rules: ReadingRules
    time: timedelta
    memory: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What comes with a mail: what the transport said, and whether only a first look is wanted."""

    envelope: Envelope | None
    first_look: bool = False


def look_at_mail(raw: bytes) -> ParsedMessage:
    """Tell whether a mail looks urgent; the reading code is loaded by the first one."""
    from ingest.reading.first_look import look  # noqa: PLC0415 - see above

    return look(raw)


def read_mail(raw: bytes, envelope: Envelope | None, rules: ReadingRules) -> ParsedMessage:
    """Read a mail as tipline does; the reading code is loaded by the first one."""
    from ingest.reading import read_message  # noqa: PLC0415 - see above

    return read_message(raw, envelope, rules)


def main() -> None:
    """Load what reading needs; then fork whenever asked, until nobody is left to ask."""
    asking = socket.socket(fileno=os.dup(0))
    # Whatever a library prints must not get between the answers.
    sys.stdout = sys.stderr
    # All that is loaded stays: the collector would look through it in vain, again and again.
    gc.disable()
    _load_everything()
    gc.freeze()
    # Those that end are nobody's business here.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        _, descriptors, _, _ = socket.recv_fds(asking, 1, 3)
        if not descriptors:
            return
        if (pid := os.fork()) == 0:
            asking.close()
            _become_reader(descriptors)
        _tell(descriptors[2], pid)
        for descriptor in descriptors:
            os.close(descriptor)


def _load_everything() -> None:
    from ingest.preload import load_everything  # noqa: PLC0415 - the daemon has no use for it

    load_everything(ReadingRules())


def _tell(descriptor: int, pid: int) -> None:
    """Tell who was made, with a handle on the process where the system has such."""
    handles = []
    try:
        handles = [os.pidfd_open(pid)]
    except ProcessLookupError:
        # It has ended, and its number may soon be another's.
        return
    except (AttributeError, OSError):
        pass
    # Who asked may have lost interest.
    with socket.socket(fileno=os.dup(descriptor)) as answering, contextlib.suppress(OSError):
        socket.send_fds(answering, [LENGTH.pack(pid)], handles)
    for handle in handles:
        os.close(handle)


def _become_reader(descriptors: list[int]) -> NoReturn:
    """Read mails from the first of these descriptors, answer to the second, and end."""
    status = 1
    try:
        os.dup2(descriptors[0], 0)
        os.dup2(descriptors[1], 1)
        for descriptor in descriptors:
            os.close(descriptor)
        _read_mails(sys.stdin.buffer)
        status = 0
    except Exception:  # noqa: BLE001 - nothing may go on as the parent does
        traceback.print_exc()
    finally:
        os._exit(status)


def _read_mails(channel: BinaryIO) -> None:
    """Read mails until there are no more, or until this process is ended."""
    if not (length := channel.read(LENGTH.size)):
        return
    task: Task = _opened(channel.read(LENGTH.unpack(length)[0]))
    confinement.limit_memory(task.memory)
    _load_what_is_left(task.rules)
    _silence()
    gc.freeze()
    gc.enable()
    confinement.confine()
    _send(READY)
    while length := channel.read(LENGTH.size):
        confinement.limit_work(task.time)
        order: Order = _opened(channel.read(LENGTH.unpack(length)[0]))
        _send(BEGUN)
        answer = packed(_answer(task, order, _frame(channel)))
        _send(LENGTH.pack(len(answer)))
        _send(answer)


def _answer(task: Task, order: Order, raw: bytes) -> ParsedMessage:
    if order.first_look:
        return task.look(raw)
    return task.read(raw, order.envelope, task.rules)


def _load_what_is_left(rules: ReadingRules) -> None:
    from ingest.preload import read_first_mail  # noqa: PLC0415 - as above

    read_first_mail(rules)


def _silence() -> None:
    """Say nothing more to the error output: from now on it might be words of a mail."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, sys.stderr.fileno())
    os.close(nothing)


def _frame(channel: BinaryIO) -> bytes:
    return channel.read(LENGTH.unpack(channel.read(LENGTH.size))[0])


def _opened(octets: bytes) -> Any:  # noqa: ANN401 - the daemon is trusted
    import pickle  # noqa: PLC0415 - only this side may open everything

    return pickle.loads(octets)  # noqa: S301 - written by the daemon


def _send(octets: bytes) -> None:
    left = memoryview(octets)
    while left:
        left = left[os.write(1, left) :]
