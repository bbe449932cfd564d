"""What a report carries inside: decoded for its size and digest, and for nothing else."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import Final

from ingest.reading.machine_reports.guards import Fields
from store.model import EvidencePart

# XARF 4: five million octets each (5 MB), fifteen together.
MAX_OCTETS: Final = 5 * 1024 * 1024
MAX_OCTETS_TOGETHER: Final = 3 * MAX_OCTETS

_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,60}")
_DIGEST = re.compile(r"(md5|sha-?1|sha-?256|sha-?512)[:= ]([0-9a-f]{32,128})", re.IGNORECASE)


def evidence(
    items: list[Fields], *, type_field: str, payload_field: str, encoded_field: str | None = None
) -> tuple[EvidencePart, ...]:
    """List the payloads of a report's items; one that is damaged is named as a defect."""
    listed: list[EvidencePart] = []
    for item in items:
        payload = item.octets(payload_field)
        if payload is None:
            continue
        is_text = encoded_field is not None and item.flag(encoded_field) is False
        octets = payload.encode("utf-8", "replace") if is_text else _decoded(payload, item)
        if octets is None or _is_too_much(octets, listed, item):
            continue
        listed.append(_part(octets, item, type_field))
    return tuple(listed)


def _decoded(payload: str, item: Fields) -> bytes | None:
    try:
        return base64.b64decode("".join(payload.split()), validate=True)
    except (binascii.Error, ValueError):
        item.object_to("a payload is no base64")
        return None


def _is_too_much(octets: bytes, listed: list[EvidencePart], item: Fields) -> bool:
    together = sum(part.size for part in listed) + len(octets)
    if len(octets) <= MAX_OCTETS and together <= MAX_OCTETS_TOGETHER:
        return False
    item.object_to("a payload is larger than the standard allows")
    return True


def _part(octets: bytes, item: Fields, type_field: str) -> EvidencePart:
    stated = (item.text(type_field) or "").lower()
    if not _is_as_stated(octets, item):
        item.object_to("a payload differs from its stated size or digest")
    return EvidencePart(
        filename=None,
        content_type=stated if _TYPE.fullmatch(stated) else "application/octet-stream",
        size=len(octets),
        sha256=hashlib.sha256(octets).hexdigest(),
    )


def _is_as_stated(octets: bytes, item: Fields) -> bool:
    size = item.text("size")
    if size is not None and size.isdecimal() and int(size) != len(octets):
        return False
    digest = _DIGEST.fullmatch(item.text("hash") or "")
    if digest is None:
        return True
    name = digest[1].lower().replace("-", "")
    return hashlib.new(name, octets, usedforsecurity=False).hexdigest() == digest[2].lower()
