"""How many mails one address gets: pure decisions about when waiting alerts go out.

The first alerts go out at once, each by itself. Above the rate, what falls due is collected, and
one mail at a time lists it all. What is both new and critical is never held longer than a minute.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final

from store.carrying import Carriage

URGENT_EVERY: Final = timedelta(seconds=55)
"""How far apart mails about new critical cases are at most: a minute, less a tick and some work."""


class Mailing(Enum):
    """What of the alerts that wait for an address goes out now."""

    NOTHING = auto()
    # Only what is new and critical: the rest waits for its summary.
    URGENT = auto()
    ALL = auto()


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """The rate: ``at_once`` alerts ``within`` a span, then a summary every ``summary_every``."""

    at_once: int = 5
    within: timedelta = timedelta(minutes=10)
    summary_every: timedelta = timedelta(minutes=5)

    def __post_init__(self) -> None:
        if self.at_once < 1:
            raise ValueError("at least one alert has to go out at once")
        if min(self.within, self.summary_every) <= timedelta(0):
            raise ValueError("the spans of a rate must be longer than nothing")

    @property
    def memory(self) -> timedelta:
        """How far back mails matter."""
        return max(self.within, self.summary_every, URGENT_EVERY)


def decide(pace: Pace, recent: Sequence[Carriage], now: datetime, *, urgent_waits: bool) -> Mailing:
    """Decide what goes out to an address that got the ``recent`` mails.

    A mail from the future was decided before the clock was set back; it holds nothing up.
    """
    past = [mail for mail in recent if mail.at <= now]
    told = sum(mail.alerts for mail in past if now - mail.at < pace.within)
    if told < pace.at_once or now - _collecting_since(past) >= pace.summary_every:
        return Mailing.ALL
    held = any(mail.urgent and now - mail.at < URGENT_EVERY for mail in past)
    return Mailing.URGENT if urgent_waits and not held else Mailing.NOTHING


def _collecting_since(past: Sequence[Carriage]) -> datetime:
    """Tell since when all but the urgent is held back: mails about that do not put it off."""
    ordinary = [mail.at for mail in past if mail.urgent < mail.alerts]
    return max(ordinary) if ordinary else min(mail.at for mail in past)
