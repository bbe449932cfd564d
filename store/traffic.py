"""How the messages we send fare: what went, what waits and what failed, for those who watch."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, literal_column, or_, select

from store.model import OutboxKind, OutboxMessage, Severity, Way
from store.outbox import outgoing_message
from store.schema import attempts, cases, outbox
from store.states import OutboxState


class Traffic:
    """What went out and what did not, seen within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def tried_in_vain_since(self, way: Way, now: datetime, within: timedelta) -> datetime | None:
        """Tell since when nothing has gone by a way for which something waits; None if it may go.

        Counted from the first vain try after the last message that went, whatever became of the
        message: newer ones take the place of older ones while they wait. Tries from the future were
        made before the clock was set back, and those longer ago than ``within`` belong to another
        outage: both say nothing.
        """
        waits = select(outbox.c.id).where(
            outbox.c.state == OutboxState.QUEUED, outbox.c.way == way, outbox.c.attempts > 0
        )
        if self._connection.scalar(waits.limit(1)) is None:
            return None
        tries = (
            select(attempts.c.id)
            .join(outbox, outbox.c.id == attempts.c.outbox_id)
            .where(outbox.c.way == way)
        )
        # Written out, so that the index of what went is used: an outage leaves many tries.
        sent = attempts.c.outcome == literal_column("'sent'")
        went = tries.where(sent).order_by(attempts.c.id.desc()).limit(1)
        vain = (
            tries.with_only_columns(attempts.c.at)
            .where(
                attempts.c.outcome == "deferred", attempts.c.at <= now, attempts.c.at > now - within
            )
            .where(attempts.c.id > func.coalesce(went.scalar_subquery(), 0))
            .order_by(attempts.c.id)
        )
        since: datetime | None = self._connection.scalar(vain.limit(1))
        return since

    def went_since(self, way: Way, since: datetime, now: datetime) -> bool:
        """Tell whether the last message that went by a way did so between two moments."""
        went_at = self._connection.scalar(
            select(attempts.c.at)
            .join(outbox, outbox.c.id == attempts.c.outbox_id)
            .where(attempts.c.outcome == literal_column("'sent'"), outbox.c.way == way)
            .order_by(attempts.c.id.desc())
            .limit(1)
        )
        return went_at is not None and since <= went_at <= now

    def unsent_alerts(self, least: Severity) -> list[OutboxMessage]:
        """Give the alert mails that wait about cases at least so severe, the gravest first.

        Those that another message stands in for already are left out, unless that one failed.
        """
        other = outbox.alias()
        covered = (
            select(other.c.id)
            .where(other.c.instead_of == outbox.c.id, other.c.state != OutboxState.FAILED)
            .exists()
        )
        # A summary belongs to no single case; its own severity is that of the gravest in it.
        severity = func.coalesce(cases.c.severity, outbox.c.severity)
        query = (
            select(outbox)
            .outerjoin(cases, cases.c.id == outbox.c.case_id)
            .where(
                outbox.c.state == OutboxState.QUEUED,
                outbox.c.kind == OutboxKind.ALERT,
                outbox.c.way == Way.MAIL,
                severity >= least,
                ~covered,
            )
            .order_by(severity.desc(), outbox.c.id)
        )
        return [outgoing_message(row) for row in self._connection.execute(query)]

    def unattended(self, before: datetime, now: datetime) -> int:
        """Count the messages whose try was due before a moment and that nobody works on."""
        free = or_(outbox.c.leased_until.is_(None), outbox.c.leased_until <= now)
        due = (outbox.c.state == OutboxState.QUEUED) & (outbox.c.next_attempt_at < before)
        query = select(func.count(outbox.c.id)).where(due, free)
        return int(self._connection.scalar(query) or 0)

    def failing_channels(self, since: datetime) -> list[str]:
        """Name the channels of which the last message that ended since then could not be sent."""
        query = (
            select(outbox.c.recipient, outbox.c.state)
            .join(attempts, attempts.c.outbox_id == outbox.c.id)
            .where(
                outbox.c.way == Way.CHANNEL,
                attempts.c.at > since,
                outbox.c.state.in_([OutboxState.SENT, OutboxState.FAILED]),
            )
            .order_by(attempts.c.id)
        )
        last = {row.recipient: row.state for row in self._connection.execute(query)}
        return sorted(name for name, state in last.items() if state == OutboxState.FAILED)

    def queued_before(self, moment: datetime) -> int:
        """Count the messages that have been waiting since before a moment."""
        waiting = (outbox.c.state == OutboxState.QUEUED) & (outbox.c.created_at < moment)
        return int(self._connection.scalar(select(func.count(outbox.c.id)).where(waiting)) or 0)

    def ended_since(
        self, moment: datetime, states: frozenset[OutboxState], kinds: frozenset[OutboxKind]
    ) -> int:
        """Count the messages of these kinds that came into one of these states after a moment."""
        query = (
            select(func.count(func.distinct(outbox.c.id)))
            .join(attempts, attempts.c.outbox_id == outbox.c.id)
            .where(outbox.c.state.in_(states), outbox.c.kind.in_(kinds), attempts.c.at > moment)
        )
        return int(self._connection.scalar(query) or 0)
