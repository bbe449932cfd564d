"""Collect what trusted mail servers found out about the sender (RFC 8601).

Trace fields are put on top (RFC 5321 section 4.4), so the uppermost field of a trusted server was
written at the hop nearest to us. Those that stand together with it are kept; a Received field or a
stranger's result ends them, as what lies below was there before that hop. What the sender or any
other server wrote is never kept. Whether to believe it is decided elsewhere.
"""

from __future__ import annotations

from typing import Final

from ingest.reading import fields
from ingest.reading.mime import Mail

FIELD: Final = "authentication-results"
MAX_FIELDS: Final = 8
MAX_LENGTH: Final = 4_000


def authentication_results(mail: Mail, servers: tuple[str, ...]) -> tuple[str, ...]:
    """Give the values of the uppermost trusted hop, the newest first.

    ``servers`` are the names (authserv-ids) of the trusted servers, in lower case.
    """
    kept: list[str] = []
    for name, value in mail.root.items() if servers else ():
        field = name.lower()
        trusted = field == FIELD and _server(str(value)) in servers
        if trusted:
            kept.append(_bounded(str(value)))
        elif kept and field in {FIELD, "received"}:
            break
    return tuple(kept[:MAX_FIELDS])


def _server(value: str) -> str:
    """Tell who wrote a field: the first word, which may be quoted (RFC 8601 section 2.2)."""
    opening = fields.keyword(value[:MAX_LENGTH])
    return opening.split()[0].strip('"') if opening else ""


def _bounded(value: str) -> str:
    """Cut a value that is too long after a whole result."""
    value = fields.unfold(value, MAX_LENGTH + 1)
    return value if len(value) <= MAX_LENGTH else value[:MAX_LENGTH].rpartition(";")[0]
