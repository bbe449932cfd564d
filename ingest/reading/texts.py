"""The octets of a part, and readable text in the place of those that mail-parser would misread."""

from __future__ import annotations

import re
from typing import Final

from ingest.reading import charsets, flowed
from ingest.reading.bounds import cut_defect, lengths
from ingest.reading.charset_guess import is_wide
from ingest.reading.parts import Part

# Octets of a text that are read, most of them its beginning; the rest stays in the sealed mail.
MAX_TEXT_OCTETS: Final = 1_000_000
# Octets among which a line end is looked for, so that no character is cut in two.
_NEAR: Final = 2_000
_WIDE: Final = ("utf-16", "utf-32", "utf_16", "utf_32")

_META_CHARSET = re.compile(rb"charset\s{0,5}=\s{0,5}[\"']?([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)


def octets_of(part: Part) -> bytes:
    """Undo the transfer encoding of a part, and nothing else."""
    payload = part.get_payload(decode=True)
    if isinstance(payload, bytes):
        return payload
    return part.stored().encode("utf-8", "surrogateescape")


def settle_text(part: Part) -> list[str]:
    """Put readable text in the place of octets that mail-parser would misread."""
    octets = octets_of(part)
    label = part.get_content_charset()
    if label is None and part.get_content_subtype() == "html":
        found = _META_CHARSET.search(octets[:4096])
        label = found[1].decode("ascii") if found else None
    text, defects = _decoded(octets, label)
    flows = flowed.is_flowed(part)
    if flows:
        text = flowed.unflow(text, delete_space=flowed.deletes_space(part))
    part.text = text
    if _is_plain_sailing(octets, label, defects) and not flows:
        return []
    del part["Content-Transfer-Encoding"]
    part.replace_value("Content-Type", f'{part.get_content_type()}; charset="utf-8"')
    part.set_payload(text)
    return defects


def _decoded(octets: bytes, label: str | None) -> tuple[str, list[str]]:
    """Decode a text, of one that is too long its beginning and its end; tell what was wrong."""
    if len(octets) <= MAX_TEXT_OCTETS or _is_wide(octets, label):
        text, defect = charsets.decode(octets, label)
        return text, [defect] if defect else []
    head, tail = lengths(MAX_TEXT_OCTETS)
    first, last = octets[:head], octets[-tail:]
    first = first[: first.rfind(b"\n", len(first) - _NEAR) + 1] or first
    last = last[last.find(b"\n", 0, _NEAR) + 1 :]
    begun, defect = charsets.decode(first, label)
    ended, defect_too = charsets.decode(last, label)
    found = (cut_defect(MAX_TEXT_OCTETS), defect, defect_too)
    return f"{begun}\n{ended}", [each for each in found if each]


def _is_wide(octets: bytes, label: str | None) -> bool:
    """Tell whether characters have so many octets that a line end cannot be looked for."""
    wide = (charsets.canonical(label) or "").startswith(_WIDE)
    return wide or octets.startswith((b"\xff\xfe", b"\xfe\xff")) or is_wide(octets[:_NEAR])


def _is_plain_sailing(octets: bytes, label: str | None, defects: list[str]) -> bool:
    """Tell whether mail-parser reads the text as we do."""
    if defects:
        return False
    if b"\x1b" not in octets and octets.isascii() and b"\0" not in octets:
        return label is None or charsets.canonical(label) in {"utf-8", "cp1252"}
    return (label or "").lower() == "utf-8" and not octets.startswith(b"\xef\xbb\xbf")
