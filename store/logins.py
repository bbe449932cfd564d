"""Logins by OAuth 2: their sealed tokens, what failed, and who asks for new ones just now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from store.model import LoginFailure, StoredLogin
from store.schema import logins


class Logins:
    """The logins within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, name: str) -> StoredLogin | None:
        """Give a login by its name, None when nothing is known of it."""
        row = self._connection.execute(select(logins).where(logins.c.name == name)).first()
        return None if row is None else _login(row)

    def all(self) -> Sequence[StoredLogin]:
        """Give every login, those that are configured no more too."""
        return [_login(row) for row in self._connection.execute(select(logins))]

    def lease(self, login: StoredLogin, owner: str, until: datetime) -> StoredLogin:
        """Note that somebody asks for new tokens; what is not known yet is written down."""
        leased = replace(login, leased_by=owner, leased_until=until)
        self._put(leased)
        return leased

    def keep(self, login: StoredLogin) -> StoredLogin:
        """Write new tokens down; ends the lease and forgets what failed."""
        kept = replace(
            login, version=login.version + 1, failure=None, leased_by=None, leased_until=None
        )
        self._put(kept)
        return kept

    def failed(self, login: StoredLogin, failure: LoginFailure) -> None:
        """Note that no new token could be had; ends the lease."""
        self._put(replace(login, failure=failure, leased_by=None, leased_until=None))

    def release(self, name: str, owner: str) -> None:
        """Give up a lease, if it is still ours."""
        self._connection.execute(
            update(logins)
            .where(logins.c.name == name, logins.c.leased_by == owner)
            .values(leased_by=None, leased_until=None)
        )

    def _put(self, login: StoredLogin) -> None:
        self._connection.execute(delete(logins).where(logins.c.name == login.name))
        self._connection.execute(insert(logins).values(_values(login)))


def _values(login: StoredLogin) -> dict[str, Any]:
    values = asdict(login)
    failure = values.pop("failure")
    of_failure = {f"failed_{key}": value for key, value in (failure or {}).items()}
    nothing = {column.name: None for column in logins.c if column.name.startswith("failed_")}
    return values | nothing | of_failure


def _login(row: Row[Any]) -> StoredLogin:
    failure = None
    if row.failed_at is not None:
        failure = LoginFailure(
            at=row.failed_at,
            reason=row.failed_reason,
            remedy=row.failed_remedy,
            for_good=row.failed_for_good,
            times=row.failed_times,
            retry_at=row.failed_retry_at,
        )
    return StoredLogin(
        name=row.name,
        made_for=row.made_for,
        version=row.version,
        sealed=row.sealed,
        obtained_at=row.obtained_at,
        expires_at=row.expires_at,
        refresh_expires_at=row.refresh_expires_at,
        failure=failure,
        leased_by=row.leased_by,
        leased_until=row.leased_until,
    )
