"""Taking fetched mails in: durable here, with the note which UIDs they had, in one transaction.

A mail that was taken in before and has another number now gets its note and nothing else: when the
server has numbered its mails anew, or a mail lies in two folders. Two mails of one folder are two
deliveries, however alike they are; both are taken in, and filing knows them as the same mail. So
each message that was taken in before stands for one mail of a folder, and the next one is new.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ingest.accept import Arrival, write_down
from ingest.arrivals import plausible
from ingest.imap.settings import After, MailboxSettings
from ingest.sameness import mail_digest
from store.evidence import Evidence
from store.model import Clock, Door, Envelope, Fetch, FetchOutcome, InboundId, Place, Treatment
from store.unit_of_work import Store, UnitOfWork

_PEER_LENGTH: Final = 255


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """A mail as it was fetched. ``cut`` says why ``raw`` is not all of it, if it is not."""

    uid: int
    raw: bytes
    size: int
    arrived_at: datetime | None = None
    outcome: FetchOutcome = FetchOutcome.TAKEN
    cut: str | None = None


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
        digests = {mail.uid: _digest(place, mail) for mail in mails}
        known = self._known(place, digests)
        new = [mail for mail in mails if mail.uid not in known]

        def note(work: UnitOfWork, ids: list[InboundId]) -> None:
            taken = dict(zip([mail.uid for mail in new], ids, strict=True))
            work.mailboxes.add(
                place,
                [
                    self._noted(
                        mail,
                        digests[mail.uid],
                        taken.get(mail.uid) or known[mail.uid],
                        is_new=mail.uid in taken,
                    )
                    for mail in mails
                ],
            )

        arrivals = [self._arrival(place, mail) for mail in new]
        write_down(self._store, self._evidence, arrivals, note)
        if new:
            self._on_taken()
        return len(new)

    def _known(self, place: Place, digests: Mapping[int, str]) -> dict[int, InboundId]:
        """Tell by UID which mails were taken in before; each message stands for one mail here."""
        with self._store.snapshot() as work:
            held = work.mailboxes.holding(place, list(set(digests.values())))
        known = {}
        for uid, digest in digests.items():
            if held.get(digest):
                known[uid] = held[digest].pop(0)
        return known

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
            arrived_at=plausible(mail.arrived_at, now),
            peer=f"{place.mailbox}/{place.folder}/{mail.uid}"[:_PEER_LENGTH],
        )
        return Arrival(envelope=envelope, raw=mail.raw, treatment=Treatment(answer=not is_old))

    def _noted(self, mail: Fetched, digest: str, inbound_id: InboundId, *, is_new: bool) -> Fetch:
        outcome = mail.outcome if is_new or mail.cut else FetchOutcome.KNOWN
        now = self._clock()
        return Fetch(
            uid=mail.uid,
            outcome=outcome,
            size=mail.size,
            at=now,
            digest=digest,
            inbound_id=inbound_id,
            reason=mail.cut,
            settled_at=None if self._is_to_tell(outcome) else now,
        )

    def _is_to_tell(self, outcome: FetchOutcome) -> bool:
        """Tell whether the mailbox is to be told of a mail, by moving or flagging it."""
        match self._settings.after:
            case After.MOVE:
                return outcome is not FetchOutcome.TOO_LARGE
            case After.FLAG:
                return outcome in {FetchOutcome.TAKEN, FetchOutcome.KNOWN}
            case After.LEAVE:
                return False


def _digest(place: Place, mail: Fetched) -> str:
    """Give what tells a mail from others; of one that is cut, only its beginning and size do."""
    if mail.outcome is FetchOutcome.FAILED:
        # Next to nothing is known of it.
        own = f"{place.mailbox} {place.folder} {place.uidvalidity} {mail.uid}"
        return hashlib.sha256(own.encode("utf-8", "surrogateescape")).hexdigest()
    digest = mail_digest(mail.raw)
    return hashlib.sha256(f"{mail.size} {digest}".encode()).hexdigest() if mail.cut else digest
