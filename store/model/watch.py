"""What the watch over tipline itself keeps: faults that were told of, canaries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """Something not as promised that the operators were told about and that is not over.

    ``subjects`` are the cases or channels it was told of; ``seen_at`` is when it was seen last.
    """

    name: str
    title: str
    count: int
    subjects: tuple[str, ...]
    raised_at: datetime
    seen_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Canary:
    """A mail to ourselves: when it was queued, came back, and was decided not to be answered.

    ``name`` is what its token is signed over; ``verdict`` is the reason it got no receipt.
    """

    name: str
    queued_at: datetime
    returned_at: datetime | None = None
    decided_at: datetime | None = None
    verdict: str | None = None
