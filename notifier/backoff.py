"""When to try a message again, and when to give up, as pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from store.model import TO_REPORTERS, OutboxKind, Way


@dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """The first wait, doubled each time up to the longest; nothing is tried after ``gives_up``."""

    first: timedelta
    longest: timedelta
    gives_up: timedelta


# RFC 5321 section 4.5.4.1: a sender gives up after 4 to 5 days at least.
RECEIPTS: Final = Patience(
    first=timedelta(minutes=1), longest=timedelta(hours=1), gives_up=timedelta(days=5)
)
# An alert that is a day late helps nobody; the escalation has sent many newer ones by then.
ALERTS: Final = Patience(
    first=timedelta(seconds=15), longest=timedelta(minutes=5), gives_up=timedelta(hours=24)
)
# A text message that took five minutes is late, and there is always mail to fall back on.
CHANNELS: Final = Patience(
    first=timedelta(seconds=10), longest=timedelta(minutes=1), gives_up=timedelta(minutes=5)
)
JITTER: Final = 0.25
"""Waits differ by up to this share, so that what failed together is not tried together."""


def patience(kind: OutboxKind, way: Way = Way.MAIL) -> Patience:
    """Tell how a kind of message is retried."""
    if way is Way.CHANNEL:
        return CHANNELS
    return RECEIPTS if kind in TO_REPORTERS else ALERTS


def wait(kind: OutboxKind, attempts: int, chance: float, way: Way = Way.MAIL) -> timedelta:
    """Tell how long to wait after ``attempts`` tries; ``chance`` is drawn from 0 to 1."""
    limits = patience(kind, way)
    # The exponent is bounded so that a long life cannot overflow a timedelta.
    doubled = limits.first * (1 << min(max(attempts, 1) - 1, 16))
    return min(doubled, limits.longest) * (1 + JITTER * (2 * chance - 1))


def is_over(kind: OutboxKind, waiting: timedelta, way: Way = Way.MAIL) -> bool:
    """Tell whether a message that has waited so long is given up."""
    return waiting >= patience(kind, way).gives_up
