# ruff: noqa: PLC0415, FBT002 - commands import when they run; options are switches
"""``tipline simulate``: play a policy over some time, and tell who would be told and when.

What is played is what runs over cases (``notifier/course.py``), with the overrides and calendars
of today. Nothing is written and nobody is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from store.model import Severity
from tipline.cli.errors import CommandError
from tipline.cli.options import ConfigOption, JsonOption, load, parse_severity
from tipline.cli.output import moment, print_json, print_line, print_table

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from notifier.course import Telling
    from notifier.directory import Directory
    from notifier.policy import EscalationPolicy
    from tipline.settings import Settings

SeverityOption = Annotated[
    Severity,
    typer.Option(
        "--severity", metavar="SEVERITY", help="How severe the case is.", parser=parse_severity
    ),
]
CategoryOption = Annotated[
    str | None,
    typer.Option("--category", metavar="CATEGORY", help="What it is about, such as sextortion."),
]
AtOption = Annotated[
    str | None,
    typer.Option("--at", metavar="TIME", help='When it is opened, such as "sat 23:00"; else now.'),
]
ForOption = Annotated[
    str | None,
    typer.Option("--for", metavar="SPAN", help="How long nobody acts; else a day."),
]
WeekOption = Annotated[
    bool,
    typer.Option("--week", help="Open a case every hour for a week, and show the steps of each."),
]
RaisedOption = Annotated[
    bool, typer.Option("--raised", help="As a case that has just become so severe: at once.")
]
ZoneOption = Annotated[
    str | None,
    typer.Option("--time-zone", metavar="ZONE", help="Zone of the times; else the rotas'."),
]

DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)
EVERY: Final = timedelta(hours=1)
LONGEST: Final = timedelta(days=366)
# So many alerts are played; who wants more asks for a shorter time.
MOST: Final = 20_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Play:
    """What is played, and from when."""

    policy: EscalationPolicy
    directory: Directory
    zone: ZoneInfo
    begins_at: datetime
    at_once: bool = False

    def tellings(self, opened_at: datetime, until: datetime) -> list[Telling]:
        """Play one case from its opening up to a moment."""
        from notifier.course import beginning, play

        course = beginning(self.policy, opened_at, at_once=self.at_once)
        found = list(islice(play(self.policy, self.directory, course, until), MOST + 1))
        if len(found) > MOST:
            raise CommandError(f"these are more than {MOST} alerts; give a shorter --for")
        return found


def simulate(  # noqa: PLR0913, PLR0917 - each is an option of the command
    severity: SeverityOption,
    category: CategoryOption = None,
    at: AtOption = None,
    span: ForOption = None,
    week: WeekOption = False,
    raised: RaisedOption = False,
    zone_name: ZoneOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Tell who would be told of a case and when, if nobody took it; nothing is sent."""
    settings = load(config)
    play = _prepare(settings, severity, category, at, zone_name)
    if raised:
        play = _raised(play)
    if week:
        _play_week(play, _span(span, WEEK), as_json=as_json)
    else:
        _play_case(play, _span(span, DAY), as_json=as_json)


def _prepare(
    settings: Settings,
    severity: Severity,
    category: str | None,
    at: str | None,
    zone_name: str | None,
) -> Play:
    from tipline.cli.roster import parse_at, roster, zone_of

    zone = _zone(zone_name) if zone_name else zone_of(settings)
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    begins_at = parse_at(at, "--at", zone) if at else now
    everybody = roster(settings, begins_at)
    _require_category(category)
    return Play(
        policy=everybody.policy(severity, category),
        directory=everybody,
        zone=zone,
        begins_at=begins_at,
    )


def _raised(play: Play) -> Play:
    from dataclasses import replace

    return replace(play, policy=play.policy.without_hours(), at_once=True)


def _play_case(play: Play, span: timedelta, *, as_json: bool) -> None:
    found = play.tellings(play.begins_at, play.begins_at + span)
    if as_json:
        print_json(
            {
                "policy": play.policy.key,
                "opened_at": moment(play.begins_at),
                "alerts": [telling_record(one) for one in found],
            }
        )
        return
    from tipline.cli.moments import show_moment

    opened = show_moment(play.begins_at, play.zone)
    print_line(f"A case is opened {opened} under the policy {play.policy.key}; nobody takes it.")
    print_table(
        ("at", "after", "step", "tells", "address", "details"),
        [_row(play, one, many) for one, many in _runs(found, play.policy.last)],
        empty="Nobody would be told within this time.",
    )


def telling_record(telling: Telling) -> dict[str, Any]:
    """Show what an escalation does at one moment."""
    return {
        "at": moment(telling.at),
        "step": telling.index + 1,
        "round": telling.after.rounds,
        "waits_until": moment(telling.after.due_at) if telling.waits else None,
        "skipped_steps": [index + 1 for index in telling.skipped],
        "nobody_on_duty": telling.nobody,
        "tells": [
            {"person": one.person.key if one.person else None, "address": one.address}
            for one in telling.recipients
        ],
    }


def _runs(found: list[Telling], last: int) -> list[tuple[Telling, list[Telling]]]:
    """Put together the repeats of the last step that tell the same people."""
    runs: list[tuple[Telling, list[Telling]]] = []
    for telling in found:
        if runs and telling.index == last and _same(runs[-1][0], telling):
            runs[-1][1].append(telling)
        else:
            runs.append((telling, []))
    return runs


def _same(one: Telling, other: Telling) -> bool:
    return (one.index, one.recipients, one.skipped) == (
        other.index,
        other.recipients,
        other.skipped,
    )


def _row(play: Play, telling: Telling, repeats: list[Telling]) -> tuple[object, ...]:
    from tipline.cli.moments import show_moment
    from tipline.settings.values import show_duration

    return (
        show_moment(telling.at, play.zone),
        show_duration(telling.at - play.begins_at),
        f"{telling.index + 1} of {len(play.policy.steps)}",
        names(telling),
        [one.address for one in telling.recipients],
        "; ".join(_notes(play, telling, repeats)),
    )


def names(telling: Telling) -> str:
    """Name whom an escalation tells, for a person."""
    told = [one.person.key if one.person else one.address for one in telling.recipients]
    return ", ".join(dict.fromkeys(told)) or "nobody yet"


def _notes(play: Play, telling: Telling, repeats: list[Telling]) -> list[str]:
    from tipline.cli.moments import show_moment
    from tipline.settings.values import show_duration

    notes = []
    if telling.skipped:
        steps = ", ".join(str(index + 1) for index in telling.skipped)
        notes.append(f"NOBODY on duty for step {steps}")
    if telling.waits:
        notes.append(f"waits for its hours: {show_moment(telling.after.due_at, play.zone)}")
    if repeats:
        until = show_moment(repeats[-1].at, play.zone)
        every = show_duration(play.policy.repeat)
        notes.append(f"and {len(repeats)} times more, every {every} until {until}")
    return notes


def _play_week(play: Play, span: timedelta, *, as_json: bool) -> None:
    """Open a case every hour, and follow each until its last step has gone out once."""
    reach = play.policy.steps[play.policy.last].after + WEEK
    cases = []
    for number in range(span // EVERY):
        opened_at = play.begins_at + number * EVERY
        told = []
        for telling in play.tellings(opened_at, opened_at + reach):
            told.append(telling)
            if telling.index == play.policy.last and not telling.waits:
                break
        cases.append((opened_at, told))
    if as_json:
        print_json(
            [
                {"opened_at": moment(at), "alerts": [telling_record(one) for one in told]}
                for at, told in cases
            ]
        )
        return
    _print_week(play, cases)


def _print_week(play: Play, cases: list[tuple[datetime, list[Telling]]]) -> None:
    """Print whom the steps tell, with cases that are told alike in one row."""
    from tipline.cli.moments import show_moment
    from tipline.settings.values import show_duration

    rows: list[tuple[datetime, datetime, list[str]]] = []
    for opened_at, told in cases:
        cells = ["-"] * len(play.policy.steps)
        for telling in told:
            if not telling.waits:
                # What does not go out in time is shown with the time at which it does.
                in_time = opened_at + play.policy.steps[telling.index].after
                later = f", {show_moment(telling.at, play.zone)}" if telling.at > in_time else ""
                cells[telling.index] = f"{names(telling)}{later}"
            for index in telling.skipped:
                cells[index] = "NOBODY" if index != telling.index else f"NOBODY: {names(telling)}"
        if rows and rows[-1][2] == cells:
            rows[-1] = (rows[-1][0], opened_at, cells)
        else:
            rows.append((opened_at, opened_at, cells))
    steps = [f"step {n} ({show_duration(s.after)})" for n, s in enumerate(play.policy.steps, 1)]
    print_line(f"A case every hour under the policy {play.policy.key}; nobody takes one.")
    print_table(
        ("opened from", "up to", *steps),
        [(show_moment(a, play.zone), show_moment(b, play.zone), *cells) for a, b, cells in rows],
        empty="Nothing to play.",
    )


def _zone(name: str) -> ZoneInfo:
    from notifier.local_time import time_zone

    try:
        return time_zone(name)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--time-zone") from error


def _span(text: str | None, default: timedelta) -> timedelta:
    from tipline.settings.values import check_positive, parse_duration

    if text is None:
        return default
    try:
        span = check_positive(parse_duration(text))
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--for") from error
    if span > LONGEST:
        raise typer.BadParameter("must not be longer than a year", param_hint="--for")
    return span


def _require_category(category: str | None) -> None:
    from typing import get_args

    from tipline.settings.staff import CategoryName

    known = get_args(CategoryName)
    if category is not None and category not in known:
        message = f"{category!r} is none of {', '.join(known)}"
        raise typer.BadParameter(message, param_hint="--category")
