"""Waiting for new mail: the server tells of it (IDLE, RFC 2177), or it is looked for.

IDLE is renewed long before a router forgets the connection; in between nothing is believed for
longer than one such span, as a server may well say nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Final

from ingest.imap.connection import Connection
from ingest.imap.ears import Ears
from ingest.imap.errors import MailboxError
from ingest.imap.listening import Listening
from ingest.imap.login import Login
from ingest.imap.settings import MailboxSettings

# How long one look at the connection lasts, in seconds; then it is seen whether to stop.
SLICE: Final = 1.0


class Waiting:
    """Waits for news of one mailbox's folders."""

    def __init__(
        self,
        settings: MailboxSettings,
        login: Login,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._seconds = seconds
        self._ears = Ears(settings, login, seconds)

    def wait(self, connection: Connection, folders: Sequence[str]) -> Iterator[bool]:
        """Wait until it is time to look again; yields now and then, True while it listens.

        ``folders`` are the server's names of those that could be opened, one at least. At the first
        it is listened by this connection, at the others by further ones.
        """
        with connection.call("capabilities") as client:
            idle = self._settings.idle and client.has_capability("IDLE")
        if idle:
            first, *others = dict.fromkeys(folders)
            if len(self._settings.folders) > 1:
                # Another one is selected, or none after one that could not be opened.
                with connection.call(f"folder {first}") as client:
                    client.select_folder(first)
            heard = others[: self._settings.idle_connections - 1]
            self._ears.turn_to(heard)
            is_all = heard == others and len(folders) == len(self._settings.folders)
            yield from self._idle(connection, is_all=is_all)
        else:
            yield from self._pause()

    def _pause(self) -> Iterator[bool]:
        until = self._seconds() + self._settings.poll_every.total_seconds()
        while self._seconds() < until:
            yield False

    def _idle(self, connection: Connection, *, is_all: bool) -> Iterator[bool]:
        listening = Listening(connection)
        began = self._seconds()
        told = listening.begin()
        try:
            # Also where there is news each time: whoever calls may want to stop.
            yield True
            while not told and self._seconds() < began + self._span(is_all=is_all):
                # One whose connection has broken ends the wait as well.
                told = self._ears.hear() or listening.listen(SLICE)
                yield True
        except GeneratorExit:
            # Whoever waits goes away: the server understands nothing else before this.
            with suppress(MailboxError):
                listening.end()
            raise
        listening.end()

    def _span(self, *, is_all: bool) -> float:
        """Give how long to wait: what nobody listens at has to be looked at."""
        longest = self._settings.idle_for
        if not (is_all and self._ears.are_open):
            longest = min(longest, self._settings.poll_every)
        return longest.total_seconds()

    def cut(self) -> None:
        """Cut the connections off that listen at other folders, from any thread."""
        self._ears.cut()

    def close(self) -> None:
        """Let go of the connections that listen at other folders."""
        self._ears.close()
