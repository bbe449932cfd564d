"""Where mails come from: single files, mbox files, Maildirs, folders of all these, a stream.

Only one mail is in memory at a time, however large the archive. Nothing is changed or removed. What
cannot be read is told, and the rest is read all the same. Of an mbox that was read before, the part
that was is compared by its digest and passed over.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import stat
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO, Final

from ingest.archives.items import Found, Item, Notice, Passed
from ingest.archives.mbox import CHUNK_OCTETS, KEPT_OCTETS, BoxedMail, Mbox, Octets
from ingest.archives.opened import Opened, RefusedError, at_once
from ingest.arrivals import named_second, separated_at, stamped_at
from store.imports import ReadFile

STREAM: Final = Path("-")
"""Stands for standard input."""

# So long a path stands in a notice.
_SHOWN: Final = 300


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

    def _of_path(self, path: str) -> Iterator[Item]:
        """Go through a folder and all below it, in the order of names, however deep it is."""
        waiting = [path]
        while waiting:
            here = waiting.pop()
            # Links to folders may lead in a circle.
            if here != path and os.path.islink(here) and _is_folder(here):  # noqa: PTH114 - see _is_folder
                continue
            if _is_folder(here):
                yield from self._guarded(here, self._of_folder(here, waiting))
            else:
                yield from self._guarded(here, self._of_file(here, inside=here != path))

    def _guarded(self, place: str, items: Iterator[Item]) -> Iterator[Item]:
        try:
            yield from items
        except RefusedError as error:
            yield Notice(place=place, reason=str(error))
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            reason = f"is damaged; what is before that was read ({error})"
            yield Notice(place=place, reason=reason)
        except OSError as error:
            place = _shown(str(error.filename or place))
            yield Notice(place=place, reason=error.strerror or str(error))

    def _of_folder(self, path: str, waiting: list[str]) -> Iterator[Item]:
        """Give the mails of a Maildir; of another folder, what it holds comes next."""
        parts = [part for part in ("new", "cur") if _is_folder(f"{path}/{part}")]
        # What a mail program moves from new to cur meanwhile is found there.
        for folder in (f"{path}/{part}" for part in parts):
            for name in _names(folder):
                yield from self._guarded(f"{folder}/{name}", self._delivered(folder, name))
        if not parts:
            waiting += (f"{path}/{name}" for name in reversed(_names(path)))

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
        opener = partial(at_once, links=not self.strict) if inside or self.strict else None
        with open(path, "rb", opener=opener) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                if opener:
                    raise RefusedError("is a pipe or a device, and no file: name it by itself")
                yield from self._of_stream(file, path)
            elif single:
                yield self._single(path, Opened(file, single=True), file, _delivered_at(path, file))
            else:
                yield from self._of_regular(path, file)

    def _of_regular(self, path: str, file: IO[bytes]) -> Iterator[Item]:
        octets = Opened(file)
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
            octets = Opened(file)
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
        octets = Opened(stream)
        if not octets.is_mbox:
            yield self._single(name, octets, None)
            return
        at = 0
        box = Mbox(octets, self.limit)
        for mail in box:
            yield _found(f"{name}#{box.mails}", mail, mail.end - at, None)
            at = mail.end

    def _single(
        self,
        name: str,
        octets: Octets,
        file: IO[bytes] | None,
        arrived_at: datetime | None = None,
    ) -> Found:
        raw = bytearray()
        # No further than to know that it is too large: what is packed may unpack without an end.
        while len(raw) <= self.limit and (piece := octets.read(CHUNK_OCTETS)):
            raw += piece
        size = len(raw)
        here = os.fstat(file.fileno()).st_size if file else size
        if size > self.limit:
            size = max(size, here)
            del raw[min(KEPT_OCTETS, self.limit) :]
        mail = bytes(raw)
        at = arrived_at or stamped_at(mail)
        return Found(name=name, raw=mail, size=size, octets=here, arrived_at=at)


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
    waiting = [folder]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                elif entry.is_file():
                    total += entry.stat().st_size
    return total


def _is_folder(path: str) -> bool:
    return os.path.isdir(path)  # noqa: PTH112 - a Path for each of a million files is too much


def _names(folder: str) -> list[str]:
    with os.scandir(folder) as entries:
        return sorted(entry.name for entry in entries if not entry.name.startswith("."))


def _found(name: str, mail: BoxedMail, octets: int, read: ReadFile | None) -> Found:
    at = separated_at(mail.separator) or stamped_at(mail.raw)
    return Found(name=name, raw=mail.raw, size=mail.size, octets=octets, read=read, arrived_at=at)


def _delivered_at(path: str, file: IO[bytes]) -> datetime:
    """Tell when a file of a Maildir was delivered."""
    changed = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
    return named_second(os.path.basename(path), changed)  # noqa: PTH119 - see _is_folder


def _shown(place: str) -> str:
    """Shorten a path in its middle: one may be longer than the system itself allows."""
    if len(place) <= _SHOWN:
        return place
    return f"{place[: _SHOWN // 2]}[...]{place[-_SHOWN // 2 :]}"
