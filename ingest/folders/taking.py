"""Taking in what files of a folder hold, each noted in the transaction that takes its mail in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from ingest.accept import Arrival, write_down
from ingest.archives.taking import Archive
from ingest.arrivals import plausible
from ingest.folders.listing import Candidate
from ingest.folders.settings import FolderSettings
from ingest.wire import printable
from store.evidence import Evidence
from store.imports import ReadFile
from store.model import Clock, Door, Envelope, Treatment
from store.unit_of_work import Store, UnitOfWork

_PEER_LENGTH: Final = 255


@dataclass(frozen=True, kw_only=True, slots=True)
class SingleMail:
    """One file with one mail; ``cut`` says why ``raw`` is not all of it."""

    candidate: Candidate
    raw: bytes
    size: int
    cut: str | None = None

    @property
    def note(self) -> ReadFile:
        """What is noted of the file in the transaction that takes its mail in."""
        digest = hashlib.sha256(self.raw).hexdigest()
        return ReadFile(place=self.candidate.key, octets=self.size, mails=1, digest=digest)


class FolderTaking:
    """Takes in the mails of one folder. ``on_taken`` is told when there were any."""

    def __init__(
        self,
        settings: FolderSettings,
        store: Store,
        evidence: Evidence,
        clock: Clock,
        on_taken: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._store = store
        self._evidence = evidence
        self._clock = clock
        self._on_taken = on_taken

    def take(self, batch: Sequence[SingleMail]) -> None:
        """Take mails in, with notes on their files; those noted before are left."""
        with self._store.snapshot() as work:
            new = [mail for mail in batch if not _is_noted(work, mail)]
        if not new:
            return

        def note(work: UnitOfWork, _: object) -> None:
            for mail in new:
                work.imports.note_read(mail.note, self._clock())

        write_down(self._store, self._evidence, [self._arrival(mail) for mail in new], note)
        self._on_taken()

    def archive(self, candidate: Candidate) -> Archive:
        """Give what takes the mails of an mbox in."""
        treatment = self._treatment(candidate)
        return Archive(
            self._store,
            self._evidence,
            self._clock,
            treatment,
            self._settings.max_size,
            door=self._door(treatment),
        )

    def _arrival(self, mail: SingleMail) -> Arrival:
        treatment = self._treatment(mail.candidate)
        now = self._clock()
        envelope = Envelope(
            reverse_path="",
            recipients=(),
            door=self._door(treatment),
            received_at=now,
            arrived_at=plausible(mail.candidate.arrived_at, now),
            peer=printable(f"{self._settings.name}/{mail.candidate.path.name}")[-_PEER_LENGTH:],
        )
        return Arrival(
            envelope=envelope,
            raw=mail.raw,
            size=mail.size,
            treatment=replace(treatment, cut=mail.cut),
        )

    def _treatment(self, candidate: Candidate) -> Treatment:
        """Whoever wrote long ago waits for no receipt now; somebody has to look all the same."""
        age = self._clock() - candidate.arrived_at
        return Treatment(answer=age <= self._settings.answer_within)

    def _door(self, treatment: Treatment) -> Door:
        return Door.FOLDER if treatment.answer else Door.ARCHIVE


def _is_noted(work: UnitOfWork, mail: SingleMail) -> bool:
    """Tell whether this very file was taken in, and only not moved: a kill came between."""
    return work.imports.read_file(mail.candidate.key) == mail.note
