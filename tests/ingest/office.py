"""A post office for tests: the real listener on a free port, and clients that talk to it."""

from __future__ import annotations

import asyncio
import smtplib
import socket
import ssl
import threading
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from ingest.accept import Acceptor
from ingest.addresses import ReportingAddresses
from ingest.forwarded import ForwardedConnection
from ingest.limits import SmtpSettings
from ingest.lmtp import LmtpConnection
from ingest.smtp import Dialogues, Listener
from store.model import Door, Envelope, InboundId

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
ADDRESSES = ("cp@chirper.example", "сообщить@chirper.example")
PATIENCE = 10.0
T = TypeVar("T")


class RememberingAcceptor:
    """Keeps what it was given; can be told to fail, or to make senders wait."""

    def __init__(self) -> None:
        self.mails: list[tuple[Envelope, bytes]] = []
        self.failure: Exception | None = None
        self.waiting = threading.Event()
        self.go_on = threading.Event()
        self.go_on.set()

    async def accept(self, envelope: Envelope, raw: bytes) -> InboundId:
        self.waiting.set()
        await asyncio.to_thread(self.go_on.wait, PATIENCE)
        if self.failure:
            raise self.failure
        self.mails.append((envelope, raw))
        return InboundId(len(self.mails))

    def take(self) -> list[bytes]:
        """Give the mails so far and forget them."""
        mails, self.mails = self.mails, []
        return [raw for _, raw in mails]

    async def close(self) -> None:
        self.go_on.set()


class Office:
    """A listener in a thread of its own."""

    def __init__(
        self,
        acceptor: Acceptor | RememberingAcceptor,
        settings: dict[str, Any] | None = None,
        kind: type[ForwardedConnection] = ForwardedConnection,
        sockets: Sequence[socket.socket] = (),
    ) -> None:
        self.acceptor: Any = acceptor
        self._kind = kind
        self._sockets = sockets
        self._settings = SmtpSettings(port=0, hostname="mx.chirper.example", **(settings or {}))
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        self.port = self.run(self._start())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something on the office's loop and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    async def _start(self) -> int:
        addresses = ReportingAddresses(ADDRESSES)
        door = Door.LMTP if self._kind is LmtpConnection else Door.SMTP
        most = self._settings.max_recipients
        dialogues = Dialogues(self.acceptor, addresses, most, lambda: NOW, door)
        self._listener = Listener(dialogues, self._settings, self._kind, self._sockets)
        return await self._listener.start()

    async def _stop(self) -> None:
        await self.stop_listening()
        await self.acceptor.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self._loop.shutdown_default_executor()
        # Transports closed just now say goodbye in the next rounds of the loop.
        for _ in range(3):
            await asyncio.sleep(0)

    async def stop_listening(self) -> None:
        await self._listener.stop()

    def smtp(self) -> smtplib.SMTP:
        return smtplib.SMTP("127.0.0.1", self.port, "client.example", timeout=PATIENCE)

    def line(self) -> Line:
        return Line(self.port)


class Line:
    """A connection on which every octet is our own choice."""

    def __init__(self, port: int | None = None, path: Path | None = None) -> None:
        if path is None:
            self._socket = socket.create_connection(("127.0.0.1", port or 0), PATIENCE)
        else:
            self._socket = socket.socket(socket.AF_UNIX)
            self._socket.settimeout(PATIENCE)
            self._socket.connect(str(path))
        self._received = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, octets: bytes) -> None:
        self._socket.sendall(octets)

    def reply(self) -> str:
        """Give the next whole reply; "" when the other side has closed."""
        lines = []
        while line := self._line():
            lines.append(line.decode("utf-8", "replace").rstrip("\r\n"))
            if line[3:4] != b"-":
                break
        return "\n".join(lines)

    def ask(self, command: str) -> str:
        self.send(command.encode() + b"\r\n")
        return self.reply()

    def begin(self) -> Line:
        """Go as far as DATA."""
        self.reply()
        self.ask("EHLO client.example")
        for command in ("MAIL FROM:<maria@mail.example>", "RCPT TO:<cp@chirper.example>", "DATA"):
            reply = self.ask(command)
        assert reply.startswith("354")
        return self

    def start_tls(self, context: ssl.SSLContext) -> None:
        self._received = b""
        self._socket = context.wrap_socket(self._socket, server_hostname="localhost")

    def close(self) -> None:
        self._socket.close()

    def close_half(self) -> None:
        """Send no more, and go on listening."""
        self._socket.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Vanish without a goodbye."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self._socket.close()

    def _line(self) -> bytes:
        while b"\n" not in self._received:
            try:
                octets = self._socket.recv(65536)
            except ConnectionError:
                octets = b""
            if not octets:
                break
            self._received += octets
        line, end, self._received = self._received.partition(b"\n")
        return line + end
