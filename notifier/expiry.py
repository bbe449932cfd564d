"""What runs out on a certain day: certificates, tokens. Said in good time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from store.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True, slots=True)
class Expiry:
    """Something that is of no use after a moment."""

    what: str
    at: datetime


class Expiries:
    """Looks for what runs out within ``warn_before``; asks ``sources`` each time."""

    def __init__(
        self, sources: Sequence[Callable[[], Expiry | None]], warn_before: timedelta
    ) -> None:
        self._sources = sources
        self._warn_before = warn_before

    def look(self, work: UnitOfWork, now: datetime) -> list[str]:
        """Name what runs out soon, or did."""
        del work
        known = [expiry for source in self._sources if (expiry := source()) is not None]
        return [
            f"{expiry.what}: {expiry.at:%Y-%m-%d %H:%M} UTC"
            for expiry in known
            if expiry.at - now <= self._warn_before
        ]
