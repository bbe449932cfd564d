# ruff: noqa: PLC0415, FBT002 - commands import when they run; options are switches
"""``tipline inbox``: the accepted messages and what became of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from store.states import InboxState
from tipline.cli.options import ConfigOption, JsonOption, LimitOption, NumberArgument, load
from tipline.cli.output import age, print_facts, print_json, print_line, print_list

if TYPE_CHECKING:
    from store.model import InboundMessage

app = typer.Typer(
    help="Accepted messages, all of them, each with its reason.", no_args_is_help=True
)

StateOption = Annotated[
    InboxState | None, typer.Option("--state", metavar="STATE", help="Only in this state.")
]


@app.command("list")
def list_messages(
    state: StateOption = None,
    limit: LimitOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """List accepted messages, newest first."""
    from tipline.cli.database import snapshot
    from tipline.cli.records import inbox_record

    with snapshot(load(config)) as unit:
        messages = unit.inbox.listing(state=state, limit=limit) if unit else []
    print_list(
        messages,
        as_json=as_json,
        record=inbox_record,
        columns=("id", "state", "kind", "reason", "tries", "age"),
        row=_row,
        empty="No messages.",
    )


def _row(message: InboundMessage) -> tuple[object, ...]:
    waiting = age(message.envelope.received_at)
    return message.id, message.state, message.kind, message.reason, message.attempts, waiting


@app.command("show")
def show_message(
    number: NumberArgument,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Show what is known of one message; its content stays sealed."""
    from store.model import InboundId
    from tipline.cli.database import required
    from tipline.cli.records import command_record, inbox_record, opening_record

    with required(load(config)) as store, store.snapshot() as unit:
        message = unit.inbox.get(InboundId(number))
        openings = unit.openings.of_message(message.id)
        command = unit.commands.of_message(message.id)
    record = inbox_record(message)
    record["envelope"] = {
        "reverse_path": message.envelope.reverse_path,
        "recipients": list(message.envelope.recipients),
        "peer": message.envelope.peer,
        "tls": message.envelope.tls,
    }
    record["command"] = command_record(command) if command else None
    record["openings"] = [opening_record(opening) for opening in openings]
    if as_json:
        print_json(record)
        return
    print_facts(
        (name, value) for name, value in record.items() if not isinstance(value, dict | list)
    )
    print_facts(record["envelope"].items())
    if record["command"]:
        print_facts((f"command {name}", value) for name, value in record["command"].items())
    for opening in openings:
        print_line(f"opened {opening.at.isoformat()} by {opening.who}: {opening.why}")


@app.command("requeue")
def requeue_message(number: NumberArgument, config: ConfigOption = None) -> None:
    """Send a quarantined message round again."""
    from store.model import InboundId
    from tipline.cli.database import required

    with required(load(config)) as store, store.transaction() as unit:
        unit.inbox.requeue(InboundId(number))
        unit.commit()
    print_line(f"Message {number} goes round again; the daemon takes it up within seconds.")
