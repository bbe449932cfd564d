"""Mail addresses: whether they are plain, and how they are compared."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from publicsuffixlist import PublicSuffixList

MAX_PATH: Final = 254
"""Octets in a path without its angle brackets (RFC 5321 section 4.5.3.1.3)."""
MAX_LOCAL_PART: Final = 64
"""Octets in a local part (RFC 5321 section 4.5.3.1.1)."""

# Without the % and ! of routes: a relay may send such a mail on to a third (RFC 5321 appendix F.2).
_ATEXT_OR_UTF8: Final = re.compile(r"[A-Za-z0-9.#$&'*+/=?^_`{|}~\-\u0080-\U0010ffff]+")
_DOMAIN: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?")


def is_well_formed(address: str) -> bool:
    """Tell whether an address can be answered without any doubt about where the answer goes.

    Quoted local parts and address literals are lawful (RFC 5321 section 4.1.2) but no person's
    provider hands them out.
    """
    local_part, at, domain = address.rpartition("@")
    return bool(
        at
        and len(address.encode(errors="replace")) <= MAX_PATH
        and len(local_part.encode(errors="replace")) <= MAX_LOCAL_PART
        and _ATEXT_OR_UTF8.fullmatch(local_part)
        and local_part.isprintable()
        and all(local_part.split("."))
        and _DOMAIN.fullmatch(folded_domain(domain))
        and ".." not in domain,
    )


def related_domains(one: str, other: str) -> bool:
    """Tell whether two domains belong to the same organisation (RFC 7489 section 3.1.1)."""
    one, other = folded_domain(one), folded_domain(other)
    return bool(one) and (
        one == other or organizational_domain(one) == organizational_domain(other)
    )


def organizational_domain(domain: str) -> str:
    """Give the part of a domain that its owner has registered (RFC 7489 section 3.2).

    It is one label more than the public suffix. Hosters' domains whose customers each have a name
    below them are suffixes, too. What is a suffix itself stands for itself.
    """
    folded = folded_domain(domain)
    return _suffixes().privatesuffix(folded) or folded


def labels_below_own(domain: str) -> tuple[str, ...]:
    """Give the labels of a host's name below the domain that its owner has registered."""
    folded = folded_domain(domain)
    below = folded.removesuffix(organizational_domain(folded)).strip(".")
    return tuple(below.split(".")) if below else ()


@cache
def _suffixes() -> PublicSuffixList:
    # The list comes with the package: nothing is fetched.
    return PublicSuffixList()


def folded_domain(domain: str) -> str:
    """Spell a domain the way it is compared: A-labels, lower case, no dot at the end."""
    domain = domain.strip().rstrip(".").lower()
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain


def without_tag(address: str) -> str:
    """Fold an address for comparison: lower case, and without its +tag (RFC 5233)."""
    local_part, at, domain = address.strip().strip("<>").lower().rpartition("@")
    return f"{local_part.partition('+')[0]}{at}{folded_domain(domain)}"
