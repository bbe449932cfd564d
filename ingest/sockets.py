"""Sockets to listen on that need more than a host and a port: Unix sockets with their rights."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

# Until its owner and mode are set, nobody else may connect.
_CLOSED: Final = 0o077


@dataclass(frozen=True, kw_only=True, slots=True)
class UnixPlace:
    """Where a Unix socket lies, and who may connect: whoever may write to it."""

    path: Path
    mode: int = 0o660
    owner: str | None = None
    group: str | None = None


def bind_unix(place: UnixPlace) -> socket.socket:
    """Make a listening socket in the place of one that a killed predecessor left.

    It appears under its name with its owner and mode, never without. Raises OSError, also when
    somebody listens there or the path is something else; LookupError for an unknown owner.
    """
    if _is_taken(place.path):
        raise OSError(errno.EADDRINUSE, "another program listens there")
    made = place.path.with_name(f".{place.path.name}.{os.getpid()}")
    made.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX)
    try:
        mask = os.umask(_CLOSED)
        try:
            listening.bind(str(made))
        finally:
            os.umask(mask)
        if place.owner:
            shutil.chown(made, user=place.owner)
        if place.group:
            shutil.chown(made, group=place.group)
        made.chmod(place.mode)
        listening.listen()
        made.replace(place.path)
    except BaseException:
        listening.close()
        made.unlink(missing_ok=True)
        raise
    return listening


def _is_taken(path: Path) -> bool:
    """Tell whether somebody listens; raises OSError where a socket may not take the place."""
    try:
        is_socket = stat.S_ISSOCK(path.lstat().st_mode)
    except FileNotFoundError:
        return False
    if not is_socket:
        raise OSError(errno.EEXIST, "there is something else than a socket")
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            return False
    return True
