"""The way of one message after it is durable: leased, opened, read, matched and filed.

A message is worked on alone: what one does wrong touches no other. A fault of this machine puts
it back to be tried again; the third failure of its own puts it into quarantine, where a person
sees it. When more wait than are read at once, what looks urgent goes first (``first_looks``).
One that stops its reader is read once more, a little later, and then filed as a report
that nobody could read, which is an urgent case. Nothing is dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

import structlog

from ingest.filing import Filing
from ingest.first_looks import FirstLooks
from ingest.reading import ParsedMessage
from ingest.workers import NotRead, ReadingPool
from store.errors import StorageUnavailable
from store.evidence import Evidence
from store.inbox import ClaimedMessage
from store.model import Clock, InboundMessage
from store.states import InboxState
from store.unit_of_work import Store

# How many messages are opened and read at once, and at most how many octets of them.
BATCH_MESSAGES: Final = 32
BATCH_OCTETS: Final = 64 * 1024 * 1024
# Longer than a whole batch can take with every mail at the limit of time.
LEASE: Final = timedelta(minutes=20)
# A failed message waits before it is tried again.
RETRY_AFTER: Final = timedelta(seconds=30)
# How often a message may stop its reader, and how long it waits between: the others go first.
READ_ATTEMPTS: Final = 2
READ_AGAIN_AFTER: Final = timedelta(seconds=10)

log = structlog.get_logger()


class Pipeline:
    """Works off the inbox. ``owner`` names whoever holds its leases."""

    def __init__(  # noqa: PLR0913 - the wiring names every dependency
        self,
        *,
        store: Store,
        evidence: Evidence,
        readers: ReadingPool,
        filing: Filing,
        clock: Clock,
        owner: str,
        on_filed: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._evidence = evidence
        self._readers = readers
        self._filing = filing
        self._clock = clock
        self._owner = owner
        self._first_looks = FirstLooks(
            store=store, evidence=evidence, readers=readers, clock=clock, owner=owner
        )
        self._on_filed = on_filed
        # A step that a fault of this machine broke off leaves leases behind.
        self._unsettled = True

    def take_over(self) -> int:
        """Give up the leases that a killed predecessor of the same name still holds."""
        with self._store.transaction() as work:
            released = work.inbox.release(self._owner)
            work.commit()
        return released

    def step(self) -> int:
        """Work off one batch; gives how many messages were finished or failed.

        Raises StorageUnavailable when the database or the disk cannot be used now.
        """
        if self._unsettled:
            self.take_over()
        self._unsettled = True
        claimed = self._claim()
        self._work_off(claimed)
        self._unsettled = False
        return len(claimed)

    def _work_off(self, claimed: Sequence[ClaimedMessage]) -> None:
        if not claimed:
            return
        opened = [(one, self._open(one)) for one in claimed]
        readable = [(one.message, raw) for one, raw in opened if raw is not None]
        mails = [(raw, message.envelope) for message, raw in readable]
        for group in self._readers.read_as_done(mails):
            self._file_all(self._read_or_put_back([(readable[at][0], one) for at, one in group]))

    def _read_or_put_back(
        self, messages: Sequence[tuple[InboundMessage, ParsedMessage | NotRead]]
    ) -> list[tuple[InboundMessage, ParsedMessage]]:
        """Put back what was not read for the first time; give the rest, oldest first."""
        read = []
        for message, outcome in messages:
            if not isinstance(outcome, NotRead):
                read.append((message, outcome))
            elif message.attempts + 1 < READ_ATTEMPTS:
                self._put_back(message, outcome.reason, READ_AGAIN_AFTER)
            else:
                read.append((message, outcome.as_message()))
        return sorted(read, key=lambda one: one[0].id)

    def _claim(self) -> list[ClaimedMessage]:
        now = self._clock()
        with self._store.snapshot() as work:
            waiting = work.inbox.count(InboxState.RECEIVED)
        if not waiting:
            return []
        if waiting > BATCH_MESSAGES:
            self._first_looks.step()
        with self._store.transaction() as work:
            claimed = work.inbox.claim(self._owner, now, LEASE, BATCH_MESSAGES, BATCH_OCTETS)
            work.commit()
        return claimed

    def _open(self, claimed: ClaimedMessage) -> bytes | None:
        try:
            return self._evidence.open_body(claimed.body)
        except StorageUnavailable as error:
            if not isinstance(error.__cause__, FileNotFoundError):
                raise
            self._failed(claimed.message, error)
        except Exception as error:  # noqa: BLE001 - one unusable body must not stop the others
            self._failed(claimed.message, error)
        return None

    def _file_all(self, messages: Sequence[tuple[InboundMessage, ParsedMessage]]) -> None:
        """File a batch in one commit; when that fails, each message in a commit of its own."""
        try:
            self._file(messages)
        except StorageUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - narrowed down to the one message that causes it
            if len(messages) == 1:
                self._failed(messages[0][0], error)
                return
            for one in messages:
                self._file_all([one])

    def _file(self, messages: Sequence[tuple[InboundMessage, ParsedMessage]]) -> None:
        if not messages:
            return
        with self._store.transaction() as work:
            filed = [
                self._filing.file(work, message, parsed, self._clock())
                for message, parsed in messages
            ]
            work.commit()
        for (message, _), where in zip(messages, filed, strict=True):
            log.info(
                "mail.filed",
                inbox=message.id,
                state=where.state,
                kind=where.kind,
                cases=where.cases,
            )
        self._on_filed()

    def _failed(self, message: InboundMessage, error: Exception) -> None:
        log.error("mail.failed", inbox=message.id, exc_info=error)
        reason = f"could not be worked on: {type(error).__name__}"
        self._put_back(message, reason, RETRY_AFTER)

    def _put_back(self, message: InboundMessage, reason: str, wait: timedelta) -> None:
        with self._store.transaction() as work:
            state = work.inbox.retry_later(message.id, reason, self._clock() + wait)
            work.commit()
        if state is InboxState.QUARANTINED:
            log.error("mail.quarantined", inbox=message.id, reason=reason)
