"""To which of our addresses a mail came, and how severe what comes there is at least.

Pure. Envelope and header fields both count: two copies of a mail to two of our addresses are one
report, whichever of them came first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ingest.addresses import fold_address, tag_of
from store.model import Severity


@dataclass(frozen=True, kw_only=True, slots=True)
class Receptions:
    """Our addresses in their order, and the least severity of those that have one.

    Both hold folded addresses (``ingest.addresses.fold_address``).
    """

    addresses: tuple[str, ...] = ()
    least: Mapping[str, Severity] = field(default_factory=dict)

    def address_of(self, recipients: Iterable[str]) -> str | None:
        """Tell which of our addresses decides: the most severe one, of several the first.

        One with a tag is the address it is a tag of (RFC 5233). None when a mail came to none.
        """
        known = frozenset(self.addresses)
        came_to = {_untagged(each, known) for each in recipients}
        ours = [each for each in self.addresses if each in came_to]
        return max(ours, key=self.least_at, default=None)

    def least_at(self, address: str | None) -> Severity:
        """Tell how severe what comes to an address is at least."""
        return self.least.get(address or "", Severity.LOW)


def _untagged(address: str, known: frozenset[str]) -> str:
    tag = tag_of(address, known)
    if tag:
        local, _, domain = address.rpartition("@")
        address = f"{local.removesuffix(f'+{tag}')}@{domain}"
    return fold_address(address)
