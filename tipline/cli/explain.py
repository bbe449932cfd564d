# ruff: noqa: PLC0415, FBT002 - commands import when they run; options are switches
"""``tipline explain``: show how a mail is read, and why so. Stores nothing, sends nothing.

A file is read as ``parse`` reads it. Of a report or a case the sealed mail is read again, which is
a look at sealed words like any other: it needs a reason, and is on record before anybody sees it.
"""

from __future__ import annotations

import re
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from tipline.cli.errors import CommandError
from tipline.cli.options import ActorOption, ConfigOption, JsonOption, actor_name, load, one_line
from tipline.cli.output import json_line
from tipline.cli.parse import STANDARD_INPUT, open_source, reading_pool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ingest.reading.explained import ExplainedMessage
    from store.model import Envelope
    from tipline.settings import Settings

    Read = Callable[[bytes, Envelope | None], ExplainedMessage]

# What begins so is a reference, whatever comes then: a mistyped one names the nearest. A file of
# such a name is given with its folder.
_REFERENCE: Final = re.compile(r"\s*(?P<letter>[RC])-[^./]{0,100}\Z", re.IGNORECASE)

TargetArgument = Annotated[
    str,
    typer.Argument(
        metavar="FILE|REFERENCE",
        help="A file with one mail, - for standard input, or the reference of a report or a case.",
    ),
]
OpenOption = Annotated[
    bool,
    typer.Option("--open", help="Unseal the mail of a report. Needs --reason; is recorded."),
]
ReasonOption = Annotated[
    str | None, typer.Option("--reason", metavar="WHY", help="Why the mail is opened.")
]


def explain(  # noqa: PLR0913, PLR0917 - each is an option of the command
    target: TargetArgument,
    open_mail: OpenOption = False,
    reason: ReasonOption = None,
    actor: ActorOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Show how a mail is read and why: its kind, accounts and roles, receipt and cases."""
    reference = _REFERENCE.match(target) if target not in STANDARD_INPUT else None
    if reference and not (open_mail and reason and reason.strip()):
        raise typer.BadParameter(
            "what is stored is sealed: it needs --open and --reason", param_hint="--open"
        )
    settings = load(config)
    if reference:
        why = one_line(str(reason), "--reason")
        is_case = reference["letter"].upper() == "C"
        records = _stored(settings, target, actor_name(actor), why, is_case=is_case)
    else:
        records = iter([_of_file(settings, target)])
    _print(records, as_json=as_json)


def _print(records: Iterator[dict[str, Any]], *, as_json: bool) -> None:
    from tipline.cli.explain_print import print_explained

    for record in records:
        if as_json:
            sys.stdout.write(json_line(record) + "\n")
        else:
            print_explained(record)
        sys.stdout.flush()


def _of_file(settings: Settings, name: str) -> dict[str, Any]:
    from store.errors import StoreError
    from tipline.cli.database import snapshot
    from tipline.cli.explain_record import ask_reachable, explained_record, foreseen_record

    source = open_source(name)
    if source.defect:
        raise CommandError(f"{name}: {source.defect}")
    with _reader(settings) as read:
        message = read(source.raw, None)
    record = explained_record(name, message, settings)
    try:
        with snapshot(settings) as unit:
            if unit:
                ask_reachable(unit, message, record)
                record["match"] = foreseen_record(unit, message, settings, source.raw)
                record["match_unknown"] = None
    except (StoreError, OSError) as error:
        # How a mail is read does not hang on the database.
        record["match_unknown"] = f"The database cannot be used: {error}."
    return record


def _stored(
    settings: Settings, reference: str, who: str, why: str, *, is_case: bool
) -> Iterator[dict[str, Any]]:
    """Explain a report, or the reports of a case, oldest first."""
    from tipline.cli.database import required
    from tipline.cli.explain_stored import open_mail, reports_of, stored_record

    with required(settings) as store:
        reports = reports_of(store, reference, is_case=is_case)
        with _reader(settings) as read:
            for report in reports:
                opened = open_mail(store, settings, report, who, why)
                message = read(opened.raw, opened.envelope)
                yield stored_record(store, opened, message, settings)


@contextmanager
def _reader(settings: Settings) -> Iterator[Read]:
    """Read mails in a process with limits; one that stops its reader comes out as unreadable."""
    from ingest.reading.explained import ExplainedMessage, read_explained, unexplained
    from ingest.reading_process import ReadingProcess

    pool = reading_pool(settings, 1, ReadingProcess(), read_explained)

    def read(raw: bytes, envelope: Envelope | None) -> ExplainedMessage:
        (message,) = pool.read_all([(raw, envelope)])
        return message if isinstance(message, ExplainedMessage) else unexplained(message)

    try:
        yield read
    finally:
        pool.close()
