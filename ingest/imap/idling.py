"""Waiting for new mail: the server tells of it (IDLE, RFC 2177), or it is looked for.

IDLE is renewed long before a router forgets the connection; in between nothing is believed for
longer than one such span, as a server may well say nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final

from imapclient import IMAPClient

from ingest.imap.connection import Connection
from ingest.imap.errors import MailboxError, UnreachableError
from ingest.imap.settings import MailboxSettings

# How long one look at the connection lasts, in seconds; then it is seen whether to stop.
SLICE: Final = 1.0
# A wait that is over so soon, and without a word, means that the connection is.
_AT_ONCE: Final = SLICE / 2


class Waiting:
    """Waits on one connection whose first folder is selected."""

    def __init__(
        self, settings: MailboxSettings, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._seconds = seconds

    def wait(self, connection: Connection) -> Iterator[bool]:
        """Wait until it is time to look again; yields now and then, True while it listens."""
        with connection.call("capabilities") as client:
            idle = self._settings.idle and client.has_capability("IDLE")
        yield from self._idle(connection) if idle else self._pause()

    def _pause(self) -> Iterator[bool]:
        until = self._seconds() + self._settings.poll_every.total_seconds()
        while self._seconds() < until:
            yield False

    def _idle(self, connection: Connection) -> Iterator[bool]:
        span = self._settings.idle_for
        if len(self._settings.folders) > 1:
            # The server tells of the first folder only.
            span = min(span, self._settings.poll_every)
        until = self._seconds() + span.total_seconds()
        with connection.call("IDLE") as client:
            client.idle()
            told = _is_told(_buffered(client))
        try:
            while not told and self._seconds() < until:
                told = self._listen(connection)
                yield True
        except GeneratorExit:
            # Whoever waits goes away: the server understands nothing else before this.
            with suppress(MailboxError):
                _end(connection)
            raise
        _end(connection)

    def _listen(self, connection: Connection) -> bool:
        """Listen for a moment; True when something has happened, or may have."""
        began = self._seconds()
        with connection.call("IDLE") as client:
            said = client.idle_check(timeout=SLICE)
        if any(_is_bye(response) for response in said):
            raise UnreachableError(f"the server ended the connection: {_words(said)}")
        # A broken connection ends the wait at once; the end of IDLE then shows that it is broken.
        return _is_told(said) or (not said and self._seconds() - began < _AT_ONCE)


def _end(connection: Connection) -> None:
    with connection.call("end of IDLE") as client:
        client.idle_done()


def _buffered(client: IMAPClient) -> list[tuple[object, ...]]:
    """Give what came in one packet with the start of IDLE: the library would not see it waiting."""
    sock, imap = client.socket(), client._imap  # noqa: SLF001 - there is no public way to it
    stream = getattr(imap, "_file", None) or getattr(imap, "file", None)
    if stream is None:
        return []
    timeout = sock.gettimeout()
    sock.settimeout(0)
    try:
        with suppress(OSError, ValueError):
            if stream.peek(1):
                return [(b"EXISTS",)]
    finally:
        sock.settimeout(timeout)
    return []


def _is_told(said: list[tuple[object, ...]]) -> bool:
    """Tell whether anything but a sign of life came: then it is worth a look."""
    return any(response[:1] != (b"OK",) for response in said)


def _is_bye(response: tuple[object, ...]) -> bool:
    return bool(response) and response[0] == b"BYE"


def _words(said: list[tuple[object, ...]]) -> str:
    bye = next(response for response in said if _is_bye(response))
    words = " ".join(
        one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one) for one in bye[1:]
    )
    return " ".join(words.split())[:200]
