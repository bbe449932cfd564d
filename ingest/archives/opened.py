"""A file that may hold mails, opened: packed or not, one mail or many, or nothing of the kind."""

from __future__ import annotations

import gzip
import io
import os
from typing import IO, Any, Final

from ingest.archives.mbox import CHUNK_OCTETS
from ingest.archives.separators import WORD

_GZIP: Final = b"\x1f\x8b"
_ZIP: Final = b"PK\x03\x04"
# POSIX.1-1988: where a tar archive says that it is one.
_TAR_AT: Final = 257
_TAR: Final = b"ustar"
_LOOKED_AT: Final = 512


class RefusedError(Exception):
    """This is no mail, and nothing that holds mails."""


def at_once(path: str, flags: int, *, links: bool) -> int:
    """Open a file, and wait for nobody to write into what is a pipe."""
    return os.open(path, flags | os.O_NONBLOCK | (0 if links else os.O_NOFOLLOW))


class Opened:
    """A stream at whose beginning was looked; what is packed with gzip is unpacked on the way."""

    def __init__(self, stream: IO[bytes], *, single: bool = False) -> None:
        self._read = stream.read
        self.beginning = stream.read(_LOOKED_AT)
        self._seen = self.beginning
        if self.beginning.startswith(_GZIP):
            packed = io.BufferedReader(_Rest(self._seen, stream), CHUNK_OCTETS)
            unpacked = gzip.GzipFile(mode="rb", fileobj=packed)
            # Of a file that ends too early everything that is there.
            self._read = unpacked.read1
            self.beginning = self._seen = unpacked.read1(_LOOKED_AT)
        holds_files = self.beginning.startswith(_ZIP) or self.beginning.startswith(_TAR, _TAR_AT)
        if holds_files and not single:
            raise RefusedError("holds several files: unpack it first, and name what was in it")

    @property
    def is_mbox(self) -> bool:
        """Whether it begins as an mbox does (RFC 4155)."""
        return self.beginning.lstrip(b"\r\n").startswith(WORD)

    def read(self, size: int, /) -> bytes:
        """Give up to so many octets, from the beginning on."""
        seen, self._seen = self._seen[:size], self._seen[size:]
        return seen or self._read(size)


class _Rest(io.RawIOBase):
    """What was read of a stream, and then the rest of it."""

    def __init__(self, seen: bytes, stream: IO[bytes]) -> None:
        self._seen = seen
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:  # noqa: ANN401 - any buffer there is
        """Give what comes next (the one method that ``RawIOBase`` asks for)."""
        with memoryview(buffer) as view:
            piece = self._seen[: len(view)] or self._stream.read(len(view))
            self._seen = self._seen[len(view) :]
            view[: len(piece)] = piece
        return len(piece)
