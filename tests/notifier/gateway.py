"""A gateway on loopback that remembers what it was sent and does what it is told to."""

from __future__ import annotations

import contextlib
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Gateway:
    """``status`` is what it answers; None: it says nothing until it is closed.

    ``drips`` sends a header line every so many seconds and never comes to an end.
    """

    port: int = 0
    status: int | None = 200
    drips: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)
    seen: list[tuple[str, str, Any]] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def texts(self) -> list[str]:
        """Everything it was sent, as text."""
        return [json.dumps(body) for _, _, body in self.seen]


class _Handler(BaseHTTPRequestHandler):
    gateway: Gateway

    def do_POST(self) -> None:
        gateway = self.gateway
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        gateway.seen.append((self.command, self.path, json.loads(body) if body else None))
        if gateway.status is None:
            gateway.closing.wait(60)
            return
        with contextlib.suppress(OSError):
            self._answer(gateway.status)

    do_GET = do_HEAD = do_PUT = do_POST  # noqa: N815 - names of the base class

    def _answer(self, status: int) -> None:
        self.send_response(status)
        for name, value in self.gateway.headers.items():
            self.send_header(name, value)
        while self.gateway.drips:
            self.send_header("X-Wait", "a little")
            self.flush_headers()
            if self.gateway.closing.wait(self.gateway.drips):
                return
        # The text must never reach anybody: some gateways repeat what they were sent.
        answer = b"token-7 is wrong"
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        del format, args


@contextlib.contextmanager
def open_gateway(**settings: Any) -> Iterator[Gateway]:
    gateway = Gateway(**settings)
    handler = type("Handler", (_Handler,), {"gateway": gateway})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    gateway.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield gateway
    finally:
        gateway.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()
