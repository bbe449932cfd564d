"""The same mail by several doors: one report, and every delivery of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from store.inbox import Inbox
from store.model import InboundId, InboundMessage, MailTraits
from store.rows import mail_traits
from store.schema import inbox, repeats
from store.states import InboxState, RepeatState

# So many numbers in one statement; databases bound the number of values.
_AT_ONCE: Final = 500
_FIRST: Final = inbox.alias()


@dataclass(frozen=True, kw_only=True, slots=True)
class Repeat:
    """A further copy of a mail; ``traits`` hold what its way here tells."""

    inbound_id: InboundId
    first_id: InboundId
    traits: MailTraits


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """One delivery of a mail; ``outcome`` is None for the first, and while nobody has looked."""

    message: InboundMessage
    outcome: RepeatState | None = None


class Repeats:
    """The copies of mails within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._inbox = Inbox(connection)

    def first_with(self, fingerprint: str) -> InboundId | None:
        """Find the message that became a report and has this fingerprint."""
        query = select(inbox.c.id).where(inbox.c.fingerprint == fingerprint)
        number = self._connection.scalar(query)
        return InboundId(number) if number is not None else None

    def remember(self, message_id: InboundId, fingerprint: str) -> None:
        """Have the further copies of a message found."""
        self._connection.execute(
            update(inbox).where(inbox.c.id == message_id).values(fingerprint=fingerprint)
        )

    def add(self, message_id: InboundId, copy_of: InboundId, traits: MailTraits) -> InboundId:
        """Write down a further copy; gives the first one, which may be a copy itself."""
        known = select(repeats.c.first_id).where(repeats.c.inbox_id == copy_of)
        first = InboundId(self._connection.scalar(known) or copy_of)
        moved = update(repeats).where(repeats.c.first_id == message_id).values(first_id=first)
        self._connection.execute(moved)
        row = {"inbox_id": message_id, "first_id": first, "traits": asdict(traits)}
        self._connection.execute(insert(repeats).values(row))
        return first

    def undecided(self, limit: int) -> list[Repeat]:
        """Give the oldest copies that the notifier has not looked at, of mails that are filed."""
        query = (
            select(repeats)
            .join(_FIRST, _FIRST.c.id == repeats.c.first_id)
            .where(repeats.c.outcome.is_(None), _FIRST.c.state != InboxState.RECEIVED)
            .order_by(repeats.c.inbox_id)
            .limit(limit)
        )
        return [_repeat(row) for row in self._connection.execute(query)]

    def decide(self, message_id: InboundId, outcome: RepeatState) -> None:
        """Note what a copy changed."""
        self._connection.execute(
            update(repeats).where(repeats.c.inbox_id == message_id).values(outcome=outcome)
        )

    def deliveries(self, first: InboundId) -> list[Delivery]:
        """Give every delivery of a mail in the order of their arrival."""
        query = select(repeats.c.inbox_id, repeats.c.outcome).where(repeats.c.first_id == first)
        copies = {InboundId(row.inbox_id): row.outcome for row in self._connection.execute(query)}
        outcomes = {first: None, **copies}
        found = [
            Delivery(
                message=self._inbox.get(number),
                outcome=RepeatState(outcome) if outcome else None,
            )
            for number, outcome in outcomes.items()
        ]
        return sorted(found, key=lambda one: (one.message.envelope.received_at, one.message.id))

    def of_several(self, firsts: Sequence[InboundId]) -> dict[InboundId, list[Delivery]]:
        """Give the deliveries of those of these mails that came more than once."""
        numbers: list[InboundId] = []
        for start in range(0, len(firsts), _AT_ONCE):
            some = repeats.c.first_id.in_(firsts[start : start + _AT_ONCE])
            query = select(repeats.c.first_id).where(some).distinct()
            numbers += (InboundId(number) for number in self._connection.scalars(query))
        return {number: self.deliveries(number) for number in numbers}


def _repeat(row: Row[Any]) -> Repeat:
    return Repeat(
        inbound_id=InboundId(row.inbox_id),
        first_id=InboundId(row.first_id),
        traits=mail_traits(row.traits),
    )
