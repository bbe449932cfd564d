"""Ways of reading that go wrong, and attempts of a reader to do what it must not.

They run in reading processes, by the word that stands in the mail; any other mail is read as ever.
"""

from __future__ import annotations

import mmap
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

from ingest.reader import read_mail
from ingest.reading import ParsedMessage, ReadingRules
from store.model import Envelope, MailKind


def attempt(raw: bytes, envelope: Envelope | None, rules: ReadingRules) -> ParsedMessage:
    """Do what the subject says with what the text names; other mails are read."""
    word, rest = _subject(raw), raw.partition(b"\r\n\r\n")[2].decode().strip()
    if word not in DEEDS:
        return read_mail(raw, envelope, rules)
    try:
        said = str(DEEDS[word](rest))
    except OSError as error:
        said = f"refused: {error.strerror}"
    return ParsedMessage(kind=MailKind.REPORT, kind_reason="a test", text=said)


def attempt_at_first_sight(raw: bytes) -> ParsedMessage:
    """Do what the subject says at a first look already."""
    return attempt(raw, None, ReadingRules())


def _subject(raw: bytes) -> str:
    line = next(line for line in raw.splitlines() if line.startswith(b"Subject:"))
    return line.removeprefix(b"Subject:").decode().strip()


def _die(_: str) -> None:
    os._exit(9)


def _wait(seconds: str) -> None:
    time.sleep(float(seconds))


def _work(_: str) -> None:
    while True:
        pass


def _take_memory(octets: str) -> int:
    try:
        return len(bytearray(int(octets)))
    except MemoryError:
        # As a library would: without a word.
        os._exit(1)


def _connect(port: str) -> str:
    with socket.create_connection(("127.0.0.1", int(port)), timeout=5):
        return "connected"


def _open(path: str) -> bytes:
    return Path(path).read_bytes()


def _remove(path: str) -> None:
    Path(path).unlink()


def _descriptors(_: str) -> list[int]:
    found = []
    for number in range(1000):
        try:
            os.fstat(number)
        except OSError:
            continue
        found.append(number)
    return found


def _run(program: str) -> int:
    return os.posix_spawn(program, [program], {})


def _signal(pid: str) -> None:
    os.kill(int(pid), 0)


def _environment(_: str) -> list[str]:
    return sorted(os.environ)


def _map(octets: str) -> int:
    with mmap.mmap(-1, int(octets)) as region:
        return len(region)


class Intruder:
    """Has whoever opens it call a function."""

    def __reduce__(self) -> tuple[object, ...]:
        return os.getpid, ()


DEEDS: dict[str, Callable[[str], object]] = {
    "die": _die,
    "wait": _wait,
    "work": _work,
    "take-memory": _take_memory,
    "map": _map,
    "connect": _connect,
    "open": _open,
    "remove": _remove,
    "descriptors": _descriptors,
    "run": _run,
    "signal": _signal,
    "environment": _environment,
}
