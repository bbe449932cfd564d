"""Reading: from any bytes to a ParsedMessage, never an exception."""

from ingest.reading.message import ParsedMessage, read_message, unreadable_message
from ingest.reading.rules import HomePlatform, ReadingRules

__all__ = [
    "HomePlatform",
    "ParsedMessage",
    "ReadingRules",
    "read_message",
    "unreadable_message",
]
