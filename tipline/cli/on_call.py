# ruff: noqa: PLC0415, FBT002 - commands import when they run; options are switches
"""``tipline on-call``: who is on duty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tipline.cli.options import ConfigOption, JsonOption, load
from tipline.cli.output import moment, print_json, print_table

if TYPE_CHECKING:
    from notifier.directory import Directory
    from notifier.rota import Person, Shift

AtOption = Annotated[
    str | None,
    typer.Option("--at", metavar="TIME", help="When, as in 2026-12-24T22:00+01:00; else now."),
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Duty:
    """Somebody is on duty: in a rota's shift, or always because a policy names them."""

    person: Person
    rota: str | None = None
    shift: Shift | None = None


def on_call(at: AtOption = None, as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """Tell who is on duty now, or at a time."""
    when = _parse_moment(at) if at else datetime.now(UTC)
    settings = load(config)
    from tipline.settings.duty import directory

    duties = _on_duty(directory(settings), when)
    if as_json:
        print_json([_record(duty) for duty in duties])
        return
    print_table(
        ("rota", "person", "name", "address", "until"),
        [
            (
                duty.rota or "always",
                duty.person.key,
                duty.person.name,
                duty.person.address,
                duty.shift.ends_at if duty.shift else None,
            )
            for duty in duties
        ],
        empty="No person or rota is named by any policy.",
    )


def _on_duty(everybody: Directory, when: datetime) -> list[Duty]:
    from notifier.policy import TargetKind

    # Shifts that hold this very moment.
    duties = [
        Duty(person=everybody.people[shift.person], rota=key, shift=shift)
        for key in everybody.rotas
        for shift in everybody.shifts(key, when, when + timedelta(microseconds=1))
    ]
    named = {
        target.name
        for policy in everybody.all_policies()
        for step in policy.steps
        for target in step.targets
        if target.kind is TargetKind.PERSON
    }
    return duties + [Duty(person=everybody.people[name]) for name in sorted(named)]


def _record(duty: Duty) -> dict[str, Any]:
    return {
        "rota": duty.rota,
        "person": duty.person.key,
        "name": duty.person.name,
        "address": duty.person.address,
        "begins_at": moment(duty.shift.begins_at) if duty.shift else None,
        "ends_at": moment(duty.shift.ends_at) if duty.shift else None,
    }


def _parse_moment(text: str) -> datetime:
    try:
        when = datetime.fromisoformat(text)
    except ValueError as error:
        message = f"{text!r} is not a time; write it like 2026-12-24T22:00+01:00"
        raise typer.BadParameter(message, param_hint="--at") from error
    if when.tzinfo is None:
        message = f"{text!r} has no time zone; write it like {text}+01:00 or {text}Z"
        raise typer.BadParameter(message, param_hint="--at")
    return when
