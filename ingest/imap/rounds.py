"""The life of one mailbox: connect, take in what is there, wait for more, for ever.

A fault ends the connection and nothing else: the next one is tried after a pause, which grows up to
minutes and depends on chance. Each mailbox has a thread, a connection and a record of its own, so
what happens to one touches no other.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from datetime import datetime, timedelta
from typing import Final

import structlog
from imapclient.exceptions import IMAPClientError

from ingest.imap.connection import Connection, connect, reason
from ingest.imap.errors import FolderError, MailboxError, UnreachableError
from ingest.imap.fetching import Fetching
from ingest.imap.folders import Folders, nearest, read_folders
from ingest.imap.idling import Waiting
from ingest.imap.login import Login
from ingest.imap.pauses import Pauses
from ingest.imap.record import Record
from ingest.imap.settings import MailboxSettings
from ingest.imap.settling import Settling
from ingest.imap.taking import Taking
from ingest.imap.visit import Tools, visit
from store.evidence import Evidence
from store.model import Clock
from store.unit_of_work import Store

# A fault of this machine pauses for so long.
_PAUSE_AFTER_OWN_FAULT: Final = timedelta(seconds=30)
# How long the end may take before the connection is cut off, in seconds.
_END_WITHIN: Final = 3.0

log = structlog.get_logger()


class Rounds:
    """Looks after one mailbox. ``step`` is called again and again, by one thread."""

    def __init__(  # noqa: PLR0913 - the wiring names every dependency
        self,
        *,
        settings: MailboxSettings,
        login: Login,
        store: Store,
        evidence: Evidence,
        clock: Clock,
        on_taken: Callable[[], None] = lambda: None,
        pauses: Pauses | None = None,
    ) -> None:
        self._settings = settings
        self._login = login
        self._store = store
        self._clock = clock
        self._taking = Taking(store, evidence, settings, clock, on_taken)
        self._fetching = Fetching(settings)
        self._pauses = pauses or Pauses()
        self._record = Record(store, settings.name, clock)
        self._connection: Connection | None = None
        self._waiting: Waiting | None = None
        self._running: Generator[int] | None = None
        self._not_before: datetime | None = None
        self._stopping = threading.Event()

    @property
    def name(self) -> str:
        """The mailbox's name in the configuration."""
        return self._settings.name

    def step(self) -> int:
        """Do the next piece of work; 0 when there is nothing to do for a moment.

        Raises StorageUnavailable: then the mails stay where they are.
        """
        if self._stopping.is_set() or not self._is_due():
            return 0
        try:
            # The rounds end when they are to stop; StopIteration would be lost in a thread.
            return next(self._work(), 0)
        except MailboxError as error:
            self._failed(error)
        except IMAPClientError as error:
            self._failed(UnreachableError(f"the server refuses: {reason(error)}"))
        except BaseException:
            # A fault of this machine: no server is logged in to again and again for it.
            self._not_before = self._clock() + _PAUSE_AFTER_OWN_FAULT
            self._let_go()
            raise
        return 0

    def _is_due(self) -> bool:
        now = self._clock()
        # A clock that was set back makes nobody wait longer than the longest pause.
        far = self._not_before is not None and self._not_before - now > self._pauses.longest_refused
        return self._not_before is None or far or now >= self._not_before

    def _work(self) -> Generator[int]:
        if self._running is None:
            self._connection = connect(self._settings, self._login)
            self._running = self._rounds(self._connection)
        return self._running

    def _rounds(self, connection: Connection) -> Generator[int]:
        log.info("mailbox.connected", mailbox=self._settings.name, host=self._settings.host)
        self._waiting = waiting = Waiting(self._settings, self._login)
        try:
            yield from self._round_after_round(connection, waiting)
        finally:
            waiting.close()

    def _round_after_round(self, connection: Connection, waiting: Waiting) -> Generator[int]:
        tools = self._tools(connection)
        while True:
            folders = read_folders(connection)
            faults: list[FolderError] = []
            visited: list[str] = []
            for wanted in self._settings.folders:
                try:
                    name = _named(folders, wanted)
                    yield from self._visit(connection, name, tools)
                    visited.append(name)
                except FolderError as error:
                    faults.append(error)
            self._record.looked(faults)
            if len(faults) == len(self._settings.folders):
                raise faults[0]
            self._pauses.reset()
            for listens in waiting.wait(connection, visited):
                if self._stopping.is_set():
                    return
                yield int(listens)

    def _visit(self, connection: Connection, folder: str, tools: Tools) -> Generator[int]:
        for taken in visit(connection, self._settings.name, folder, tools):
            if taken:
                self._pauses.reset()
                self._record.took()
            # Even a batch that brought nothing is work: there may be more behind it.
            yield 1

    def _tools(self, connection: Connection) -> Tools:
        return Tools(
            store=self._store,
            fetching=self._fetching,
            taking=self._taking,
            settling=Settling(connection, self._store, self._settings, self._clock),
            clock=self._clock,
            max_size=self._settings.max_size,
            on_trouble=self._record.has_trouble,
        )

    def _failed(self, error: MailboxError) -> None:
        self._let_go()
        if self._stopping.is_set():
            return
        pause = self._pauses.next(error)
        self._not_before = self._clock() + pause
        log.warning(
            "mailbox.failing",
            mailbox=self._settings.name,
            reason=str(error),
            remedy=error.remedy,
            again_in=f"{pause.total_seconds():.0f}s",
        )
        self._record.failed(error)

    def _let_go(self) -> None:
        connection, running = self._connection, self._running
        self._connection, self._running = None, None
        if running is not None:
            running.close()
        if connection is not None:
            connection.close()

    def stop(self) -> None:
        """Have the step at hand end soon; may be called from any thread."""
        self._stopping.set()
        cut = threading.Timer(_END_WITHIN, self._cut)
        cut.daemon = True
        cut.start()

    def _cut(self) -> None:
        for one in (self._connection, self._waiting):
            if one is not None:
                one.cut()

    def close(self) -> None:
        """Log out; after the last step."""
        self._let_go()


def _named(folders: Folders, wanted: str) -> str:
    """Give the server's name of a folder. Raises FolderError where it has none of this name."""
    name = folders.find(wanted)
    if name is None:
        raise FolderError(f"the folder {wanted} is missing", nearest(folders, wanted))
    return name
