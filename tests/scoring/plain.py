"""The plain text of a mail: quote marks, line lengths, format=flowed (RFC 3676)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tests.scoring.letter import Block, Place

Finish = Callable[[str], str]
_QUOTE_MARK = re.compile(r"(?:> ?)*")
_LABEL = re.compile(r"(?m)^([^:：\n]{1,30}[:：]) ")
_FLOWED_WIDTH = 72


@dataclass(frozen=True, kw_only=True, slots=True)
class PlainLook:
    """How a program draws blocks in plain text.

    ``attribution_mark`` stands before the line above a quote, ``attribution_gap`` between that line
    and the quote. ``forward_mark`` stands before each line of a forward and of its fields.
    """

    mark: str = "> "
    attribution_mark: str = ""
    attribution_gap: str = "\n"
    signature: str = "-- \n"
    footer: str = ""
    label_gap: str = " "
    forward_mark: str = ""
    finish: Finish = str


def drawn(blocks: Iterable[Block], look: PlainLook) -> str:
    """Draw the blocks of a mail as plain text with line ends of one character."""
    text, before = "", None
    for block in blocks:
        piece = _piece(block, look)
        if piece:
            text += (_gap(before, block.place, look) if before else "") + piece
            before = block.place
    return look.finish(text + "\n")


def _gap(before: Place, place: Place, look: PlainLook) -> str:
    match before, place:
        case Place.ATTRIBUTION, Place.QUOTE:
            return look.attribution_gap
        case (Place.RULE, Place.HEAD) if not look.forward_mark:
            return "\n"
        case (Place.HEAD, Place.FORWARD) if look.forward_mark:
            return f"\n{look.forward_mark}\n"
        case _:
            return "\n\n"


def _piece(block: Block, look: PlainLook) -> str:
    if not block.text:
        return ""
    text = block.text
    if block.place is Place.HEAD:
        text = _LABEL.sub(rf"\1{look.label_gap}", text)
    above = {Place.SIGNATURE: look.signature, Place.FOOTER: look.footer}.get(block.place, "")
    marks = {
        Place.QUOTE: look.mark,
        Place.ATTRIBUTION: look.attribution_mark,
        Place.HEAD: look.forward_mark,
        Place.FORWARD: look.forward_mark,
    }
    return above + marked(text, marks.get(block.place, ""))


def marked(text: str, mark: str) -> str:
    """Put a mark before each line."""
    return "\n".join(mark + line for line in text.split("\n")) if mark else text


def wrapped(width: int) -> Finish:
    """Break lines at spaces, as programs do that send hard line ends; marks are repeated."""
    return lambda text: "\n".join(
        broken for line in text.split("\n") for broken in _broken(line, width)
    )


def flowed(text: str) -> str:
    """Break lines softly with a space at the end, and stuff what would be misread (RFC 3676)."""
    lines = []
    for line in text.split("\n"):
        *soft, last = _broken(line, _FLOWED_WIDTH)
        lines += [_stuffed(each) + " " for each in soft]
        # A space at the end of a hard line would make it soft; only the signature's mark has one.
        lines.append(_stuffed(last if last == "-- " else last.rstrip(" ")))
    return "\n".join(lines)


def flowed_delsp(text: str) -> str:
    """Break lines softly anywhere, also within a URL: the space at the end is deleted."""
    lines = []
    for line in text.split("\n"):
        rest = line if line == "-- " else line.rstrip(" ")
        while len(rest) > _FLOWED_WIDTH and not rest.startswith(">"):
            # The space between two words stays, and one more is there to be deleted.
            space = rest.rfind(" ", 0, _FLOWED_WIDTH - 2)
            end = space + 1 if space > 0 else _FLOWED_WIDTH - 2
            lines.append(_stuffed(rest[:end]) + " ")
            rest = rest[end:]
        lines.append(_stuffed(rest))
    return "\n".join(lines)


def _stuffed(line: str) -> str:
    return f" {line}" if line.startswith((" ", "From ")) else line


def _broken(line: str, width: int) -> list[str]:
    mark = _QUOTE_MARK.match(line)
    prefix = mark.group() if mark else ""
    rest, lines = line[len(prefix) :], []
    while len(prefix) + len(rest) > width:
        space = rest.rfind(" ", 1, width - len(prefix))
        space = space if space > 0 else rest.find(" ", width - len(prefix))
        if space <= 0 or not rest[space:].strip():
            break
        lines.append(prefix + rest[:space])
        rest = rest[space + 1 :]
    return [*lines, prefix + rest]
