"""A courier that keeps every outgoing message as a file, to be read with any mail program."""

from __future__ import annotations

import re
from pathlib import Path

from notifier.outcomes import Deferred, Outcome, Sent
from store.durable import make_private_folder, sync_folder, write_durably
from store.model import OutboxMessage


class MaildirCourier:
    """Keeps every message as a file in ``new/`` of a Maildir.

    The file is named after the Message-ID: sent again after a crash it replaces itself. Lines end
    in LF, and a Return-Path line shows the envelope sender, as after a delivery.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, message: OutboxMessage) -> Outcome:
        """Write the message; it is durable when this says Sent."""
        name = re.sub(r"[^A-Za-z0-9.@_-]", "_", message.mail.message_id.strip("<>"))
        content = b"Return-Path: <%s>\n" % message.mail.sender.encode()
        content += message.mail.content.replace(b"\r\n", b"\n")
        try:
            self._make()
            if self._was_read(name):
                return Sent(detail="in the Maildir already")
            write_durably(self._path / "tmp" / name, content)
            (self._path / "tmp" / name).rename(self._path / "new" / name)
            sync_folder(self._path / "new")
        except OSError as error:
            return Deferred(detail=f"the Maildir cannot be written: {error}")
        return Sent(detail="in the Maildir")

    def check(self) -> str | None:
        """Tell whether the folder can be made and written to."""
        probe = self._path / "tmp" / "check"
        try:
            self._make()
            write_durably(probe, b"")
            probe.unlink()
        except OSError as error:
            return f"the Maildir {self._path} cannot be written: {error}"
        return None

    def close(self) -> None:
        """Have nothing to let go of."""

    def _make(self) -> None:
        for folder in ("tmp", "new", "cur"):
            make_private_folder(self._path / folder)

    def _was_read(self, name: str) -> bool:
        """Tell whether a mail program has moved the message to ``cur/`` (with flags)."""
        return any(file.name.partition(":")[0] == name for file in (self._path / "cur").iterdir())
