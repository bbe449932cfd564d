"""Whether whoever took a case gets on with it: a pure decision by when a person last did something.

Somebody who takes a case and falls asleep must not keep it quiet for the whole lease. After a
while without any event by a person the holder is reminded; when nothing follows, the case is given
back and its alerts go on to the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto


class Watch(Enum):
    """What follows from a look at a taken case."""

    # The holder has time left.
    WAIT = auto()
    # Nothing has happened for too long: tell the holder.
    REMIND = auto()
    # Nothing has followed from that either.
    GIVE_BACK = auto()


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How long a taken case may stand still, and how long after the reminder."""

    within: timedelta = timedelta(hours=1)
    grace: timedelta = timedelta(minutes=15)

    def __post_init__(self) -> None:
        if min(self.within, self.grace) <= timedelta(0):
            raise ValueError("the time for progress must be longer than nothing")


def watch(
    progress: Progress, acted_at: datetime, reminded_at: datetime | None, now: datetime
) -> tuple[Watch, datetime]:
    """Decide by the last event of a person and the last reminder; and when to look again.

    What lies in the future was noted before the clock was set back, and counts as now.
    """
    acted_at = min(acted_at, now)
    if now - acted_at < progress.within:
        return Watch.WAIT, acted_at + progress.within
    if reminded_at is None or reminded_at <= acted_at:
        return Watch.REMIND, now + progress.grace
    reminded_at = min(reminded_at, now)
    if now - reminded_at < progress.grace:
        return Watch.WAIT, reminded_at + progress.grace
    return Watch.GIVE_BACK, now
