"""Which addresses a secret may be sent to."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def check_endpoint(url: str) -> str:
    """Refuse what is no https URL of an endpoint; http is for this machine. Raises ValueError.

    RFC 6749 section 3.2: TLS is required, and there is no fragment.
    """
    parts = urlsplit(url)
    if not (url.isascii() and url.isprintable()) or " " in url or not parts.hostname:
        raise ValueError("is not a URL")
    if parts.username or parts.password or parts.fragment:
        raise ValueError("must hold neither a login nor a fragment")
    here = parts.scheme == "http" and parts.hostname in LOOPBACK
    if parts.scheme != "https" and not here:
        raise ValueError("must begin with https://, as secrets are sent there")
    # Raises ValueError for a port that is none.
    _ = parts.port
    return url
