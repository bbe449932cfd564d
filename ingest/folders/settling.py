"""Moving files out of the way once their mails are durable: processed, failed, or removed."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from ingest.folders.settings import After, FolderSettings, Kind
from store.durable import sync_folder

_SEEN = "S"


class Settling:
    """Moves the files of one folder. Doing it twice does no harm."""

    def __init__(self, settings: FolderSettings) -> None:
        self._settings = settings

    def settle(self, files: Iterable[tuple[Path, bool]]) -> list[Path]:
        """Move files, those that failed (True) to their own folder; durable when this returns.

        Gives the files that were not moved: somebody else may have moved them.
        """
        folders: set[Path] = set()
        left = []
        for path, failed in files:
            try:
                target = self._target(path, failed=failed)
                if target is None:
                    path.unlink(missing_ok=True)
                else:
                    path.rename(target)
                    folders.add(target.parent)
                folders.add(path.parent)
            except OSError:
                left.append(path)
        for folder in folders:
            sync_folder(folder)
        return left

    def _target(self, path: Path, *, failed: bool) -> Path | None:
        settings = self._settings
        if not failed and settings.after is After.DELETE:
            return None
        if settings.kind is Kind.DROP:
            folder = settings.failed if failed else settings.processed
            return _free(_made(folder) / path.name)
        if failed:
            # As new, so that mail programs show it.
            return _free(_maildir(settings.failed) / "new" / path.name.partition(":")[0])
        base = settings.path if settings.after is After.FLAG else _maildir(settings.processed)
        return _free(base / "cur" / _seen(path.name))


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _maildir(folder: Path) -> Path:
    for part in ("tmp", "new", "cur"):
        _made(folder / part)
    return folder


def _seen(name: str) -> str:
    """Add the flag of a mail that was seen; flags stand in the order of the alphabet."""
    unique, _, flags = name.partition(":2,")
    return f"{unique}:2,{''.join(sorted({*flags, _SEEN}))}"


def _free(target: Path) -> Path:
    """Give a name that nothing has yet: an earlier file of the same name is never lost."""
    number = 0
    free = target
    while os.path.lexists(free):
        number += 1
        name, dot, rest = target.name.partition(".")
        free = target.with_name(f"{name}-{number}{dot}{rest}")
    return free
