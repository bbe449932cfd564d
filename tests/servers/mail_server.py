"""What real mail servers have in common when tests start them: each from a folder of its own."""

from __future__ import annotations

import smtplib
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

from tests.end_to_end.daemon import wait_until

START_SECONDS = 20.0


class MailServer(ABC):
    """A mail server that listens on ``port``; what it says is in ``stderr`` and in ``logs``."""

    folder: Path
    port: int
    logs: str
    # How long a delivery may take, in seconds.
    delivers_within: float
    process: subprocess.Popen[bytes] | None = None

    def begin(self, command: Sequence[str]) -> None:
        """Start it, and wait until it answers."""
        with (self.folder / "stderr").open("ab") as said:
            self.process = subprocess.Popen(
                command, stdout=said, stderr=said, start_new_session=True
            )
        wait_until(self._answers, START_SECONDS, f"{type(self).__name__} to answer")

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.said()
        try:
            with smtplib.SMTP("127.0.0.1", self.port, timeout=5):
                return True
        except OSError:
            return False

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def said(self) -> str:
        files = [self.folder / "stderr", *self.folder.glob(self.logs)]
        return "\n".join(file.read_text("utf-8", "replace") for file in files if file.exists())

    @abstractmethod
    def fates(self, queued: str) -> dict[str, str]:
        """Tell what became of each recipient of a mail so far."""

    def hurry(self, queued: str) -> None:  # noqa: B027 - most put nothing off
        """Have a mail tried again now if the server put it off for longer than tests wait."""

    def wait_for(self, queued: str, fates: dict[str, str]) -> None:
        """Wait until each recipient of a mail has met its fate."""

        def met() -> bool:
            self.hurry(queued)
            return self.fates(queued) == fates

        try:
            wait_until(met, self.delivers_within, f"{fates}")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.said()}") from None
