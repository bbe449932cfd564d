"""Reading in processes that can be killed: a mail may stop its reader, never the daemon.

Each reading has limits on time, work and memory, and happens in a process without network,
database or key. A reader that exceeds a limit or dies is replaced; its mail comes back as
``NotRead``, with the reason, and nothing else is touched by it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog

from ingest.reader import Look, Order, Read, Task, look_at_mail, read_mail
from ingest.reading import ParsedMessage, ReadingRules, unreadable_message
from ingest.reading_process import EndedError, OverrunError, ReadingProcess
from store.model import Envelope

# A reader is replaced after so many mails, so that a leak in a library stays small.
MAILS_PER_READER: Final = 2000
# A mail is given to so many readers before its own end is blamed on the machine: one that was
# killed while it waited has not seen the mail.
STARTS: Final = 3

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadingLimits:
    """How many readers there are and what one mail may cost. ``memory`` in octets."""

    workers: int = 2
    time: timedelta = timedelta(seconds=30)
    memory: int = 1_000_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class NotRead:
    """A mail whose reader died or overran; the reason holds no word of it."""

    envelope: Envelope | None
    reason: str

    def as_message(self) -> ParsedMessage:
        """Make a report of it that a person has to look at."""
        return unreadable_message(self.envelope, self.reason)


def _is_urgent(found: ParsedMessage | NotRead) -> bool:
    return not isinstance(found, NotRead) and bool(found.urgency)


class ReadingPool:
    """Reads mails in processes of its own.

    ``read`` is the function they read with, ``look`` that of a first look; ``early`` is a process
    that was started before the rules were known.
    """

    def __init__(
        self,
        rules: ReadingRules,
        limits: ReadingLimits,
        read: Read = read_mail,
        early: ReadingProcess | None = None,
        look: Look = look_at_mail,
    ) -> None:
        self._limits = limits
        self._task = Task(read=read, look=look, rules=rules, time=limits.time, memory=limits.memory)
        self._threads = ThreadPoolExecutor(limits.workers, thread_name_prefix="reader")
        self._changing = threading.Lock()
        self._closing = False
        self._waiting: list[ReadingProcess] = []
        self._all: set[ReadingProcess] = set()
        if early:
            early.give(self._task)
            self._all.add(early)
            self._waiting.append(early)

    def warm_up(self) -> None:
        """Start the readers now, so that the first mail does not wait for them."""
        while len(self._all) < self._limits.workers:
            self._put_back(self._started())

    def read_all(self, mails: Iterable[tuple[bytes, Envelope | None]]) -> list[ParsedMessage]:
        """Read mails side by side; all of them, in order. Never raises for what is in a mail."""
        read = dict(one for group in self.read_as_done(mails) for one in group)
        found = [read[number] for number in sorted(read)]
        return [one.as_message() if isinstance(one, NotRead) else one for one in found]

    def read_as_done(
        self, mails: Iterable[tuple[bytes, Envelope | None]]
    ) -> Iterator[list[tuple[int, ParsedMessage | NotRead]]]:
        """Read mails side by side; give each with its place as soon as it is read.

        What is ready at the same time comes together. So a mail that takes its whole time holds
        up none of the others. Raises OSError when no reader can be started.
        """
        begun: dict[Future[ParsedMessage | NotRead], int] = {
            self._threads.submit(self._read, raw, Order(envelope=envelope)): number
            for number, (raw, envelope) in enumerate(mails)
        }
        while begun:
            ready, _ = wait(begun, return_when=FIRST_COMPLETED)
            yield [(begun.pop(future), future.result()) for future in ready]

    def look_at(self, mails: Iterable[bytes], within: timedelta) -> list[bool | None]:
        """Look at mails side by side: which of them look urgent.

        A mail at which nobody can look does not. After so much time no further look is begun;
        None stands for those. Raises OSError when no reader can be started.
        """
        order = Order(envelope=None, first_look=True)
        looks = [self._threads.submit(self._read, raw, order) for raw in mails]
        _, late = wait(looks, within.total_seconds())
        for each in late:
            each.cancel()
        return [None if each.cancelled() else _is_urgent(each.result()) for each in looks]

    def _read(self, raw: bytes, order: Order) -> ParsedMessage | NotRead:
        envelope = order.envelope
        for _ in range(STARTS):
            if self._closing:
                break
            reader = self._taken()
            try:
                parsed = reader.read(raw, order)
            except EndedError as ended:
                self._drop(reader)
                if ended.begun:
                    return self._not_read(envelope, "the reading process ended")
            except OverrunError:
                self._drop(reader)
                seconds = self._limits.time.total_seconds()
                return self._not_read(envelope, f"not within {seconds:.0f} seconds")
            except Exception as error:  # noqa: BLE001 - whatever a reader brings back is a defect of the mail
                self._drop(reader)
                return self._not_read(envelope, type(error).__name__)
            else:
                return self._judged(reader, parsed, envelope)
        raise OSError("no reading process could be started")

    def _judged(
        self, reader: ReadingProcess, parsed: ParsedMessage, envelope: Envelope | None
    ) -> ParsedMessage | NotRead:
        """Take a mail for which there was not enough memory as one that was not read."""
        if any("MemoryError" in defect for defect in parsed.defects):
            self._drop(reader)
            return self._not_read(envelope, f"not within {self._limits.memory} octets of memory")
        self._put_back(reader)
        return parsed

    def _not_read(self, envelope: Envelope | None, why: str) -> NotRead:
        reason = f"could not be read: {why}"
        if not self._closing:
            log.error("mail.not_read", reason=reason)
        return NotRead(envelope=envelope, reason=reason)

    def _taken(self) -> ReadingProcess:
        with self._changing:
            if self._waiting:
                return self._waiting.pop()
        return self._started()

    def _started(self) -> ReadingProcess:
        reader = ReadingProcess()
        with self._changing:
            self._all.add(reader)
        try:
            reader.give(self._task)
        except EndedError:
            # It is found out, and replaced, when it is to read.
            log.error("reader.ended_at_start")  # noqa: TRY400 - nothing more is known
        return reader

    def _put_back(self, reader: ReadingProcess) -> None:
        if reader.mails >= MAILS_PER_READER:
            self._drop(reader)
            return
        with self._changing:
            self._waiting.append(reader)

    def _drop(self, reader: ReadingProcess) -> None:
        with self._changing:
            self._all.discard(reader)
        reader.end()

    def pids(self) -> set[int]:
        """Name the processes."""
        with self._changing:
            return {reader.pid for reader in self._all}

    def close(self) -> None:
        """End the readers; what they are at is not read."""
        self._closing = True
        with self._changing:
            readers = [*self._all]
        for reader in readers:
            reader.stop()
        self._threads.shutdown(cancel_futures=True)
        with self._changing:
            readers = [*self._all]
        for reader in readers:
            reader.end()
