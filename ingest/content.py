"""Reading the content of one mail from a connection, within bounds.

The end of a mail is ``CRLF.CRLF`` alone: a bare CR or LF is content, so no second message can be
smuggled inside one (CVE-2024-27305 and kin). Long lines are content too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from ingest.limits import Held

# How much of a mail is read at once; also the longest command line that is looked at.
CHUNK_OCTETS: Final = 64 * 1024
END_OF_DATA: Final = b"\r\n.\r\n"


class Content:
    """Reads one mail. ``limit`` is in octets, 0 for none; ``on_chunk`` hears of every piece."""

    def __init__(
        self,
        stream: asyncio.StreamReader,
        limit: int,
        held: Held,
        on_chunk: Callable[[], None],
    ) -> None:
        self._stream = stream
        self._limit = limit
        self._held = held
        self._on_chunk = on_chunk
        # How many octets were sent.
        self._octets = -len(END_OF_DATA)

    @property
    def is_too_large(self) -> bool:
        """Whether more was sent than is taken."""
        return bool(self._limit) and self._octets > self._limit

    async def read(self) -> bytes | None:
        """Read up to the end of the mail; None when it is too large, or there is no room for it."""
        # The line before the content ended with CRLF: an empty mail is ended by ".CRLF" alone.
        self._stream._buffer[:0] = b"\r\n"  # type: ignore[attr-defined]  # noqa: SLF001 - a StreamReader cannot be given bytes back
        data = bytearray()
        fits = ended = False
        while not ended:
            chunk, ended = await self._chunk()
            self._octets += len(chunk)
            fits = self._held.take(len(chunk)) and not self.is_too_large
            if fits:
                data += chunk
            else:
                data.clear()
                self._held.give_up()
            self._on_chunk()
        return _unstuffed(data) if fits else None

    async def _chunk(self) -> tuple[bytes, bool]:
        try:
            return await self._stream.readuntil(END_OF_DATA), True
        except asyncio.LimitOverrunError as error:
            return await self._stream.readexactly(error.consumed), False


def _unstuffed(data: bytearray) -> bytes:
    """Undo the transparency of RFC 5321 section 4.5.2 on ``CRLF content CRLF.CRLF``.

    In place as far as it goes: a mail of 35 MB has few copies.
    """
    del data[-len(b".\r\n") :]
    if b"\r\n." in data:
        data = data.replace(b"\r\n.", b"\r\n")
    del data[: len(b"\r\n")]
    return bytes(data)
