"""When something regular is due: pure decisions by local time and by when it was done last."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from enum import Enum, auto
from typing import Final
from zoneinfo import ZoneInfo

from notifier.local_time import instant

DIGEST_LATE: Final = timedelta(hours=6)
"""A digest that comes later than this is yesterday's; the next one is soon enough."""
HANDOVER_LATE: Final = timedelta(hours=2)
"""Whoever has been on duty for so long needs no handover mail any more."""
AHEAD: Final = timedelta(days=1)
"""What was done so far in the future was done by a wrong clock."""


class Due(Enum):
    """Whether an occasion is to be done now."""

    NOT_YET = auto()
    NOW = auto()
    # Its moment is long past: only noted, so that it is not done late.
    MISSED = auto()


def latest(at: time, zone: ZoneInfo, now: datetime) -> datetime:
    """Tell when the clocks of a zone last showed a time of day; it may be now."""
    day = now.astimezone(zone).date()
    # A day whose local time is still to come, or that the calendar left out, is not it.
    for days in range(3):
        moment = instant(datetime.combine(day - timedelta(days=days), at), zone)
        if moment <= now:
            return moment
    raise AssertionError("unreachable")


def judge(moment: datetime, last: datetime | None, now: datetime, late: timedelta) -> Due:
    """Decide about an occasion that came at a moment, by when it was done last.

    What was never done before begins with the next moment: a person added at noon gets no digest
    of that morning. Once done, a clock that is set back does not bring it again; one that had been
    days ahead is forgotten.
    """
    if last is None or last - now > AHEAD or (last < moment and now - moment >= late):
        return Due.MISSED
    return Due.NOW if last < moment else Due.NOT_YET
