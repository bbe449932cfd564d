"""Calls a module of ours as a program of its own that is ended when its time is over.

For what talks to the outside over libraries whose time limits are those of single reads: a thread
that hangs in one cannot be ended, a process can. It gets the request on standard input, so that
nothing of it shows in a list of processes, and no setting, credential or notification socket of
ours.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

_WITHHELD: Final = ("TIPLINE_", "CREDENTIALS_DIRECTORY", "NOTIFY_SOCKET", "WATCHDOG_")


class NoAnswerError(Exception):
    """The program was ended because its time was over, or ended by itself without an answer."""


def call(module: str, request: Mapping[str, Any], limit: timedelta) -> dict[str, Any]:
    """Run a module on a request and give its answer, both one line of JSON.

    Raises NoAnswerError, whose text holds nothing of the request.
    """
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-P", "-W", "ignore", "-X", "utf8", "-m", module],
            input=json.dumps(request) + "\n",
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            timeout=limit.total_seconds(),
            check=False,
            env=_environment(),
            # A terminal's interrupt is for the daemon, which waits for what it has begun.
            process_group=0,
        )
    except subprocess.TimeoutExpired:
        raise NoAnswerError(f"no answer within {limit.total_seconds():g} seconds") from None
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise NoAnswerError(f"the call ended without an answer (status {done.returncode})")
    return answer


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(_WITHHELD)}
