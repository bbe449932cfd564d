# ruff: noqa: PLC0415, FBT002 - commands import when they run; options are switches
"""The steps a duty officer takes with a case: ``tipline case take`` and its like."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from store.model import Disposition
from tipline.cli.options import (
    ActorOption,
    ConfigOption,
    JsonOption,
    ReferenceArgument,
    actor_name,
    load,
    one_line,
)
from tipline.cli.output import print_json, print_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from store.model import Case
    from store.unit_of_work import Store
    from tipline.settings import Settings

SpanOption = Annotated[
    str | None,
    typer.Option("--for", metavar="SPAN", help="For how long, such as 30m or 2h."),
]
TextArgument = Annotated[list[str], typer.Argument(metavar="TEXT", help="What to write down.")]


DispositionArgument = Annotated[
    Disposition | None,
    typer.Argument(metavar="DISPOSITION", help=f"How it ended: {', '.join(Disposition)}."),
]
DispositionOption = Annotated[
    Disposition | None,
    typer.Option("--disposition", metavar="DISPOSITION", help="The same, as an option."),
]

NoticeOption = Annotated[
    bool | None,
    typer.Option(
        "--notice/--no-notice",
        help="Whether the reporters are told; else as notices.dispositions says.",
    ),
]


def take(
    reference: ReferenceArgument,
    span: SpanOption = None,
    actor: ActorOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Take a case: its alerts stop until the time is up, or until you release or close it."""
    from notifier import commands
    from store.model import utc_now

    lease = _span(span) if span else None
    with _at_work(config) as (store, settings):
        take_for = lease or settings.cases.take_for
        case = commands.take(store, reference, actor_name(actor), take_for, utc_now)
    _tell(
        case,
        f"is taken by {case.taken_by} until {case.taken_until:%Y-%m-%d %H:%M} UTC",
        as_json=as_json,
    )


def release(
    reference: ReferenceArgument,
    actor: ActorOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Give a taken case back: it alerts again at once."""
    from notifier import commands
    from store.model import utc_now

    with _at_work(config) as (store, _):
        case = commands.release(store, reference, actor_name(actor), utc_now)
    _tell(case, "is open again and alerts", as_json=as_json)


def snooze(
    reference: ReferenceArgument,
    span: SpanOption = "1h",
    actor: ActorOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Hold the alerts of an open case back for a while, without taking it."""
    from notifier import commands
    from store.model import utc_now

    pause = _span(span or "1h")
    with _at_work(config) as (store, _):
        case = commands.snooze(store, reference, actor_name(actor), pause, utc_now)
    _tell(case, "is open and keeps quiet for now", as_json=as_json)


def escalate(
    reference: ReferenceArgument,
    actor: ActorOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Have the next step told at once; if you have the case, you give it back by that."""
    from notifier import commands
    from store.model import utc_now

    with _at_work(config) as (store, _):
        case = commands.escalate(store, reference, actor_name(actor), utc_now)
    _tell(case, "goes to the next step now", as_json=as_json)


def note(
    reference: ReferenceArgument,
    text: TextArgument,
    actor: ActorOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Write a remark into a case's history."""
    from notifier import commands
    from store.model import utc_now

    lines = " ".join(text).strip().splitlines()
    remark = "\n".join(one_line(line, "TEXT") for line in lines)
    if not remark:
        raise typer.BadParameter("the note is empty", param_hint="TEXT")
    with _at_work(config) as (store, _):
        case = commands.note(store, reference, actor_name(actor), remark, utc_now)
    _tell(case, "has a note more", as_json=as_json)


def close(  # noqa: PLR0913, PLR0917 - each is an option of the command
    reference: ReferenceArgument,
    disposition: DispositionArgument = None,
    disposition_option: DispositionOption = None,
    notice: NoticeOption = None,
    actor: ActorOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Close a case and say how it ended."""
    from notifier import commands
    from store.model import utc_now

    chosen = disposition or disposition_option
    if chosen is None:
        message = f"say how it ended: {', '.join(Disposition)}"
        raise typer.BadParameter(message, param_hint="DISPOSITION")
    with _at_work(config) as (store, _):
        who = actor_name(actor)
        case = commands.close(store, reference, who, chosen, utc_now, notice=notice)
    _tell(case, f"is closed: {case.disposition}", as_json=as_json)


def reopen(
    reference: ReferenceArgument,
    actor: ActorOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Open a closed case again: it alerts from the first step."""
    from notifier import commands
    from store.model import utc_now

    with _at_work(config) as (store, settings):
        from tipline.settings.duty import directory

        who = actor_name(actor)
        case = commands.reopen(store, directory(settings), reference, who, utc_now)
    _tell(case, "is open again and alerts", as_json=as_json)


@contextmanager
def _at_work(config: Path | None) -> Iterator[tuple[Store, Settings]]:
    from tipline.cli.database import required

    settings = load(config)
    with required(settings) as store:
        yield store, settings


def _span(text: str) -> timedelta:
    from tipline.settings.values.durations import check_positive, parse_duration

    try:
        return check_positive(parse_duration(text))
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--for") from error


def _tell(case: Case, what: str, *, as_json: bool) -> None:
    from tipline.cli.records import case_record

    if as_json:
        print_json(case_record(case))
    else:
        print_line(f"Case {case.reference} {what}.")
