# ruff: noqa: PLC0415, FBT002 - commands import when they run; options are switches
"""``tipline mailbox``: the mailboxes that reports are fetched from."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from tipline.cli.login import login
from tipline.cli.options import ConfigOption, JsonOption, load
from tipline.cli.output import print_json, print_line, print_list

if TYPE_CHECKING:
    from ingest.imap.looking import MailboxSeen
    from ingest.imap.settings import MailboxSettings
    from tipline.settings import Settings

app = typer.Typer(help="Mailboxes that reports are fetched from.", no_args_is_help=True)

WRONG: Final = 1
AT_ONCE: Final = 8

NameArgument = Annotated[
    str | None,
    typer.Argument(metavar="[NAME]", help="One mailbox; else all of them."),
]


@app.command("list")
def list_mailboxes(as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """List the mailboxes of the configuration."""
    from tipline.settings.mailboxes import mailboxes

    print_list(
        list(mailboxes(load(config)).values()),
        as_json=as_json,
        record=_record,
        columns=("mailbox", "server", "user", "folders", "after"),
        row=_row,
        empty="No mailboxes are configured.",
    )


def _record(mailbox: MailboxSettings) -> dict[str, Any]:
    return {
        "mailbox": mailbox.name,
        "host": mailbox.host,
        "port": mailbox.port,
        "username": mailbox.username,
        "folders": list(mailbox.folders),
        "after": mailbox.after,
    }


def _row(mailbox: MailboxSettings) -> tuple[object, ...]:
    server = f"{mailbox.host}:{mailbox.port}"
    return mailbox.name, server, mailbox.username, mailbox.folders, mailbox.after


@app.command("test")
def try_mailboxes(
    name: NameArgument = None, as_json: JsonOption = False, config: ConfigOption = None
) -> None:
    """Log in to a mailbox, look at its folders, change nothing, and say what to mend."""
    settings = load(config)
    seen = look_at(settings, name)
    if as_json:
        print_json([_seen_record(one) for one in seen])
    else:
        for one in seen:
            _print_seen(one)
    if not all(one.is_well for one in seen):
        raise typer.Exit(WRONG)


def look_at(settings: Settings, name: str | None = None) -> list[MailboxSeen]:
    """Look at one mailbox or at all of them, side by side."""
    from ingest.imap.looking import look
    from tipline.logins import insisting_tokens
    from tipline.settings.mailboxes import mailbox_login

    chosen = _chosen(settings, name)
    with insisting_tokens(settings) as tokens, ThreadPoolExecutor(AT_ONCE) as pool:
        return list(
            pool.map(lambda one: look(one, mailbox_login(settings, one.name, tokens)), chosen)
        )


def _chosen(settings: Settings, name: str | None) -> list[MailboxSettings]:
    from tipline.settings.mailboxes import mailboxes

    known = mailboxes(settings)
    if name is None:
        return list(known.values())
    if name not in known:
        names = ", ".join(known) or "none are configured"
        raise typer.BadParameter(f"there is no mailbox {name!r}; there are: {names}")
    return [known[name]]


def _seen_record(seen: MailboxSeen) -> dict[str, Any]:
    return {
        "mailbox": seen.name,
        "ok": seen.is_well,
        "fault": seen.fault or None,
        "remedy": seen.remedy or None,
        "capabilities": list(seen.capabilities),
        "notes": list(seen.notes),
        "folders": [
            {
                "folder": folder.name,
                "mails": None if folder.fault else len(folder.uids),
                "fault": folder.fault or None,
                "remedy": folder.remedy or None,
            }
            for folder in seen.folders
        ],
    }


def _print_seen(seen: MailboxSeen) -> None:
    if seen.fault:
        print_line(f"{seen.name}: WRONG: {seen.fault}")
        if seen.remedy:
            print_line(f"  {seen.remedy}")
        return
    print_line(f"{seen.name}: ok, logged in")
    for folder in seen.folders:
        if folder.fault:
            print_line(f"  folder {folder.name}: WRONG: {folder.fault}; {folder.remedy}")
        else:
            print_line(f"  folder {folder.name}: {len(folder.uids)} mails")
    for note in seen.notes:
        print_line(f"  {note}")


app.command()(login)
