"""Our own reporting addresses, compared as the standards ask, with their plus-parts."""

from __future__ import annotations

from collections.abc import Iterable


def fold_address(address: str) -> str:
    """Bring an address into one spelling for comparison.

    Domains do not distinguish case (RFC 5321 section 2.3.11) and are compared as A-labels (RFC
    5890), without the dot some senders put at their end; our own local parts do not distinguish
    case either (RFC 2142 section 2).
    """
    local, _, domain = address.strip().rpartition("@")
    return f"{local.casefold()}@{_ascii_domain(domain).removesuffix('.')}"


def tag_of(address: str, known: frozenset[str]) -> str | None:
    """Give the tag by which an address is ``local+tag@domain`` of a known one (RFC 5233).

    ``known`` are folded. One that is configured with a plus-part of its own is known as it is, and
    gets a second plus sign before its tag; None for an address that is none of these or has no tag.
    """
    if fold_address(address) in known:
        return None
    local, _, domain = address.rpartition("@")
    parts = local.split("+")
    for count in range(len(parts) - 1, 0, -1):
        if fold_address(f"{'+'.join(parts[:count])}@{domain}") in known:
            return "+".join(parts[count:])
    return None


def _ascii_domain(domain: str) -> str:
    try:
        return domain.encode("idna").decode("ascii").casefold()
    except UnicodeError:
        return domain.casefold()


class ReportingAddresses:
    """The addresses we take mail for; every other one is refused."""

    def __init__(self, addresses: Iterable[str]) -> None:
        self._known = frozenset(fold_address(address) for address in addresses)

    def __contains__(self, address: str) -> bool:
        return fold_address(address) in self._known or tag_of(address, self._known) is not None
