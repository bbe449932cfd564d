"""Accepted messages: durable before anybody is told yes, and never gone before retention."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select, update

from store.errors import Forbidden, NotFound
from store.evidence import SealedBody
from store.model import (
    ORDINARY,
    Door,
    Envelope,
    ImportId,
    InboundId,
    InboundMessage,
    MailKind,
    Treatment,
)
from store.rows import insert_row
from store.schema import inbox
from store.states import INBOX_STEPS, InboxState, require_step

# A message is put before a person when it has failed so often.
MAX_ATTEMPTS: Final = 3
# Of the places in a batch, those that messages may take which look urgent: anybody can write so.
URGENT_SHARE: Final = 0.75
# Identical mails without a Message-ID count as one mail sent again within this time.
UNNAMED_REPEAT_WITHIN: Final = timedelta(hours=1)

_COLUMNS: Final = tuple(c for c in inbox.c if c.name not in {"body", "body_file", "fingerprint"})


@dataclass(frozen=True, kw_only=True, slots=True)
class NewMessage:
    """A sealed message on its way into the inbox."""

    envelope: Envelope
    digest: str
    size: int
    body: SealedBody
    treatment: Treatment = ORDINARY


@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimedMessage:
    """A message under a lease, with its sealed body."""

    message: InboundMessage
    body: SealedBody


class Inbox:
    """The accepted messages within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, messages: Sequence[NewMessage]) -> list[InboundId]:
        """Insert messages, all or none."""
        ids = []
        for new in messages:
            number = insert_row(self._connection, inbox, **_row(new))
            ids.append(InboundId(number))
        return ids

    def claim(
        self,
        owner: str,
        now: datetime,
        lease: timedelta,
        limit: int,
        octets: int,
    ) -> list[ClaimedMessage]:
        """Lease waiting messages to ``owner`` until ``now + lease``, in the order to read them.

        First those that look urgent, then the oldest; a part of the places is always for the
        oldest, so that none waits for ever. At most ``limit`` of them, and no further one once
        they come to ``octets``.
        """
        free = _is_free(now)
        first = free & inbox.c.looks_urgent.is_(True)
        urgent = self._oldest(first, max(1, int(limit * URGENT_SHARE)))
        rest = self._oldest(free & inbox.c.id.not_in([number for number, _ in urgent]), limit)
        numbers = _up_to(octets, [*urgent, *rest][:limit])
        return self._leased(numbers, owner, now + lease)

    def claim_for_first_look(
        self,
        owner: str,
        now: datetime,
        lease: timedelta,
        limit: int,
        octets: int,
    ) -> list[ClaimedMessage]:
        """Lease the oldest messages at which nobody has looked, as ``claim`` does."""
        found = self._oldest(_is_free(now) & inbox.c.looks_urgent.is_(None), limit)
        return self._leased(_up_to(octets, found), owner, now + lease)

    def note_first_look(self, owner: str, looks: Mapping[InboundId, bool | None]) -> None:
        """Write down which messages look urgent, and give up the leases on them.

        None is for those at which nobody has looked yet.
        """
        for urgent in (True, False, None):
            numbers = [number for number, looked in looks.items() if looked is urgent]
            self._connection.execute(
                update(inbox)
                .where(inbox.c.id.in_(numbers), inbox.c.lease_owner == owner)
                .values(looks_urgent=urgent, lease_owner=None, leased_until=None),
            )

    def _oldest(self, condition: ColumnElement[bool], limit: int) -> list[tuple[int, int]]:
        """Give number and size of the oldest waiting messages of some kind."""
        query = select(inbox.c.id, inbox.c.size).where(
            inbox.c.state == InboxState.RECEIVED, condition
        )
        found = self._connection.execute(query.order_by(inbox.c.id).limit(limit))
        return [(row.id, row.size) for row in found]

    def _leased(self, numbers: Sequence[int], owner: str, until: datetime) -> list[ClaimedMessage]:
        rows = {
            row.id: row
            for row in self._connection.execute(select(inbox).where(inbox.c.id.in_(numbers)))
        }
        self._connection.execute(
            update(inbox)
            .where(inbox.c.id.in_(numbers))
            .values(lease_owner=owner, leased_until=until),
        )
        return [
            ClaimedMessage(
                message=_message(rows[number]),
                body=SealedBody(inline=rows[number].body, file=rows[number].body_file),
            )
            for number in numbers
        ]

    def release(self, owner: str) -> int:
        """Give up the leases of ``owner`` and its parts (``owner/1``), known to be gone."""
        whole = inbox.c.lease_owner == owner
        part = inbox.c.lease_owner.startswith(f"{owner}/", autoescape=True)
        result = self._connection.execute(
            update(inbox)
            .where(inbox.c.state == InboxState.RECEIVED, whole | part)
            .values(lease_owner=None, leased_until=None),
        )
        return result.rowcount

    def lease_owners(self) -> set[str]:
        """Name who holds leases on waiting messages."""
        held = select(inbox.c.lease_owner).where(
            inbox.c.state == InboxState.RECEIVED,
            inbox.c.lease_owner.is_not(None),
        )
        return {str(owner) for owner in self._connection.scalars(held.distinct())}

    def finish(
        self,
        message: InboundMessage,
        state: InboxState,
        kind: MailKind,
        reason: str,
        message_id: str | None,
    ) -> None:
        """Put a message in the place where it ends, with the reason."""
        self._set_state(message.id, state, kind=kind, reason=reason, message_id=message_id)

    def retry_later(self, message_id: InboundId, reason: str, not_before: datetime) -> InboxState:
        """Note a failed attempt; after the third the message is quarantined.

        A message that somebody else has put in its place meanwhile is left as it is.
        """
        message = self.get(message_id)
        if message.state is not InboxState.RECEIVED:
            return message.state
        attempts = message.attempts + 1
        if attempts >= MAX_ATTEMPTS:
            self._set_state(message_id, InboxState.QUARANTINED, reason=reason, attempts=attempts)
            return InboxState.QUARANTINED
        self._connection.execute(
            update(inbox)
            .where(inbox.c.id == message_id)
            .values(
                attempts=attempts,
                not_before=not_before,
                reason=reason,
                lease_owner=None,
                leased_until=None,
            ),
        )
        return InboxState.RECEIVED

    def requeue(self, message_id: InboundId) -> None:
        """Send a quarantined message round again. Raises Forbidden for any other."""
        self._set_state(message_id, InboxState.RECEIVED, attempts=0, not_before=None)

    def _set_state(self, number: InboundId, state: InboxState, **values: Any) -> None:
        before = self.get(number).state
        require_step(INBOX_STEPS, before, state, f"message {number}")
        result = self._connection.execute(
            update(inbox)
            .where(inbox.c.id == number, inbox.c.state == before)
            .values(state=state, lease_owner=None, leased_until=None, **values),
        )
        if result.rowcount != 1:
            raise Forbidden(f"message {number} was changed by somebody else")

    def earlier_copy(self, message: InboundMessage, *, named: bool) -> InboundId | None:
        """Find an earlier delivery of the same mail from the same sender.

        The digest covers the Message-ID, so equal digests are equal mails; ``named`` says whether
        the mail has a Message-ID at all. A copy in quarantine does not count: nobody has read it.
        """
        same = and_(
            inbox.c.digest == message.digest,
            inbox.c.reverse_path == message.envelope.reverse_path,
            inbox.c.id < message.id,
            inbox.c.state != InboxState.QUARANTINED,
        )
        if not named:
            since = message.envelope.received_at - UNNAMED_REPEAT_WITHIN
            same = and_(same, inbox.c.received_at >= since)
        found = self._connection.scalar(select(func.min(inbox.c.id)).where(same))
        return InboundId(found) if found is not None else None

    def get(self, message_id: InboundId) -> InboundMessage:
        """Give one message; NotFound when there is none of this number."""
        row = self._connection.execute(select(*_COLUMNS).where(inbox.c.id == message_id)).first()
        if row is None:
            raise NotFound(f"there is no message {message_id} in the inbox")
        return _message(row)

    def body(self, message_id: InboundId) -> SealedBody:
        """Give one message's sealed body."""
        row = self._connection.execute(
            select(inbox.c.body, inbox.c.body_file).where(inbox.c.id == message_id),
        ).one()
        return SealedBody(inline=row.body, file=row.body_file)

    def listing(
        self, state: InboxState | None = None, limit: int | None = None
    ) -> list[InboundMessage]:
        """Give messages, newest first."""
        query = select(*_COLUMNS).order_by(inbox.c.id.desc()).limit(limit)
        if state is not None:
            query = query.where(inbox.c.state == state)
        return [_message(row) for row in self._connection.execute(query)]

    def holds(self, digests: Sequence[str]) -> set[str]:
        """Tell which of these digests are in the inbox already."""
        found = self._connection.scalars(select(inbox.c.digest).where(inbox.c.digest.in_(digests)))
        return set(found)

    def body_files(self) -> set[str]:
        """Name the files that rows refer to."""
        named = select(inbox.c.body_file).where(inbox.c.body_file.is_not(None))
        return {str(name) for name in self._connection.scalars(named)}

    def count(self, state: InboxState, before: datetime | None = None) -> int:
        """Count messages in a state, those received before a moment if one is given."""
        query = select(func.count()).select_from(inbox).where(inbox.c.state == state)
        if before is not None:
            query = query.where(inbox.c.received_at < before)
        return int(self._connection.scalar(query) or 0)


def _is_free(now: datetime) -> ColumnElement[bool]:
    """Tell which messages nobody has leased, and none is to be left alone for now."""
    free = or_(inbox.c.leased_until.is_(None), inbox.c.leased_until <= now)
    return free & or_(inbox.c.not_before.is_(None), inbox.c.not_before <= now)


def _up_to(octets: int, sizes: Sequence[tuple[int, int]]) -> list[int]:
    """Take messages until their sizes come to ``octets``; always at least one."""
    numbers: list[int] = []
    total = 0
    for number, size in sizes:
        if numbers and total + size > octets:
            break
        numbers.append(number)
        total += size
    return numbers


def _row(new: NewMessage) -> dict[str, Any]:
    return {
        "door": new.envelope.door,
        "peer": new.envelope.peer,
        "helo": new.envelope.helo,
        "tls": new.envelope.tls,
        "smtputf8": new.envelope.smtputf8,
        "reverse_path": new.envelope.reverse_path,
        "recipients": list(new.envelope.recipients),
        "received_at": new.envelope.received_at,
        "arrived_at": new.envelope.arrived_at,
        "digest": new.digest,
        "size": new.size,
        "body": new.body.inline,
        "body_file": new.body.file,
        "state": InboxState.RECEIVED,
        "attempts": 0,
        # What nobody waits for needs no first look: it has no hurry.
        "looks_urgent": None if new.treatment.alert else False,
        **asdict(new.treatment),
    }


def _message(row: Row[Any]) -> InboundMessage:
    envelope = Envelope(
        reverse_path=row.reverse_path,
        recipients=tuple(row.recipients),
        door=Door(row.door),
        received_at=row.received_at,
        arrived_at=row.arrived_at,
        peer=row.peer,
        helo=row.helo,
        tls=row.tls,
        smtputf8=row.smtputf8,
    )
    return InboundMessage(
        id=InboundId(row.id),
        envelope=envelope,
        digest=row.digest,
        size=row.size,
        state=InboxState(row.state),
        kind=MailKind(row.kind) if row.kind else None,
        reason=row.reason,
        message_id=row.message_id,
        attempts=row.attempts,
        treatment=Treatment(
            answer=row.answer,
            alert=row.alert,
            cut=row.cut,
            import_id=None if row.import_id is None else ImportId(row.import_id),
        ),
    )
