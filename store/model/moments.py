"""Times: always aware, and told by a clock that is handed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Tells the present time, aware and in UTC."""


def utc_now() -> datetime:
    """Tell the present time of this machine in UTC."""
    return datetime.now(tz=UTC)


def require_aware(moment: datetime, name: str) -> None:
    """Raise ValueError for a time without a zone."""
    if moment.tzinfo is None:
        raise ValueError(f"{name} has no time zone")
