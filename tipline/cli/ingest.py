# ruff: noqa: PLC0415, FBT002 - commands import when they run; options are switches
"""``tipline ingest``: take in mail from files. Safe to repeat: what is in the inbox is passed over.

A running daemon files what was taken in; where none runs, this command does.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tipline.cli.options import ConfigOption, JsonOption, load
from tipline.cli.output import print_json, print_line, printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.progress import Progress

    from ingest.archives.taking import Taken
    from tipline.importing import Count
    from tipline.settings import Settings

PathsArgument = Annotated[
    list[Path],
    typer.Argument(
        metavar="PATH...",
        help="Mails (eml), mbox files (also gzip), Maildirs, other folders; - is standard input.",
    ),
]
AcknowledgeOption = Annotated[
    bool, typer.Option("--acknowledge", help="Send receipts as for mail that has just come.")
]
AlertOption = Annotated[
    bool,
    typer.Option("--alert", help="Alert the people on duty at once, as for mail just come."),
]
AnewOption = Annotated[
    bool,
    typer.Option("--anew", help="Read from the beginning what an earlier run read already."),
]
INTERRUPTED = 130


def ingest(  # noqa: PLR0913, PLR0917 - one parameter for each option
    paths: PathsArgument,
    acknowledge: AcknowledgeOption = False,
    alert: AlertOption = False,
    anew: AnewOption = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Take in mail from files and file it; by default nobody gets a receipt or is alerted."""
    settings = load(config)
    _refuse_own_folder(settings, paths)
    from store.model import Treatment
    from tipline.importing import Count, Import, only_import
    from tipline.installation import opened
    from tipline.logs import set_up_logs

    set_up_logs("error", settings.log.format)
    count = Count()
    with opened(settings, writing=True) as installation, only_import(settings):
        treatment = Treatment(answer=acknowledge, alert=alert)
        batches = Import(settings, installation, treatment, anew=anew)
        try:
            _follow(batches.run(paths, count), paths, count)
        except KeyboardInterrupt:
            _report(count, as_json=as_json)
            sys.stderr.write("tipline: interrupted; the same command goes on from here\n")
            raise typer.Exit(INTERRUPTED) from None
    _report(count, as_json=as_json)
    if not count.is_complete:
        raise typer.Exit(1)


def _refuse_own_folder(settings: Settings, paths: list[Path]) -> None:
    """Refuse to take in what tipline itself keeps: its own mails would become reports."""
    from tipline.cli.errors import CommandError

    own = settings.state_dir.resolve()
    for path in (path for path in paths if path != Path("-")):
        place = path.resolve()
        if own in {place, *place.parents} or place in own.parents:
            raise CommandError(f"{path} holds what tipline itself keeps, or lies in it ({own})")


def _follow(batches: Iterable[Taken], paths: list[Path], count: Count) -> None:
    """Show on a terminal how far it got, and tell what is amiss as it is found."""
    from ingest.archives.sources import count_octets

    with _progress() as progress:
        total = None if progress.disable else count_octets(paths)
        task = progress.add_task("taking mail in", total=total, mails=0)
        for taken in batches:
            mails = count.taken + count.known
            progress.update(task, advance=taken.octets, mails=mails)
            for notice in taken.notices:
                line = f"tipline: {printable(notice.place)}: {printable(notice.reason)}"
                progress.console.print(line, markup=False, highlight=False, soft_wrap=True)


def _progress() -> Progress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[mails]} mails"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
    )


def _report(count: Count, *, as_json: bool) -> None:
    if as_json:
        print_json(_record(count))
        return
    print_line(f"{count.taken} taken in, {count.known} in the inbox already.")
    parts = [
        (count.filed, "filed into cases"),
        (count.repeated, "recorded as copies of others"),
        (count.automatic, "recorded as automatic mail"),
        (count.recorded, "recorded as something else"),
        (count.quarantined, "in quarantine (tipline inbox list --state quarantined)"),
        (count.waiting, "waiting to be filed, when the daemon runs or this command does again"),
        (len(count.failed), "files could not be read, or not to their end"),
    ]
    for number, what in parts:
        if number:
            print_line(f"{number:>8} {what}")
    if count.kinds:
        kinds = (f"{number} {kind}" for kind, number in count.kinds.most_common())
        print_line(f"Of these: {', '.join(kinds)}.")


def _record(count: Count) -> dict[str, object]:
    return {
        "taken": count.taken,
        "known": count.known,
        "filed": count.filed,
        "repeated": count.repeated,
        "automatic": count.automatic,
        "recorded": count.recorded,
        "quarantined": count.quarantined,
        "waiting": count.waiting,
        "kinds": dict(count.kinds.most_common()),
        "failed": [{"file": one.place, "reason": one.reason} for one in count.failed],
    }
