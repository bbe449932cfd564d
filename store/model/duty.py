"""Who is on duty beside the layers of a rota: overrides and what calendars say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from store.model.ids import OverrideId


@dataclass(frozen=True, kw_only=True, slots=True)
class Override:
    """A person is on duty in a rota for a while, whatever its layers and its calendar say.

    Both are names in the configuration. ``cancelled_at`` is when somebody took it back.
    """

    id: OverrideId
    rota: str
    person: str
    begins_at: datetime
    ends_at: datetime
    made_by: str
    made_at: datetime
    cancelled_by: str | None = None
    cancelled_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedShift:
    """A shift that a calendar names, for a person by the name in the configuration."""

    person: str
    begins_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarReading:
    """What a rota's calendar said at ``read_at`` about the time up to ``until``.

    ``source`` is the file, ``digest`` the SHA-256 of what stood in it. Of two shifts that overlap
    the first wins.
    """

    rota: str
    source: str
    digest: str
    read_at: datetime
    until: datetime
    shifts: tuple[PlannedShift, ...]
