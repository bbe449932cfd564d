# ruff: noqa: PLC0415 - imported when needed, as help must be quick
"""What ``tipline check`` looks at of logins by OAuth 2: whether tokens come, and for how long."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from tipline.cli.finding import Finding, unseen, well, wrong

if TYPE_CHECKING:
    from outside.oauth import Bearer, BearerSource
    from outside.oauth.grants import Grant
    from outside.oauth.tokens import Tokens
    from store.unit_of_work import Store
    from tipline.settings import Settings
    from tipline.settings.places import Places


# Each login that is tried is a process of its own.
AT_ONCE: Final = 4


class Bearers:
    """Gives tokens for a look, also where nothing was ever started.

    An application or a service account is asked for a new one each time, which tells whether its
    secret is still good; of a person's login the kept token is used, or renewed.
    """

    def __init__(
        self, grants: dict[str, Grant], tokens: Tokens | None = None, store: Store | None = None
    ) -> None:
        self.grants = grants
        self.store = store
        self._tokens = tokens

    def source(self, name: str) -> BearerSource:
        """Give what has tokens of one login."""
        return _Source(self.grants[name], self._tokens)


class _Source:
    def __init__(self, grant: Grant, tokens: Tokens | None) -> None:
        self._grant = grant
        self._tokens = tokens

    def bearer(self, refused: Bearer | None = None) -> Bearer:
        """Give a token; see ``BearerSource``."""
        from outside.oauth import Bearer, LoginError
        from outside.oauth.endpoint import ask
        from outside.oauth.grants import GrantKind, renewal
        from store.model import utc_now

        grant, now = self._grant, utc_now()
        if grant.kind is GrantKind.REFRESH_TOKEN:
            if self._tokens is not None:
                return self._tokens.bearer(grant.name, refused)
            if grant.first_refresh_token is not None:
                # Using it up where nothing can be kept would lose the login.
                raise LoginError("not tried before the first start", for_good=False)
        granted = ask(grant, renewal(grant, None, now))
        after = granted.expires_after
        return Bearer(token=granted.access_token, expires_at=now + after if after else None)


@contextmanager
def bearers(settings: Settings, where: Places) -> Iterator[Bearers]:
    """Open what gives tokens; makes nothing that is not there yet."""
    from store.unit_of_work import open_store
    from tipline.cli.check_records import database, has_tables
    from tipline.settings.logins import grants

    known = grants(settings)
    if not known or not (database(where).ok and has_tables(where.database)):
        yield Bearers(known)
        return
    store = open_store(where.state)
    try:
        yield Bearers(known, _tokens(known, store, where), store)
    finally:
        store.close()


def _tokens(known: dict[str, Grant], store: Store, where: Places) -> Tokens | None:
    from outside.oauth.tokens import Tokens
    from store.errors import StoreError
    from store.keys import load_identity
    from store.model import utc_now
    from store.seals import Seal

    try:
        seal = Seal(load_identity(where.sealing_key))
    except StoreError:
        # What is wrong with the key is a finding of its own.
        return None
    return Tokens(store=store, seal=seal, grants=known, clock=utc_now, insist=True)


def logins(settings: Settings, known: Bearers) -> list[Finding]:
    """Look whether each login gets a token, and what of it runs out soon."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(AT_ONCE) as pool:
        tried = list(pool.map(lambda name: _login(known, name), known.grants))
    return [*tried, *_expiries(settings, known.store)]


def _login(known: Bearers, name: str) -> Finding:
    from outside.oauth import LoginError
    from store.errors import StoreError
    from tipline.settings.places import is_credential_unseen

    grant = known.grants[name]
    secret = grant.service_key or grant.client_secret
    if secret and is_credential_unseen(secret.path):
        return unseen(f"login {name}", "its secret is")
    try:
        bearer = known.source(name).bearer()
    except LoginError as error:
        remedy = error.remedy or "see that its token URL can be reached from here"
        return wrong(f"login {name}", error.reason, remedy)
    except StoreError as error:
        return wrong(f"login {name}", str(error), "see what is said of the database")
    until = f" until {bearer.expires_at:%H:%M} UTC" if bearer.expires_at else ""
    return well(f"login {name}", f"has a token that is good{until}, and is renewed by itself")


def _expiries(settings: Settings, store: Store | None) -> Iterator[Finding]:
    """Name what runs out within the time of warning."""
    from store.model import utc_now
    from tipline.logins import login_expiries

    for source in login_expiries(settings, store):
        expiry = source()
        if expiry and expiry.at - utc_now() <= settings.watching.expiry_warning:
            message = f"{expiry.what} is good until {expiry.at:%Y-%m-%d %H:%M} UTC"
            yield wrong("login", message, "renew it; what is in a file is used at once")
