"""Names of folders, as people write them and as the server has them.

On the wire they are modified UTF-7 (RFC 3501 section 5.1.3); here they are Unicode. A configured
name is taken as it is when the server has it; else with the server's own separator for ``/`` and
below the personal namespace (RFC 2342), which some servers ask for (``INBOX.Processed``). Names
that cannot be meant are passed over: those that are no UTF-7, and those with control characters,
which nobody can write and a terminal would obey.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from heapq import nsmallest
from itertools import islice
from typing import Final

from imapclient.exceptions import IMAPClientError
from imapclient.imap_utf7 import decode

from ingest.imap.connection import BROKEN, NONSENSE, Connection, reason
from ingest.imap.errors import FolderError

# How many folders are named to somebody who named none of them, and how long a name is shown.
_NAMED: Final = 10
_SHOWN: Final = 100
# A name that was meant is sought among so many: each takes its time.
_COMPARED: Final = 20_000
_NOT_A_FOLDER: Final = frozenset({b"\\noselect", b"\\nonexistent"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Folders:
    """The folders a server has, the prefix of the personal namespace and the separator."""

    names: frozenset[str]
    prefix: str
    separator: str

    def find(self, wanted: str) -> str | None:
        """Give the server's name of a folder; None where it has none of this name."""
        if wanted.upper() == "INBOX":
            return "INBOX"
        return next((name for name in self._spellings(wanted) if name in self.names), None)

    def to_make(self, wanted: str) -> str:
        """Give the name under which a missing folder is made: below the personal namespace."""
        native = self._native(wanted)
        return native if native.startswith(self.prefix) else self.prefix + native

    def _spellings(self, wanted: str) -> tuple[str, ...]:
        return wanted, self._native(wanted), self.prefix + wanted, self.to_make(wanted)

    def _native(self, wanted: str) -> str:
        return wanted.replace("/", self.separator) if self.separator else wanted


def read_folders(connection: Connection) -> Folders:
    """Ask a server for its folders. Raises UnreachableError."""
    with connection.call("list of folders") as client:
        listed = client.raw_folders()
        prefix: object = ""
        if client.has_capability("NAMESPACE"):
            # A server that tells nothing of use here has no prefix.
            with suppress(IMAPClientError, *NONSENSE):
                personal = client.namespace().personal
                prefix = personal[0][0] if personal else ""
    names = (_name(octets) for flags, _, octets in listed if not _is_branch(flags))
    return Folders(
        names=frozenset(name for name in names if name is not None),
        prefix=prefix if isinstance(prefix, str) and prefix.isprintable() else "",
        separator=next((_text(separator) for _, separator, _ in listed if separator), ""),
    )


def _name(octets: bytes) -> str | None:
    """Read a folder's name; None for one that nobody can mean."""
    try:
        name: str = decode(octets)
    except UnicodeDecodeError:
        return None
    return name if name and name.isprintable() else None


def _is_branch(flags: Iterable[bytes]) -> bool:
    """Tell whether this is only a name that folders stand below."""
    return any(flag.lower() in _NOT_A_FOLDER for flag in flags)


def _text(separator: bytes | str) -> str:
    return separator.decode("ascii", "replace") if isinstance(separator, bytes) else separator


def nearest(folders: Folders, wanted: str) -> str:
    """Say which folders could have been meant by a name that the server does not have."""
    # One of another length is no misspelling, and comparing takes the product of both.
    alike = (name for name in sorted(folders.names) if len(name) <= 2 * len(wanted) + _NAMED)
    near = get_close_matches(wanted, islice(alike, _COMPARED), n=1, cutoff=0.5)
    there = [name[:_SHOWN] for name in near or nsmallest(_NAMED, folders.names)]
    return f"name one that is there: {', '.join(there)}" if there else "make it"


def make_folder(connection: Connection, name: str) -> None:
    """Make a folder, and show it in mail programs. Raises FolderError when the server will not."""
    with connection.call("making a folder") as client:
        try:
            client.create_folder(name)
        except BROKEN:
            raise
        except IMAPClientError as error:
            raise FolderError(
                f"the folder {name} is missing and could not be made: {reason(error)}",
                "make it in the mailbox, or name another one",
            ) from error
        with suppress(IMAPClientError):
            client.subscribe_folder(name)
