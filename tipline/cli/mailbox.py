# ruff: noqa: PLC0415, FBT002 - commands import when they run; options are switches
"""``tipline mailbox``: the mailboxes that reports are fetched from."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from tipline.cli.login import login, logout
from tipline.cli.options import ConfigOption, JsonOption, load
from tipline.cli.output import age, moment, print_json, print_line, print_list, print_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from ingest.imap.comparing import MailboxCount
    from ingest.imap.looking import MailboxSeen
    from ingest.imap.settings import MailboxSettings
    from outside.oauth import BearerSource
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

    settings = load(config)
    logins = {name: entry.oauth for name, entry in settings.mailboxes.items()}
    print_list(
        list(mailboxes(settings).values()),
        as_json=as_json,
        record=lambda one: _record(one) | {"oauth": logins[one.name]},
        columns=("mailbox", "server", "user", "login", "folders", "after"),
        row=lambda one: _row(one, logins[one.name] or "password"),
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


def _row(mailbox: MailboxSettings, login: str) -> tuple[object, ...]:
    server = f"{mailbox.host}:{mailbox.port}"
    return mailbox.name, server, mailbox.username, login, mailbox.folders, mailbox.after


@app.command("test")
def try_mailboxes(
    name: NameArgument = None, as_json: JsonOption = False, config: ConfigOption = None
) -> None:
    """Log in to a mailbox, look at its folders, change nothing, and say what to mend."""
    settings = load(config)
    seen = _seen(settings, name)
    if as_json:
        print_json([_seen_record(one) for one in seen])
    else:
        for one in seen:
            _print_seen(one)
    if not all(one.is_well for one in seen):
        raise typer.Exit(WRONG)


@app.command("status")
def show_status(
    name: NameArgument = None, as_json: JsonOption = False, config: ConfigOption = None
) -> None:
    """Count what each mailbox holds against what was taken in, and say what to mend."""
    settings = load(config)
    counts = _counted(settings, name)
    if as_json:
        print_json([_count_record(one) for one in counts])
    else:
        _print_counts(counts)
    if any(one.to_mend for one in counts):
        raise typer.Exit(WRONG)


def _counted(settings: Settings, name: str | None) -> list[MailboxCount]:
    from ingest.imap.comparing import compare
    from store.model import utc_now
    from tipline.cli.database import required

    # First what the server holds: what is taken in meanwhile then counts as taken.
    seen = _seen(settings, name)
    with required(settings) as store, store.snapshot() as work:
        return [
            compare(work, one, utc_now(), settings.mailboxes[one.name].poll_every) for one in seen
        ]


def _count_record(count: MailboxCount) -> dict[str, Any]:
    return {
        "mailbox": count.name,
        "looked_at": moment(count.looked_at),
        "failing_since": moment(count.failing_since),
        "folders": [asdict(folder) for folder in count.folders],
        "ever": {str(outcome): mails for outcome, mails in sorted(count.ever.items())},
        "to_mend": list(count.to_mend),
    }


def _print_counts(counts: list[MailboxCount]) -> None:
    columns = ("mailbox", "folder", "on server", "taken in", "too large", "failed", "waiting")
    rows = [
        (one.name, at.name, at.on_server, at.taken, at.too_large, at.failed, at.waiting)
        for one in counts
        for at in one.folders
    ]
    print_table(columns, rows, "No folder of a mailbox can be read.")
    for one in counts:
        ever = ", ".join(f"{mails} {outcome}" for outcome, mails in sorted(one.ever.items()))
        looked = f"looked at {age(one.looked_at)} ago" if one.looked_at else "not looked at yet"
        print_line(f"{one.name}: {looked}; in all {ever or 'no mails'}")
        for sentence in one.to_mend:
            print_line(f"  {sentence}")


def _seen(settings: Settings, name: str | None) -> list[MailboxSeen]:
    from tipline.logins import insisting_bearers

    with insisting_bearers(settings) as bearers:
        return look_at(settings, bearers, name)


def look_at(
    settings: Settings, bearers: Callable[[str], BearerSource] | None, name: str | None = None
) -> list[MailboxSeen]:
    """Look at one mailbox or at all of them, side by side; ``bearers`` gives tokens of logins."""
    from ingest.imap.looking import look
    from tipline.settings.mailboxes import mailbox_login

    chosen = _chosen(settings, name)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(
            pool.map(lambda one: look(one, mailbox_login(settings, one.name, bearers)), chosen)
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
app.command()(logout)
