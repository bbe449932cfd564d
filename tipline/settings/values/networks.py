"""Networks whose word is taken, modes of files, and where a Unix socket may lie."""

from __future__ import annotations

import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator

from ingest.origin import LOCAL
from tipline.settings.values.lists import parse_list
from tipline.settings.values.quoting import shown

# sun_path has 108 octets, the last of them zero (unix(7)); the socket is made with a longer name.
MAX_SOCKET_PATH: Final = 90
_MODE: Final = re.compile(r"0?[0-7]{3}")


def check_network(name: str) -> str:
    """Refuse what is neither an address, nor a network, nor ``local``."""
    try:
        if name != LOCAL:
            ip_network(name, strict=False)
    except ValueError as error:
        raise ValueError(
            f'{shown(name)} is no network; write it like "192.0.2.1", "10.0.0.0/8" or '
            '"2001:db8::/32", or "local" for Unix sockets'
        ) from error
    return name


def check_unnamed_place(name: str) -> str:
    """Refuse what is neither ``mailbox:NAME`` nor an address or a network."""
    if name.startswith("mailbox:"):
        return name
    try:
        ip_network(name, strict=False)
    except ValueError as error:
        raise ValueError(
            f'{shown(name)} is no place mail comes from; write "mailbox:NAME", or a network like '
            '"192.0.2.1" or "2001:db8::/32"'
        ) from error
    return name


def check_mode(mode: str) -> str:
    """Refuse what are no permission bits."""
    if not _MODE.fullmatch(mode):
        raise ValueError(f'{shown(mode)} is not a mode; write it in octal, like "0660"')
    return mode


def check_socket(path: Path) -> Path:
    """Refuse a path that the system could not bind."""
    if len(str(path).encode()) > MAX_SOCKET_PATH:
        raise ValueError(f"is longer than {MAX_SOCKET_PATH} octets; sockets need a shorter path")
    return path


Network = Annotated[str, AfterValidator(check_network)]
UnnamedPlaces = Annotated[
    tuple[Annotated[str, AfterValidator(check_unnamed_place)], ...], BeforeValidator(parse_list)
]
NetworkNames = Annotated[tuple[Network, ...], BeforeValidator(parse_list)]
Mode = Annotated[str, AfterValidator(check_mode)]
SocketPath = Annotated[Path, AfterValidator(check_socket)]
