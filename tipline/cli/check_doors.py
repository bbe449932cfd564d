# ruff: noqa: PLC0415 - imported when needed, as help must be quick
"""What ``tipline check`` looks at of the doors: whether the LMTP socket can be made."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tipline.cli.finding import Finding, well, wrong

if TYPE_CHECKING:
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
