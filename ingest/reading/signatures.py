"""The signature below the words: behind its separator, as the markup tells, or under a name.

It is not what the writer says, but kept apart, for the writer's own account in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ingest.reading.marks import SIGNED

# Lines a signature may have; what is longer is a letter below a line of dashes.
MAX_SIGNATURE_LINES: Final = 25
MAX_SIGNATURE: Final = 1_500
# Lines below a dash that is no true separator.
MAX_DRAWN: Final = 6
# Lines below the writer's name, and words in each, that are still a signature without separator.
MAX_LINES_BELOW_NAME: Final = 6
MAX_WORDS_BELOW_NAME: Final = 7

_PHONE = re.compile(r"(?:\d[\s()/.-]{0,3}){7,15}")
_LONE_HANDLE = re.compile(r"[@\uff20][\w.]{2,40}")
_PAGE = re.compile(r"https?://[^\s/]{1,250}/.", re.IGNORECASE)
_POSTSCRIPT = re.compile(r"p\.? ?s\.?\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Writer:
    """Who a mail says it is from: the name and the address."""

    name: str = ""
    address: str = ""


NOBODY: Final = Writer()


def cut_signature(lines: list[str], writer: Writer = NOBODY) -> tuple[list[str], list[str]]:
    """Cut at the signature separator (RFC 3676 section 4.3; clients eat its space)."""
    lines, marked = _cut_marked(lines)
    start = max(0, len(lines) - MAX_SIGNATURE_LINES - 1)
    exact = [at for at in range(start, len(lines)) if lines[at] == "-- "]
    loose = [at for at in range(start, len(lines)) if lines[at].rstrip(" \u00a0") == "--"]
    drawn = [
        at for at in range(max(1, len(lines) - MAX_DRAWN - 1), len(lines)) if _is_drawn(lines[at])
    ]
    at = exact[0] if exact else loose[-1] if loose else drawn[-1] if drawn else None
    if at is None:
        lines, below = _cut_below_name(lines, writer)
        return lines, [*below, *marked]
    return lines[:at], [*lines[at + 1 :], *marked]


def _is_drawn(line: str) -> bool:
    """Tell whether a line is a separator as phones and word processors make it of ``--``."""
    return line.strip() in {"\u2014", "\u2013", "\u2014\u2014", "\u2013\u2013"}


def _cut_marked(lines: list[str]) -> tuple[list[str], list[str]]:
    """Take out what HTML says is a signature, if it is as long as one."""
    signed = [line[1:] for line in lines if line.startswith(SIGNED)]
    if not signed:
        return lines, []
    if len(signed) > MAX_SIGNATURE_LINES or sum(map(len, signed)) > MAX_SIGNATURE:
        return [line.removeprefix(SIGNED) for line in lines], []
    kept = [line for line in lines if not line.startswith(SIGNED)]
    if signed[0].strip() in {"--", "- -"}:
        del signed[0]
    return kept, signed


def _cut_below_name(lines: list[str], writer: Writer) -> tuple[list[str], list[str]]:
    """Cut at the writer's whole name on a line, if what is below it is how to reach them."""
    name = " ".join(writer.name.lower().split())
    filled = [at for at, line in enumerate(lines) if line.strip()]
    for at in filled[-MAX_LINES_BELOW_NAME - 1 : -1] if name else []:
        if lines[at].strip(" ,.*_").lower() == name and at > filled[0]:
            below = [line.strip() for line in lines[at + 1 :] if line.strip()]
            if _is_how_to_reach(below, writer):
                return lines[:at], lines[at:]
    return lines, []


def _is_how_to_reach(lines: list[str], writer: Writer) -> bool:
    address = writer.address.lower()
    if any(len(line.split()) > MAX_WORDS_BELOW_NAME or _POSTSCRIPT.match(line) for line in lines):
        return False
    sure = any((address and address in line.lower()) or _PHONE.search(line) for line in lines)
    if any(_PAGE.search(line) for line in lines):
        return sure
    return sure or any(_LONE_HANDLE.fullmatch(line) for line in lines)
