"""Marks that lines of a text carry while it is read, of characters that no mail may bring along.

HTML says by its structure what is quoted and what is a signature; in a plain text that has to be
guessed. So the words of HTML are laid out with marks at the head of such lines, and read on as
plain text is.
"""

from __future__ import annotations

from typing import Final

# Before a line that is quoted, part of a signature, or tells who wrote what is quoted below.
QUOTED: Final = "\ue0f1"
SIGNED: Final = "\ue0f2"
ATTRIBUTED: Final = "\ue0f3"
# A line of its own, before the header of the mail that is answered.
ORIGINAL: Final = "\ue0f4"
# Where such pieces begin and end, before they are made marks of lines.
BEGINS: Final = {QUOTED: "\ue0f5", SIGNED: "\ue0f6", ATTRIBUTED: "\ue0f7"}
ENDS: Final = {QUOTED: "\ue0f8", SIGNED: "\ue0f9", ATTRIBUTED: "\ue0fa"}

_ALL: Final = dict.fromkeys(range(0xE0F1, 0xE0FB))


def without_marks(text: str) -> str:
    """Take all marks off a text, or out of one that brings such characters."""
    return text.translate(_ALL)


def marked_lines(text: str) -> list[str]:
    """Turn the marks around pieces into marks of lines; a quote covers what is within it."""
    lines = []
    depth = dict.fromkeys(BEGINS, 0)
    for line in text.split("\n"):
        inside = [mark for mark, count in depth.items() if count > 0]
        for mark, begin in BEGINS.items():
            if begin in line or ENDS[mark] in line:
                depth[mark] += line.count(begin) - line.count(ENDS[mark])
                inside += [mark] if line.count(begin) else []
        plain = without_marks(line).rstrip()
        if ORIGINAL in line:
            lines.append(ORIGINAL)
        if plain or line == "":
            first = next((mark for mark in BEGINS if mark in inside), "")
            lines.append(f"{first}{plain}" if plain else "")
    return lines
