"""One run of ``tipline ingest``: mails are taken in and filed in turns, so that few wait at once.

So live mail never waits long behind an archive. Where a daemon runs it files, else this process
does; a daemon may start or end in the middle of it.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ingest.archives.items import Notice
from ingest.archives.sources import Sources
from ingest.archives.taking import Archive, Taken
from store.durable import try_lock
from store.errors import StorageUnavailable
from store.imports import ReadFile
from store.model import ImportId, MailKind, Treatment, utc_now
from store.states import InboxState
from tipline.installation import Installation
from tipline.settings import Settings
from tipline.waiting import Filer, release_dead_commands

LOCK: Final = "import.lock"
# So many mails may wait to be filed, events to be planned and receipts to be decided before no more
# are taken in.
WAITING: Final = 128
# How often, in seconds, it is looked what a daemon has filed.
LOOK_SECONDS: Final = 0.1
# What a machine sent, or about mail: written down, and no case.
AUTOMATIC: Final = frozenset(
    {
        MailKind.AUTO_REPLY,
        MailKind.BOUNCE,
        MailKind.LIST,
        MailKind.FEEDBACK_REPORT,
        MailKind.CANARY,
    }
)


@dataclass(slots=True)
class Count:
    """What came of an import: ``known`` are in the inbox from before, ``kinds`` of those filed."""

    taken: int = 0
    known: int = 0
    filed: int = 0
    repeated: int = 0
    automatic: int = 0
    recorded: int = 0
    quarantined: int = 0
    waiting: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    notices: list[Notice] = field(default_factory=list)

    @property
    def failed(self) -> list[Notice]:
        """The files that could not be read, or not to their end."""
        return [notice for notice in self.notices if notice.failed]

    @property
    def is_complete(self) -> bool:
        """Whether every mail has its place."""
        return not (self.failed or self.quarantined or self.waiting)


class Import:
    """Takes in what is in files; ``anew`` whatever an earlier run took of them."""

    def __init__(
        self,
        settings: Settings,
        installation: Installation,
        treatment: Treatment,
        *,
        anew: bool = False,
    ) -> None:
        self._limit = settings.archives.max_size
        self._installation = installation
        self._store = installation.store
        self._treatment = treatment
        self._anew = anew
        self._filer = Filer(settings, installation)

    def run(self, paths: Sequence[Path], count: Count) -> Iterator[Taken]:
        """Take in and file everything; yields what each batch brought. ``count`` is kept up."""
        with self._store.transaction() as work:
            release_dead_commands(work)
            number = work.imports.begin(
                [str(path).encode("utf-8", "replace").decode() for path in paths],
                utc_now(),
                answer=self._treatment.answer,
                alert=self._treatment.alert,
            )
            work.commit()
        try:
            for taken in self._take(paths, number):
                _add(count, taken)
                yield taken
                self._make_room(self._has_room)
            self._make_room(lambda: self._is_done(number))
            self._end(number)
        finally:
            self._filer.close()
            self._sum_up(number, count)

    def _take(self, paths: Sequence[Path], number: ImportId) -> Iterator[Taken]:
        treatment = Treatment(
            answer=self._treatment.answer, alert=self._treatment.alert, import_id=number
        )
        archive = Archive(self._store, self._installation.evidence, utc_now, treatment, self._limit)
        sources = Sources(limit=self._limit) if self._anew else self._resuming()
        for path in paths:
            yield from archive.take(sources.mails(path))

    def _resuming(self) -> Sources:
        def known(place: str) -> ReadFile | None:
            with self._store.snapshot() as work:
                return work.imports.read_file(place)

        return Sources(limit=self._limit, known=known)

    def _make_room(self, is_enough: Callable[[], bool]) -> None:
        """Have mails filed until it is enough."""
        while not is_enough():
            if self._filer.is_daemon_running() or not self._filer.step():
                time.sleep(LOOK_SECONDS)

    def _has_room(self) -> bool:
        with self._store.snapshot() as work:
            waiting = (
                work.inbox.count(InboxState.RECEIVED),
                work.history.unplanned_count(),
                work.receipts.undecided_before(utc_now()),
            )
        return max(waiting) < WAITING

    def _is_done(self, number: ImportId) -> bool:
        with self._store.snapshot() as work:
            filed = not work.imports.waiting(number)
        if not filed or self._filer.is_daemon_running():
            return filed
        # What follows from what was filed is planned here as well.
        return not self._filer.step()

    def _end(self, number: ImportId) -> None:
        with self._store.transaction() as work:
            work.imports.end(number, utc_now())
            work.commit()

    def _sum_up(self, number: ImportId, count: Count) -> None:
        with self._store.snapshot() as work:
            counts = work.imports.counts(number)
        for each in counts:
            match each.state:
                case InboxState.RECEIVED:
                    count.waiting += each.number
                case InboxState.QUARANTINED:
                    count.quarantined += each.number
                case InboxState.FILED:
                    count.filed += each.number
                case InboxState.RECORDED if each.repeats:
                    count.repeated += each.number
                case InboxState.RECORDED if each.kind in AUTOMATIC:
                    count.automatic += each.number
                case InboxState.RECORDED:
                    count.recorded += each.number
            if each.kind:
                count.kinds[each.kind.value] += each.number


@contextmanager
def only_import(settings: Settings) -> Iterator[None]:
    """Make sure that no other import runs on the same folder: two would take the same mails in."""
    lock = try_lock(settings.state_dir / LOCK)
    if lock is None:
        raise StorageUnavailable(
            "another import is running on this folder; wait for its end, then run this again"
        )
    with lock:
        yield


def _add(count: Count, taken: Taken) -> None:
    count.taken += taken.taken
    count.known += taken.known
    count.notices.extend(taken.notices)
