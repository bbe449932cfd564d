"""Where mails come from: single files, mbox files, Maildirs, folders of all these, a stream.

Only one mail is in memory at a time, however large the archive. Nothing is changed or removed. What
cannot be read is told, and the rest is read all the same. Of an mbox that was read before, the part
that was is compared by its digest and passed over.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import stat
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any, Final

from ingest.archives.mbox import CHUNK_OCTETS, KEPT_OCTETS, BoxedMail, Mbox, Octets
from ingest.archives.separators import WORD
from store.imports import ReadFile

STREAM: Final = Path("-")
"""Stands for standard input."""

_GZIP: Final = b"\x1f\x8b"
_ZIP: Final = b"PK\x03\x04"
# POSIX.1-1988: where a tar archive says that it is one.
_TAR_AT: Final = 257
_TAR: Final = b"ustar"
_LOOKED_AT: Final = 512


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """One mail; ``raw`` is only its beginning when ``size`` says more.

    ``octets`` is how far the file was read for it, and ``read`` where to go on in an mbox.
    """

    name: str
    raw: bytes
    size: int
    octets: int
    read: ReadFile | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Passed:
    """So many mails at the beginning of an mbox were taken in before."""

    mails: int
    octets: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """Something about a file that a person should know; with ``failed`` not all of it was read."""

    place: str
    reason: str
    failed: bool = True


Item = Found | Passed | Notice


class _RefusedError(Exception):
    """This is no mail, and nothing that holds mails."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sources:
    """Reads mails out of files. ``known`` tells how far a file was read before.

    Of a mail above ``limit`` octets the beginning is given. With ``strict`` only files are read,
    and no links followed: where others put files, one may be another thing when it is opened.
    """

    limit: int
    known: Callable[[str], ReadFile | None] = lambda _: None
    strict: bool = False

    def mails(self, path: Path, *, single: bool = False) -> Iterator[Item]:
        """Give everything of a file or folder, or of standard input for ``-``.

        A ``single`` file is one mail, whatever it looks like.
        """
        if single:
            yield from self._guarded(str(path), self._of_file(str(path), single=True))
            return
        if path == STREAM:
            yield from self._guarded("standard input", self._of_stream(sys.stdin.buffer))
            return
        yield from self._of_path(str(path))

    def _of_path(self, path: str, *, inside: bool = False) -> Iterator[Item]:
        if os.path.isdir(path):  # noqa: PTH112 - a Path for each of a million files is too much
            yield from self._guarded(path, self._of_folder(path))
        else:
            yield from self._guarded(path, self._of_file(path, inside=inside))

    def _guarded(self, place: str, items: Iterator[Item]) -> Iterator[Item]:
        try:
            yield from items
        except _RefusedError as error:
            yield Notice(place=place, reason=str(error))
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            reason = f"is damaged; what is before that was read ({error})"
            yield Notice(place=place, reason=reason)
        except OSError as error:
            yield Notice(place=str(error.filename or place), reason=error.strerror or str(error))

    def _of_folder(self, path: str) -> Iterator[Item]:
        parts = [part for part in ("new", "cur") if os.path.isdir(f"{path}/{part}")]  # noqa: PTH112 - as above
        if parts:
            # What a mail program moves from new to cur meanwhile is found there.
            for folder in (f"{path}/{part}" for part in parts):
                for name in _names(folder):
                    yield from self._guarded(f"{folder}/{name}", self._delivered(folder, name))
            return
        for name in _names(path):
            child = f"{path}/{name}"
            if os.path.islink(child) and os.path.isdir(child):  # noqa: PTH112, PTH114 - see above
                continue
            yield from self._of_path(child, inside=True)

    def _delivered(self, folder: str, name: str) -> Iterator[Item]:
        """Give the mail in one file of a Maildir."""
        try:
            yield from self._of_file(f"{folder}/{name}", single=True, inside=True)
        except FileNotFoundError:
            yield from self._renamed(folder, name)

    def _renamed(self, folder: str, name: str) -> Iterator[Item]:
        """Find a mail that a mail program has given other flags, or moved, meanwhile."""
        unique = name.partition(":")[0]
        for place in (f"{Path(folder).parent}/cur", folder):
            same = [each for each in _names(place) if each.partition(":")[0] == unique]
            if same:
                path = f"{place}/{same[0]}"
                yield from self._guarded(path, self._of_file(path, single=True, inside=True))
                return
        yield Notice(place=f"{folder}/{name}", reason="has gone meanwhile", failed=False)

    def _of_file(self, path: str, *, single: bool = False, inside: bool = False) -> Iterator[Item]:
        """Give what is in a file; ``inside`` a folder nothing else is read but files."""
        opener = partial(_at_once, links=not self.strict) if inside or self.strict else None
        with open(path, "rb", opener=opener) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                if opener:
                    raise _RefusedError("is a pipe or a device, and no file: name it by itself")
                yield from self._of_stream(file, path)
            elif single:
                yield self._single(path, _Opened(file, single=True), file)
            else:
                yield from self._of_regular(path, file)

    def _of_regular(self, path: str, file: IO[bytes]) -> Iterator[Item]:
        octets = _Opened(file)
        if not octets.is_mbox:
            yield self._single(path, octets, file)
            return
        place = os.fsencode(os.path.realpath(path)).decode("utf-8", "backslashreplace")
        known = self.known(place)
        box = self._continued(octets, known) if known else None
        if known and box:
            yield Passed(mails=known.mails, octets=file.tell())
        elif known:
            reason = "has changed since it was read; it is read again from its beginning"
            yield Notice(place=path, reason=reason, failed=False)
            file.seek(0)
            octets = _Opened(file)
        yield from self._boxed(path, place, box or Mbox(octets, self.limit), file)

    def _continued(self, octets: Octets, known: ReadFile) -> Mbox | None:
        """Go on where an earlier run ended; None when this is not the same file any more."""
        digest = hashlib.sha256()
        left = known.octets
        while left and (piece := octets.read(min(left, CHUNK_OCTETS))):
            digest.update(piece)
            left -= len(piece)
        if left or digest.hexdigest() != known.digest:
            return None
        box = Mbox(octets, self.limit, begin=known.octets, mails=known.mails, digest=digest)
        # Else the last mail was still being written when it was read.
        return box if box.begins() else None

    def _boxed(self, path: str, place: str, box: Mbox, file: IO[bytes]) -> Iterator[Item]:
        at = file.tell() if box.mails else 0
        for mail in box:
            read = ReadFile(place=place, octets=mail.end, mails=box.mails, digest=mail.digest)
            here = file.tell()
            yield _found(f"{path}#{box.mails}", mail, here - at, read)
            at = here

    def _of_stream(self, stream: IO[bytes], name: str = "standard input") -> Iterator[Item]:
        """Read what can be read only once; the next run has to begin anew."""
        octets = _Opened(stream)
        if not octets.is_mbox:
            yield self._single(name, octets, None)
            return
        at = 0
        box = Mbox(octets, self.limit)
        for mail in box:
            yield _found(f"{name}#{box.mails}", mail, mail.end - at, None)
            at = mail.end

    def _single(self, name: str, octets: Octets, file: IO[bytes] | None) -> Found:
        raw = bytearray()
        # No further than to know that it is too large: what is packed may unpack without an end.
        while len(raw) <= self.limit and (piece := octets.read(CHUNK_OCTETS)):
            raw += piece
        size = len(raw)
        here = os.fstat(file.fileno()).st_size if file else size
        if size > self.limit:
            size = max(size, here)
            del raw[min(KEPT_OCTETS, self.limit) :]
        return Found(name=name, raw=bytes(raw), size=size, octets=here)


def count_octets(paths: list[Path]) -> int | None:
    """Tell how much there is to read, for a progress bar; None if that cannot be known."""
    total = 0
    try:
        for path in paths:
            if path == STREAM:
                return None
            total += _octets_below(str(path)) if path.is_dir() else path.stat().st_size
    except OSError:
        # What cannot be read is told when its turn comes.
        return None
    return total


def _octets_below(folder: str) -> int:
    total = 0
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                total += _octets_below(entry.path)
            elif entry.is_file():
                total += entry.stat().st_size
    return total


def _names(folder: str) -> list[str]:
    with os.scandir(folder) as entries:
        return sorted(entry.name for entry in entries if not entry.name.startswith("."))


def _at_once(path: str, flags: int, *, links: bool) -> int:
    """Open a file, and wait for nobody to write into what is a pipe."""
    return os.open(path, flags | os.O_NONBLOCK | (0 if links else os.O_NOFOLLOW))


class _Opened:
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
            raise _RefusedError("holds several files: unpack it first, and name what was in it")

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


def _found(name: str, mail: BoxedMail, octets: int, read: ReadFile | None) -> Found:
    return Found(name=name, raw=mail.raw, size=mail.size, octets=octets, read=read)
