"""How a mailbox fares, written down for commands and alarms: at each change, and once a minute."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

import structlog

from ingest.imap.errors import FolderError, MailboxError
from store.model import Clock, MailboxState
from store.unit_of_work import Store

# How often it is written down that all is well.
_NOTED_EVERY: Final = timedelta(minutes=1)

log = structlog.get_logger()


class Record:
    """Writes down how the mailbox fares, when that changes and once a minute."""

    def __init__(self, store: Store, mailbox: str, clock: Clock) -> None:
        self._store = store
        self._mailbox = mailbox
        self._clock = clock
        self._trouble: FolderError | None = None
        self._written: MailboxState | None = None

    def has_trouble(self, error: FolderError) -> None:
        """Note what is wrong while mails come in all the same."""
        log.warning("mailbox.trouble", mailbox=self._mailbox, reason=str(error))
        self._trouble = error

    def took(self) -> None:
        """Note that mails come in; whether all is well shows at the end of a round."""
        state = replace(self._state(), looked_at=self._clock())
        if not self._is_recent(state):
            self._put(state)

    def looked(self, faults: list[FolderError]) -> None:
        """Note that every folder was looked at, and which could not be."""
        trouble, self._trouble = self._trouble, None
        if faults:
            self.failed(faults[0])
            return
        before = self._state()
        now = self._clock()
        state = MailboxState(
            mailbox=self._mailbox,
            looked_at=now,
            trouble=str(trouble) if trouble else None,
            remedy=trouble.remedy if trouble else None,
        )
        is_news = before.fault is not None or before.trouble != state.trouble
        if is_news or not self._is_recent(state):
            self._put(state)

    def _is_recent(self, state: MailboxState) -> bool:
        """Tell whether what is written down is hardly older than this."""
        written, now = self._state().looked_at, state.looked_at
        return written is not None and now is not None and abs(now - written) < _NOTED_EVERY

    def failed(self, error: MailboxError) -> None:
        """Note that mails cannot be fetched, and since when."""
        before = self._state()
        since = before.failing_since or self._clock()
        self._put(
            MailboxState(
                mailbox=self._mailbox,
                looked_at=before.looked_at,
                failing_since=since,
                fault=str(error),
                remedy=error.remedy,
            )
        )

    def _state(self) -> MailboxState:
        if self._written is None:
            with self._store.snapshot() as work:
                self._written = work.mailboxes.state(self._mailbox)
        return self._written or MailboxState(mailbox=self._mailbox)

    def _put(self, state: MailboxState) -> None:
        if state == self._written:
            return
        with self._store.transaction() as work:
            work.mailboxes.put_state(state)
            work.commit()
        self._written = state
