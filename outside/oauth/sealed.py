"""The tokens of a login as they lie in the database: sealed, and made of what an endpoint gave."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import datetime

from outside.oauth.endpoint import Granted
from outside.oauth.grants import Grant
from outside.oauth.standing import NOTHING, Kept
from store.errors import SealError
from store.model import StoredLogin
from store.seals import Seal


class SealedTokens:
    """Seals tokens of logins, and opens them again."""

    def __init__(self, seal: Seal) -> None:
        self.seal = seal

    def closed(
        self, grant: Grant, login: StoredLogin, granted: Granted, old: Kept, asked_at: datetime
    ) -> StoredLogin:
        """Give a login with the tokens that were granted in the place of the ``old`` ones."""
        kept = Kept(
            access_token=granted.access_token,
            refresh_token=granted.refresh_token or old.refresh_token,
            began_with=grant.began_with() or old.began_with,
        )
        after = granted.refresh_expires_after
        if granted.refresh_token:
            after = after or grant.refresh_lifetime
        return replace(
            login,
            sealed=self.seal.close(json.dumps(asdict(kept)).encode()),
            obtained_at=asked_at,
            expires_at=asked_at + granted.expires_after if granted.expires_after else None,
            refresh_expires_at=asked_at + after if after else login.refresh_expires_at,
        )

    def opened(self, grant: Grant, login: StoredLogin) -> Kept:
        """Give the tokens of a login; none of one that has none of use to this grant."""
        if login.sealed is None:
            return NOTHING
        try:
            kept = Kept(**json.loads(self.seal.open(login.sealed)))
        except SealError:
            # The key is another one since; what is sealed for the old one is lost.
            return NOTHING
        # A refresh token that was put into the file anew begins anew; one that was taken out of it
        # has done its work.
        return kept if grant.began_with() in {"", kept.began_with} else NOTHING


def emptied(login: StoredLogin) -> StoredLogin:
    """Give a login without tokens."""
    return replace(login, sealed=None, obtained_at=None, expires_at=None, refresh_expires_at=None)
