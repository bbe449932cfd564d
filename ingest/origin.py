"""Where a connection really comes from, as a proxy or a mail server of our own tells it.

Such words are believed from configured addresses only. Pure; the commands that carry them are in
``forwarded``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final

LOCAL: Final = "local"
"""The address of a peer that connects by a Unix socket."""
MAX_HELO: Final = 255
MAX_PORT: Final = 65_535

_ATTRIBUTE: Final = re.compile(r"([A-Za-z]{1,20})=(\S{0,300})")
# RFC 3461 section 4.
_XTEXT: Final = re.compile(r"(?:[!-*,-<>-~]|\+[0-9A-F]{2})*")
_HEXCHAR: Final = re.compile(r"\+([0-9A-F]{2})")
_UNKNOWN: Final = frozenset({"[UNAVAILABLE]", "[TEMPUNAVAIL]"})
_IPV6: Final = "IPV6:"


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Who brings a mail: ``peer`` is "address:port" or "local", ``helo`` their own name for it."""

    peer: str
    helo: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What somebody in between tells of a client; None for what is not told or not known."""

    address: str | None = None
    port: int | None = None
    helo: str | None = None

    def over(self, earlier: Told) -> Told:
        """Take what is told now, and the rest from what was told before."""
        return Told(
            address=self.address or earlier.address,
            port=self.port if self.address else earlier.port,
            helo=self.helo or earlier.helo,
        )

    def of(self, origin: Origin) -> Origin:
        """Correct what the connection itself shows."""
        peer = f"{self.address}:{self.port or 0}" if self.address else origin.peer
        return replace(origin, peer=peer, helo=self.helo or origin.helo)


class Networks:
    """Addresses that are believed: networks, and ``local`` for Unix sockets.

    Raises ValueError for a name that is none of these.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        names = list(names)
        self._local = LOCAL in names
        self._networks: list[IPv4Network | IPv6Network] = [
            ip_network(name, strict=False) for name in names if name != LOCAL
        ]

    def __contains__(self, peer: str) -> bool:
        if peer == LOCAL:
            return self._local
        try:
            # Of an address with a zone (fe80::1%eth0) only the address counts.
            address = ip_address(peer.partition("%")[0])
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None) or address
        return any(mapped in network for network in self._networks)


NOBODY: Final = Networks()
"""No address at all."""


def read_attributes(text: str) -> Told:
    """Read the attributes of XCLIENT or XFORWARD (Postfix XCLIENT_README, XFORWARD_README).

    Raises ValueError for what is none. Attributes without a use here are passed over.
    """
    values: dict[str, str] = {}
    for word in text.split():
        found = _ATTRIBUTE.fullmatch(word)
        if not found:
            raise ValueError("not of the form name=value")
        if found[2].upper() not in _UNKNOWN:
            values[found[1].upper()] = _decoded(found[2])
    if not values and "=" not in text:
        raise ValueError("no attribute")
    return Told(
        address=_address(values["ADDR"]) if "ADDR" in values else None,
        port=_port(values["PORT"]) if "PORT" in values else None,
        helo=values["HELO"][:MAX_HELO] if values.get("HELO") else None,
    )


def _decoded(value: str) -> str:
    if not _XTEXT.fullmatch(value):
        raise ValueError("not xtext")
    octets = _HEXCHAR.sub(lambda found: chr(int(found[1], 16)), value).encode("latin-1")
    text = octets.decode("utf-8", "replace")
    if not text.isprintable():
        raise ValueError("holds control characters")
    return text


def _address(text: str) -> str:
    return str(ip_address(text[len(_IPV6) :] if text.upper().startswith(_IPV6) else text))


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= MAX_PORT):
        raise ValueError("not a port")
    return int(text)
