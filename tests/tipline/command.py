"""How tests run a command and what they get back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Result:
    """What a command left behind."""

    status: int | str | None
    out: str
    err: str


Run = Callable[..., Result]
# Runs a command with --json and gives what it printed.
Show = Callable[..., Any]
