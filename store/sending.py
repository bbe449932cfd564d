"""Which messages of the outbox are sent next, and by whom: each is leased while it is tried."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, func, or_, select, update

from store.model import TO_REPORTERS, OutboxKind, OutboxMessage, Severity, Way
from store.outbox import outgoing_message
from store.schema import outbox
from store.states import OutboxState

LONGEST_WAIT: Final = timedelta(hours=2)
"""No message waits longer than this for its next try."""


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
        reporters_last = outbox.c.kind.in_(TO_REPORTERS)
        # What tells of no case (an alarm) goes with the ordinary ones.
        gravest = func.coalesce(outbox.c.severity, Severity.NORMAL).desc()
        # Only numbers are sorted: in a storm thousands of mails may wait.
        numbers = self._connection.scalars(
            select(outbox.c.id)
            .where(due, free)
            .order_by(reporters_last, gravest, outbox.c.next_attempt_at, outbox.c.id)
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

    def hurry(self, kinds: frozenset[OutboxKind], way: Way, now: datetime) -> int:
        """Make due now what was tried in vain before and waits: the way is open again."""
        result = self._connection.execute(
            update(outbox)
            .where(
                outbox.c.state == OutboxState.QUEUED,
                outbox.c.way == way,
                outbox.c.kind.in_(kinds),
                outbox.c.attempts > 0,
                outbox.c.next_attempt_at > now,
                outbox.c.lease_owner.is_(None),
            )
            .values(next_attempt_at=now),
        )
        return result.rowcount
