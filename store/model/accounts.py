"""Accounts, and how a report names them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What part an account plays in a report."""

    REPORTED = "reported"
    REPORTER = "reporter"
    VICTIM = "victim"
    MENTIONED = "mentioned"


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountReference:
    """A pointer to one account: four fields, as handles are renamed and used again.

    ``handle`` is spelled as reported, ``folded_handle`` is what it is compared by under the
    platform's own rule. At least one of ``handle``, ``user_id`` and ``url`` is given.
    """

    platform: str
    handle: str | None = None
    user_id: str | None = None
    url: str | None = None
    folded_handle: str | None = None

    def __post_init__(self) -> None:
        if not (self.handle or self.user_id or self.url):
            raise ValueError("an account reference needs a handle, a user id or a URL")

    @property
    def key(self) -> tuple[str, str]:
        """What two references to one account have in common: user id, else folded handle."""
        if self.user_id:
            return (self.platform, f"id:{self.user_id}")
        if self.folded_handle or self.handle:
            return (self.platform, f"handle:{self.folded_handle or self.handle}")
        return (self.platform, f"url:{self.url}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Sighting:
    """A report names an account: where in the mail, by which method, in which role, how sure.

    ``confidence`` runs from 0 to 1; ``span`` counts characters of the part it was read from.
    """

    account: AccountReference
    role: Role
    method: str
    confidence: float
    part: str
    span: tuple[int, int] = (0, 0)
