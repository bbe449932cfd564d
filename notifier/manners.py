"""What the rules of etiquette have to know of us, and what they may look at in a mail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from notifier.authentication import Authentication, Required, judge
from store.model import MailKind, MailTraits


@dataclass(frozen=True, kw_only=True, slots=True)
class Manners:
    """What the rules have to know of us.

    ``own_addresses`` are those we receive and send at; ``own_domains`` those our Message-IDs end
    in. Both are compared without regard to case. The mail servers in ``trusted_servers`` are
    believed about who sent a mail; ``authentication`` tells what to make of it.
    """

    own_addresses: frozenset[str] = frozenset()
    own_domains: frozenset[str] = frozenset()
    trusted_servers: frozenset[str] = frozenset()
    authentication: Required = Required.WHEN_AVAILABLE


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """All a rule may look at."""

    traits: MailTraits
    kind: MailKind
    manners: Manners

    def headers(self, *names: str) -> list[str]:
        """Give the values of the fields of these names, in the order of the mail."""
        return [value for name, value in self.traits.headers if name.lower() in names]

    def first_of(self, names: frozenset[str]) -> str | None:
        """Give the name of the first field that is one of these."""
        return next(
            (name.lower() for name, _ in self.traits.headers if name.lower() in names), None
        )

    def authentication(self) -> Authentication:
        """Tell what the trusted mail servers wrote about the sender."""
        servers = self.manners.trusted_servers
        return judge(self.traits.authentication, self.traits.from_addresses, servers)


Rule = Callable[[Question], str | None]
"""Gives the detail of its objection, or None."""
