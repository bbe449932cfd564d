"""A relay that takes everything and remembers it, for the daemon to send through."""

from __future__ import annotations

from typing import Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.end_to_end.daemon import free_port


class Relay:
    """Listens on a free loopback port in a thread."""

    def __init__(self) -> None:
        self.received: list[tuple[str, str, bytes]] = []
        self.port = free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the library's hook
        del server, session
        content = envelope.original_content or b""
        self.received.append((str(envelope.mail_from), envelope.rcpt_tos[0], content))
        return "250 OK"

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()
