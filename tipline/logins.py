"""The logins by OAuth 2 as commands use them, and what is watched of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Final

from notifier.expiry import Expiry
from outside.oauth import BearerSource
from outside.oauth.grants import Grant
from store.model import StoredLogin
from store.unit_of_work import Store, UnitOfWork
from tipline.installation import opened
from tipline.settings import Settings
from tipline.settings.logins import grants

FAILURES_TOLD: Final = 4
"""A token URL that is away so often in a row, which takes a minute, is told of."""


@contextmanager
def insisting_bearers(settings: Settings) -> Iterator[Callable[[str], BearerSource] | None]:
    """Open what gives tokens for a person's command, which waits for no pause.

    None without logins: then nothing needs to be opened.
    """
    if not settings.oauth:
        yield None
        return
    with opened(settings) as installation:
        yield installation.tokens.insisting().source


class FailingLogins:
    """Looks for logins that get no new token."""

    def __init__(self, settings: Settings) -> None:
        self._names = frozenset(grants(settings))

    def look(self, work: UnitOfWork, now: datetime) -> list[str]:
        """Name them, and what to mend."""
        del now
        return [
            f"login {login.name}: {_what(login)}"
            for login in work.logins.all()
            if login.name in self._names and _is_told(login)
        ]


def _is_told(login: StoredLogin) -> bool:
    failure = login.failure
    return failure is not None and (failure.for_good or failure.times >= FAILURES_TOLD)


def _what(login: StoredLogin) -> str:
    # Words that stay the same while the same thing is wrong: others would be told anew.
    if login.failure is None or not login.failure.for_good:
        return "its token URL gives no answer; tipline check says more"
    return login.failure.remedy or login.failure.reason


def login_expiries(settings: Settings, store: Store | None) -> list[Callable[[], Expiry | None]]:
    """List what of the logins runs out on a certain day; without a store only what is in files."""
    found: list[Callable[[], Expiry | None]] = []
    for grant in grants(settings).values():
        found += [partial(_secret, grant), partial(_certificate, grant)]
        found += [partial(_refresh_token, grant, store)] if store else []
    return found


def _secret(grant: Grant) -> Expiry | None:
    if grant.secret_expires_at is None:
        return None
    return Expiry(what=f"the client secret of the login {grant.name}", at=grant.secret_expires_at)


def _certificate(grant: Grant) -> Expiry | None:
    at = grant.certificate.expires_at() if grant.certificate else None
    return Expiry(what=f"the certificate of the login {grant.name}", at=at) if at else None


def _refresh_token(grant: Grant, store: Store) -> Expiry | None:
    with store.snapshot() as work:
        login = work.logins.get(grant.name)
    if login is None or login.made_for != grant.made_for() or login.refresh_expires_at is None:
        return None
    what = f"the refresh token of the login {grant.name} (tipline mailbox login renews it)"
    return Expiry(what=what, at=login.refresh_expires_at)
