"""By what two deliveries are known to be the same mail, whatever the servers added on the way."""

from __future__ import annotations

import hashlib
import re
from typing import Final

# What the sender wrote and no server changes. Trace and other fields are put on top of them.
_FIELD: Final = re.compile(
    rb"^(message-id|from|subject|date):([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)",
    re.IGNORECASE | re.MULTILINE,
)
_END_OF_HEADER: Final = re.compile(rb"\r?\n\r?\n")
_HEADER_OCTETS: Final = 256 * 1024


def mail_digest(raw: bytes) -> str:
    """Give a digest (SHA-256) over the Message-ID and the content of a mail.

    The content is From, Subject, Date and the body. A mail without a Message-ID is compared octet
    by octet.
    """
    end = _END_OF_HEADER.search(raw, 0, _HEADER_OCTETS)
    header = raw[: end.start()] if end else raw[:_HEADER_OCTETS]
    fields = {name.lower(): b"".join(value.split()) for name, value in _FIELD.findall(header)}
    if not end or not fields.get(b"message-id"):
        return hashlib.sha256(raw).hexdigest()
    digest = hashlib.sha256()
    for name in sorted(fields):
        digest.update(name + b":" + fields[name] + b"\n")
    digest.update(b"\n" + raw[end.end() :])
    return digest.hexdigest()
