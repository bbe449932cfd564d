"""Mails with marked accounts: ``[[R|@name]]`` is a reported account, typed as ``@name``.

A mail that cannot wait begins with ``#!`` in place of ``#``; one of which that is not told, with
``#?``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from store.model import Role

MAILS: Final = Path(__file__).parent / "mails"
# Mails in which no accounts are marked.
URGENT: Final = Path(__file__).parent / "urgent"
_MARK = re.compile(r"\[\[([RVWM])\|([^\[\]|]+)\]\]")
_BETWEEN = re.compile(r"^---[ \t]*$", re.MULTILINE)
_ROLES: Final = {
    "R": Role.REPORTED,
    "V": Role.VICTIM,
    "W": Role.REPORTER,
    "M": Role.MENTIONED,
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A marked account: where it stands in the text, and its role."""

    start: int
    end: int
    role: Role


@dataclass(frozen=True, slots=True)
class Part:
    """A subject or a text, with the marks taken out of it."""

    text: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Marked:
    """A mail with marked accounts. ``name`` tells its file and number."""

    name: str
    language: str
    urgent: bool | None
    subject: Part
    text: Part


def marked_mails(folder: Path = MAILS) -> Iterator[Marked]:
    """Give all mails of a folder, one language after another.

    Raises ValueError, naming the mail, where a mark is malformed.
    """
    for path in sorted(folder.glob("*.txt")):
        blocks = _BETWEEN.split(path.read_text(encoding="utf-8"))
        for number, block in enumerate(filter(str.strip, blocks), start=1):
            head, _, body = block.strip("\n").partition("\n")
            name = f"{path.name} {number}"
            if not head.startswith("#"):
                raise ValueError(f"{name}: has to begin with a line for the subject, # and words")
            subject = _part(head[1:].removeprefix("!").removeprefix("?").strip(), name)
            urgent = None if head.startswith("#?") else head.startswith("#!")
            yield Marked(name, path.stem, urgent, subject, _part(body.strip(), name))


def _part(marked: str, name: str) -> Part:
    pieces: list[str] = []
    marks: list[Mark] = []
    done = length = 0
    for found in _MARK.finditer(marked):
        pieces += (marked[done : found.start()], found[2])
        length += found.start() - done
        marks.append(Mark(length, length + len(found[2]), _ROLES[found[1]]))
        length += len(found[2])
        done = found.end()
    pieces.append(marked[done:])
    text = "".join(pieces)
    if "[[" in text or "]]" in text:
        raise ValueError(f"{name}: has a malformed mark")
    return Part(text, tuple(marks))
