"""What a mail is made of, as its server tells it (BODYSTRUCTURE, RFC 3501 section 7.4.2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, ProtocolError

from ingest.imap.connection import NONSENSE, Connection

_LISTED: Final = 50
_DEPTH: Final = 30
_TYPE_LENGTH: Final = 60
# Where a part without parts of its own has its type, subtype and size.
_SIZE_AT: Final = 6


def describe(connection: Connection, uid: int) -> str:
    """Say in a sentence which parts a mail has; never fails over what a server makes of it.

    Names of files stand in none of it: they are the sender's words. Raises UnreachableError.
    """
    with connection.call(f"structure of mail {uid}") as client:
        try:
            found = client.fetch([uid], ["BODYSTRUCTURE"]).get(uid, {})
            parts = list(_parts(found.get(b"BODYSTRUCTURE"), 0))
        except IMAPClientAbortError:
            raise
        except (ProtocolError, IMAPClientError, *NONSENSE):
            parts = []
    if not parts:
        return "the server does not tell its parts"
    more = f" and {len(parts) - _LISTED} more" if len(parts) > _LISTED else ""
    return f"its parts: {', '.join(parts[:_LISTED])}{more}"


def _parts(structure: Any, depth: int) -> Iterator[str]:  # noqa: ANN401 - nested tuples of the library
    if not isinstance(structure, tuple) or depth > _DEPTH:
        return
    if isinstance(structure[0], list | tuple):
        for part in structure[0]:
            yield from _parts(part, depth + 1)
        return
    kind, subtype, size = structure[0], structure[1], structure[_SIZE_AT]
    yield f"{_word(kind)}/{_word(subtype)} of {int(size)} octets"


def _word(value: Any) -> str:  # noqa: ANN401 - the same
    text = value.decode("ascii", "replace") if isinstance(value, bytes) else str(value)
    shown = "".join(letter for letter in text.lower() if letter.isalnum() or letter in "-+.")
    return shown[:_TYPE_LENGTH] or "unknown"
