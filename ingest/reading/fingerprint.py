"""What makes two deliveries one mail: its name, author, date, subject and content, and no more.

Each door puts fields of its own on top (Received, Delivered-To, Return-Path, signatures, results
of checks, marks of filters), ends lines its own way, and may encode parts anew. None of that is in
the fingerprint. All that the author wrote is: a Message-ID alone says nothing, as programs use one
again and anybody can write anybody's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from ingest.reading.evidence import attempt, decoded
from ingest.reading.parts import Part, stated_type
from ingest.reading.texts import octets_of
from store.model import MailTraits

RESENT: Final = ("resent-date", "resent-message-id")
"""Fields of who sends a mail again by hand (RFC 5322 section 3.6.6); servers add none of them."""


def fingerprint(
    traits: MailTraits, dates: Sequence[str], subject: str, content: str | None
) -> str | None:
    """Tell a mail from every other one (SHA-256, hexadecimal).

    ``dates`` are its Date as written and those of ``RESENT``: who sends a mail again by hand means
    it. ``content`` is what ``content_digest`` gave. None for a mail without Message-ID or Date,
    whose like may come again and mean something new, and for one that was not read to its end.
    """
    if not (traits.message_id and dates and dates[0] and content):
        return None
    authors = sorted({address.casefold() for address in traits.from_addresses})
    told = [traits.message_id, authors, *dates, subject, content]
    return hashlib.sha256(json.dumps(told).encode("ascii")).hexdigest()


def content_digest(root: Part) -> str | None:
    """Digest the leaves of a tree as it was parsed, before anything in it is repaired.

    None where bounds were met, so that not all of the mail is there.
    """
    if root.beyond:
        return None
    return attempt(lambda: _digest(root), None)


def _digest(root: Part) -> str | None:
    leaves = [_leaf(part, root) for part in root.walk() if not part.is_multipart()]
    # Some bounds are only met when parts are looked at.
    return None if root.beyond else hashlib.sha256(json.dumps(leaves).encode("ascii")).hexdigest()


def _leaf(part: Part, root: Part) -> tuple[str, str]:
    kind = stated_type(part)
    has_gap = root.bulk.is_in(part.stored())
    pieces = decoded(part, root.bulk) if has_gap else [octets_of(part)]
    encoding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
    exact = encoding == "base64" and not kind.startswith("text/")
    digest = hashlib.sha256()
    for piece in pieces if exact else _plainly(pieces):
        digest.update(piece)
    return kind, digest.hexdigest()


def _plainly(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Leave out how lines end, and white space at the end of it all."""
    held = b""
    for piece in pieces:
        whole = held + piece.replace(b"\r", b"")
        kept = whole.rstrip(b" \t\n")
        held = whole[len(kept) :]
        yield kept
