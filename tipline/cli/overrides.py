# ruff: noqa: PLC0415, FBT002 - commands import when they run; options are switches
"""``tipline on-call override`` and its like: put somebody on duty for a while, and take it back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from tipline.cli.options import (
    ActorOption,
    ConfigOption,
    JsonOption,
    NumberArgument,
    actor_name,
    load,
)
from tipline.cli.output import age, moment, print_json, print_line, print_list

if TYPE_CHECKING:
    from collections.abc import Collection
    from zoneinfo import ZoneInfo

    from store.model import Override
    from tipline.settings import Settings

RotaArgument = Annotated[
    str, typer.Argument(metavar="ROTA", help="The rota, by its name in the configuration.")
]
PersonArgument = Annotated[
    str, typer.Argument(metavar="PERSON", help="Who is on duty, by the name in the configuration.")
]
FromOption = Annotated[
    str,
    typer.Option("--from", metavar="TIME", help='Begin, such as "fri 18:00"; else now.'),
]
UntilOption = Annotated[
    str | None,
    typer.Option("--until", metavar="TIME", help='End, such as "2026-12-24 08:00".'),
]
ForOption = Annotated[
    str | None,
    typer.Option("--for", metavar="SPAN", help="How long, such as 8h, in place of --until."),
]
ZoneOption = Annotated[
    str | None,
    typer.Option("--time-zone", metavar="ZONE", help="Zone of the times; else the rota's."),
]
AllOption = Annotated[bool, typer.Option("--all", help="Those that are over or cancelled too.")]

LONGEST: Final = timedelta(days=366)


def override(  # noqa: PLR0913, PLR0917 - each is an option of the command
    rota: RotaArgument,
    person: PersonArgument,
    begins: FromOption = "now",
    until: UntilOption = None,
    span: ForOption = None,
    zone_name: ZoneOption = None,
    actor: ActorOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Put a person on duty in a rota for a while, whatever its layers and its calendar say."""
    from tipline.cli.database import required

    settings = load(config)
    _require_known(rota, settings.rotas, "ROTA", "rota")
    _require_known(person, settings.people, "PERSON", "person")
    zone = _zone(settings, rota, zone_name)
    now = datetime.now(UTC).replace(microsecond=0)
    begins_at, ends_at = _times(begins, until, span, now, zone)
    who = actor_name(actor)
    with required(settings) as store, store.transaction() as work:
        before = _replaced(settings, rota, begins_at, ends_at)
        made = work.duty.override(rota, person, begins_at, ends_at, made_by=who, made_at=now)
        work.commit()
    if as_json:
        print_json(_record(made))
    else:
        print_line(f"Override {made.id}: {_sentence(made, zone)}.")
        print_line(f"Instead of: {before}.")


def list_overrides(
    everything: AllOption = False, as_json: JsonOption = False, config: ConfigOption = None
) -> None:
    """List the overrides that run or are still ahead."""
    from tipline.cli.database import snapshot
    from tipline.cli.moments import show_moment

    settings, now = load(config), datetime.now(UTC)
    with snapshot(settings) as unit:
        since = datetime.min.replace(tzinfo=UTC) if everything else now
        found = list(unit.duty.overrides(since)) if unit else []
    zones: dict[str, tzinfo] = {key: _zone(settings, key, None) for key in settings.rotas}
    print_list(
        [one for one in found if everything or one.cancelled_at is None],
        as_json=as_json,
        record=_record,
        columns=("id", "rota", "person", "from", "until", "made by", "state"),
        row=lambda one: (
            one.id,
            one.rota,
            one.person,
            show_moment(one.begins_at, zones.get(one.rota, UTC)),
            show_moment(one.ends_at, zones.get(one.rota, UTC)),
            one.made_by,
            _state(one, settings, now),
        ),
        empty="No overrides.",
    )


def cancel(
    number: NumberArgument,
    actor: ActorOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Take an override back: from now on the rota is as it would be without it."""
    from store.model import OverrideId
    from tipline.cli.database import required

    settings = load(config)
    with required(settings) as store, store.transaction() as work:
        cancelled = work.duty.cancel(OverrideId(number), actor_name(actor), datetime.now(UTC))
        work.commit()
    if as_json:
        print_json(_record(cancelled))
    else:
        print_line(f"Override {cancelled.id} is cancelled.")


def _require_known(name: str, known: Collection[str], argument: str, kind: str) -> None:
    if name in known:
        return
    nearest = get_close_matches(name, list(known), n=1)
    others = f"there are: {', '.join(known)}" if known else "the configuration has none"
    hint = f'did you mean "{nearest[0]}"?' if nearest else others
    raise typer.BadParameter(f"no {kind} is called {name!r}; {hint}", param_hint=argument)


def _zone(settings: Settings, rota: str, name: str | None) -> ZoneInfo:
    from notifier.local_time import time_zone
    from tipline.cli.roster import zone_of

    try:
        return time_zone(name) if name else zone_of(settings, rota)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--time-zone") from error


def _times(
    begins: str, until: str | None, span: str | None, now: datetime, zone: ZoneInfo
) -> tuple[datetime, datetime]:
    """Read begin and end; what has passed already is left out."""
    begins_at = _moment(begins, now, zone, "--from")
    if (until is None) == (span is None):
        message = "say when it ends: either --until TIME or --for SPAN"
        raise typer.BadParameter(message, param_hint="--until")
    # What is said of the end is counted from the begin: from friday 18:00 until monday 8:00.
    base = max(begins_at, now)
    text, hint = (until, "--until") if until else (f"+{span}", "--for")
    ends_at = _moment(text, base, zone, hint)
    if ends_at <= begins_at:
        raise typer.BadParameter("it would end before it begins", param_hint=hint)
    if ends_at <= now:
        raise typer.BadParameter("it would be over already", param_hint=hint)
    if ends_at - base > LONGEST:
        raise typer.BadParameter("it would last for more than a year", param_hint=hint)
    return base, ends_at


def _moment(text: str, now: datetime, zone: ZoneInfo, hint: str) -> datetime:
    from tipline.cli.moments import parse_moment

    try:
        return parse_moment(text, now, zone)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=hint) from error


def _replaced(settings: Settings, rota: str, begins_at: datetime, ends_at: datetime) -> str:
    """Name those who would be on duty without it, in order."""
    from tipline.cli.roster import roster

    shifts = roster(settings, begins_at).shifts(rota, begins_at, ends_at)
    return ", ".join(dict.fromkeys(shift.person for shift in shifts)) or "nobody"


def _sentence(made: Override, zone: ZoneInfo) -> str:
    from tipline.cli.moments import show_moment

    begins, ends = show_moment(made.begins_at, zone), show_moment(made.ends_at, zone)
    length = age(made.begins_at, made.ends_at)
    return f"{made.person} is on duty in {made.rota} from {begins} until {ends} ({length})"


def _state(override: Override, settings: Settings, now: datetime) -> str:
    if override.cancelled_at:
        return f"cancelled by {override.cancelled_by}"
    if override.ends_at <= now:
        return "over"
    if override.rota not in settings.rotas or override.person not in settings.people:
        return "without effect: no longer in the configuration"
    return "ahead" if override.begins_at > now else "running"


def _record(override: Override) -> dict[str, Any]:
    return {
        "id": override.id,
        "rota": override.rota,
        "person": override.person,
        "begins_at": moment(override.begins_at),
        "ends_at": moment(override.ends_at),
        "made_by": override.made_by,
        "made_at": moment(override.made_at),
        "cancelled_by": override.cancelled_by,
        "cancelled_at": moment(override.cancelled_at),
    }
