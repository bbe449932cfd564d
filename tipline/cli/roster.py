# ruff: noqa: PLC0415 - imported when needed, as help must be quick
"""Who there is for commands: as configured, with what the database says about now."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from notifier.directory import Directory
    from store.model import CalendarReading
    from tipline.settings import Settings


def roster(settings: Settings, since: datetime) -> Directory:
    """Give everybody who can be told, overrides and calendars included, as from a moment.

    Calendars are read from their files, so that a change shows before a daemon has read it.
    """
    from notifier.duty import present
    from tipline.cli.database import snapshot
    from tipline.settings.duty import directory

    everybody = directory(settings)
    fresh = _calendars(everybody, since)
    with snapshot(settings) as unit:
        return present(unit, everybody, since, fresh)


def roster_of_files(settings: Settings, since: datetime) -> Directory:
    """Give everybody who can be told, by what stands in files alone."""
    from notifier.duty import present
    from tipline.settings.duty import directory

    everybody = directory(settings)
    return present(None, everybody, since, _calendars(everybody, since))


def _calendars(everybody: Directory, since: datetime) -> dict[str, CalendarReading]:
    with_calendar = [key for key, rota in everybody.rotas.items() if rota.calendar]
    if not with_calendar:
        return {}
    # Imported only now: most rotas have none, and the readers take a while.
    from notifier.calendars import read_file

    readings = {key: read_file(everybody, key, since).kept for key in with_calendar}
    return {key: kept for key, kept in readings.items() if kept}


def zone_of(settings: Settings, rota: str | None = None) -> ZoneInfo:
    """Give the zone times are meant in: that of the rota, or the one all rotas share, or UTC."""
    from notifier.local_time import time_zone

    if rota is not None:
        return time_zone(settings.rotas[rota].time_zone)
    zones = {entry.time_zone for entry in settings.rotas.values()}
    return time_zone(zones.pop() if len(zones) == 1 else "UTC")


def parse_at(text: str, option: str, zone: ZoneInfo) -> datetime:
    """Read a time typed for an option, in UTC; without a zone of its own it is meant in this."""
    from tipline.cli.moments import parse_moment

    try:
        return parse_moment(text, datetime.now(UTC), zone)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from error
