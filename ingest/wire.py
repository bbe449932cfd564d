"""What strangers and transports say of themselves, made fit to keep."""

from __future__ import annotations

from typing import Any, Final

# RFC 4291 section 2.5.5.2.
_MAPPED: Final = "::ffff:"


def printable(text: str) -> str:
    """Make text from the wire storable: octets that are not UTF-8 become U+FFFD."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\0", "�")


def peer_address(peername: Any) -> str:  # noqa: ANN401 - whatever the transport says
    """Tell the address a connection comes from."""
    return _plain(peername[0]) if isinstance(peername, tuple) and peername else "local"


def peer_name(peername: Any) -> str:  # noqa: ANN401 - whatever the transport says
    """Tell the address and port a connection comes from."""
    if isinstance(peername, tuple) and len(peername) > 1:
        return f"{_plain(peername[0])}:{peername[1]}"
    return "local"


def _plain(address: object) -> str:
    """Give an IPv4 address as such, also where one socket listens for both kinds."""
    text = str(address)
    return text.removeprefix(_MAPPED) if "." in text else text
