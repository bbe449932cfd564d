"""Tell the outside that tipline is well: systemd's notifications and a health file.

The watchdog and the file are fed only from the daemon's own loop, and only while its stages make
their rounds: a stage that hangs stops both, and systemd starts the daemon afresh.
"""

from __future__ import annotations

import json
import os
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import sdnotify

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from store.model import Clock

# The watchdog is fed this often within its period (systemd.service(5) advises half).
_FEEDS_PER_PERIOD: Final = 2


class Systemd:
    """Speak to the service manager; does nothing where there is none."""

    def __init__(self) -> None:
        self._notifier = sdnotify.SystemdNotifier()

    def ready(self, status: str) -> None:
        """Say that mail is being accepted."""
        self._notifier.notify(f"READY=1\nSTATUS={_one_line(status)}")

    def alive(self) -> None:
        """Feed the watchdog."""
        self._notifier.notify("WATCHDOG=1")

    def stopping(self) -> None:
        """Say that the daemon finishes its work and ends."""
        self._notifier.notify("STOPPING=1")


def watchdog_interval() -> timedelta | None:
    """Tell how often to feed the watchdog; None when none watches this process."""
    period = os.environ.get("WATCHDOG_USEC", "")
    process = os.environ.get("WATCHDOG_PID", "")
    if not period.isdecimal() or int(period) == 0:
        return None
    if process and process != str(os.getpid()):
        return None
    return timedelta(microseconds=int(period)) / _FEEDS_PER_PERIOD


class Health:
    """When each stage last made its round; written to a file that monitoring can read."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._expected: dict[str, datetime] = {}
        self._seen: dict[str, datetime] = {}

    def expect(self, stages: Iterable[str]) -> None:
        """Name the stages that begin now: one that never makes a round is late as well."""
        now = self._clock()
        self._expected.update((stage, now) for stage in stages)

    def saw(self, stage: str) -> None:
        """Note that a stage has made a round just now."""
        self._seen[stage] = self._clock()

    def late(self, limit: timedelta) -> tuple[str, ...]:
        """Name the stages whose last round is longer ago than ``limit``."""
        now = self._clock()
        last = {**self._expected, **self._seen}
        return tuple(sorted(stage for stage, at in last.items() if now - at > limit))

    def write(self, **more: str | int | bool | None) -> None:
        """Write the file so that a reader sees the old one or the new one, never half of it."""
        names = sorted({*self._expected, *self._seen})
        stages = {name: at.isoformat() if (at := self._seen.get(name)) else None for name in names}
        content: Mapping[str, object] = {
            "time": self._clock().isoformat(),
            "process": os.getpid(),
            **more,
            "stages": stages,
        }
        _replace(self._path, json.dumps(content, indent=1) + "\n")


def _replace(path: Path, text: str) -> None:
    # No fsync: after a power cut nobody asks how well the daemon was before it.
    file = tempfile.NamedTemporaryFile(  # noqa: SIM115 - renamed below, after it is closed
        "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False
    )
    temporary = Path(file.name)
    try:
        with file:
            file.write(text)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def _one_line(text: str) -> str:
    return " ".join(text.split())
