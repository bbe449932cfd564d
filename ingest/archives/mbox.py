r"""An mbox, mail by mail: the lines between two separators, in bounded memory.

Read are mboxo, mboxrd, mboxcl and mboxcl2, with Unix or Windows line ends. One ``>`` is taken off
lines that begin with ``>From`` (mboxrd), and the empty line before a separator.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from ingest.archives.separators import LOOKED_AT, WORD, is_separator

CHUNK_OCTETS: Final = 256 * 1024
# So much of a mail above the limit is kept: its header, and as a rule what it says.
KEPT_OCTETS: Final = 1024 * 1024

# What stands before a separator tells as well.
_LOOK_BACK: Final = 8
_SOUGHT: Final = b"\n" + WORD
_ESCAPED: Final = re.compile(rb"^>(?=>*From )", re.MULTILINE)
_END_OF_HEADER: Final = re.compile(rb"\r?\n\r?\n")
_EMPTY_LINES: Final = re.compile(rb"[\r\n]*")


class Digest(Protocol):
    """What digests the octets as they go by."""

    def update(self, octets: bytes | memoryview, /) -> None:
        """Add octets."""

    def hexdigest(self) -> str:
        """Give the digest over all so far."""


class Octets(Protocol):
    """What an mbox is read from."""

    def read(self, size: int, /) -> bytes:
        """Give up to so many octets; none at the end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BoxedMail:
    """One mail; ``raw`` is only its beginning when ``size`` says more.

    ``end`` is the place behind it, and ``digest`` SHA-256 over everything before that place.
    ``separator`` is the line before it.
    """

    raw: bytes
    size: int
    end: int
    digest: str
    separator: bytes


class Mbox:
    """Reads an mbox from where ``octets`` stand; of a mail above ``limit`` the beginning.

    ``mails`` counts those so far.
    """

    def __init__(
        self,
        octets: Octets,
        limit: int,
        *,
        begin: int = 0,
        mails: int = 0,
        digest: Digest | None = None,
    ) -> None:
        self._octets = octets
        self._limit = limit
        self._kept = min(KEPT_OCTETS, limit)
        self.mails = mails
        self._digest: Digest = hashlib.sha256() if digest is None else digest
        self._buffer = bytearray()
        # The place of the buffer's first octet.
        self._place = begin
        self._at_end = False

    def begins(self) -> bool:
        """Tell whether what comes next is a separator, or nothing at all."""
        self._fill(LOOKED_AT)
        found = _EMPTY_LINES.match(self._buffer)
        start = found.end() if found else 0
        return self._buffer.startswith(WORD, start) or start == len(self._buffer)

    def __iter__(self) -> Iterator[BoxedMail]:
        """Give one mail after another."""
        self._fill(LOOKED_AT)
        found = _EMPTY_LINES.match(self._buffer)
        self._drop(found.end() if found else 0)
        while self._fill(LOOKED_AT):
            self.mails += 1
            yield self._mail()

    def _mail(self) -> BoxedMail:
        begin = self._end_of_separator()
        separator = bytes(self._buffer[:begin])
        kept = b""
        size = 0
        scanned = begin - 1
        while True:
            end, scanned = self._next_separator(scanned)
            if end is not None:
                break
            scanned = max(scanned, begin - 1)
            if self._at_end and scanned >= len(self._buffer) - len(_SOUGHT):
                end = len(self._buffer)
                break
            is_large = size + len(self._buffer) - begin > self._limit + CHUNK_OCTETS
            if is_large and scanned - _LOOK_BACK > begin:
                kept = kept or bytes(self._buffer[begin : begin + self._kept])
                size += self._drop(scanned - _LOOK_BACK) - begin
                begin, scanned = 0, _LOOK_BACK
            self._fill(len(self._buffer) + CHUNK_OCTETS)
        return self._taken(begin, end, kept, size, separator)

    def _taken(self, begin: int, end: int, kept: bytes, size: int, separator: bytes) -> BoxedMail:
        """Take a mail out of the buffer."""
        size += end - begin
        if size > self._limit:
            kept = kept or bytes(self._buffer[begin : min(end, begin + self._kept)])
            raw = _unescaped(kept[: self._kept])
        else:
            raw = _unescaped(_without_empty_line(bytes(self._buffer[begin:end])))
            size = len(raw)
        self._drop(end)
        digest = self._digest.hexdigest()
        return BoxedMail(raw=raw, size=size, end=self._place, digest=digest, separator=separator)

    def _end_of_separator(self) -> int:
        """Give the place behind the separator that the buffer begins with."""
        if not self._buffer.startswith(WORD):
            # Something else at the beginning, which is lost to nobody.
            return 0
        end = self._buffer.find(b"\n", 0, LOOKED_AT)
        return len(self._buffer) if end < 0 and len(self._buffer) < LOOKED_AT else end + 1

    def _next_separator(self, scanned: int) -> tuple[int | None, int]:
        """Find a separator after a place that was looked at before, in what is here now.

        Gives its place, or None, and up to where there is none. It reads on only as far as a line
        needs it: else a mail full of lines that look like separators would all be in memory.
        """
        until = len(self._buffer)
        while (found := self._buffer.find(_SOUGHT, max(scanned, 0), until)) >= 0:
            at = found + 1
            self._fill(at + LOOKED_AT)
            if is_separator(self._buffer, at):
                return at, at
            scanned = at
        return None, max(until - len(_SOUGHT), scanned)

    def _fill(self, wanted: int) -> bool:
        """Have so many octets in the buffer, or all there are; False when there are none."""
        while not self._at_end and len(self._buffer) < wanted:
            piece = self._octets.read(CHUNK_OCTETS)
            self._buffer += piece
            self._at_end = not piece
        return bool(self._buffer)

    def _drop(self, count: int) -> int:
        with memoryview(self._buffer) as view:
            self._digest.update(view[:count])
        del self._buffer[:count]
        self._place += count
        return count


def _without_empty_line(raw: bytes) -> bytes:
    """Take off the line end that was added before the next separator."""
    if raw.endswith(b"\r\n\r\n"):
        return raw[:-2]
    return raw[:-1] if raw.endswith(b"\n\n") else raw


def _unescaped(raw: bytes) -> bytes:
    """Take off one ``>`` of what was escaped in the text; header fields are left as they are."""
    if b">From " not in raw:
        return raw
    end = _END_OF_HEADER.search(raw)
    if end is None:
        return raw
    return raw[: end.end()] + _ESCAPED.sub(b"", raw[end.end() :])
