"""Read values of header fields: comments, keywords, ids, addresses. Pure, linear, total."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MAX_IDS: Final = 50
MAX_ID_LENGTH: Final = 500

_WHITESPACE = re.compile(r"\s+")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ANGLED_ID = re.compile(r"<\s{0,9}([^<>\s]{1,500})\s{0,9}>")
_BARE_ID = re.compile(r"[^\s<>,;\"]{1,500}@[^\s<>,;\"]{1,500}")
_ADDRESS = re.compile(r"[^\s<>\"',;:()\[\]@]{1,128}@[^\s<>\"',;:()@]{1,255}")


def unfold(value: str, limit: int = 1000) -> str:
    """Put a value on one line (RFC 5322 section 2.2.3), printable, composed, not too long."""
    value = _WHITESPACE.sub(" ", value[: limit * 4])
    value = unicodedata.normalize("NFC", _sound(_UNPRINTABLE.sub("", value)))
    return value.strip()[:limit]


def printable(text: str) -> str:
    """Drop control characters and direction overrides, keep line ends and tabs."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _sound(_UNPRINTABLE.sub("", text))


def _sound(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def without_comments(value: str) -> str:
    """Take comments off a structured value (CFWS, RFC 5322 section 3.2.2), nested ones too."""
    kept = []
    depth = 0
    escaped = False
    for char in value:
        if escaped:
            escaped = False
        elif char == "\\" and depth:
            escaped = True
        elif char == "(":
            depth += 1
        elif char == ")" and depth:
            depth -= 1
        elif not depth:
            kept.append(char)
    return "".join(kept)


def keyword(value: str) -> str:
    """Tell the keyword before any ``;`` parameters (RFC 3834 section 5.2), in lower case."""
    return without_comments(value).split(";")[0].strip().strip("\"'").lower()


def message_ids(value: str, *, bare: bool = False) -> tuple[str, ...]:
    """Give the ids of a Message-ID, In-Reply-To or References value, in angle brackets.

    The brackets are part of an id (RFC 5322 section 3.6.4); ids without them are taken too, as
    old clients write them; ``bare`` takes a single word without an ``@``, too.
    """
    value = value[:20_000].strip()
    found = _ANGLED_ID.findall(value) or _BARE_ID.findall(value)
    if not found and bare and 0 < len(value) <= MAX_ID_LENGTH and " " not in value:
        found = [value.strip("<>")] if value.strip("<>") else []
    return tuple(f"<{id_}>" for id_ in dict.fromkeys(found))[-MAX_IDS:]


def address(value: str) -> str | None:
    """Give the last thing in a value that looks like an address, its domain in lower case.

    The display name comes first (RFC 5322 section 3.4), and may itself look like an address.
    """
    found = _ADDRESS.findall(value[:4000])
    return normal_address(found[-1]) if found else None


def normal_address(value: str) -> str | None:
    """Lower the domain, keep the local part (RFC 5321 section 2.4); None for what is none."""
    local, at, domain = unfold(value, 400).strip("<>").rpartition("@")
    domain = domain.rstrip(".").lower()
    return f"{local}@{domain}" if at and local and domain and " " not in domain else None
