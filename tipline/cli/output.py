# ruff: noqa: PLC0415 - imported when needed, as help must be quick
"""What commands print: JSON for programs, tables for people."""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Thing = TypeVar("Thing")

# Halves of characters, as broken mail has them: JSON readers choke on them.
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
# What would move the cursor or hide text on a terminal.
_CONTROLS: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]"
)

# Columns that may take several lines.
WIDE_COLUMNS: Final = frozenset(
    {
        "account",
        "address",
        "cases",
        "details",
        "finding",
        "last fault",
        "reason",
        "remedy",
        "subject",
    }
)
# Where no terminal sets a width, as in a pipe.
PIPE_WIDTH: Final = 200


def print_json(value: object) -> None:
    """Print one JSON document."""
    sys.stdout.write(json.dumps(_clean(value), indent=2) + "\n")


def json_line(value: object) -> str:
    """Write a value as JSON on one line, whatever the reader takes for the end of a line."""
    return json.dumps(_clean(value))


def print_line(text: str) -> None:
    """Print one line for a person."""
    sys.stdout.write(f"{printable(text)}\n")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], empty: str) -> None:
    """Print a table for a person, or ``empty`` when there are no rows."""
    # Imported only now: help must not wait for it.
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        # References, states and times are what commands want typed: they are never cut.
        table.add_column(column, no_wrap=column not in WIDE_COLUMNS, overflow="fold")
    for row in rows:
        table.add_row(*(Text(printable(_cell(value))) for value in row))
    if table.row_count:
        Console(width=None if sys.stdout.isatty() else PIPE_WIDTH).print(table)
    else:
        print_line(empty)


def print_list(  # noqa: PLR0913 - what to print, and how
    things: Sequence[Thing],
    *,
    as_json: bool,
    record: Callable[[Thing], dict[str, Any]],
    columns: Sequence[str],
    row: Callable[[Thing], Sequence[object]],
    empty: str,
) -> None:
    """Print a list of things: their records for programs, a table for a person."""
    if as_json:
        print_json([record(thing) for thing in things])
    else:
        print_table(columns, [row(thing) for thing in things], empty)


def print_facts(facts: Iterable[tuple[str, object]]) -> None:
    """Print names and values for a person; values that are not known are left out."""
    known = [(name, _cell(value)) for name, value in facts if value is not None and value != ""]
    width = max((len(name) for name, _ in known), default=0)
    for name, value in known:
        print_line(f"{name:<{width}}  {value}")


def moment(at: datetime | None) -> str | None:
    """Write a time for programs: ISO 8601 in UTC."""
    return at.astimezone(UTC).isoformat() if at else None


def until(at: datetime | None, now: datetime | None = None) -> str | None:
    """Write for a person how long something is away: in 5m, or due."""
    if at is None:
        return None
    now = now or datetime.now(UTC)
    return f"in {age(now, at)}" if at > now else "due"


def age(since: datetime, now: datetime | None = None) -> str:
    """Write for a person how long ago something was: 3d 4h, 5h 12m, 8m, 40s."""
    seconds = max(0, int(((now or datetime.now(UTC)) - since).total_seconds()))
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, seconds = divmod(rest, 60)
    if days:
        return f"{days}d {hours}h"
    if hours:
        return f"{hours}h {minutes}m"
    return f"{minutes}m" if minutes else f"{seconds}s"


def _cell(value: object) -> str:
    match value:
        case None:
            return "-"
        case datetime():
            return value.astimezone().isoformat(sep=" ", timespec="seconds")
        case list() | tuple():
            return ", ".join(map(str, value))
        case _:
            return str(value)


def printable(text: str) -> str:
    """Take out of a text what a terminal could not show or would obey."""
    return _CONTROLS.sub("\ufffd", _SURROGATES.sub("\ufffd", text))


def _clean(value: Any) -> Any:  # noqa: ANN401 - any JSON there is
    match value:
        case str():
            return _SURROGATES.sub("\ufffd", value)
        case dict():
            return {_clean(key): _clean(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_clean(inner) for inner in value]
        case _:
            return value
