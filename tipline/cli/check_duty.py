# ruff: noqa: PLC0415 - imported when needed, as help must be quick
"""What ``tipline check`` looks at of people, rotas and policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tipline.cli.finding import Finding, doubtful, well, wrong

if TYPE_CHECKING:
    from datetime import datetime

    from notifier.calendars import Reading
    from store.unit_of_work import UnitOfWork
    from tipline.settings import Settings

# How many faults of one calendar a finding names.
NAMED: Final = 5


def duty(settings: Settings) -> list[Finding]:
    """Look for what of people, rotas and policies works, and can hardly be meant."""
    from notifier.lint import doubts
    from store.errors import StoreError
    from store.model import utc_now
    from tipline.cli.roster import roster, roster_of_files

    now = utc_now()
    try:
        everybody = roster(settings, now)
    except StoreError:
        # What is wrong with the database is told by itself.
        everybody = roster_of_files(settings, now)
    found = [settings.place(doubt.path, doubt.message) for doubt in doubts(everybody, now)]
    if not found:
        return [well("duty", "people, rotas and policies fit together")]
    return [doubtful(fault.key, fault.message, f"see {fault.place}") for fault in found]


def overrides(settings: Settings, work: UnitOfWork, now: datetime) -> Finding:
    """Look for overrides that name somebody who is no longer in the configuration."""
    lost = [
        f"{one.id} ({one.person} in {one.rota})"
        for one in work.duty.overrides(now)
        if one.cancelled_at is None
        and (one.rota not in settings.rotas or one.person not in settings.people)
    ]
    if not lost:
        return well("overrides", "all name people and rotas there are")
    message = f"without effect, as they name nobody in the configuration: {', '.join(lost)}"
    return doubtful("overrides", message, "tipline on-call overrides; tipline on-call cancel ID")


def holders(settings: Settings, work: UnitOfWork) -> Finding:
    """Look for cases taken in a name that nobody in the configuration has: nobody is reminded."""
    from store.states import CaseState

    lost = [
        f"{case.reference} ({case.taken_by})"
        for case in work.cases.listing((CaseState.TAKEN,))
        if case.taken_by not in settings.people
    ]
    if not lost:
        return well("holders", "whoever has a case is in the configuration")
    more = f" and {len(lost) - NAMED} more" if len(lost) > NAMED else ""
    message = f"taken by somebody who is not in people: {', '.join(lost[:NAMED])}{more}"
    remedy = "tipline case release REFERENCE, unless they are at work on it"
    return doubtful("holders", message, remedy)


def calendars(settings: Settings) -> list[Finding]:
    """Read the calendars of rotas, and name what cannot be used of them."""
    if not any(entry.calendar for entry in settings.rotas.values()):
        return []
    from notifier.calendars import read_file
    from store.model import utc_now
    from tipline.settings.duty import directory

    everybody = directory(settings)
    return [
        _calendar(key, read_file(everybody, key, utc_now()))
        for key, rota in everybody.rotas.items()
        if rota.calendar
    ]


def _calendar(rota: str, reading: Reading) -> Finding:
    name = f"calendar of {rota}"
    if not reading.faults:
        shifts = len(reading.kept.shifts) if reading.kept else 0
        return well(name, f"{shifts} shifts in the year around today")
    more = len(reading.faults) - NAMED
    also = f"; and {more} more" if more > 0 else ""
    message = f"{'; '.join(reading.faults[:NAMED])}{also}"
    remedy = "mend the file; what it lacks comes from its last good reading or from the layers"
    return wrong(name, message, remedy)
