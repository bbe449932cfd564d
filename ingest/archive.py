"""Mail from archives: taken in like any other, durable in batches, and safe to repeat.

A mail whose octets are in the inbox already, by whatever door, is passed over. Of the transport
nothing is known but what the headers say, and nobody waits for a receipt.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ingest.accept import BATCH_MESSAGES, BATCH_OCTETS, Arrival, write_down
from ingest.wire import printable
from store.evidence import Evidence
from store.model import Clock, Door, Envelope
from store.unit_of_work import Store

NamedMail = tuple[str, bytes]


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """What came of a batch: mails taken in, mails known before, octets looked at."""

    taken: int
    known: int
    octets: int


class Archive:
    """Takes mails from files in."""

    def __init__(self, store: Store, evidence: Evidence, clock: Clock) -> None:
        self._store = store
        self._evidence = evidence
        self._clock = clock

    def take(self, mails: Iterable[NamedMail]) -> Iterator[Taken]:
        """Take mails in, a batch in one commit; what is told is durable.

        Raises StorageFull or StorageUnavailable, and what reading ``mails`` raises.
        """
        for batch in _batches(mails):
            yield self._take_batch(batch)

    def _take_batch(self, batch: list[NamedMail]) -> Taken:
        digests = {hashlib.sha256(raw).hexdigest(): (name, raw) for name, raw in batch}
        with self._store.snapshot() as work:
            known = work.inbox.holds(list(digests))
        new = [mail for digest, mail in digests.items() if digest not in known]
        if new:
            write_down(self._store, self._evidence, [self._arrival(*mail) for mail in new])
        octets = sum(len(raw) for _, raw in batch)
        return Taken(taken=len(new), known=len(batch) - len(new), octets=octets)

    def _arrival(self, name: str, raw: bytes) -> Arrival:
        envelope = Envelope(
            reverse_path="",
            recipients=(),
            door=Door.ARCHIVE,
            received_at=self._clock(),
            peer=printable(name),
        )
        return Arrival(envelope=envelope, raw=raw)


def _batches(mails: Iterable[NamedMail]) -> Iterator[list[NamedMail]]:
    batch: list[NamedMail] = []
    octets = 0
    for name, raw in mails:
        batch.append((name, raw))
        octets += len(raw)
        if len(batch) == BATCH_MESSAGES or octets >= BATCH_OCTETS:
            yield batch
            batch, octets = [], 0
    if batch:
        yield batch
