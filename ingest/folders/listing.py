"""Which files of a folder hold mails, and which of them are whole."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from ingest.arrivals import named_second
from ingest.folders.settings import After, FolderSettings, Kind

# How programs name what they are still writing.
_UNFINISHED: Final = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".swp", "~")


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A file that holds mails. ``key`` is the same wherever a mail program moves it to.

    ``version`` is its size in octets, when it was changed last in nanoseconds, and its inode.
    """

    path: Path
    key: str
    arrived_at: datetime
    version: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class _Look:
    size: int
    changed: int
    file: int
    since: float


class Listing:
    """Lists the files of a folder that can be read. ``monotonic`` tells seconds."""

    def __init__(self, settings: FolderSettings, monotonic: Callable[[], float]) -> None:
        self._settings = settings
        self._monotonic = monotonic
        # Files of a drop folder, as they were at first sight.
        self._seen: dict[str, _Look] = {}
        self.odd: list[str] = []
        self.present: set[str] = set()
        """The keys of all files that are there, whole or not."""

    def candidates(self) -> list[Candidate]:
        """Give what is there and whole, the oldest first. Raises OSError.

        What is no file is left alone and named in ``odd``.
        """
        self.odd = []
        self.present = set()
        if self._settings.kind is Kind.DROP:
            return self._dropped()
        # A mail program may have moved a mail on before we saw it; with a flag for what is done,
        # nobody could tell.
        parts = ("new",) if self._settings.after is After.FLAG else ("new", "cur")
        return self._listed(
            self._candidate(entry, status) for part in parts for entry, status in self._files(part)
        )

    def _files(self, part: str = "") -> Iterator[tuple[os.DirEntry[str], os.stat_result]]:
        with os.scandir(self._settings.path / part) as entries:
            for entry in entries:
                if entry.name.startswith(".") or entry.is_dir(follow_symlinks=False):
                    continue
                if not entry.is_file(follow_symlinks=False):
                    self.odd.append(entry.path)
                    continue
                self.present.add(self.key(entry.name))
                # Else it has gone meanwhile.
                with suppress(FileNotFoundError):
                    yield entry, entry.stat(follow_symlinks=False)

    def _dropped(self) -> list[Candidate]:
        now = self._monotonic()
        seen: dict[str, _Look] = {}
        found = []
        for entry, status in self._files():
            if entry.name.lower().endswith(_UNFINISHED):
                continue
            look = _Look(status.st_size, status.st_mtime_ns, status.st_ino, now)
            before = self._seen.get(entry.name, look)
            seen[entry.name] = before if replace(before, since=now) == look else look
            # By our own clock: that of a file server may show another time.
            if now - seen[entry.name].since >= self._settings.settle_for.total_seconds():
                found.append(self._candidate(entry, status))
        self._seen = seen
        return self._listed(found)

    def _candidate(self, entry: os.DirEntry[str], status: os.stat_result) -> Candidate:
        changed = datetime.fromtimestamp(status.st_mtime, UTC)
        is_named = self._settings.kind is Kind.MAILDIR
        return Candidate(
            path=Path(entry.path),
            key=self.key(entry.name),
            arrived_at=named_second(entry.name, changed) if is_named else changed,
            version=_version(status),
        )

    def _listed(self, found: Iterable[Candidate]) -> list[Candidate]:
        return sorted(found, key=lambda one: (one.arrived_at, one.key))

    def is_unchanged(self, candidate: Candidate) -> bool:
        """Tell whether a file is still as it was when it was listed."""
        try:
            status = candidate.path.stat(follow_symlinks=False)
        except FileNotFoundError:
            return False
        return candidate.version == _version(status)

    def key(self, name: str = "") -> str:
        """Give what a file of this name is noted by, whatever flags a mail program gives it."""
        if self._settings.kind is Kind.MAILDIR:
            name = name.partition(":")[0]
        place = os.fsencode(os.path.realpath(self._settings.path) + "/" + name)
        return place.decode("utf-8", "backslashreplace")


def _version(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ino
