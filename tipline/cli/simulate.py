# ruff: noqa: PLC0415, FBT002 - commands import when they run; options are switches
"""``tipline simulate``: play a policy over some time, and tell who would be told and when.

What is played is what runs over cases (``notifier/course.py``), with the overrides and calendars
of today. Nothing is written and nobody is told.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Final

import typer

from store.model import Severity
from tipline.cli.errors import CommandError
from tipline.cli.options import ConfigOption, JsonOption, load, parse_severity
from tipline.cli.output import moment, print_json
from tipline.cli.simulate_page import LONGEST, Play, print_case, print_week, telling_record

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

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
AddressOption = Annotated[
    str | None,
    typer.Option("--address", metavar="ADDRESS", help="The reporting address it came to."),
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


def simulate(  # noqa: PLR0913, PLR0917 - each is an option of the command
    severity: SeverityOption,
    category: CategoryOption = None,
    address: AddressOption = None,
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
    play = _prepare(settings, severity, category, address, at, zone_name)
    if raised:
        play = _raised(play)
    if week:
        _play_week(play, _span(span, WEEK), as_json=as_json)
    else:
        _play_case(play, _span(span, DAY), as_json=as_json)


def _prepare(  # noqa: PLR0913, PLR0917 - what the options say
    settings: Settings,
    severity: Severity,
    category: str | None,
    address: str | None,
    at: str | None,
    zone_name: str | None,
) -> Play:
    from tipline.cli.roster import parse_at, roster, zone_of

    zone = _zone(zone_name) if zone_name else zone_of(settings)
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    begins_at = parse_at(at, "--at", zone) if at else now
    everybody = roster(settings, begins_at)
    _require_category(category)
    came_to = _came_to(settings, address) if address else ()
    return Play(
        policy=everybody.policy(severity, category, came_to),
        directory=everybody,
        zone=zone,
        begins_at=begins_at,
    )


def _came_to(settings: Settings, address: str) -> tuple[str, ...]:
    from tipline.settings.home import receptions

    ours = receptions(settings).address_of([address])
    if ours is None:
        raise CommandError(f"{address} is not one of addresses.reporting")
    return (ours,)


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
    else:
        print_case(play, found)


def _play_week(play: Play, span: timedelta, *, as_json: bool) -> None:
    """Open a case every hour, and follow each until its last step has gone out once."""
    opened = [play.begins_at + number * EVERY for number in range(span // EVERY)]
    cases = [(opened_at, list(play.first_round(opened_at))) for opened_at in opened]
    if as_json:
        print_json(
            [
                {"opened_at": moment(at), "alerts": [telling_record(one) for one in told]}
                for at, told in cases
            ]
        )
    else:
        print_week(play, cases)


def _zone(name: str) -> ZoneInfo:
    from notifier.local_time import time_zone

    try:
        return time_zone(name)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--time-zone") from error


def _span(text: str | None, default: timedelta) -> timedelta:
    from tipline.settings.values.durations import check_positive, parse_duration

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

    from tipline.settings.sections.staff import CategoryName

    known = get_args(CategoryName)
    if category is not None and category not in known:
        message = f"{category!r} is none of {', '.join(known)}"
        raise typer.BadParameter(message, param_hint="--category")
