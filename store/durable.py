"""Files that survive a power cut: write, fsync, rename, fsync the folder.

A reader sees the whole new file or none; a crash leaves at most a ``.part`` file behind.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO

PART_SUFFIX = ".part"


def make_private_folder(path: Path) -> None:
    """Make a folder (and its parents) that only its owner may enter; durable."""
    if path.is_dir():
        return
    make_private_folder(path.parent)
    path.mkdir(mode=0o700, exist_ok=True)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_durably(path: Path, content: bytes) -> None:
    """Write a file of mode 0600 so that it is whole on disk when this returns.

    Raises OSError; with the final name there is then the old file, none, or the whole new one.
    """
    make_private_folder(path.parent)
    part = path.with_name(path.name + PART_SUFFIX)
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def open_lock(path: Path) -> IO[bytes]:
    """Open a file to be locked, making it when it is not there."""
    make_private_folder(path.parent)
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")


def try_lock(path: Path) -> IO[bytes] | None:
    """Take an advisory lock that ends with this process; None when another process has it.

    The lock is held as long as the returned file stays open.
    """
    file = open_lock(path)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file
