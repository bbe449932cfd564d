"""Mail from files: single mails, mbox files and Maildir folders, one message at a time.

Only one mail is in memory at a time, however large the archive. Nothing is changed or removed.
"""

from __future__ import annotations

import mailbox
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_MBOX_LINE: Final = b"From "


def mails_in(path: Path) -> Iterator[tuple[str, bytes]]:
    """Give each mail of a file or folder with a name that tells where it was.

    A folder with ``cur`` or ``new`` is a Maildir; any other folder gives all files below it; a
    file that begins with ``From `` is an mbox (RFC 4155); any other file is one mail. Raises
    OSError for what cannot be read.
    """
    if path.is_dir():
        yield from _in_folder(path)
    elif _is_mbox(path):
        yield from _in_mbox(path)
    else:
        yield str(path), path.read_bytes()


def count_octets(paths: list[Path]) -> int:
    """Tell how much there is to read, for a progress bar."""
    files = (file for path in paths for file in ([path] if path.is_file() else path.rglob("*")))
    return sum(file.stat().st_size for file in files if file.is_file())


def _in_folder(path: Path) -> Iterator[tuple[str, bytes]]:
    if (path / "cur").is_dir() or (path / "new").is_dir():
        files = sorted(f for part in ("new", "cur") for f in (path / part).glob("[!.]*"))
        for file in files:
            yield str(file), file.read_bytes()
        return
    for child in sorted(path.iterdir()):
        if not child.name.startswith("."):
            yield from mails_in(child)


def _is_mbox(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_MBOX_LINE)) == _MBOX_LINE


def _in_mbox(path: Path) -> Iterator[tuple[str, bytes]]:
    box = mailbox.mbox(path, create=False)
    try:
        for number, key in enumerate(box.iterkeys(), start=1):
            yield f"{path}#{number}", box.get_bytes(key)
    finally:
        box.close()
