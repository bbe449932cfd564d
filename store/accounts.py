"""Reported accounts: one row per account, found by user id, else by folded handle."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, select, update

from store.model import AccountId, AccountReference
from store.rows import insert_row
from store.schema import accounts


class Accounts:
    """The accounts within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, reference: AccountReference) -> AccountId | None:
        """Find the account a reference points to.

        A row with the same user id wins. A handle alone matches a row with that handle whatever
        its id; a handle with an id does not match a row that has another id, since handles are
        given up and used again.
        """
        row = self._find_row(reference)
        return AccountId(row.id) if row else None

    def add_or_complete(self, reference: AccountReference, at: datetime) -> AccountId:
        """Give the account of a reference: make it, or fill in what was not known before."""
        row = self._find_row(reference)
        if row is None:
            number = insert_row(self._connection, accounts, **_values(reference), first_seen_at=at)
            return AccountId(number)
        missing = {
            name: value
            for name, value in _values(reference).items()
            if value is not None and getattr(row, name) is None
        }
        if missing:
            self._connection.execute(
                update(accounts).where(accounts.c.id == row.id).values(**missing),
            )
        return AccountId(row.id)

    def get(self, account_id: AccountId) -> AccountReference:
        """Give one account."""
        query = select(accounts).where(accounts.c.id == account_id)
        return account_reference(self._connection.execute(query).one())

    def _find_row(self, reference: AccountReference) -> Row[Any] | None:
        if reference.user_id:
            found = self._first(reference, accounts.c.user_id == reference.user_id)
            if found:
                return found
        folded = _folded(reference)
        if folded:
            same = accounts.c.folded_handle == folded
            if reference.user_id:
                same = and_(same, accounts.c.user_id.is_(None))
            return self._first(reference, same)
        if reference.url and not reference.user_id:
            return self._first(reference, accounts.c.url == reference.url)
        return None

    def _first(self, reference: AccountReference, same: ColumnElement[bool]) -> Row[Any] | None:
        query = select(accounts).where(accounts.c.platform == reference.platform, same)
        return self._connection.execute(query.order_by(accounts.c.id.desc()).limit(1)).first()


def _folded(reference: AccountReference) -> str | None:
    """Give what a handle is compared by; one that was not folded is compared as it is."""
    return reference.folded_handle or reference.handle


def _values(reference: AccountReference) -> dict[str, str | None]:
    return {
        "platform": reference.platform,
        "handle": reference.handle,
        "folded_handle": _folded(reference),
        "user_id": reference.user_id,
        "url": reference.url,
    }


def account_reference(row: Row[Any]) -> AccountReference:
    """Turn a row of the accounts table into a value."""
    return AccountReference(
        platform=row.platform,
        handle=row.handle,
        folded_handle=row.folded_handle,
        user_id=row.user_id,
        url=row.url,
    )
