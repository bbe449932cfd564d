"""What reading an archive gives: mails, what was read before, and what a person should know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from store.imports import ReadFile


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """One mail; ``raw`` is only its beginning when ``size`` says more.

    ``octets`` is how far the file was read for it, and ``read`` where to go on in an mbox.
    ``arrived_at`` is when it came to where it lies, as far as that is known.
    """

    name: str
    raw: bytes
    size: int
    octets: int
    read: ReadFile | None = None
    arrived_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Passed:
    """So many mails at the beginning of an mbox were taken in before."""

    mails: int
    octets: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """Something about a file that a person should know; with ``failed`` not all of it was read."""

    place: str
    reason: str
    failed: bool = True


Item = Found | Passed | Notice
