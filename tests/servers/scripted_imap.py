"""A server that says what a test has it say, for what no real server does on demand."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

Answers = Callable[[str, str], bytes | None]
GREETING = b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN IDLE MOVE UIDPLUS] ready\r\n"


class ScriptedImap:
    """Answers each command by a function of the test, else with OK; remembers what was asked."""

    def __init__(self, answers: Answers, capabilities: str = "IDLE MOVE UIDPLUS") -> None:
        self.asked: list[str] = []
        self._answers = answers
        self._greeting = f"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN {capabilities}] ready\r\n".encode()
        self._capabilities = f"* CAPABILITY IMAP4rev1 AUTH=PLAIN {capabilities}\r\n".encode()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._open.append(connection)
                threading.Thread(target=self._talk, args=[connection], daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with suppress(OSError), connection.makefile("rb") as lines:
            connection.sendall(self._greeting)
            for line in lines:
                tag, _, command = line.decode("utf-8", "replace").strip().partition(" ")
                if tag == "DONE":
                    connection.sendall(self._idle_tag + b" OK done\r\n")
                    continue
                self.asked.append(command)
                connection.sendall(self._answer(tag, command, connection, lines))

    _idle_tag = b""

    def _answer(self, tag: str, command: str, connection: socket.socket, lines: object) -> bytes:
        said = self._answers(tag, command)
        if said is not None:
            if command == "IDLE":
                self._idle_tag = tag.encode()
            return said
        ok = f"{tag} OK done\r\n".encode()
        word = command.split(maxsplit=1)[0].upper()
        if word == "AUTHENTICATE":
            connection.sendall(b"+ \r\n")
            lines.readline()  # type: ignore[attr-defined]  # a file
        elif word == "CAPABILITY":
            return self._capabilities + ok
        elif word == "LIST":
            return b'* LIST () "/" INBOX\r\n* LIST () "/" Processed\r\n' + ok
        elif word in {"SELECT", "EXAMINE"}:
            return b"* 0 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 1] x\r\n" + ok
        elif word == "IDLE":
            self._idle_tag = tag.encode()
            return b"+ idling\r\n"
        return ok

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
