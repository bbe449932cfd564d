# ruff: noqa: PLC0415, FBT002 - commands import when they run; options are switches
"""``tipline on-call``: who is on duty, who comes next, and who stands in for whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tipline.cli import overrides
from tipline.cli.options import ConfigOption, JsonOption, load
from tipline.cli.output import moment, print_json, print_line, print_table

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from notifier.directory import Directory
    from notifier.rota import Person, Shift

app = typer.Typer(
    help="Tell who is on duty now or at a time, who comes next, and the shifts of the next days.",
    invoke_without_command=True,
)

AtOption = Annotated[
    str | None,
    typer.Option(
        "--at",
        metavar="TIME",
        help='When, such as 2026-12-24T22:00+01:00 or "fri 18:00"; else now.',
    ),
]
DaysOption = Annotated[
    int,
    typer.Option("--days", min=0, max=366, metavar="N", help="Show the shifts of N days."),
]

DAYS_SHOWN = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class Duty:
    """A rota at one moment, or somebody who is always told because a policy names them.

    ``shift`` is None while nobody of the rota is on duty. ``shifts`` are those of the days shown,
    ``following`` is the first in which it is somebody else's turn.
    """

    person: Person | None = None
    rota: str | None = None
    shift: Shift | None = None
    following: Shift | None = None
    shifts: tuple[Shift, ...] = ()


@app.callback()
def on_call(
    context: typer.Context,
    at: AtOption = None,
    days: DaysOption = DAYS_SHOWN,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Tell who is on duty now, or at a time, who comes next, and the shifts of the next days."""
    if context.invoked_subcommand:
        return
    from tipline.cli.roster import parse_at, roster, zone_of

    settings = load(config)
    when = parse_at(at, "--at", zone_of(settings)) if at else datetime.now(UTC)
    everybody = roster(settings, when)
    duties = [_rota(everybody, key, when, days) for key in everybody.rotas]
    duties += [Duty(person=everybody.people[name]) for name in _always_told(everybody)]
    if as_json:
        print_json([_record(duty) for duty in duties])
    else:
        _print(everybody, duties)


app.command("override")(overrides.override)
app.command("overrides")(overrides.list_overrides)
app.command("cancel")(overrides.cancel)


def _rota(everybody: Directory, key: str, when: datetime, days: int) -> Duty:
    # A handover further away than the longest turn is none.
    ahead = everybody.shifts(key, when, when + timedelta(days=max(days, 60)))
    now = next((shift for shift in ahead if shift.covers(when)), None)
    on_duty = now.person if now else None
    following = next((one for one in ahead if one.begins_at > when and one.person != on_duty), None)
    until = when + timedelta(days=days)
    return Duty(
        rota=key,
        person=everybody.people[on_duty] if on_duty else None,
        shift=now,
        following=following,
        shifts=tuple(shift for shift in ahead if shift.begins_at < until) if days else (),
    )


def _always_told(everybody: Directory) -> list[str]:
    """Name the people that policies tell whoever is on duty."""
    from notifier.policy import TargetKind

    return sorted(
        {
            target.name
            for policy in everybody.all_policies()
            for step in policy.steps
            for target in step.targets
            if target.kind is TargetKind.PERSON
        }
    )


def _record(duty: Duty) -> dict[str, Any]:
    person, shift, following = duty.person, duty.shift, duty.following
    return {
        "rota": duty.rota,
        "person": person.key if person else None,
        "name": person.name if person else None,
        "address": person.address if person else None,
        "addresses": list(person.addresses) if person else [],
        "begins_at": moment(shift.begins_at) if shift else None,
        "ends_at": moment(shift.ends_at) if shift else None,
        "source": shift.source if shift else None,
        "next": _shift_record(following) if following else None,
        "shifts": [_shift_record(one) for one in duty.shifts],
    }


def _shift_record(shift: Shift) -> dict[str, Any]:
    return {
        "person": shift.person,
        "begins_at": moment(shift.begins_at),
        "ends_at": moment(shift.ends_at),
        "source": shift.source,
    }


def _print(everybody: Directory, duties: list[Duty]) -> None:
    from notifier.local_time import time_zone

    def zone_of(duty: Duty) -> ZoneInfo:
        return time_zone(everybody.rotas[duty.rota or ""].time_zone)

    print_table(
        ("rota", "person", "name", "address", "because of", "until", "then"),
        [_row(duty, zone_of(duty) if duty.rota else None) for duty in duties],
        empty="No person or rota is named by any policy.",
    )
    for duty in duties:
        if duty.shifts:
            print_line("")
            _print_shifts(duty, zone_of(duty))


def _row(duty: Duty, zone: ZoneInfo | None) -> tuple[object, ...]:
    from tipline.cli.moments import show_moment

    person, shift, following = duty.person, duty.shift, duty.following
    ends_at = shift.ends_at if shift else following.begins_at if following else None
    return (
        duty.rota or "always",
        person.key if person else "NOBODY",
        person.name if person else None,
        person.addresses if person else None,
        shift.source if shift else None,
        show_moment(ends_at, zone) if ends_at and zone else None,
        _then(following, ends_at, zone) if following and zone else None,
    )


def _then(following: Shift, ends_at: datetime | None, zone: ZoneInfo) -> str:
    """Name who comes next; and when, if that is not at the end of the present shift."""
    from tipline.cli.moments import show_moment

    when = "" if following.begins_at == ends_at else f", {show_moment(following.begins_at, zone)}"
    return f"{following.person}{when}"


def _print_shifts(duty: Duty, zone: ZoneInfo) -> None:
    from tipline.cli.moments import show_moment

    rows = []
    ended_at = duty.shifts[0].begins_at
    for shift in duty.shifts:
        if shift.begins_at > ended_at:
            begins, ends = show_moment(ended_at, zone), show_moment(shift.begins_at, zone)
            rows.append((begins, ends, "NOBODY", ""))
        begins, ends = show_moment(shift.begins_at, zone), show_moment(shift.ends_at, zone)
        rows.append((begins, ends, shift.person, shift.source))
        ended_at = shift.ends_at
    print_table((f"{duty.rota} from", "until", "person", "because of"), rows, empty="")
