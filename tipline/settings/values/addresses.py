"""Mail addresses, domains, and whom a step of a policy tells."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator

from store.tokens import LONGEST_TOKEN
from tipline.settings.values.lists import parse_list
from tipline.settings.values.quoting import shown

_ADDRESS: Final = re.compile(r"[^\s@<>,;:\"\\()\[\]]+@[^\s@<>,;:\"\\()\[\]]+")
_DOMAIN: Final = re.compile(r"[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)*")
_TARGET: Final = re.compile(r"(person|rota|address|channel):(.+)")


# RFC 5321 section 4.5.3.1.1: 64 octets, of which a plus sign and a token take theirs.
LONGEST_LOCAL_PART: Final = 64 - 1 - LONGEST_TOKEN


def leaves_room(address: str) -> bool:
    """Tell whether an address stays within the standard with a token behind a plus sign."""
    return len(address.rpartition("@")[0].encode()) <= LONGEST_LOCAL_PART


def check_address(address: str) -> str:
    """Refuse what could not stand as a bare address in a header."""
    if not _ADDRESS.fullmatch(address):
        raise ValueError(f'{shown(address)} is not a mail address; write it like "cp@example.org"')
    return address


def check_domain(domain: str) -> str:
    """Refuse what cannot be the name of a host."""
    if not _DOMAIN.fullmatch(domain):
        raise ValueError(f'{shown(domain)} is not a domain; write it like "example.org"')
    return domain.lower()


def check_host(host: str) -> str:
    """Refuse what is more than the name or address of a host, such as one with its port."""
    if not _DOMAIN.fullmatch(host.removesuffix(".")) and not _is_ip_address(host):
        raise ValueError(
            f"{shown(host)} is not the name or address of a host alone; write it like "
            '"mail.example.org", and a port into the key "port"'
        )
    return host


def _is_ip_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def check_target(target: str) -> str:
    """Refuse a target that is not person:NAME, rota:NAME, address:ADDRESS or channel:NAME."""
    found = _TARGET.fullmatch(target)
    if not found:
        raise ValueError(
            f'{shown(target)} is nobody; write "person:NAME", "rota:NAME", "address:ADDRESS" or '
            '"channel:NAME"'
        )
    if found[1] == "address":
        check_address(found[2])
    return target


Address = Annotated[str, AfterValidator(check_address)]
Domain = Annotated[str, AfterValidator(check_domain)]
HostName = Annotated[str, AfterValidator(check_host)]
TargetName = Annotated[str, AfterValidator(check_target)]
Domains = Annotated[tuple[Domain, ...], BeforeValidator(parse_list)]
Addresses = Annotated[tuple[Address, ...], BeforeValidator(parse_list)]
Targets = Annotated[tuple[TargetName, ...], BeforeValidator(parse_list)]
