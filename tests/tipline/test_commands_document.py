"""``docs/commands.md`` lists every command with its arguments and options, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from typer.main import get_command

from tipline.cli.app import app

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENT = Path(__file__).parents[2] / "docs" / "commands.md"


def test_the_document_lists_every_command_and_every_option() -> None:
    text = DOCUMENT.read_text("utf-8").partition("## Every command")[2]
    written = [line for line in text.splitlines() if line.startswith(("### ", "| `"))]

    assert written == list(lines())


def test_the_document_says_of_each_command_what_its_help_says() -> None:
    text = DOCUMENT.read_text("utf-8")

    for name, command in commands(get_command(app), "tipline"):
        assert f"### {name}\n\n{summary(command)}\n" in text


def lines() -> Iterator[str]:
    for name, command in commands(get_command(app), "tipline"):
        yield f"### {name}"
        for param in command.params:
            if param.name != "help":
                yield f"| `{spelling(param)}` | {param.help} |"


def commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - what the library hands out
    inner = getattr(command, "commands", None)
    # A group may be a command itself.
    if inner is None or name == "tipline" or command.invoke_without_command:
        yield name, command
    for word, below in (inner or {}).items():
        yield from commands(below, f"{name} {word}")


def summary(command: Any) -> str:  # noqa: ANN401 - what the library hands out
    return command.help.splitlines()[0]


def spelling(param: Any) -> str:  # noqa: ANN401 - what the library hands out
    if param.param_type_name == "argument":
        # A bar would end the column.
        return param.metavar.replace("|", "\\|")
    word = f" {param.metavar}" if param.metavar else ""
    return "/".join([*param.opts, *param.secondary_opts]) + word
