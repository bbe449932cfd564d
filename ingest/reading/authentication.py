"""Collect what trusted mail servers found out about the sender (RFC 8601).

Trace fields are put on top (RFC 5321 section 4.4), so the uppermost field of a trusted server was
written at the hop nearest to us. Those that stand together with it are kept; a Received field or a
stranger's result ends them, as what lies below was there before that hop. What the sender or any
other server wrote is never kept. Whether to believe it is decided elsewhere.

Some servers, those of Microsoft 365 among them, begin with a result where their name should stand
(section 2.2 requires one). As anybody could have written that, such a field counts only in mail
that came by a mailbox or from a network which the operator names, and only if it is the uppermost
of all such fields.
"""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from typing import Final

from ingest.reading import fields
from ingest.reading.mime import Mail
from ingest.reading.rules import ReadingRules
from store.model import UNNAMED_SERVER, Door, Envelope

FIELD: Final = "authentication-results"
MAX_FIELDS: Final = 8
MAX_LENGTH: Final = 4_000
MAILBOX: Final = "mailbox:"
# A result, where the name of a server should stand.
_RESULT: Final = re.compile(r"(?:spf|dkim|dmarc|compauth|arc|auth|iprev)(?:/\d+)?\s*=\s*[a-z]")


def authentication_results(
    mail: Mail, rules: ReadingRules, origin: Envelope | None = None
) -> tuple[str, ...]:
    """Give the values of the uppermost trusted hop, the newest first.

    ``origin`` tells where the mail came from. A field that names no server is given with
    ``UNNAMED_SERVER`` before it; where one counts, no other does, as whoever wrote it lets fields
    with other servers' names pass.
    """
    if _may_be_unnamed(rules.unnamed_from, origin):
        newest = next((value for name, value in mail.root.items() if name.lower() == FIELD), "")
        if _RESULT.match(fields.keyword(str(newest)[:MAX_LENGTH])):
            return (_bounded(f"{UNNAMED_SERVER}; {newest}"),)
    return _named(mail, rules.authentication_servers)


def _named(mail: Mail, servers: tuple[str, ...]) -> tuple[str, ...]:
    kept: list[str] = []
    for name, value in mail.root.items() if servers else ():
        field = name.lower()
        trusted = field == FIELD and _server(str(value)) in servers
        if trusted:
            kept.append(_bounded(str(value)))
        elif kept and field in {FIELD, "received"}:
            break
    return tuple(kept[:MAX_FIELDS])


def _may_be_unnamed(places: tuple[str, ...], origin: Envelope | None) -> bool:
    """Tell whether a mail came from where findings count that name no server."""
    if not places or origin is None:
        return False
    match origin.door:
        case Door.IMAP:
            return f"{MAILBOX}{origin.peer.partition('/')[0]}" in places
        case Door.SMTP | Door.LMTP:
            networks = [place for place in places if not place.startswith(MAILBOX)]
            return _is_in(origin.peer.rpartition(":")[0], networks)
        case Door.FOLDER | Door.ARCHIVE:
            return False


def _is_in(host: str, networks: list[str]) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        # A Unix socket has none.
        return False
    mapped = getattr(address, "ipv4_mapped", None) or address
    return any(mapped in ip_network(network, strict=False) for network in networks)


def _server(value: str) -> str:
    """Tell who wrote a field: the first word, which may be quoted (RFC 8601 section 2.2)."""
    opening = fields.keyword(value[:MAX_LENGTH])
    return opening.split()[0].strip('"') if opening else ""


def _bounded(value: str) -> str:
    """Cut a value that is too long after a whole result."""
    value = fields.unfold(value, MAX_LENGTH + 1)
    return value if len(value) <= MAX_LENGTH else value[:MAX_LENGTH].rpartition(";")[0]
