"""A relay of octets between a client and a server that can cut the line in the middle."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

PIECE = 16 * 1024


class Cutter:
    """Listens on a port of its own and passes on to another; ``cuts`` are numbers of octets.

    The first connection is cut after so many octets from the server, the next after the next
    number; when none is left, nothing is cut any more.
    """

    def __init__(self, port: int, cuts: list[int]) -> None:
        self.cuts = cuts
        self.connections = 0
        self.passed = 0
        # What a server says, once, and its client never hears.
        self.cut_behind: bytes | None = None
        # What a client says, once, and its server never hears.
        self.cut_before: bytes | None = None
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._target))
                self.connections += 1
                self._open += [client, server]
                allowed = self.cuts.pop(0) if self.cuts else None
                self._pass_on(client, server, None)
                self._pass_on(server, client, allowed)

    def _pass_on(self, source: socket.socket, target: socket.socket, allowed: int | None) -> None:
        def run() -> None:
            left = allowed
            with suppress(OSError):
                while octets := source.recv(PIECE):
                    if left is not None and len(octets) >= left:
                        target.sendall(octets[:left])
                        break
                    if self._is_to_cut(octets):
                        break
                    left = None if left is None else left - len(octets)
                    target.sendall(octets)
                    self.passed += len(octets)
            for one in (source, target):
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

        threading.Thread(target=run, daemon=True).start()

    def _is_to_cut(self, octets: bytes) -> bool:
        if self.cut_behind and self.cut_behind in octets:
            self.cut_behind = None
            return True
        if self.cut_before and self.cut_before in octets:
            self.cut_before = None
            return True
        return False

    def cut(self) -> None:
        """Cut every connection there is."""
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        for one in self._open:
            one.close()
