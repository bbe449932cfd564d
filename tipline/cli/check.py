# ruff: noqa: PLC0415, FBT002 - commands import when they run; options are switches
"""``tipline check``: tell whether everything is as the daemon needs it, and what to mend."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Final

import typer

from tipline.cli.options import ConfigOption, JsonOption, load
from tipline.cli.output import print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tipline.settings import Settings
    from tipline.settings.places import Places

RelayOption = Annotated[
    bool,
    typer.Option("--relay/--no-relay", help="Whether to try the way out for our mails."),
]

WRONG: Final = 1
# How many cases a finding names.
NAMED: Final = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing looked at. ``remedy`` says what to do when it is not in order."""

    name: str
    ok: bool
    message: str
    remedy: str = ""


def check(
    relay: RelayOption = True,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Check configuration, folder, database, key, history and relay; say what to mend."""
    settings = load(config)
    findings = list(_look(settings, relay=relay))
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        print_table(
            ("what", "", "finding", "remedy"),
            [
                (finding.name, "ok" if finding.ok else "WRONG", finding.message, finding.remedy)
                for finding in findings
            ],
            empty="",
        )
    if not all(finding.ok for finding in findings):
        raise typer.Exit(WRONG)


def _look(settings: Settings, *, relay: bool) -> Iterator[Finding]:
    from tipline.settings.places import places

    where = places(settings)
    yield _configuration(settings)
    yield _folder(where)
    database = _database(where)
    yield database
    yield _key(where)
    if database.ok and where.database.exists():
        yield _history(where)
    if relay:
        yield _way_out(settings)


def _configuration(settings: Settings) -> Finding:
    if settings.try_out:
        message = "no file: this is a try-out for the fictional platform chirper"
    else:
        message = f"complete, for {settings.platform.name}"
    return Finding(name="configuration", ok=True, message=message)


def _folder(where: Places) -> Finding:
    folder = where.state
    if not folder.exists():
        parent = next((p for p in folder.absolute().parents if p.exists()), folder)
        ok = os.access(parent, os.W_OK | os.X_OK)
        message = f"{folder} is not there yet"
        remedy = "" if ok else f"make it, owned by the user who runs tipline; {parent} is not ours"
        return Finding(name="folder", ok=ok, message=message, remedy=remedy)
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        remedy = "run this as the user who runs tipline, or give the folder to that user"
        return Finding(
            name="folder", ok=False, message=f"{folder} cannot be written", remedy=remedy
        )
    return Finding(name="folder", ok=True, message=str(folder))


def _database(where: Places) -> Finding:
    from store.engine import translated_errors
    from store.errors import StoreError
    from store.upgrade import SchemaState, schema_state

    path = where.database
    if not path.exists():
        return Finding(name="database", ok=True, message="made at first start")
    try:
        with translated_errors():
            state = schema_state(path)
    except StoreError as error:
        remedy = "see who owns it and whether the disk is full or failing"
        return Finding(name="database", ok=False, message=str(error), remedy=remedy)
    match state:
        case SchemaState.OLDER:
            remedy = "back it up, then run: tipline db upgrade"
            message = f"{path} was made by an older tipline"
            return Finding(name="database", ok=False, message=message, remedy=remedy)
        case SchemaState.NEWER:
            remedy = "install that version again, or restore the backup made before the upgrade"
            message = f"{path} was made by a newer tipline"
            return Finding(name="database", ok=False, message=message, remedy=remedy)
        case _:
            return Finding(name="database", ok=True, message=str(path))


def _history(where: Places) -> Finding:
    """Follow the chains of all cases: a changed or missing event shows."""
    from store.unit_of_work import open_store

    store = open_store(where.state)
    with store.snapshot() as work:
        broken = [work.cases.get(number).reference for number in work.history.broken_chains()]
    store.close()
    if not broken:
        return Finding(name="history", ok=True, message="every case's events fit their chain")
    message = f"events of {', '.join(broken[:NAMED])} were changed or removed in the database"
    remedy = "keep a copy of the database as it is, and compare with your backups"
    return Finding(name="history", ok=False, message=message, remedy=remedy)


def _key(where: Places) -> Finding:
    from store.errors import StoreError
    from store.keys import load_identity

    path = where.sealing_key
    if not path.exists():
        if where.database.exists():
            message = f"{path} is missing"
            remedy = "restore it from your backup: without it nothing sealed can be opened"
            return Finding(name="key", ok=False, message=message, remedy=remedy)
        return Finding(name="key", ok=True, message="made at first start")
    try:
        load_identity(path)
    except StoreError as error:
        remedy = "see that only the user who runs tipline can read it, or restore it"
        return Finding(name="key", ok=False, message=str(error), remedy=remedy)
    return Finding(name="key", ok=True, message=str(path))


def _way_out(settings: Settings) -> Finding:
    from tipline.settings import ConfigurationError
    from tipline.settings.mail import courier
    from tipline.settings.places import places

    name = "relay" if settings.relay else "outgoing"
    try:
        carrier = courier(settings)
    except ConfigurationError as error:
        remedy = "put the password there, readable for the user who runs tipline"
        return Finding(name=name, ok=False, message=str(error), remedy=remedy)
    if settings.relay is None:
        # Looking must not make the folder; the first mail does.
        return Finding(name=name, ok=True, message=f"the Maildir {places(settings).outgoing}")
    trouble = carrier.check()
    carrier.close()
    if trouble:
        remedy = "compare [relay] with what its operator gave you; reports are kept meanwhile"
        return Finding(name=name, ok=False, message=trouble, remedy=remedy)
    where = f"{settings.relay.host}:{settings.relay.port} answers"
    return Finding(name=name, ok=True, message=where)
