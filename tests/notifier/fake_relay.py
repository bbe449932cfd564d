"""A relay that speaks SMTP and can be told to misbehave."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from notifier.courier import Relay, RelayCourier, Security

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass
class FakeRelay:
    """A small SMTP server on a port of its own. ``replies`` overrides replies by first word.

    ``hang_up_at`` "END" takes a mail and breaks off before it says so.
    """

    replies: dict[str, str] = field(default_factory=dict)
    extensions: tuple[str, ...] = ("DSN", "SMTPUTF8", "8BITMIME")
    lines: list[str] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)
    connections: int = 0
    hang_up_at: str = ""
    silent_at: str = ""
    port: int = 0

    def commands(self, word: str) -> list[str]:
        return [line for line in self.lines if line.upper().startswith(word)]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            await self._say(writer, self.replies.get("CONNECT", "220 relay"))
            while line := (await reader.readline()).decode().rstrip("\r\n"):
                self.lines.append(line)
                word = line.split(maxsplit=1)[0].upper()
                if word == self.hang_up_at:
                    break
                if word == self.silent_at:
                    continue
                await self._answer(word, reader, writer)
        finally:
            writer.close()

    async def _answer(
        self, word: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if word == "EHLO" and word not in self.replies:
            names = ("relay", *self.extensions)
            for number, name in enumerate(names, start=1):
                await self._say(writer, f"250{' ' if number == len(names) else '-'}{name}")
        elif word == "DATA" and word not in self.replies:
            await self._say(writer, "354 go on")
            self.contents.append(await reader.readuntil(b"\r\n.\r\n"))
            if self.hang_up_at == "END":
                writer.close()
                return
            await self._say(writer, self.replies.get("END", "250 queued as 7"))
        else:
            await self._say(writer, self.replies.get(word, "250 ok"))

    async def _say(self, writer: asyncio.StreamWriter, line: str) -> None:
        writer.write(f"{line}\r\n".encode())
        await writer.drain()


@contextlib.contextmanager
def running(relay: FakeRelay) -> Iterator[FakeRelay]:
    loop, ready, stop = asyncio.new_event_loop(), threading.Event(), asyncio.Event()

    async def main() -> None:
        server = await asyncio.start_server(relay.serve, "127.0.0.1", relay.port)
        relay.port = server.sockets[0].getsockname()[1]
        ready.set()
        await stop.wait()
        server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    thread = threading.Thread(target=loop.run_until_complete, args=(main(),))
    thread.start()
    ready.wait(5)
    try:
        yield relay
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(5)
        loop.close()


@dataclass
class Monotonic:
    """Seconds that pass when told to."""

    seconds: float = 100.0

    def __call__(self) -> float:
        return self.seconds


def courier_to(relay: FakeRelay, passing: Callable[[], float], **changes: object) -> RelayCourier:
    settings = Relay(
        host="127.0.0.1", port=relay.port, security=Security.NONE, timeout=5, helo="us"
    )
    return RelayCourier(replace(settings, **changes), passing)  # type: ignore[arg-type]  # any field
