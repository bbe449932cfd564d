"""What of a text is quoted, and what is forwarded: by the lines mail programs put around it.

``part_quotes`` takes the lines of a text and keeps those of the writer. A header block, a ruler
or an attribution begins a quote in a reply, and a forward in any other mail; a forward mark
always begins a forward. What quotes our own mail is nobody's report.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from ingest.reading.attributions import (
    MAX_LINE,
    attribution_length,
    is_by_program,
    is_quoted,
    lowered,
    quote_follows,
    wrote,
)
from ingest.reading.marks import ORIGINAL, QUOTED

__all__ = ["Parted", "is_forward_mark", "is_quoted", "part_quotes"]

# Lines a header block may stretch over.
BLOCK_LINES: Final = 12
# Lines looked at; what has more is no mail of a person, and is kept as it stands.
MAX_LINES: Final = 40_000
# Characters of a name on a line of its own.
MAX_NAME: Final = 80
# Fields, the sender's among them, that make a block.
_BLOCK_FIELDS: Final = 3

_MARKS = "".join((*" -_=*:：>\t\u00a0~", *map(chr, range(0x2010, 0x2016))))  # noqa: RUF001 - full-width
_DASHES = re.compile(r"^[-_=*>~ \t\u2010-\u2015]{0,60}")
_RULER = re.compile(r"[-_=*~ \u2010-\u2015]{3,}")


@dataclass(kw_only=True, slots=True)
class Parted:
    """Lines of the writer, lines forwarded, and whether anything was taken for a quote."""

    own: list[str] = field(default_factory=list)
    forwarded: list[str] = field(default_factory=list)
    has_quotes: bool = False


def is_forward_mark(line: str) -> bool:
    """Tell whether a line begins an inline forward."""
    return _begins_with(line, lowered("forward"))


def part_quotes(
    lines: list[str], *, is_reply: bool, is_forward: bool, ours: re.Pattern[str] | None = None
) -> Parted:
    """Part lines; what comes from an address that ``ours`` finds is never forwarded words."""
    found = Parted()
    is_reply = answers = is_reply and not is_forward
    at = 0
    while at < len(lines) and at < MAX_LINES:
        if answers and is_quoted(lines[at]):
            found.has_quotes = True
            at += 1
            continue
        end, header = _quote_head(lines, at, is_reply=is_reply)
        if not end:
            found.own.append(lines[at])
            at += 1
            continue
        is_ours = ours is not None and bool(ours.search(header))
        if not is_ours and _is_forwarded(lines, at, is_reply=is_reply, is_forward=is_forward):
            found.forwarded = _without_ours(lines[at:], end - at, ours)
            break
        if lines[at].startswith("<"):
            found.own = _without_name(found.own)
        found.has_quotes = answers = True
        if not quote_follows(lines, end):
            break
        at = end
    if at < min(len(lines), MAX_LINES):
        found.own = _without_ruler(found.own)
    else:
        found.own += lines[at:]
    return found


def _without_ours(lines: list[str], begin: int, ours: re.Pattern[str] | None) -> list[str]:
    """Cut a forward where a quoted mail of ours begins below it."""
    for at in range(begin, min(len(lines), MAX_LINES) if ours else 0):
        end, header = _quote_head(lines, at, is_reply=True)
        if end and ours is not None and ours.search(header):
            return lines[:at]
    return lines


def _quote_head(lines: list[str], at: int, *, is_reply: bool) -> tuple[int, str]:
    """Tell where what stands above a quoted or forwarded mail ends, and who sent that mail."""
    line = lines[at]
    if not line or line.isspace():
        return 0, ""
    if is_forward_mark(line):
        end = max(_block_end(lines, at + 1), at + 1)
        return end, _sender(lines[at + 1 : end])
    end = _original_end(lines, at)
    if end:
        return end, _sender(lines[at:end])
    length = attribution_length(lines, at)
    if length and is_by_program(lines, at, length, is_reply=is_reply):
        return at + length, " ".join(lines[at : at + length]).lower()
    return 0, ""


def _is_forwarded(lines: list[str], at: int, *, is_reply: bool, is_forward: bool) -> bool:
    if is_forward or is_forward_mark(lines[at]):
        return True
    return not is_reply and bool(_original_end(lines, at))


def _without_name(lines: list[str]) -> list[str]:
    """Take off the name that an attribution has on a line of its own, before the address."""
    alone = len(lines) < 2 or not lines[-2].strip()  # noqa: PLR2004 - the line above it
    return lines[:-1] if lines and alone and len(lines[-1]) <= MAX_NAME else lines


def _without_ruler(lines: list[str]) -> list[str]:
    """Take the line off that programs draw above a quote."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return lines[: end - 1] if end and _RULER.fullmatch(lines[end - 1].strip()) else lines


def _begins_with(line: str, phrases: tuple[str, ...]) -> bool:
    line = line[:MAX_LINE].replace("&nbsp;", " ")
    content = _DASHES.sub("", line, count=1).lower()
    if not content.startswith(phrases):
        return False
    longest = max((phrase for phrase in phrases if content.startswith(phrase)), key=len)
    rest = content[len(longest) :]
    return not rest.strip(_MARKS) or (line.startswith("--") and rest.rstrip().endswith("--"))


def _original_end(lines: list[str], at: int) -> int:
    """Tell where the head of a quoted mail ends that begins at a line (Outlook's way); else 0."""
    line = lines[at][:MAX_LINE]
    if line.startswith(ORIGINAL):
        return max(_block_end(lines, at + 1), at + 1)
    if _begins_with(line, lowered("original")) or _is_ruled(line):
        return max(_block_end(lines, at + 1), at + 1)
    return _block_end(lines, at) if _field_name(line) else 0


def _block_end(lines: list[str], at: int) -> int:
    """Tell where a header block ends that begins here or after empty lines; 0 if none does."""
    while at < len(lines) and not lines[at].strip():
        at += 1
    names: dict[str, int] = {}
    last = at
    for index, line in enumerate(lines[at : at + BLOCK_LINES], start=at):
        name = _field_name(line)
        if name:
            names.setdefault(name, index)
            last = index
    if len(names) < _BLOCK_FIELDS or not any(name in lowered("from") for name in names):
        return 0
    return last + 1


def _field_name(line: str) -> str:
    """Give the name of a field that a program writes above a quoted mail, or ""."""
    name, colon, _ = line[:40].replace("：", ":").lstrip("*>_ \t" + QUOTED).partition(":")  # noqa: RUF001 - full-width
    if not colon:
        return ""
    name = name.strip(" *_\u00a0\t").lower()
    return name if name in _field_names() else ""


@cache
def _field_names() -> frozenset[str]:
    return frozenset((*lowered("from"), *lowered("fields")))


def _sender(block: list[str]) -> str:
    """Give the lines of a block that name the sender."""
    senders = [line for line in block if _field_name(line) in lowered("from")]
    return " ".join(senders).lower()


def _is_ruled(line: str) -> bool:
    """Tell whether a line is an attribution between dashes, as phones write it."""
    plain = line.strip()
    ruled = plain.startswith("--") and plain.endswith("--")
    return ruled and bool(wrote().search(plain.lower()))
