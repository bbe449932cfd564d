"""Times as short as a phone's screen wants them."""

from __future__ import annotations

from datetime import datetime, tzinfo


def clock_text(moment: datetime, zone: tzinfo) -> str:
    """Write the time of day alone, where the day is clear."""
    return moment.astimezone(zone).strftime("%H:%M")


def short_text(moment: datetime, zone: tzinfo, now: datetime) -> str:
    """Write the time of day, with its day unless that is today."""
    local, today = moment.astimezone(zone), now.astimezone(zone)
    return local.strftime("%H:%M" if local.date() == today.date() else "%m-%d %H:%M")
