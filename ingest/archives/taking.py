"""Mails from archives: taken in like any other, durable in batches, and safe to repeat.

A mail whose octets are in the inbox already, by whatever door, is passed over. How far an mbox was
read is written down in the transaction that takes its mails in: so a run that was broken off at any
instruction is gone on with where it was. Of the transport nothing is known but what headers say.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ingest.accept import BATCH_MESSAGES, BATCH_OCTETS, Arrival, write_down
from ingest.archives.items import Found, Item, Notice, Passed
from ingest.arrivals import plausible
from ingest.wire import printable
from store.evidence import Evidence
from store.imports import ReadFile
from store.model import Clock, Door, Envelope, Treatment
from store.unit_of_work import Store, UnitOfWork

_PEER_LENGTH = 255


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """What came of a batch: mails taken in, mails known before, octets read, what to tell.

    ``cut`` counts the mails that are too large and not here whole.
    """

    taken: int = 0
    known: int = 0
    octets: int = 0
    cut: int = 0
    notices: tuple[Notice, ...] = ()


class Archive:
    """Takes mails from files in, all of them treated in one way."""

    def __init__(  # noqa: PLR0913 - the wiring names every dependency
        self,
        store: Store,
        evidence: Evidence,
        clock: Clock,
        treatment: Treatment,
        limit: int,
        *,
        door: Door = Door.ARCHIVE,
    ) -> None:
        self._store = store
        self._evidence = evidence
        self._clock = clock
        self._treatment = treatment
        self._limit = limit
        self._door = door

    def take(self, items: Iterable[Item]) -> Iterator[Taken]:
        """Take mails in, a batch in one commit; what is told is durable.

        Raises StorageFull or StorageUnavailable, and what reading ``items`` raises.
        """
        batch: list[Found] = []
        octets = 0
        for item in items:
            match item:
                case Notice():
                    yield Taken(notices=(item,))
                case Passed():
                    yield Taken(known=item.mails, octets=item.octets)
                case Found():
                    batch.append(item)
                    octets += len(item.raw)
            if len(batch) == BATCH_MESSAGES or octets >= BATCH_OCTETS:
                yield self._take_batch(batch)
                batch, octets = [], 0
        if batch:
            yield self._take_batch(batch)

    def _take_batch(self, batch: list[Found]) -> Taken:
        digests = {hashlib.sha256(mail.raw).hexdigest(): mail for mail in batch}
        with self._store.snapshot() as work:
            known = work.inbox.holds(list(digests))
        new = [mail for digest, mail in digests.items() if digest not in known]
        files = {mail.read.place: mail.read for mail in batch if mail.read}
        if new:
            arrivals = [self._arrival(mail) for mail in new]
            write_down(
                self._store,
                self._evidence,
                arrivals,
                lambda work, _: self._note(work, files.values()),
            )
        elif files:
            with self._store.transaction() as work:
                self._note(work, files.values())
                work.commit()
        octets = sum(mail.octets for mail in batch)
        cut = sum(mail.size > len(mail.raw) for mail in batch)
        return Taken(taken=len(new), known=len(batch) - len(new), octets=octets, cut=cut)

    def _note(self, work: UnitOfWork, files: Iterable[ReadFile]) -> None:
        now = self._clock()
        for file in files:
            work.imports.note_read(file, now)

    def _arrival(self, mail: Found) -> Arrival:
        now = self._clock()
        envelope = Envelope(
            reverse_path="",
            recipients=(),
            door=self._door,
            received_at=now,
            arrived_at=plausible(mail.arrived_at, now),
            # The end tells which mail it was.
            peer=printable(mail.name)[-_PEER_LENGTH:],
        )
        cut = too_large(mail, self._limit) if mail.size > len(mail.raw) else None
        treatment = replace(self._treatment, cut=cut)
        return Arrival(envelope=envelope, raw=mail.raw, treatment=treatment, size=mail.size)


def too_large(mail: Found, limit: int, where: str | None = None) -> str:
    """Say that a mail is not here whole, and where the rest is: in its file, if nowhere else."""
    return (
        f"larger than the limit: at least {mail.size} octets of {limit} allowed; its first "
        f"{len(mail.raw)} octets are kept, the rest is in {printable(where or mail.name)}"
    )
