# ruff: noqa: PLC0415 - imported when needed, as help must be quick
"""What ``tipline check`` looks at of the doors: the LMTP socket, and folders that are watched."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tipline.cli.finding import Finding, well, wrong

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ingest.folders.settings import FolderSettings
    from tipline.settings import Settings
    from tipline.settings.sections.intake import Lmtp


def lmtp_socket(lmtp: Lmtp) -> Finding | None:
    """Look whether the socket can be made where it shall be, for whom it shall be for."""
    if lmtp.socket is None:
        return None
    folder = lmtp.socket.absolute().parent
    if not folder.is_dir():
        remedy = "make it, or have the unit make it: RuntimeDirectory="
        return wrong("lmtp socket", f"the folder {folder} is missing", remedy)
    if not os.access(folder, os.W_OK | os.X_OK):
        remedy = "run this as the user who runs tipline, or name another place in lmtp.socket"
        return wrong("lmtp socket", f"{folder} cannot be written to by this user", remedy)
    if unknown := _unknown(lmtp):
        return wrong("lmtp socket", unknown, "see lmtp.socket_owner and lmtp.socket_group")
    return well("lmtp socket", str(lmtp.socket))


def folders(settings: Settings) -> Iterator[Finding]:
    """Look whether each folder can be watched, and files moved out of it."""
    from tipline.settings.folders import folders as watched

    for folder in watched(settings):
        yield _folder(folder)


def _folder(folder: FolderSettings) -> Finding:
    from ingest.folders.settings import Kind

    name = f"folder {folder.name}"
    parts = ("new", "cur") if folder.kind is Kind.MAILDIR else ("",)
    for path in (folder.path / part for part in parts):
        if not path.is_dir():
            remedy = f"make it, or set folders.{folder.name}.path and its kind"
            return wrong(name, f"{path} is missing", remedy)
        if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
            remedy = "let the user who runs tipline read it, and move files out of it"
            return wrong(name, f"{path} cannot be read and written by this user", remedy)
    for path in (folder.processed, folder.failed):
        if _device(path) not in {None, folder.path.stat().st_dev}:
            remedy = "name one on the same file system: files are moved there in one step"
            return wrong(name, f"{path} is on another file system than {folder.path}", remedy)
    return well(name, str(folder.path))


def _device(path: Path) -> int | None:
    """Tell the file system of a folder, or of where it will be made."""
    for each in (path, *path.parents):
        if each.exists():
            return each.stat().st_dev
    return None


def _unknown(lmtp: Lmtp) -> str | None:
    import grp
    import pwd

    try:
        if lmtp.socket_owner:
            pwd.getpwnam(lmtp.socket_owner)
        if lmtp.socket_group:
            grp.getgrnam(lmtp.socket_group)
    except KeyError as error:
        return str(error.args[0])
    return None
