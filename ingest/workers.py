"""Reading in processes that can be killed: a mail may stop its reader, never the daemon.

Each reading has a limit on time and memory. A reader that exceeds one or dies is replaced, and
its mail becomes a report that could not be read, which is a case for a person.
"""

from __future__ import annotations

import multiprocessing
import resource
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog
from pebble import ProcessExpired, ProcessPool

from ingest.reading import ParsedMessage, ReadingRules, read_message, unreadable_message
from store.model import Envelope

# A reader is replaced after so many mails, so that a leak in a library stays small.
MAILS_PER_READER: Final = 2000

# Long enough to have a reader load all it needs, its language model as well.
_FIRST_MAIL: Final = (
    b"From: alex@example.org\r\nSubject: hello\r\nContent-Type: text/html\r\n\r\n"
    b"<p>This account worries me, would you please look at it as soon as you can?</p>\r\n"
)

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadingLimits:
    """How many readers there are and what one mail may cost. ``memory`` in octets."""

    workers: int = 2
    time: timedelta = timedelta(seconds=30)
    memory: int = 1_000_000_000


class ReadingPool:
    """Reads mails in processes of its own."""

    def __init__(self, rules: ReadingRules, limits: ReadingLimits) -> None:
        self._rules = rules
        self._limits = limits
        self._pool = _new_pool(limits)
        self._changing = threading.Lock()

    def warm_up(self) -> None:
        """Start the readers now, so that the first mail does not wait for them."""
        for _ in range(self._limits.workers):
            self._pool.schedule(_read, args=[_FIRST_MAIL, None, self._rules])

    def read_all(self, mails: Iterable[tuple[bytes, Envelope | None]]) -> list[ParsedMessage]:
        """Read mails side by side; all of them, in order. Never raises for what is in a mail."""
        read = dict(one for group in self.read_as_done(mails) for one in group)
        return [read[number] for number in sorted(read)]

    def read_as_done(
        self, mails: Iterable[tuple[bytes, Envelope | None]]
    ) -> Iterator[list[tuple[int, ParsedMessage]]]:
        """Read mails side by side; give each with its place as soon as it is read.

        What is ready at the same time comes together. So a mail that takes its whole time holds
        up none of the others.
        """
        begun = {
            self._begin(raw, envelope): (number, raw, envelope)
            for number, (raw, envelope) in enumerate(mails)
        }
        while begun:
            ready, _ = wait(begun, return_when=FIRST_COMPLETED)
            group = [(begun.pop(future), future) for future in ready]
            yield [
                (number, self._finish(raw, envelope, future))
                for (number, raw, envelope), future in group
            ]

    def _begin(self, raw: bytes, envelope: Envelope | None) -> Future[ParsedMessage]:
        pool = self._pool
        try:
            return self._schedule(pool, raw, envelope)
        except RuntimeError:
            # The library gives a pool up for good when a process dies that reads nothing.
            return self._schedule(self._replaced(pool), raw, envelope)

    def _schedule(
        self, pool: ProcessPool, raw: bytes, envelope: Envelope | None
    ) -> Future[ParsedMessage]:
        future: Future[ParsedMessage] = pool.schedule(
            _read,
            args=[raw, envelope, self._rules],
            timeout=self._limits.time.total_seconds(),
        )
        return future

    def _replaced(self, broken: ProcessPool) -> ProcessPool:
        """Give the pool that took the place of a broken one; several stages may ask at once."""
        with self._changing:
            if self._pool is broken:
                log.error("readers.replaced")
                self._pool = _new_pool(self._limits)
                _end(broken)
            return self._pool

    def _finish(
        self, raw: bytes, envelope: Envelope | None, future: Future[ParsedMessage]
    ) -> ParsedMessage:
        try:
            return self._result(raw, envelope, future)
        except FutureTimeout:
            defect = f"could not be read within {self._limits.time.total_seconds():.0f} seconds"
        except MemoryError:
            defect = f"could not be read within {self._limits.memory} octets of memory"
        except ProcessExpired:
            defect = "could not be read: the reading process ended"
        except Exception as error:  # noqa: BLE001 - whatever a reader brings back is a defect of the mail
            defect = f"could not be read: {type(error).__name__}"
        log.error("mail.unreadable", reason=defect)
        return unreadable_message(envelope, defect)

    def _result(
        self, raw: bytes, envelope: Envelope | None, future: Future[ParsedMessage]
    ) -> ParsedMessage:
        try:
            return future.result()
        except (FutureTimeout, MemoryError, ProcessExpired):
            raise
        except Exception:  # noqa: BLE001 - reading itself raises nothing: the pool broke
            # This mail may have had no part in it: it is read once more by new processes.
            return self._begin(raw, envelope).result()

    def close(self) -> None:
        """End the readers."""
        _end(self._pool)


def _new_pool(limits: ReadingLimits) -> ProcessPool:
    return ProcessPool(
        max_workers=limits.workers,
        max_tasks=MAILS_PER_READER,
        initializer=_prepare_reader,
        initargs=(limits.memory,),
        # A forked copy of a program with threads may hang; a new process does not.
        context=multiprocessing.get_context("spawn"),
    )


def _end(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]  # pebble types most of itself
    pool.join()


def _prepare_reader(memory: int) -> None:
    """Limit a new reader: memory, no core dumps (they would hold a mail in clear)."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))


def _read(raw: bytes, envelope: Envelope | None, rules: ReadingRules) -> ParsedMessage:
    return read_message(raw, envelope, rules)
