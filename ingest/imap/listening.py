"""One connection that listens for news of the folder that is selected on it (IDLE, RFC 2177)."""

from __future__ import annotations

import select
from contextlib import suppress

from imapclient import IMAPClient

from ingest.imap.connection import Connection
from ingest.imap.errors import UnreachableError


class Listening:
    """Has a server tell of news, and listens; nothing else can be asked meanwhile."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def begin(self) -> bool:
        """Begin to listen; True when there is news at once."""
        with self._connection.call("IDLE") as client:
            client.idle()
            return _has_more(client)

    def listen(self, seconds: float) -> bool:
        """Listen for so long; True when something has happened, or the connection has broken.

        Which of the two shows when listening is ended. Raises UnreachableError with the server's
        words when it says that it ends the connection.
        """
        with self._connection.call("IDLE") as client:
            if not _is_readable(client, seconds):
                return False
            said = client.idle_check(timeout=0)
        if any(_is_bye(response) for response in said):
            raise UnreachableError(f"the server ended the connection: {_words(said)}")
        return not said or is_told(said)

    def end(self) -> bool:
        """End listening; True when there was news at the last moment."""
        with self._connection.call("end of IDLE") as client:
            _, said = client.idle_done()
        return is_told(said)


def _is_readable(client: IMAPClient, seconds: float) -> bool:
    poll = select.poll()
    poll.register(client.socket(), select.POLLIN)
    return bool(poll.poll(seconds * 1000))


def _has_more(client: IMAPClient) -> bool:
    """Tell what came in one packet with the start of IDLE: the library would not see it waiting."""
    sock, imap = client.socket(), client._imap  # noqa: SLF001 - there is no public way to it
    stream = getattr(imap, "_file", None) or getattr(imap, "file", None)
    if stream is None:
        return False
    timeout = sock.gettimeout()
    sock.settimeout(0)
    try:
        with suppress(OSError, ValueError):
            # Signs of life are no news; a round for each would follow without an end.
            return any(not line.startswith(b"* OK") for line in stream.peek(1).splitlines())
    finally:
        sock.settimeout(timeout)
    return False


def is_told(said: list[tuple[object, ...]]) -> bool:
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
