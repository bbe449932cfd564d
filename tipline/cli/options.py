# ruff: noqa: PLC0415 - imported when needed, as help must be quick
"""Options that several commands share, and the settings they lead to."""

from __future__ import annotations

import getpass
import os
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from store.model import Severity
    from tipline.settings import Settings

# The largest number a row of the database can have, or be asked for.
LARGEST_NUMBER: Final = 2**63 - 1

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="The configuration file; else the one named by TIPLINE_CONFIG; else a try-out.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
ReferenceArgument = Annotated[
    str, typer.Argument(metavar="CASE", help="A case's reference, such as C-4F7KM-2Q9XH.")
]
NumberArgument = Annotated[
    int,
    typer.Argument(min=1, max=LARGEST_NUMBER, metavar="ID", help="Number from the list."),
]
LimitOption = Annotated[
    int | None,
    typer.Option("--limit", min=1, max=LARGEST_NUMBER, metavar="N", help="Print at most N."),
]
ActorOption = Annotated[
    str | None,
    typer.Option("--as", metavar="NAME", help="Who does it; else your login name."),
]


_before_the_command: ContextVar[Path | None] = ContextVar("config", default=None)


def note_config(config: Path | None) -> None:
    """Remember a ``--config`` given before the command."""
    _before_the_command.set(config)


def load(config: Path | None) -> Settings:
    """Read the settings for a command; ``--config`` after the command wins over one before it.

    Logs go to standard error and only when something is wrong: commands print their own results.
    """
    from tipline.logs import set_up_logs
    from tipline.settings import load_settings

    set_up_logs("critical")
    return load_settings(config or _before_the_command.get())


def actor_name(given: str | None) -> str:
    """Tell who is at work, for the history."""
    if given and given.strip():
        return one_line(given, "--as")
    name = os.environ.get("SUDO_USER")
    if name:
        return name
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def one_line(text: str, hint: str) -> str:
    """Take what is written into the history: one line, and nothing a terminal would obey."""
    text = text.strip()
    if not text.isprintable():
        raise typer.BadParameter("must be one line of text", param_hint=hint)
    return text


def parse_severity(label: str) -> Severity:
    """Read the word for a severity."""
    from store.model import Severity

    try:
        return Severity.from_label(label)
    except ValueError as error:
        labels = ", ".join(severity.label for severity in Severity)
        raise typer.BadParameter(f"{label!r} is none of {labels}") from error
