"""The library's client, bounded in memory: no answer is larger than what was asked for.

The library reads whatever length a server announces, and any number of lines. Here each call has an
allowance of octets; an answer that goes beyond it ends the connection at once, as everything that
comes behind it belongs to nothing that was asked.
"""

from __future__ import annotations

import imaplib
from contextlib import suppress
from typing import Any, Final, NoReturn

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError
from imapclient.imap4 import IMAP4WithTimeout
from imapclient.tls import IMAP4_TLS

# For an answer without mails in it: the numbers of a million mails, the names of 100,000 folders.
ORDINARY_OCTETS: Final = 32 * 1024 * 1024
# The library's own limit ends a search in a mailbox of 150,000 mails, whose answer is one line.
LONGEST_LINE: Final = 16 * 1024 * 1024
# What a line costs here beside its octets.
_PER_LINE: Final = 64


class _Bounded:
    """Counts what comes in against an allowance; goes before one of the library's connections."""

    allowance = ORDINARY_OCTETS
    is_overrun = False

    def read(self, size: int) -> bytes:
        """Read a literal, if so much is allowed."""
        self._count(size)
        octets: bytes = super().read(size)  # type: ignore[misc]  # of the connection beside it
        return octets

    def readline(self) -> bytes:
        """Read a line, if it is no longer than what is allowed."""
        try:
            line: bytes = super().readline()  # type: ignore[misc]  # the same
        except IMAPClientAbortError:
            raise
        except IMAPClientError:
            # The library's word for a line that is too long, of which the rest is still to come.
            self._refuse(LONGEST_LINE)
        self._count(len(line) + _PER_LINE)
        return line

    def _count(self, octets: int) -> None:
        if octets > self.allowance:
            self._refuse(octets)
        self.allowance -= octets

    def _refuse(self, octets: int) -> NoReturn:
        # The library puts an exception of its own in the place of this one.
        self.is_overrun = True
        with suppress(OSError):
            self.shutdown()  # type: ignore[attr-defined]  # the same
        raise IMAPClientAbortError(f"the server sends more than was asked for ({octets} octets)")


class _Plain(_Bounded, IMAP4WithTimeout):  # type: ignore[misc]  # the library has no types
    pass


class _Encrypted(_Bounded, IMAP4_TLS):  # type: ignore[misc]  # the same
    pass


class Client(IMAPClient):  # type: ignore[misc]  # the same
    """A client whose answers are bounded."""

    def allow(self, octets: int) -> None:
        """Let the next answers take so many octets in all."""
        self._imap.allowance = octets

    def raw_folders(self) -> list[tuple[tuple[bytes, ...], bytes | None, bytes]]:
        """List the folders, each with its flags and separator; names are octets, not read yet.

        The library reads all of them or none: one with a name that is none would hide the others.
        """
        self.folder_encode = False
        try:
            listed = self.list_folders()
        finally:
            self.folder_encode = True
        return [(flags, separator, _octets(name)) for flags, separator, name in listed]

    @property
    def is_overrun(self) -> bool:
        """Whether the connection was ended because an answer was too large."""
        return bool(self._imap.is_overrun)

    def _create_IMAP4(self) -> Any:  # noqa: ANN401, N802 - the library's seam and its name
        vars(imaplib)["_MAXLINE"] = LONGEST_LINE
        within = self._timeout.connect
        if self.ssl:
            return _Encrypted(self.host, self.port, self.ssl_context, within)
        return _Plain(self.host, self.port, within)


def _octets(name: Any) -> bytes:  # noqa: ANN401 - the library makes text of a name of digits
    return name if isinstance(name, bytes) else str(name or "").encode()
