"""The life of one folder: look, take in what is whole, move it away, look again.

Mails and a note on their files are one transaction; only then is a file moved, and the note goes
when the move is durable. So a kill between the two loses nothing, and files nothing twice: a noted
file is only moved. A file that cannot be read becomes a case that says so, and is put apart.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import Final

import structlog

from ingest.accept import BATCH_MESSAGES, BATCH_OCTETS
from ingest.archives.items import Found, Item, Notice, Passed
from ingest.archives.sources import Sources
from ingest.archives.taking import too_large
from ingest.folders.listing import Candidate, Listing
from ingest.folders.settings import FolderSettings, Kind
from ingest.folders.settling import Settling
from ingest.folders.taking import FolderTaking, SingleMail
from ingest.wire import printable
from store.evidence import Evidence
from store.imports import ReadFile
from store.model import Clock
from store.states import InboxState
from store.unit_of_work import Store

# So many mails may wait for reading before a file with many is gone on with.
_WAITING: Final = 512
# A file that cannot be read is tried for so long: a disk or a file server may come back.
_TRIED_FOR: Final = timedelta(minutes=1)

log = structlog.get_logger()


class FolderRounds:
    """Looks after one folder. ``step`` is called again and again, by one thread."""

    def __init__(  # noqa: PLR0913 - the wiring names every dependency
        self,
        *,
        settings: FolderSettings,
        store: Store,
        evidence: Evidence,
        clock: Clock,
        on_taken: Callable[[], None] = lambda: None,
        monotonic: Callable[[], float] = time.monotonic,
        settling: Settling | None = None,
    ) -> None:
        self._settings = settings
        self._store = store
        self._on_taken = on_taken
        self._monotonic = monotonic
        self._taking = FolderTaking(settings, store, evidence, clock, on_taken)
        self._listing = Listing(settings, monotonic)
        self._settling = settling or Settling(settings)
        self._sources = Sources(limit=settings.max_size, known=self._known, strict=True)
        self._running: Iterator[int] | None = None
        self._look_at = 0.0
        self._unreadable: dict[str, float] = {}
        # Notes on files that are gone have to go before a file of the same name comes.
        self._is_untidy = True
        self.fault: str | None = None
        """What is wrong with the folder, for people; None while it is in order."""

    @property
    def name(self) -> str:
        """The folder's name in the configuration."""
        return self._settings.name

    def step(self) -> int:
        """Do the next piece of work; 0 when there is nothing to do for a moment.

        Raises StorageUnavailable: then the files stay where they are.
        """
        if self._running is None:
            if self._monotonic() < self._look_at:
                return 0
            self._running = self._round()
        try:
            return next(self._running)
        except StopIteration:
            self._look_at = self._monotonic() + self._settings.poll_every.total_seconds()
        except OSError as error:
            self._is_untidy = True
            self._has(f"{error.filename or self._settings.path}: {error.strerror or error}")
            self._look_at = self._monotonic() + self._settings.poll_every.total_seconds()
        except BaseException:
            self._is_untidy = True
            self._running = None
            raise
        self._running = None
        return 0

    def _round(self) -> Iterator[int]:
        candidates = self._listing.candidates()
        self._tidy()
        self._unreadable = {
            one.key: self._unreadable[one.key] for one in candidates if one.key in self._unreadable
        }
        faults = [f"{path} is no file" for path in self._listing.odd[:1]]
        batch: list[SingleMail] = []
        octets = 0
        for candidate in candidates:
            for read in self._read(candidate, faults):
                if isinstance(read, int):
                    yield read
                    continue
                batch.append(read)
                octets += len(read.raw)
            if len(batch) == BATCH_MESSAGES or octets >= BATCH_OCTETS:
                yield self._take(batch, faults)
                batch, octets = [], 0
        if batch:
            yield self._take(batch, faults)
        self._has(faults[0] if faults else None)

    def _read(self, candidate: Candidate, faults: list[str]) -> Iterator[SingleMail | int]:
        """Read one file: its one mail, or an mbox, whose batches are taken in here."""
        single = self._settings.kind is Kind.MAILDIR
        items = self._sources.mails(candidate.path, single=single)
        first = next(items, None)
        match first:
            case Found(read=None):
                if self._listing.is_unchanged(candidate):
                    yield self._whole_or_cut(candidate, first)
            case Notice(failed=True):
                yield from self._not_read(candidate, first, faults)
            case _:
                yield from self._of_box(candidate, chain([first] if first else [], items), faults)

    def _whole_or_cut(self, candidate: Candidate, mail: Found) -> SingleMail:
        limit = self._settings.max_size
        where = str(self._settings.failed)
        cut = too_large(mail, limit, where) if mail.size > len(mail.raw) else None
        return SingleMail(candidate=candidate, raw=mail.raw, size=mail.size, cut=cut)

    def _not_read(
        self, candidate: Candidate, notice: Notice, faults: list[str]
    ) -> Iterator[SingleMail | int]:
        """Try a file again for a while; then a case says that nobody could read it."""
        if not self._listing.is_unchanged(candidate):
            return
        now = self._monotonic()
        since = self._unreadable.setdefault(candidate.key, now)
        if now - since < _TRIED_FOR.total_seconds():
            faults.append(f"{notice.place}: {notice.reason}")
            return
        cut = (
            f"could not be read: {printable(notice.place)}: {notice.reason}; "
            f"the file is in {self._settings.failed}"
        )
        yield SingleMail(candidate=candidate, raw=b"", size=0, cut=cut)

    def _of_box(
        self, candidate: Candidate, items: Iterator[Item], faults: list[str]
    ) -> Iterator[SingleMail | int]:
        """Take the mails of an mbox in, batch by batch; what it is damaged by becomes a case."""
        archive = self._taking.archive(candidate)
        damage: Notice | None = None
        first = next(items, None)
        # Of what was read before a kill nobody knows any more whether it was whole.
        is_whole = not isinstance(first, Passed)
        for taken in archive.take(chain([first] if first else [], items)):
            is_whole = is_whole and not taken.cut
            damage = next((one for one in taken.notices if one.failed), damage)
            if taken.taken:
                self._on_taken()
            yield 1
            while self._is_busy():
                # The next look comes with the next tick.
                yield 0
        if damage:
            yield from self._not_read(candidate, damage, faults)
        elif self._listing.is_unchanged(candidate):
            self._settle([(candidate, not is_whole)], faults)

    def _tidy(self) -> None:
        """Forget files that are no longer there."""
        if not self._is_untidy:
            return
        with self._store.transaction() as work:
            gone = work.imports.places_in(self._listing.key()) - self._listing.present
            work.imports.forget(sorted(gone))
            work.commit()
        self._is_untidy = False

    def _is_busy(self) -> bool:
        with self._store.snapshot() as work:
            return work.inbox.count(InboxState.RECEIVED) >= _WAITING

    def _take(self, batch: Sequence[SingleMail], faults: list[str]) -> int:
        """Take mails in, and move their files away."""
        self._taking.take(batch)
        self._settle([(mail.candidate, mail.cut is not None) for mail in batch], faults)
        return len(batch)

    def _settle(self, files: Sequence[tuple[Candidate, bool]], faults: list[str]) -> None:
        """Move files away, and forget what was noted of them."""
        # Looked at once more right before each is moved: another one may be in its place by now.
        moved = [one for one, _ in files]

        def there() -> Iterator[tuple[Path, bool]]:
            for one, failed in files:
                if self._listing.is_unchanged(one):
                    yield one.path, failed
                else:
                    moved.remove(one)

        left = self._settling.settle(there())
        faults.extend(f"{path} cannot be moved away" for path in left if path.exists())
        keys = [one.key for one in moved if one.path not in left]
        self._is_untidy = len(keys) < len(files) or self._is_untidy
        with self._store.transaction() as work:
            work.imports.forget(keys)
            work.commit()

    def _known(self, place: str) -> ReadFile | None:
        with self._store.snapshot() as work:
            return work.imports.read_file(place)

    def _has(self, fault: str | None) -> None:
        if fault and fault != self.fault:
            log.warning("folder.failing", folder=self._settings.name, reason=printable(fault))
        self.fault = fault
