"""Mails of mailboxes by UID: what was taken in, so that none is taken in twice or passed over.

A row is written in the transaction that puts the mail into the inbox. What is still to be done in
the mailbox (the mail moved or flagged) follows from the rows that are not settled.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from store.model import Fetch, FetchOutcome, InboundId, KnownCopy, MailboxState, Place
from store.rows import shortened
from store.schema import fetches, mailbox_states

# So many UIDs in one statement; databases bound the number of values.
_AT_ONCE: Final = 500
_REASON_LENGTH: Final = 2000


class Mailboxes:
    """The fetched mails and the mailboxes' states, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def finished(self, place: Place, largest: int) -> set[int]:
        """Give the UIDs that need not be fetched any more.

        Mails that were too large are none of these once they are no larger than ``largest``.
        """
        fits = (fetches.c.outcome == FetchOutcome.TOO_LARGE) & (fetches.c.size <= largest)
        done = _at(place) & (fetches.c.outcome != FetchOutcome.TRIED) & ~fits
        return set(self._connection.scalars(select(fetches.c.uid).where(done)))

    def add(self, place: Place, new: Sequence[Fetch]) -> None:
        """Write mails down; what was known of one before becomes what is said now."""
        if not new:
            return
        for some in _parted([fetch.uid for fetch in new]):
            gone = delete(fetches).where(_at(place) & fetches.c.uid.in_(some))
            self._connection.execute(gone)
        rows = [{**_row(place, fetch), "strikes": 0} for fetch in new]
        self._connection.execute(insert(fetches), rows)

    def tried(self, place: Place, uid: int, reason: str, at: datetime, strikes: int) -> int:
        """Note that a mail could not be fetched, and how much that says; gives the sum of it."""
        same = _at(place) & (fetches.c.uid == uid)
        before = self._connection.scalar(select(fetches.c.strikes).where(same)) or 0
        fetch = Fetch(uid=uid, outcome=FetchOutcome.TRIED, size=0, at=at, reason=reason)
        self.add(place, [fetch])
        self._connection.execute(update(fetches).where(same).values(strikes=before + strikes))
        return int(before) + strikes

    def strikes(self, place: Place) -> dict[int, int]:
        """Give the UIDs that could not be fetched so far, each with what was noted of it."""
        tried = _at(place) & (fetches.c.outcome == FetchOutcome.TRIED)
        query = select(fetches.c.uid, fetches.c.strikes).where(tried)
        return {row.uid: row.strikes for row in self._connection.execute(query)}

    def why_tried(self, place: Place, uid: int) -> str | None:
        """Tell why a mail could not be fetched the last time; None if it was not tried."""
        tried = _at(place) & (fetches.c.uid == uid) & (fetches.c.outcome == FetchOutcome.TRIED)
        return self._connection.scalar(select(fetches.c.reason).where(tried))

    def holding(self, place: Place, digests: Sequence[str]) -> dict[str, list[InboundId]]:
        """Tell which digests were taken in under another number, and as which messages.

        That is from another folder of the same mailbox, or while the UIDs meant other mails.
        Messages that a mail of this place stands for already are not among them.
        """
        here = fetches.alias()
        known_here = select(here.c.id).where(
            here.c.mailbox == place.mailbox,
            here.c.folder == place.folder,
            here.c.uidvalidity == place.uidvalidity,
            here.c.inbox_id == fetches.c.inbox_id,
        )
        query = (
            select(fetches.c.digest, fetches.c.inbox_id)
            .where(fetches.c.digest.in_(digests), fetches.c.mailbox == place.mailbox)
            .where(fetches.c.inbox_id.is_not(None), ~known_here.exists())
            .distinct()
            .order_by(fetches.c.inbox_id)
        )
        found: dict[str, list[InboundId]] = {}
        for row in self._connection.execute(query):
            found.setdefault(row.digest, []).append(InboundId(row.inbox_id))
        return found

    def known_copies(self, messages: Sequence[InboundId]) -> list[KnownCopy]:
        """Give the folders in which these messages lay besides, once each, in the order they came.

        A mail that only got another number where it lay is no copy.
        """
        rows = [
            row
            for some in _parted(messages)
            for row in self._connection.execute(
                select(fetches).where(fetches.c.inbox_id.in_(some)).order_by(fetches.c.at)
            )
        ]
        known = [row for row in rows if row.outcome == FetchOutcome.KNOWN]
        seen = {_folder(row) for row in rows if row.outcome != FetchOutcome.KNOWN}
        first = {_folder(row): row for row in reversed(known) if _folder(row) not in seen}
        return [_copy(row) for row in known if first.get(_folder(row)) is row]

    def unsettled(self, place: Place) -> list[Fetch]:
        """Give the mails of which the mailbox still has to be told, by UID."""
        todo = _at(place) & fetches.c.settled_at.is_(None)
        done = fetches.c.outcome != FetchOutcome.TRIED
        query = select(fetches).where(todo, done).order_by(fetches.c.uid)
        return [_fetch(row) for row in self._connection.execute(query)]

    def settle(self, place: Place, uids: Sequence[int], at: datetime) -> None:
        """Note that the mailbox was told of these mails."""
        self._mark(place, uids, settled_at=at)

    def begin_copying(
        self, place: Place, uids: Sequence[int], at: datetime, copying_from: int
    ) -> None:
        """Note that these mails may have copies from now on: the server is asked next.

        ``copying_from`` is the lowest UID that a copy can have in the folder it goes to.
        """
        self._mark(place, uids, copying_at=at, copying_from=copying_from)

    def copying(self, place: Place, uids: Sequence[int]) -> dict[int, int]:
        """Tell which of these mails may have been copied by somebody who did not come back.

        Gives the lowest UID that the copy of each can have.
        """
        begun = _at(place) & fetches.c.copying_at.is_not(None) & fetches.c.settled_at.is_(None)
        query = select(fetches.c.uid, fetches.c.copying_from).where(begun)
        wanted = set(uids)
        rows = self._connection.execute(query)
        return {row.uid: row.copying_from or 1 for row in rows if row.uid in wanted}

    def _mark(self, place: Place, uids: Sequence[int], **values: Any) -> None:
        for some in _parted(uids):
            same = _at(place) & fetches.c.uid.in_(some)
            self._connection.execute(update(fetches).where(same).values(values))

    def why_cut(self, inbound_id: InboundId) -> str | None:
        """Tell why a message in the inbox is not the whole mail; None for one that is."""
        cut = fetches.c.outcome.in_([FetchOutcome.TOO_LARGE, FetchOutcome.FAILED])
        query = select(fetches.c.reason).where(fetches.c.inbox_id == inbound_id, cut)
        return self._connection.scalar(query.limit(1))

    def outcomes(self, place: Place) -> dict[int, FetchOutcome]:
        """Give what became of each mail of a folder, by UID."""
        query = select(fetches.c.uid, fetches.c.outcome).where(_at(place))
        return {row.uid: FetchOutcome(row.outcome) for row in self._connection.execute(query)}

    def totals(self, mailbox: str) -> dict[FetchOutcome, int]:
        """Count what became of all mails a mailbox ever held."""
        query = (
            select(fetches.c.outcome, func.count(fetches.c.id).label("mails"))
            .where(fetches.c.mailbox == mailbox)
            .group_by(fetches.c.outcome)
        )
        return {FetchOutcome(row.outcome): row.mails for row in self._connection.execute(query)}

    def state(self, mailbox: str) -> MailboxState | None:
        """Give how a mailbox fares; None for one that was never looked at."""
        query = select(mailbox_states).where(mailbox_states.c.mailbox == mailbox)
        row = self._connection.execute(query).first()
        return MailboxState(**row._mapping) if row else None  # noqa: SLF001 - its public name

    def put_state(self, state: MailboxState) -> None:
        """Write down how a mailbox fares."""
        gone = delete(mailbox_states).where(mailbox_states.c.mailbox == state.mailbox)
        self._connection.execute(gone)
        self._connection.execute(insert(mailbox_states).values(asdict(state)))


def _parted(uids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (uids[start : start + _AT_ONCE] for start in range(0, len(uids), _AT_ONCE))


def _folder(row: Row[Any]) -> tuple[int, str, str]:
    return row.inbox_id, row.mailbox, row.folder


def _copy(row: Row[Any]) -> KnownCopy:
    return KnownCopy(
        place=Place(mailbox=row.mailbox, folder=row.folder, uidvalidity=row.uidvalidity),
        uid=row.uid,
        at=row.at,
        inbound_id=InboundId(row.inbox_id),
    )


def _at(place: Place) -> ColumnElement[bool]:
    return (
        (fetches.c.mailbox == place.mailbox)
        & (fetches.c.folder == place.folder)
        & (fetches.c.uidvalidity == place.uidvalidity)
    )


def _row(place: Place, fetch: Fetch) -> dict[str, Any]:
    return {
        **asdict(place),
        "uid": fetch.uid,
        "outcome": fetch.outcome,
        "size": fetch.size,
        "digest": fetch.digest,
        "inbox_id": fetch.inbound_id,
        "reason": shortened(fetch.reason, _REASON_LENGTH),
        "at": fetch.at,
        "settled_at": fetch.settled_at,
    }


def _fetch(row: Row[Any]) -> Fetch:
    return Fetch(
        uid=row.uid,
        outcome=FetchOutcome(row.outcome),
        size=row.size,
        at=row.at,
        digest=row.digest,
        inbound_id=None if row.inbox_id is None else InboundId(row.inbox_id),
        reason=row.reason,
        settled_at=row.settled_at,
    )
