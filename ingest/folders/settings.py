"""What there is to know of a folder before it is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path


class Kind(StrEnum):
    """How mails are put into the folder."""

    # By the rules of Maildir: a file in ``new`` is whole.
    MAILDIR = "maildir"
    # As files, by anybody in any way.
    DROP = "drop"


class After(StrEnum):
    """What is done with a file once its mails are durable here."""

    MOVE = "move"
    # Maildir only: into ``cur``, as a mail that was seen.
    FLAG = "flag"
    DELETE = "delete"


@dataclass(frozen=True, kw_only=True, slots=True)
class FolderSettings:
    """One folder. ``max_size`` is in octets.

    A file in a drop folder is whole when it has not changed for ``settle_for``. Whoever wrote
    longer ago than ``answer_within`` gets no receipt.
    """

    name: str
    path: Path
    kind: Kind = Kind.MAILDIR
    after: After = After.MOVE
    processed_folder: Path | None = None
    failed_folder: Path | None = None
    settle_for: timedelta = timedelta(seconds=5)
    poll_every: timedelta = timedelta(seconds=1)
    max_size: int = 35_000_000
    answer_within: timedelta = timedelta(days=3)

    @property
    def processed(self) -> Path:
        """Where files go whose mails are durable."""
        return self.processed_folder or self.path / self._beside("processed")

    @property
    def failed(self) -> Path:
        """Where files go that could not be read, or not whole."""
        return self.failed_folder or self.path / self._beside("failed")

    def _beside(self, name: str) -> str:
        # A dot makes it a folder that mail programs show (Maildir++).
        return f".{name.title()}" if self.kind is Kind.MAILDIR else name
