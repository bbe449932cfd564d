"""A further copy of a mail, by whatever door: written down beside the first, and nothing else."""

from __future__ import annotations

from dataclasses import replace

from ingest.match import Decision
from ingest.reading import ParsedMessage
from store.model import Door, InboundId, InboundMessage, MailTraits
from store.unit_of_work import UnitOfWork


def note_copy(
    work: UnitOfWork, message: InboundMessage, parsed: ParsedMessage, copy_of: InboundId
) -> str:
    """Write a copy down; gives the reason of its place. What its way here tells is kept."""
    first = work.repeats.add(message.id, copy_of, traits_by_way(message, parsed))
    return f"{Decision.REPEAT}: the same mail as message {first}"


def traits_by_way(message: InboundMessage, parsed: ParsedMessage) -> MailTraits:
    """Give a mail's traits with what its door tells of them."""
    return replace(parsed.traits, archived=message.envelope.door is Door.ARCHIVE)
