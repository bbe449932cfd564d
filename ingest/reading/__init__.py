"""Reading: from any bytes to a ParsedMessage, never an exception."""

from __future__ import annotations

from ingest.reading.parsed import ParsedMessage, unreadable_message
from ingest.reading.rules import HomePlatform, ReadingRules
from store.model import Envelope

__all__ = [
    "HomePlatform",
    "ParsedMessage",
    "ReadingRules",
    "read_message",
    "unreadable_message",
]


def read_message(raw: bytes, envelope: Envelope | None, rules: ReadingRules) -> ParsedMessage:
    """Read a mail; never raises.

    Without an envelope (a mail from a file) the reverse path is what Return-Path says, else the
    address in From (RFC 5321 section 4.4).
    """
    # Imported only by the process that reads: the others start in half the time and memory.
    from ingest.reading import message  # noqa: PLC0415 - see above

    return message.read_message(raw, envelope, rules)
