"""The one door for raw mail: sealed on the way in, opened only here.

Everything is sealed in the age format (age-encryption.org/v1) for the installation's own key and
for any further recipients. Small mails are kept in the database, large ones in files beside it.
A file is whole and durable before its row is committed; so a crash leaves no row without its file,
and what it leaves without a row is put aside by the next process that is alone with the folder.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Final

import pyrage

from store.durable import make_private_folder, open_lock, try_lock, write_durably
from store.engine import translated_errors
from store.errors import SealError, StorageFull
from store.keys import Identity, Recipient
from store.model import Words

# Up to here a mail is kept in the database: one write for row and body.
INLINE_OCTETS: Final = 128 * 1024
SUFFIX: Final = ".age"
# Beside the evidence folder: whole sealed files that no row names.
ORPHANS: Final = "orphans"
# Room on the disk that new mail may not take: the smaller of the two.
RESERVE_OCTETS: Final = 64 * 1024 * 1024
RESERVE_SHARE: Final = 0.05


@dataclass(frozen=True, kw_only=True, slots=True)
class SealedBody:
    """A sealed mail: in the row (``inline``) or in a file of the evidence folder (``file``)."""

    inline: bytes | None = None
    file: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """How many octets a disk has left, and how many of these are kept for accepted mail."""

    free: int
    reserve: int


class Evidence:
    """Seals and opens raw mail and the words of reports."""

    def __init__(
        self, folder: Path, identity: Identity, recipients: Collection[Recipient] = ()
    ) -> None:
        self._folder = folder
        self._identity = identity
        self._recipients = [identity.to_public(), *recipients]
        self._lock: IO[bytes] | None = None

    def require_room(self) -> None:
        """Raise StorageFull when the disk is so full that new mail would stop the work on old.

        What was accepted still has to be filed, answered and alerted; that needs room as well.
        """
        room = self.room()
        if room.free < room.reserve:
            raise StorageFull("the disk is nearly full; what is left is kept for accepted mail")

    def room(self) -> Room:
        """Tell how much room is left on the disk, and how much of it new mail may not take."""
        with translated_errors():
            make_private_folder(self._folder)
            disk = os.statvfs(self._folder)
        share = int(disk.f_blocks * disk.f_frsize * RESERVE_SHARE)
        return Room(free=disk.f_bavail * disk.f_frsize, reserve=min(RESERVE_OCTETS, share))

    def seal_body(self, raw: bytes) -> SealedBody:
        """Seal a mail; a large one is on disk when this returns.

        Raises StorageFull or StorageUnavailable; nothing is left behind then.
        """
        sealed = pyrage.encrypt(raw, self._recipients)
        if len(sealed) <= INLINE_OCTETS:
            return SealedBody(inline=sealed)
        name = secrets.token_hex(16)
        file = f"{name[:2]}/{name}{SUFFIX}"
        with translated_errors():
            write_durably(self._folder / file, sealed)
        return SealedBody(file=file)

    def discard(self, body: SealedBody) -> None:
        """Remove the file of a mail whose row was not committed."""
        if body.file:
            (self._folder / body.file).unlink(missing_ok=True)

    def open_body(self, body: SealedBody) -> bytes:
        """Open a sealed mail. Raises SealError when it was not sealed for our key."""
        if body.inline is not None:
            return self._open(body.inline)
        with translated_errors():
            return self._open((self._folder / str(body.file)).read_bytes())

    def seal_words(self, words: Words) -> bytes:
        """Seal what a report says."""
        plain = json.dumps(asdict(words), ensure_ascii=False).encode("utf-8", "surrogatepass")
        sealed: bytes = pyrage.encrypt(plain, self._recipients)
        return sealed

    def open_words(self, sealed: bytes) -> Words:
        """Open what a report says."""
        fields = json.loads(self._open(sealed).decode("utf-8", "surrogatepass"))
        return Words(
            subject=fields["subject"],
            text=fields["text"],
            filenames=tuple(fields["filenames"]),
        )

    def _open(self, sealed: bytes) -> bytes:
        try:
            plain: bytes = pyrage.decrypt(sealed, [self._identity])
        except pyrage.DecryptError as error:
            raise SealError("this mail was sealed for another key") from error
        return plain

    def begin_writing(self, known_files: Callable[[], Collection[str]]) -> int:
        """Share the folder with other writers; when alone, first put files without a row aside.

        ``known_files`` tells which files rows name; it is asked only while nobody else can
        write. Returns how many files were put aside: a crash leaves such a file, and so does a
        database restored from an older backup, which makes it the last copy of a mail.
        """
        with translated_errors():
            path = self._folder / ".lock"
            alone = try_lock(path)
            moved = self._sweep(frozenset(known_files())) if alone else 0
            # Whoever sweeps at this moment is waited for: nobody writes without the lock.
            self._lock = alone or open_lock(path)
            fcntl.flock(self._lock, fcntl.LOCK_SH)
        return moved

    def close(self) -> None:
        """Write no more: the folder is left to others."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _sweep(self, known: frozenset[str]) -> int:
        make_private_folder(self._folder)
        orphans = [
            path
            for path in self._folder.glob("??/*")
            if path.relative_to(self._folder).as_posix() not in known
        ]
        for path in orphans:
            self._put_aside(path)
        return sum(path.suffix == SUFFIX for path in orphans)

    def _put_aside(self, path: Path) -> None:
        """Move a whole sealed file out of the way; a half-written one is of no use to anybody."""
        if path.suffix != SUFFIX:
            path.unlink()
            return
        aside = self._folder.with_name(ORPHANS)
        make_private_folder(aside)
        path.rename(aside / path.name)
