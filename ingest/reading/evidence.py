"""The attachments of a mail, as they are listed: name made safe, type, size and digest."""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar
from urllib.parse import unquote

from mailparser.utils import decode_base64_payload

from ingest.reading import fields
from ingest.reading.bulk import Bulk, base64_decoded
from ingest.reading.parts import Part, stated_type
from ingest.reading.repair import UNNAMED
from ingest.reading.texts import octets_of
from store.model import EvidencePart

MAX_NAME_LENGTH: Final = 120
MAX_ENDING: Final = 10
# The form of RFC 2231 within quotation marks, as some programs write it.
_LABELLED_NAME = re.compile(r"utf-8'[a-z-]{0,10}'(.{1,500})", re.IGNORECASE)

Answer = TypeVar("Answer")


def attempt(question: Callable[[], Answer], otherwise: Answer) -> Answer:
    """Ask a library; whatever it raises on wild mail, there is an answer."""
    try:
        return question()
    except Exception:  # noqa: BLE001 - some headers make the standard library raise anything
        return otherwise


def of_attachment(attachment: dict[str, Any]) -> EvidencePart:
    """List what mail-parser found."""
    octets = attempt(lambda: _octets_of_attachment(attachment), b"")
    return _listed(
        str(attachment.get("filename") or ""),
        str(attachment.get("mail_content_type") or "application/octet-stream"),
        [octets],
    )


def _octets_of_attachment(attachment: dict[str, Any]) -> bytes:
    payload = attachment["payload"]
    if attachment["binary"]:
        return bytes(decode_base64_payload(payload))
    return str(payload).encode("utf-8", "surrogateescape")


def of_part(part: Part, bulk: Bulk) -> EvidencePart:
    """List a part as it stands in the tree; what was left out of it is measured with it."""
    name = attempt(lambda: str(part.get_filename() or ""), "")
    pieces = decoded(part, bulk) if bulk.is_in(part.stored()) else [octets_of(part)]
    return _listed(name, stated_type(part), pieces)


def octets_within(part: Part, bulk: Bulk, limit: int) -> bytes:
    """Give the octets of a part with what was left out, or a little more than a limit of them."""
    if not bulk.is_in(part.stored()):
        return octets_of(part)
    whole = bytearray()
    for piece in decoded(part, bulk):
        whole += piece
        if len(whole) > limit:
            break
    return bytes(whole)


def decoded(part: Part, bulk: Bulk) -> Iterable[bytes]:
    """Undo the transfer encoding of a part with what was left out, piece by piece."""
    pieces = bulk.pieces(part.stored())
    match str(part.get("Content-Transfer-Encoding", "")).strip().lower():
        case "base64":
            return base64_decoded(pieces)
        case "quoted-printable":
            return map(binascii.a2b_qp, pieces)
        case _:
            return pieces


def _listed(name: str, kind: str, pieces: Iterable[bytes]) -> EvidencePart:
    size, digest = 0, hashlib.sha256()
    for piece in pieces:
        size += len(piece)
        digest.update(piece)
    return EvidencePart(
        filename=safe_name(name),
        content_type=fields.unfold(kind, 120).lower(),
        size=size,
        sha256=digest.hexdigest(),
    )


def safe_name(name: str) -> str | None:
    """Make a file name safe to print: no folder, no control or direction characters, not long."""
    name = name.strip(" \"'")
    if labelled := _LABELLED_NAME.fullmatch(name):
        name = unquote(labelled[1], errors="replace")
    base = fields.unfold(name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1], 1000)
    if base in {"", ".", "..", UNNAMED}:
        return None
    stem, dot, ending = base.rpartition(".")
    if len(base) <= MAX_NAME_LENGTH or not dot or len(ending) > MAX_ENDING:
        return base[:MAX_NAME_LENGTH]
    return f"{stem[: MAX_NAME_LENGTH - len(ending) - 1]}.{ending}"
