# ruff: noqa: PLC0415, FBT002 - commands import when they run; options are switches
"""``tipline report reply`` and ``reachable``: staff and a reporter write to each other."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Final

import typer

from tipline.cli.options import ActorOption, ConfigOption, JsonOption, actor_name, load
from tipline.cli.output import print_json, print_line

if TYPE_CHECKING:
    from notifier.correspondence import Correspondence
    from tipline.settings import Settings

ReferenceArgument = Annotated[
    str, typer.Argument(metavar="REPORT", help="A report's reference, such as R-4F7KM-2Q9XH.")
]
TextOption = Annotated[
    str | None,
    typer.Option(
        "--text",
        metavar="TEXT",
        help="What to ask; else standard input, or your editor on a terminal.",
    ),
]
_COMMENT: Final = "#"
_SHEET: Final = """

# Write your question above; it goes to whoever sent {0}, without your name.
# Lines that begin with # are not sent. An empty question is not sent at all.
# No links, and do not ask for pictures.
"""


def reply(
    reference: ReferenceArgument,
    text: TextOption = None,
    actor: ActorOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Ask the reporter something, from the reporting address; their answer joins the report."""
    from notifier.questions import ask, question_lines
    from store.model import utc_now
    from tipline.cli.database import required

    settings = load(config)
    who = actor_name(actor)
    with required(settings) as store:
        with store.snapshot() as unit:
            known = unit.reports.find(reference).reference
        question = _question(known) if text is None else text
        try:
            question_lines(question)
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint="--text") from error
        report, number = ask(store, _correspondence(settings), known, who, question, utc_now)
    if as_json:
        print_json({"report": report.reference, "outgoing_message": number})
    else:
        print_line(f"The question about {report.reference} is queued as message {number}.")


def reachable(
    reference: ReferenceArgument,
    actor: ActorOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Write to a reporter again although a mail to them came back."""
    from notifier.questions import make_reachable
    from store.model import utc_now
    from tipline.cli.database import required
    from tipline.cli.records import report_record

    with required(load(config)) as store:
        report = make_reachable(store, reference, actor_name(actor), utc_now)
    if as_json:
        print_json(report_record(report))
    else:
        print_line(f"The reporter of {report.reference} is written to again.")


def _question(reference: str) -> str:
    """Take a question from standard input, or have it written in an editor."""
    if not sys.stdin.isatty():
        return sys.stdin.read()
    import click

    written = click.edit(_SHEET.format(reference), extension=".txt") or ""
    return "\n".join(line for line in written.splitlines() if not line.startswith(_COMMENT))


def _correspondence(settings: Settings) -> Correspondence:
    from notifier.compose import Composer
    from notifier.correspondence import Correspondence
    from store.keys import load_or_create_token_key
    from tipline.settings.mail import identity, manners
    from tipline.settings.places import places

    return Correspondence(
        composer=Composer(identity(settings)),
        manners=manners(settings),
        reply_key=load_or_create_token_key(places(settings).token_key),
    )
