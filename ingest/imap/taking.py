"""Taking fetched mails in: durable here, with the note which UIDs they had, in one transaction.

A mail that was taken in before, by whatever UID or mailbox, gets its note and nothing else. So a
fetch can be repeated at any time: after a crash, or when the server has numbered its mails anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ingest.accept import Arrival, write_down
from ingest.imap.settings import After, MailboxSettings
from ingest.sameness import mail_digest
from store.evidence import Evidence
from store.model import Clock, Door, Envelope, Fetch, FetchOutcome, InboundId, Place
from store.unit_of_work import Store, UnitOfWork

_PEER_LENGTH = 255


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """A mail as it was fetched. ``cut`` says why ``raw`` is not all of it, if it is not."""

    uid: int
    raw: bytes
    size: int
    arrived_at: datetime | None = None
    outcome: FetchOutcome = FetchOutcome.TAKEN
    cut: str | None = None


class _MeanwhileTakenError(Exception):
    """Another mailbox took the same mail in since we looked."""


class Taking:
    """Takes the mails of one mailbox in."""

    def __init__(
        self,
        store: Store,
        evidence: Evidence,
        settings: MailboxSettings,
        clock: Clock,
        on_taken: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._evidence = evidence
        self._settings = settings
        self._clock = clock
        self._on_taken = on_taken

    def take(self, place: Place, mails: Sequence[Fetched]) -> int:
        """Take mails in; they and their UIDs are on disk when this returns.

        Gives how many were new. Raises StorageFull or StorageUnavailable; then none was taken.
        """
        digests = [None if mail.cut else mail_digest(mail.raw) for mail in mails]
        while True:
            try:
                new = self._take(place, list(zip(mails, digests, strict=True)))
            except _MeanwhileTakenError:
                continue
            if new:
                self._on_taken()
            return new

    def _take(self, place: Place, mails: list[tuple[Fetched, str | None]]) -> int:
        with self._store.snapshot() as work:
            known = work.mailboxes.holding([digest for _, digest in mails if digest])
        new: dict[str | int, Fetched] = {}
        for mail, digest in mails:
            if digest not in known:
                new.setdefault(digest or mail.uid, mail)

        def note(work: UnitOfWork, ids: list[InboundId]) -> None:
            if set(work.mailboxes.holding([one for one in new if isinstance(one, str)])):
                raise _MeanwhileTakenError
            taken: dict[str | int, InboundId] = dict(known.items())
            taken.update(zip(new, ids, strict=True))
            first = {id(mail) for mail in new.values()}
            work.mailboxes.add(
                place,
                [
                    self._noted(mail, digest, taken[digest or mail.uid], is_new=id(mail) in first)
                    for mail, digest in mails
                ],
            )

        arrivals = [self._arrival(place, mail) for mail in new.values()]
        write_down(self._store, self._evidence, arrivals, note)
        return len(new)

    def _arrival(self, place: Place, mail: Fetched) -> Arrival:
        now = self._clock()
        waited = now - mail.arrived_at if mail.arrived_at else None
        # Whoever wrote long ago waits for no receipt now: such mail is an archive.
        is_old = waited is not None and waited > self._settings.answer_within
        envelope = Envelope(
            reverse_path="",
            recipients=(),
            door=Door.ARCHIVE if is_old else Door.IMAP,
            received_at=now,
            peer=f"{place.mailbox}/{place.folder}/{mail.uid}"[:_PEER_LENGTH],
        )
        return Arrival(envelope=envelope, raw=mail.raw)

    def _noted(
        self, mail: Fetched, digest: str | None, inbound_id: InboundId, *, is_new: bool
    ) -> Fetch:
        outcome = mail.outcome if is_new else FetchOutcome.KNOWN
        now = self._clock()
        return Fetch(
            uid=mail.uid,
            outcome=outcome,
            size=mail.size,
            at=now,
            digest=digest,
            inbound_id=inbound_id,
            reason=mail.cut,
            settled_at=None if self._is_told(outcome) else now,
        )

    def _is_told(self, outcome: FetchOutcome) -> bool:
        """Tell whether the mailbox is told of a mail, by moving or flagging it."""
        match self._settings.after:
            case After.MOVE:
                return outcome is not FetchOutcome.TOO_LARGE
            case After.FLAG:
                return outcome in {FetchOutcome.TAKEN, FetchOutcome.KNOWN}
            case After.LEAVE:
                return False
