"""Mails of ours to ourselves that come back: they are noted, and are no reports."""

from __future__ import annotations

from datetime import datetime

from ingest.reading import ParsedMessage
from store.tokens import read_canary_token
from store.unit_of_work import UnitOfWork


def is_canary(work: UnitOfWork, parsed: ParsedMessage, key: bytes, at: datetime) -> bool:
    """Note that a mail of ours to ourselves came back, if this is one that was missed.

    It bears a token that only we can sign, and each comes back once: a mail that bears one a second
    time is like any other.
    """
    for text in (parsed.message_id or "", parsed.subject):
        name = read_canary_token(text, key)
        if name is not None:
            return work.canaries.came_back(name, at, parsed.traits)
    return False
