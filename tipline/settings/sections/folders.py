"""The section about folders of this machine that reports are put into."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from tipline.settings.sections.section import Section
from tipline.settings.values.amounts import MailSize
from tipline.settings.values.durations import Span


class FolderEntry(Section):
    """A folder that reports are put into."""

    path: Path = Field(description="The Maildir, or the folder that files are put into.")
    kind: Literal["maildir", "drop"] = Field(
        default="maildir",
        description=(
            "`maildir`, or `drop` for mails (eml) and mbox files, also packed with gzip, that "
            "anybody puts there."
        ),
    )
    after: Literal["move", "flag", "delete"] = Field(
        default="move",
        description=(
            "What happens to a file once its mails are on disk here: `move` to "
            "`processed_folder`, `flag` (Maildir: into `cur`, as seen), or `delete`."
        ),
    )
    processed_folder: Path | None = Field(
        default=None,
        description=(
            "Folder that files are moved to, on the same file system. Without it, `.Processed` "
            "in a Maildir and `processed` in a drop folder. Made when it is missing."
        ),
    )
    failed_folder: Path | None = Field(
        default=None,
        description=(
            "Folder for files that cannot be read, or not whole; a case says so of each. Without "
            "it, `.Failed` or `failed`. Made when it is missing."
        ),
    )
    settle_for: Span = Field(
        default=timedelta(seconds=5),
        description="A file in a drop folder is whole when it has not changed for so long.",
    )
    poll_every: Span = Field(
        default=timedelta(seconds=1),
        le=timedelta(hours=1),
        description="How often it is looked for new files; at most 1h.",
    )
    max_size: MailSize = Field(
        default=35_000_000,
        description="Largest mail taken in whole; of a larger one the beginning is, as a case.",
    )
    answer_within: Span = Field(
        default=timedelta(days=3),
        description="The writer of a mail that was put there longer ago gets no receipt.",
    )

    @model_validator(mode="after")
    def _flags_are_of_maildirs(self) -> Self:
        if self.after == "flag" and self.kind != "maildir":
            raise ValueError('after = "flag" is for Maildirs; a drop folder has "move" or "delete"')
        return self

    @model_validator(mode="after")
    def _folders_differ(self) -> Self:
        watched = {self.path, self.path / "new", self.path / "cur"}
        for key in ("processed_folder", "failed_folder"):
            if getattr(self, key) in watched:
                raise ValueError(f"{key} must not be the folder that mails come from")
        return self
