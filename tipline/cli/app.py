# ruff: noqa: FBT002 - options are switches
"""The commands, put together. ``docs/commands.md`` lists them all, and a test compares."""

from __future__ import annotations

from typing import Annotated

import typer

from tipline.cli import (
    case,
    channel,
    escalation,
    inbox,
    mailbox,
    on_call,
    outbox,
    report,
    service,
    template,
)
from tipline.cli.button import button
from tipline.cli.check import check
from tipline.cli.explain import explain
from tipline.cli.ingest import ingest
from tipline.cli.options import ConfigOption, note_config
from tipline.cli.parse import parse
from tipline.cli.simulate import simulate

app = typer.Typer(
    help="tipline, the daemon behind a platform's child-protection reporting address.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


@app.callback()
def root(
    config: ConfigOption = None,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show where a fault of tipline itself comes from.")
    ] = False,
) -> None:
    """Receive reports, open cases, alert people until somebody takes them."""
    note_config(config)
    # boundary.main looks for it itself: a fault may come before this line.
    del debug


app.command()(service.serve)
app.command()(parse)
app.command()(explain)
app.command()(ingest)
app.command()(button)
app.add_typer(case.app, name="case")
app.add_typer(escalation.app, name="escalation")
app.add_typer(report.app, name="report")
app.add_typer(inbox.app, name="inbox")
app.add_typer(outbox.app, name="outbox")
app.add_typer(mailbox.app, name="mailbox")
app.add_typer(channel.app, name="channel")
app.add_typer(template.app, name="template")
app.add_typer(on_call.app, name="on-call")
app.command()(simulate)
app.command()(check)
app.add_typer(service.db, name="db")
app.command()(service.demo)
app.command()(service.version)
