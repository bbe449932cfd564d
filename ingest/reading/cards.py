"""The words of an invitation (RFC 5545) or a card (RFC 6350), where a mail has no others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ingest.reading import charsets
from ingest.reading.parts import Part, stated_type
from ingest.reading.repair import leaves
from ingest.reading.texts import octets_of

MAX_CARDS: Final = 5
MAX_CARD: Final = 50_000

_TYPES: Final = frozenset({"text/calendar", "text/vcard", "text/x-vcard", "text/directory"})
_WORDS: Final = frozenset(
    {"SUMMARY", "DESCRIPTION", "LOCATION", "COMMENT", "URL"}
    | {"FN", "NICKNAME", "NOTE", "X-SOCIALPROFILE", "SOCIALPROFILE", "IMPP"}
)
_LINE = re.compile(r"(?:item\d{1,3}\.)?([A-Za-z-]{1,40})(?:;[^:\n]{0,300})?:(.{1,5000})")
_FOLD = re.compile(r"\r?\n[ \t]")


def card_words(root: Part) -> str:
    """Give the fields of invitations and cards that are words, a line each."""
    cards = [part for part in leaves(root) if stated_type(part) in _TYPES][:MAX_CARDS]
    return "\n".join(dict.fromkeys(line for card in cards for line in _fields(card)))


def _fields(card: Part) -> Iterator[str]:
    text, _ = charsets.decode(octets_of(card)[:MAX_CARD], card.get_content_charset() or "utf-8")
    for line in _FOLD.sub("", text).splitlines():
        match = _LINE.match(line)
        if match and match[1].upper() in _WORDS:
            value = match[2].replace("\\n", "\n").replace("\\N", "\n")
            yield re.sub(r"\\([,;\\])", r"\1", value).strip()
