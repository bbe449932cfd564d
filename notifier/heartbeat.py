"""Tells the outside that all is well, and says nothing when it is not.

Somebody outside (a monitoring service, a dead man's switch) waits for the sign and raises the alarm
when it stays away: that also finds a machine that is gone. It is given once for each audit that
found nothing. A URL that cannot be called is logged and holds up nothing.
"""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from typing import Final

import structlog

from outside.bounded import NoAnswerError, call

LIMIT: Final = timedelta(seconds=10)
"""How long one call of the URL may take in all."""
_CALL: Final = "notifier.heartbeat_call"

_log = structlog.get_logger()


class Heartbeat:
    """A URL to call, a file to touch, both or neither. ``url_file`` holds the URL, a secret."""

    def __init__(
        self, *, url_file: Path | None = None, file: Path | None = None, limit: timedelta = LIMIT
    ) -> None:
        self._url_file = url_file
        self._file = file
        self._limit = limit
        self._well = threading.Event()

    def all_is_well(self) -> None:
        """Note that an audit has found nothing; the next step gives the sign."""
        self._well.set()

    def step(self) -> int:
        """Give the sign if an audit found nothing since the last one; never fails."""
        if not self._well.is_set():
            return 0
        self._well.clear()
        for what, trouble in (("file", self._touch()), ("url", self._ask())):
            if trouble:
                _log.warning("heartbeat.failed", what=what, reason=trouble)
        return 0

    def _touch(self) -> str | None:
        if self._file is None:
            return None
        try:
            self._file.touch(mode=0o644)
        except OSError as error:
            return f"{self._file}: {error.strerror}"
        return None

    def _ask(self) -> str | None:
        if self._url_file is None:
            return None
        try:
            url = self._url_file.read_text(encoding="utf-8").strip()
            answer = call(_CALL, {"url": url}, self._limit)
        except (OSError, UnicodeDecodeError):
            return f"{self._url_file} cannot be read"
        except NoAnswerError as error:
            return str(error)
        trouble = answer.get("trouble")
        return str(trouble) if trouble else None
