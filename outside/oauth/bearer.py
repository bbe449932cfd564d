"""Access tokens, and whoever has one to give."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, kw_only=True, slots=True)
class Bearer:
    """An access token (RFC 6750). Nothing that shows this value shows the token."""

    token: str = field(repr=False)
    expires_at: datetime | None = None


class BearerSource(Protocol):
    """Gives access tokens for one login."""

    def bearer(self, refused: Bearer | None = None) -> Bearer:
        """Give a token that is good for some minutes at least.

        A token that the server has refused is named, so that another one is got. Raises LoginError,
        or StorageUnavailable when a new token cannot be written down before its use.
        """
        ...
