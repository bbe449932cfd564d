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


def split_plus(address: str) -> tuple[str, str | None]:
    """Split ``local+tag@domain`` into the address without its tag, and the tag."""
    local, _, domain = address.rpartition("@")
    base, plus, tag = local.partition("+")
    return f"{base}@{domain}", tag if plus else None


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
        # An address that is configured with a plus-part of its own is known as it is.
        candidates = (address, split_plus(address)[0])
        return any(fold_address(candidate) in self._known for candidate in candidates)
