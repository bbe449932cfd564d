"""What a command costs from its start to its end, beside Python's own start.

Each is run several times as a new process, and the least processor time counts: whatever else the
machine does only adds to it. ``--help`` loads no part of the program, ``report list`` what asks the
database, and the daemon is ended as soon as it listens, with its readers.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

TIMES = 5
TIPLINE = (sys.executable, "-m", "tipline")


def measure() -> None:
    """Print the processor time of each command and its ratio to a Python that does nothing."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "PATH": os.environ["PATH"],
            "TIPLINE_STATE_DIR": str(Path(folder) / "state"),
            "TIPLINE_SMTP__PORT": "0",
        }
        bare = _least((sys.executable, "-c", ""), environment)
        print(f"  {'python':20} {bare * 1000:6.0f} ms")
        commands = {
            "tipline db upgrade": (*TIPLINE, "db", "upgrade"),
            "tipline --help": (*TIPLINE, "--help"),
            "tipline report list": (*TIPLINE, "report", "list"),
            "tipline serve": (*TIPLINE, "serve"),
        }
        for name, command in commands.items():
            ours = _least(command, environment)
            print(f"  {name:20} {ours * 1000:6.0f} ms, ratio {ours / bare:5.1f}")


def _least(command: tuple[str, ...], environment: dict[str, str]) -> float:
    return min(_processor_seconds(command, environment) for _ in range(TIMES))


def _processor_seconds(command: tuple[str, ...], environment: dict[str, str]) -> float:
    before = _spent()
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        for line in process.stdout or ():
            if b"daemon.ready" in line:
                process.send_signal(signal.SIGTERM)
    return _spent() - before


def _spent() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


if __name__ == "__main__":
    measure()
