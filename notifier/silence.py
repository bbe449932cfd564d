"""Is it too quiet? No report for much longer than usual may mean that none can come in.

What is usual is counted, not guessed: how many reports came in each hour of the week, on average
over the last eight weeks. Hours of a storm count as the busiest ordinary ones, so that one storm
does not make every later hour look quiet. The silence is too long when so many reports would
usually have come in it as the settings say. It takes two weeks and fifty reports before anything is
said: before that nobody knows what is usual.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from store.unit_of_work import UnitOfWork

WINDOW: Final = timedelta(weeks=8)
LEAST_TIME: Final = timedelta(weeks=2)
LEAST_REPORTS: Final = 50
COUNTED_EVERY: Final = timedelta(hours=1)
"""How often it is counted anew what is usual."""
_HOUR: Final = timedelta(hours=1)
_HOURS_OF_WEEK: Final = 168
_ORDINARY: Final = 0.95
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Usual:
    """How many reports usually come in each hour of the week (UTC, counted from the epoch)."""

    rates: tuple[float, ...]

    def between(self, since: datetime, until: datetime) -> float:
        """Tell how many reports usually come between two moments."""
        begins, ends = _hours(since), min(_hours(until), _hours(since + WINDOW))
        total, at = 0.0, begins
        while at < ends:
            next_hour = min(float(int(at) + 1), ends)
            total += (next_hour - at) * self.rates[int(at) % _HOURS_OF_WEEK]
            at = next_hour
        return total


def usual(counts: Mapping[int, int]) -> Usual | None:
    """Tell what is usual from the reports of each hour since the epoch; None for too few.

    The time after the last report is left out: a silence must not become usual while it lasts.
    """
    if sum(counts.values()) < LEAST_REPORTS:
        return None
    first, end = min(counts), max(counts) + 1
    if end - first < LEAST_TIME / _HOUR:
        return None
    ordinary = sorted(counts.values())[int(_ORDINARY * (len(counts) - 1))]
    came: Counter[int] = Counter()
    for hour, count in counts.items():
        came[hour % _HOURS_OF_WEEK] += min(count, ordinary)
    occurred = Counter(hour % _HOURS_OF_WEEK for hour in range(first, end))
    return Usual(rates=tuple(came[h] / max(occurred[h], 1) for h in range(_HOURS_OF_WEEK)))


class Silence:
    """Looks for a silence in which usually ``reports`` would have come."""

    def __init__(self, reports: float) -> None:
        self._reports = reports
        self._usual: Usual | None = None
        self._counted_at: datetime | None = None

    def look(self, work: UnitOfWork, now: datetime) -> list[str]:
        """Name since when it is too quiet, if it is."""
        last = work.reports.newest_received_at()
        known = self._what_is_usual(work, now)
        if last is None or known is None or known.between(last, now) < self._reports:
            return []
        return [f"the last one was received at {last:%Y-%m-%d %H:%M} UTC"]

    def _what_is_usual(self, work: UnitOfWork, now: datetime) -> Usual | None:
        if self._counted_at is None or not (timedelta(0) <= now - self._counted_at < COUNTED_EVERY):
            self._usual = usual(work.reports.by_hour(now - WINDOW))
            self._counted_at = now
        return self._usual


def _hours(moment: datetime) -> float:
    return (moment - _EPOCH) / _HOUR
