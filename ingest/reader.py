"""The reading process: reads one mail after another from standard input, until that ends.

It is started by ``ingest.reading_process`` with nothing but three descriptors and an empty
environment, loads what reading needs, gives up every other right (``ingest.confinement``) and
says so. Then it gets a mail, says that it began, and answers with what it read, or with what a
first look at it says.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, BinaryIO, Final

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


def _load_everything(rules: ReadingRules) -> None:
    from ingest.preload import load_everything  # noqa: PLC0415 - the daemon has no use for it

    load_everything(rules)


def main() -> None:
    """Read mails until there are no more, or until this process is ended."""
    channel = sys.stdin.buffer
    # Whatever a library prints must not get between the answers.
    sys.stdout = sys.stderr
    task: Task = _received(channel)
    confinement.limit_memory(task.memory)
    # All that is loaded stays: the collector would look through it in vain, again and again.
    gc.disable()
    _load_everything(task.rules)
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


def _silence() -> None:
    """Say nothing more to the error output: from now on it might be words of a mail."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, sys.stderr.fileno())
    os.close(nothing)


def _frame(channel: BinaryIO) -> bytes:
    return channel.read(LENGTH.unpack(channel.read(LENGTH.size))[0])


def _received(channel: BinaryIO) -> Any:  # noqa: ANN401 - the daemon is trusted
    return _opened(_frame(channel))


def _opened(octets: bytes) -> Any:  # noqa: ANN401 - the daemon is trusted
    import pickle  # noqa: PLC0415 - only this side may open everything

    return pickle.loads(octets)  # noqa: S301 - written by the daemon


def _send(octets: bytes) -> None:
    left = memoryview(octets)
    while left:
        left = left[os.write(1, left) :]
