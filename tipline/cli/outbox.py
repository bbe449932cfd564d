# ruff: noqa: PLC0415, FBT002 - commands import when they run; options are switches
"""``tipline outbox``: the mails we send and how far each has come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from store.states import OutboxState
from tipline.cli.options import ConfigOption, JsonOption, LimitOption, NumberArgument, load
from tipline.cli.output import age, print_facts, print_json, print_line, print_list, print_table

if TYPE_CHECKING:
    from store.model import OutboxMessage

app = typer.Typer(help="Outgoing mails and the tries to send them.", no_args_is_help=True)

StateOption = Annotated[
    OutboxState | None, typer.Option("--state", metavar="STATE", help="Only in this state.")
]


@app.command("list")
def list_messages(
    state: StateOption = None,
    limit: LimitOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """List outgoing messages, newest first."""
    from tipline.cli.database import snapshot
    from tipline.cli.records import outbox_record

    with snapshot(load(config)) as unit:
        messages = unit.outbox.listing(state=state, limit=limit) if unit else []
    print_list(
        messages,
        as_json=as_json,
        record=outbox_record,
        columns=("id", "kind", "to", "subject", "state", "tries", "age", "last fault"),
        row=_row,
        empty="No outgoing messages.",
    )


def _row(message: OutboxMessage) -> tuple[object, ...]:
    return (
        message.id,
        message.mail.kind,
        message.mail.recipient,
        message.mail.subject,
        message.state,
        message.attempts,
        age(message.created_at),
        message.last_error,
    )


@app.command("show")
def show_message(
    number: NumberArgument,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Show one outgoing message and every try to send it."""
    from store.model import OutboxId
    from tipline.cli.database import required
    from tipline.cli.records import attempt_record, outbox_record

    with required(load(config)) as store, store.snapshot() as unit:
        message = unit.outbox.get(OutboxId(number))
        tries = unit.outbox.attempts(message.id)
    if as_json:
        record = outbox_record(message)
        record["tries"] = [attempt_record(attempt) for attempt in tries]
        print_json(record)
        return
    print_facts(outbox_record(message).items())
    print_table(
        ("at", "outcome", "detail"),
        [(attempt.at, attempt.outcome, attempt.detail) for attempt in tries],
        empty="Not tried yet.",
    )


@app.command("retry")
def retry_message(number: NumberArgument, config: ConfigOption = None) -> None:
    """Send a failed or waiting message now."""
    from store.model import OutboxId, utc_now
    from tipline.cli.database import required

    with required(load(config)) as store, store.transaction() as unit:
        unit.outbox.retry(OutboxId(number), utc_now())
        unit.commit()
    print_line(f"Outgoing message {number} is due now; the daemon sends it within seconds.")
