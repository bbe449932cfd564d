"""A first look at mails that have to wait, so that what looks urgent is read before the rest.

Reading takes mails in batches. As long as everything that waits fits into one, the order hardly
matters and nothing is looked at. In a burst each mail is looked at once, by a confined reader, and
what was seen is written beside the mail. A crash before that leaves a lease behind, and the mail
is looked at again or read in its turn: nothing depends on the look but the order.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import structlog

from ingest.workers import ReadingPool
from store.errors import StorageUnavailable
from store.evidence import Evidence
from store.inbox import ClaimedMessage
from store.model import Clock
from store.unit_of_work import Store

# How many mails are looked at before the next batch is read, and how many octets of them.
BATCH_MESSAGES: Final = 256
BATCH_OCTETS: Final = 64 * 1024 * 1024
# Mails that take their whole time may not hold up the reading of all others.
WITHIN: Final = timedelta(seconds=60)
# Longer than that and the limit of time of one mail.
LEASE: Final = timedelta(minutes=20)

log = structlog.get_logger()


class FirstLooks:
    """Looks at what waits, under leases of ``owner``."""

    def __init__(
        self, *, store: Store, evidence: Evidence, readers: ReadingPool, clock: Clock, owner: str
    ) -> None:
        self._store = store
        self._evidence = evidence
        self._readers = readers
        self._clock = clock
        self._owner = owner

    def step(self) -> int:
        """Look at one batch; gives how many mails that were.

        Raises StorageUnavailable when the database or the disk cannot be used now.
        """
        claimed = self._claim()
        if not claimed:
            return 0
        opened = [(one.message.id, self._open(one)) for one in claimed]
        readable = [raw for _, raw in opened if raw is not None]
        seen = iter(self._readers.look_at(readable, WITHIN))
        looks = {number: raw is not None and next(seen) for number, raw in opened}
        with self._store.transaction() as work:
            work.inbox.note_first_look(self._owner, looks)
            work.commit()
        log.info("mail.looked_at", mails=len(looks), urgent=sum(map(bool, looks.values())))
        return len(looks)

    def _claim(self) -> Sequence[ClaimedMessage]:
        with self._store.transaction() as work:
            claimed = work.inbox.claim_for_first_look(
                self._owner, self._clock(), LEASE, BATCH_MESSAGES, BATCH_OCTETS
            )
            work.commit()
        return claimed

    def _open(self, claimed: ClaimedMessage) -> bytes | None:
        """Open a mail; one that cannot be opened waits for its turn, when that is dealt with."""
        try:
            return self._evidence.open_body(claimed.body)
        except StorageUnavailable as error:
            if not isinstance(error.__cause__, FileNotFoundError):
                raise
        except Exception:  # noqa: BLE001 - one unusable body must not stop the others
            log.warning("mail.not_looked_at", inbox=claimed.message.id)
        return None
