# ruff: noqa: PLC0415 - commands import when they run
"""``tipline serve``, ``db``, ``demo`` and ``version``."""

from __future__ import annotations

import sys

import typer

from tipline.cli.options import ConfigOption, load
from tipline.cli.output import print_line

db = typer.Typer(help="The database's schema.", no_args_is_help=True)


@db.callback()
def database() -> None:
    """Look after the database's schema."""


def serve(config: ConfigOption = None) -> None:
    """Run the daemon: accept mail, read it, file it, answer, alert."""
    settings = load(config)
    from tipline.daemon import run
    from tipline.logs import set_up_logs
    from tipline.memory import give_memory_back

    give_memory_back()
    set_up_logs(settings.log.level, settings.log.format)
    run(settings)


@db.command("upgrade")
def upgrade(config: ConfigOption = None) -> None:
    """Make the database, or bring it to this program's schema. Back it up before."""
    settings = load(config)
    from store.engine import translated_errors
    from store.upgrade import upgrade as upgrade_database
    from tipline.settings.places import places

    path = places(settings).database
    with translated_errors():
        changed = upgrade_database(path)
    state = "brought to the schema of this tipline" if changed else "up to date already"
    print_line(f"The database {path} is {state}.")


def demo() -> None:
    """Tell the whole story in under a minute, in a temporary folder."""
    from tipline.demo import main

    sys.exit(main())


def version() -> None:
    """Print the version."""
    from importlib.metadata import version as version_of

    print_line(f"tipline {version_of('tipline')}")
