"""Listening at further folders, each by a connection of its own that is used for nothing else.

A server tells of the selected folder only. What cannot be listened at, as servers bound how many
connections a user has, is looked at now and then like the folders beyond the number; nothing of
that touches the connection that mails are fetched by.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

import structlog
from imapclient.exceptions import IMAPClientError

from ingest.imap.connection import Connection, connect, reason
from ingest.imap.errors import MailboxError
from ingest.imap.listening import Listening
from ingest.imap.login import Login
from ingest.imap.settings import MailboxSettings

# A folder that could not be listened at is tried again after so many seconds.
AGAIN_AFTER: Final = 300.0

log = structlog.get_logger()


class Ears:
    """Listens at folders of one mailbox. ``seconds`` is a clock that only goes forward."""

    def __init__(
        self, settings: MailboxSettings, login: Login, seconds: Callable[[], float]
    ) -> None:
        self._settings = settings
        self._login = login
        self._seconds = seconds
        self._ears: dict[str, _Ear] = {}

    def turn_to(self, folders: Sequence[str]) -> None:
        """Listen at these folders of the server from now on, and at no others."""
        for gone in self._ears.keys() - set(folders):
            self._ears.pop(gone).close()
        for folder in folders:
            if folder not in self._ears:
                self._ears[folder] = _Ear(folder, self._settings, self._login, self._seconds)

    def hear(self) -> bool:
        """Tell whether there was news of any of them since the last time; waits for none."""
        # Each of them is asked, as each has its connection to renew.
        heard = [ear.hears() for ear in self._ears.values()]
        return any(heard)

    @property
    def are_open(self) -> bool:
        """Whether there is a connection for every one of them."""
        return all(ear.is_open for ear in self._ears.values())

    def cut(self) -> None:
        """Cut every connection off, from any thread; whoever waits on one fails at once."""
        for ear in list(self._ears.values()):
            ear.cut()

    def close(self) -> None:
        """Let go of every connection."""
        self.turn_to(())


class _Ear:
    def __init__(
        self, folder: str, settings: MailboxSettings, login: Login, seconds: Callable[[], float]
    ) -> None:
        self._folder = folder
        self._settings = settings
        self._login = login
        self._seconds = seconds
        self._connection: Connection | None = None
        self._renew_at = 0.0
        self._open_at = 0.0
        self._is_told_of = False

    @property
    def is_open(self) -> bool:
        return self._connection is not None

    def hears(self) -> bool:
        try:
            if self._connection is None:
                return self._seconds() >= self._open_at and self._open()
            return self._listens(self._connection)
        except (MailboxError, IMAPClientError) as error:
            self._failed(error)
            # What came last may have been lost with it.
            return True

    def _open(self) -> bool:
        """Begin to listen; what came before that is news as well."""
        # Else each step would try again.
        self._open_at = self._seconds() + AGAIN_AFTER
        connection = connect(self._settings, self._login)
        self._connection = connection
        with connection.call(f"folder {self._folder}") as client:
            client.select_folder(self._folder, readonly=True)
        self._begin(Listening(connection))
        self._is_told_of = False
        return True

    def _listens(self, connection: Connection) -> bool:
        listening = Listening(connection)
        heard = listening.listen(0)
        if not heard and self._seconds() < self._renew_at:
            return False
        # After news as well: only then it shows whether the connection is still there.
        heard_last = listening.end()
        return self._begin(listening) or heard or heard_last

    def _begin(self, listening: Listening) -> bool:
        self._renew_at = self._seconds() + self._settings.idle_for.total_seconds()
        return listening.begin()

    def _failed(self, error: Exception) -> None:
        self.close()
        if not self._is_told_of:
            self._is_told_of = True
            log.info(
                "mailbox.not_listening",
                mailbox=self._settings.name,
                folder=self._folder,
                reason=str(error) if isinstance(error, MailboxError) else reason(error),
            )

    def cut(self) -> None:
        if (connection := self._connection) is not None:
            connection.cut()

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            # No farewell: where the network is gone it would be waited for.
            connection.cut()
            with suppress(OSError, IMAPClientError):
                connection.client.shutdown()
