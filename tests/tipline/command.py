"""How tests run a command and what they get back."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from tipline.cli import main
from tipline.logs import QUIET


@dataclass(frozen=True, slots=True)
class Result:
    """What a command left behind."""

    status: int | str | None
    out: str
    err: str


Run = Callable[..., Result]
# Runs a command with --json and gives what it printed.
Show = Callable[..., Any]


def run_here(folder: Path, environment: Mapping[str, str], *arguments: str) -> Result:
    """Run a command within this process as one of its own would, and far quicker than that.

    It gets this environment and no other, this folder, and nothing on its standard input.
    """
    status: int | str | None = None
    with (
        _environment(environment),
        contextlib.chdir(folder),
        _standard_input(),
        logs_as_before(),
        contextlib.redirect_stdout(io.StringIO()) as out,
        contextlib.redirect_stderr(io.StringIO()) as err,
    ):
        arguments_before, sys.argv = sys.argv, ["tipline", *arguments]
        try:
            main()
        except SystemExit as ended:
            status = ended.code
        finally:
            sys.argv = arguments_before
    return Result(status, out.getvalue(), err.getvalue())


@contextmanager
def logs_as_before() -> Iterator[None]:
    """Give the logs back as they were: commands set them up for the whole process."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in QUIET}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)
    structlog.reset_defaults()


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    try:
        os.environ.clear()
        os.environ.update(variables)
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _standard_input() -> Iterator[None]:
    before, sys.stdin = sys.stdin, io.StringIO()
    try:
        yield
    finally:
        sys.stdin = before
