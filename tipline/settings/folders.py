"""The folders that reports are put into, as the piece that looks after them knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.folders.settings import After, FolderSettings, Kind

if TYPE_CHECKING:
    from tipline.settings.model import Settings


def folders(settings: Settings) -> list[FolderSettings]:
    """Hand out every folder."""
    return [
        FolderSettings(
            name=name,
            path=entry.path,
            kind=Kind(entry.kind),
            after=After(entry.after),
            processed_folder=entry.processed_folder,
            failed_folder=entry.failed_folder,
            settle_for=entry.settle_for,
            poll_every=entry.poll_every,
            max_size=entry.max_size,
            answer_within=entry.answer_within,
        )
        for name, entry in settings.folders.items()
    ]
