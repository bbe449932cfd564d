"""Logins at mail servers by OAuth 2 (RFC 6749), as they are kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class LoginFailure:
    """Why a login got no new access token, and before when it is not worth trying again.

    ``times`` counts failures in a row; ``for_good`` says that a person has to mend something.
    """

    at: datetime
    reason: str
    remedy: str
    for_good: bool
    times: int
    retry_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredLogin:
    """What is known of a login. ``sealed`` holds its tokens; nobody sees them here.

    ``made_for`` is a digest of the settings the tokens were got with: tokens of others are of no
    use. ``version`` grows with each change of the tokens. ``leased_by`` is who asks for new ones
    at the moment, and ``leased_until`` when that can be held for broken off.
    """

    name: str
    made_for: str
    version: int
    sealed: bytes | None = field(default=None, repr=False)
    obtained_at: datetime | None = None
    expires_at: datetime | None = None
    refresh_expires_at: datetime | None = None
    failure: LoginFailure | None = None
    leased_by: str | None = None
    leased_until: datetime | None = None
