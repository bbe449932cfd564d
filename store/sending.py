"""Which messages of the outbox are sent next, and by whom: each is leased while it is tried."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, func, or_, select, update

from store.model import TO_REPORTERS, TO_STAFF, OutboxKind, OutboxMessage, Severity, Way
from store.outbox import outgoing_message
from store.schema import attempts, outbox
from store.states import OutboxState

LONGEST_WAIT: Final = timedelta(hours=2)
"""No message waits longer than this for its next try."""

RESTED: Final = timedelta(seconds=5)
"""How long after its last try a message is left alone, even when the way is open again.

Some trouble that looks like the relay's own is that of one message, at every try.
"""

# Reporters last. What tells of no case (an alarm) goes with the ordinary ones.
_IN_ORDER: Final = (
    outbox.c.kind.in_(TO_REPORTERS),
    func.coalesce(outbox.c.severity, Severity.NORMAL).desc(),
)

_ENDED: Final = tuple(state for state in OutboxState if state is not OutboxState.QUEUED)


class Sending:
    """The sending of messages within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def claim(  # noqa: PLR0913 - whose, until when, how many and which
        self,
        owner: str,
        now: datetime,
        lease: timedelta,
        limit: int,
        way: Way = Way.MAIL,
        *,
        kinds: frozenset[OutboxKind] | None = None,
    ) -> list[OutboxMessage]:
        """Lease messages of one way that are due: to staff first, by severity, then by waiting.

        With ``kinds`` only those. A time further ahead than any wait or lease can be was written
        before the clock was set back, and holds nothing up.
        """
        state, at, until = outbox.c.state, outbox.c.next_attempt_at, outbox.c.leased_until
        free = or_(until.is_(None), until <= now, until > now + lease)
        waiting = (state == OutboxState.QUEUED) & (outbox.c.way == way)
        due = waiting & or_(at <= now, at > now + LONGEST_WAIT)
        if kinds is not None:
            due &= outbox.c.kind.in_(kinds)
        # Only numbers are sorted: in a storm thousands of mails may wait.
        numbers = self._connection.scalars(
            select(outbox.c.id)
            .where(due, free)
            .order_by(*_IN_ORDER, outbox.c.next_attempt_at, outbox.c.id)
            .limit(limit),
        ).all()
        if not numbers:
            return []
        claimed = outbox.c.id.in_(numbers)
        rows = {row.id: row for row in self._connection.execute(select(outbox).where(claimed))}
        self._connection.execute(
            update(outbox).where(claimed).values(lease_owner=owner, leased_until=now + lease),
        )
        return [outgoing_message(rows[number]) for number in numbers]

    def bring_back(self, now: datetime) -> int:
        """Make due now what is to be tried later: the clock was set back, and later means nothing.

        Whatever still cannot be sent waits anew, by the clock as it is.
        """
        result = self._connection.execute(
            update(outbox)
            .where(outbox.c.state == OutboxState.QUEUED, outbox.c.next_attempt_at > now)
            .values(next_attempt_at=now),
        )
        return result.rowcount

    def release_below(self, owner: str) -> int:
        """Give up the leases of all that ``owner`` ran: of a daemon known to be gone."""
        below = outbox.c.lease_owner.startswith(f"{owner}/", autoescape=True)
        result = self._connection.execute(
            update(outbox)
            .where(outbox.c.state == OutboxState.QUEUED, below)
            .values(lease_owner=None, leased_until=None),
        )
        return result.rowcount

    def release(self, owner: str) -> int:
        """Give up the leases of ``owner``: of a process known to be gone."""
        result = self._connection.execute(
            update(outbox)
            .where(outbox.c.state == OutboxState.QUEUED, outbox.c.lease_owner == owner)
            .values(lease_owner=None, leased_until=None),
        )
        return result.rowcount

    def reopen(self, way: Way, now: datetime, limit: int, *, staff: bool = False) -> int:
        """Make due now what the way was shut for: something has gone by it.

        With ``staff`` also what is for staff and waits for whatever else. A bounded number, those
        to staff first, by severity, and then those that wait longest: each that goes calls for
        more. What was tried just now has its rest first.
        """
        tried = outbox.c.kind.in_(TO_STAFF) & (outbox.c.attempts > 0)
        # Said in the one way that has the index of what is shut used (in a storm thousands are
        # queued), and in the other where that is not all (thousands have gone).
        queued = outbox.c.state == OutboxState.QUEUED if staff else outbox.c.state.not_in(_ENDED)
        numbers = self._connection.scalars(
            select(outbox.c.id)
            .where(
                or_(outbox.c.way_shut, tried) if staff else outbox.c.way_shut,
                queued,
                outbox.c.way == way,
                # What is due within moments needs no hurry, and takes nobody's place here.
                outbox.c.next_attempt_at > now + RESTED,
                outbox.c.lease_owner.is_(None),
            )
            .order_by(*_IN_ORDER, outbox.c.created_at, outbox.c.id)
            .limit(limit)
        ).all()
        if numbers:
            self._hurry(numbers, now)
        return len(numbers)

    def _hurry(self, numbers: Sequence[int], now: datetime) -> None:
        just_tried = (
            select(attempts.c.id)
            .where(
                attempts.c.outbox_id == outbox.c.id,
                attempts.c.at > now - RESTED,
                attempts.c.at <= now,
            )
            .exists()
        )
        for which, at in ((~just_tried, now), (just_tried, now + RESTED)):
            chosen = update(outbox).where(outbox.c.id.in_(numbers), which)
            self._connection.execute(chosen.values(next_attempt_at=at))
