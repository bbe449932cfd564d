# ruff: noqa: PLC0415, FBT002 - commands import when they run; options are switches
"""``tipline ingest``: take in mail from files. Safe to repeat: what is in the inbox is passed over.

A running daemon files what was taken in; where none runs, this command does it at the end.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tipline.cli.options import ConfigOption, JsonOption, load
from tipline.cli.output import print_json, print_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress

    from tipline.installation import Installation
    from tipline.settings import Settings

PathsArgument = Annotated[
    list[Path],
    typer.Argument(metavar="PATH...", help="Mails (eml), mbox files, Maildir or other folders."),
]


@dataclass(slots=True)
class Count:
    """What came of the mails so far."""

    taken: int = 0
    known: int = 0
    failed: list[dict[str, str]] = field(default_factory=list)


def ingest(
    paths: PathsArgument,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Take in mail from files and file it; nobody gets a receipt for it."""
    settings = load(config)
    from rich.console import Console
    from rich.progress import Progress

    from tipline.installation import opened
    from tipline.logs import set_up_logs

    set_up_logs("error", settings.log.format)
    with (
        opened(settings, writing=True) as installation,
        Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress,
    ):
        count = _take_all(installation, paths, progress)
        _file_all(settings, installation, progress)
    _report(count, as_json=as_json)
    if count.failed:
        raise typer.Exit(1)


def _take_all(installation: Installation, paths: list[Path], progress: Progress) -> Count:
    from ingest.archive import Archive
    from store.model import utc_now

    count = Count()
    task = progress.add_task("taking mail in", total=_total(paths))
    archive = Archive(installation.store, installation.evidence, utc_now)
    for taken in archive.take(_mails(paths, count)):
        count.taken += taken.taken
        count.known += taken.known
        progress.advance(task, taken.octets)
    return count


def _file_all(settings: Settings, installation: Installation, progress: Progress) -> None:
    """File what waits, unless a daemon is running, which does so by itself."""
    from store.durable import try_lock
    from store.unit_of_work import DAEMON_LOCK
    from tipline.waiting import file_waiting

    lock = try_lock(settings.state_dir / DAEMON_LOCK)
    if lock is None:
        return
    # Only to see whether a daemon runs: one may start while this goes on, and shares the work.
    lock.close()
    task = progress.add_task("reading and filing", total=None)
    for done in file_waiting(settings, installation):
        progress.advance(task, done)


def _total(paths: list[Path]) -> int | None:
    from ingest.files import count_octets

    try:
        return count_octets(paths)
    except OSError:
        # What cannot be read is told when its turn comes.
        return None


def _mails(paths: list[Path], count: Count) -> Iterator[tuple[str, bytes]]:
    from ingest.files import mails_in

    for path in paths:
        try:
            yield from mails_in(path)
        except OSError as error:
            place = str(error.filename or path)
            count.failed.append({"file": place, "reason": error.strerror or str(error)})


def _report(count: Count, *, as_json: bool) -> None:
    if as_json:
        print_json({"taken": count.taken, "known": count.known, "failed": count.failed})
        return
    print_line(f"{count.taken} taken in, {count.known} in the inbox already.")
    for failure in count.failed:
        sys.stderr.write(f"tipline: {failure['file']}: {failure['reason']}\n")
