"""How long to wait after a fault: longer each time, and by chance, so that few come at once.

A server that refuses a login is asked rarely: many tries lock an account out.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta

from ingest.imap.errors import LoginRefusedError


@dataclass(slots=True)
class Pauses:
    """Pauses between tries; they never end, and never grow beyond the longest."""

    first: timedelta = timedelta(seconds=1)
    longest: timedelta = timedelta(minutes=5)
    first_refused: timedelta = timedelta(minutes=1)
    longest_refused: timedelta = timedelta(minutes=30)
    chance: random.Random = field(default_factory=random.Random)
    _faults: int = 0

    def next(self, error: Exception) -> timedelta:
        """Give the pause after a fault: half of it for certain, half by chance."""
        refused = isinstance(error, LoginRefusedError)
        first = self.first_refused if refused else self.first
        longest = self.longest_refused if refused else self.longest
        # Beyond so many doublings it is the longest anyway.
        doublings: int = 2 ** min(self._faults, 30)
        pause = min(first * doublings, longest)
        self._faults += 1
        share: float = 0.5 + self.chance.random() / 2
        return pause * share

    def reset(self) -> None:
        """Begin anew: something worked."""
        self._faults = 0
