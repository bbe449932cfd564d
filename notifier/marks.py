"""One letter, two looks: plain text, and simple HTML that says the same.

A letter is written once, in plain lines with five marks: ``# `` opens a heading, ``#! `` the
heading of what is urgent, ``- `` an item of a list, ``=> LABEL <LINK>`` is something to do, and
``---`` goes on without a heading; an empty line ends a paragraph. Both looks are made from it, so
they never differ. The HTML has nothing to load and nothing that runs; only links that we name
ourselves become any, and what is to be done a button large enough for a thumb.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

URGENT: Final = "#! "
HEADING: Final = "# "
ITEM: Final = "- "
REST: Final = "---"
ACTION: Final = "=> "
_ACTION: Final = re.compile(r"=> (.+) <([^<>\s]+)>")
# Where programs would see an address of mail or of a page in a text that is none.
_SEAMS: Final = re.compile(r"(?<=\w)(?=@\w)|(?<=/)(?=/)|(?<=\])(?=\w)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """A piece of a line; ``link`` is the page it leads to, if any."""

    text: str
    link: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """Something to do: the words on its button, and the link behind it."""

    label: str
    link: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A paragraph of one line, a list of items, or things to do."""

    lines: tuple[str, ...]
    is_list: bool = False
    actions: tuple[Action, ...] = ()

    def segments(self, links: Collection[str]) -> list[list[Segment]]:
        """Cut each line where one of these pages is named."""
        return [_segments(line, links) for line in self.lines]


@dataclass(kw_only=True, slots=True)
class Section:
    """What stands under one heading; the opening of a letter has none."""

    heading: str = ""
    urgent: bool = False
    blocks: list[Block] = field(default_factory=list)


def sections(text: str) -> list[Section]:
    """Read a letter's marks."""
    found = [Section()]
    for group in re.split(r"\n\s*\n", text.strip("\n")):
        for lines in _alike(group.splitlines()):
            first = lines[0]
            if first == REST:
                found.append(Section())
            elif first.startswith((HEADING, URGENT)):
                found.append(
                    Section(heading=first.partition(" ")[2], urgent=first.startswith(URGENT))
                )
            elif first.startswith(ACTION):
                found[-1].blocks.append(_actions(lines))
            elif first.startswith(ITEM):
                items = tuple(line.removeprefix(ITEM) for line in lines)
                _add_items(found[-1], items)
            else:
                found[-1].blocks.append(Block(lines=(_joined(lines),)))
    return [section for section in found if section.heading or section.blocks]


def as_text(letter: Sequence[Section]) -> str:
    """Write a letter as plain text. Lines are not broken: the reader's program knows its width."""
    parts: list[str] = []
    for section in letter:
        blocks = ["\n".join(_item(block, line) for line in block.lines) for block in section.blocks]
        if section.heading:
            # What belongs to a heading stands right below it.
            blocks[:1] = [f"*{section.heading}*\n{blocks[0]}" if blocks else f"*{section.heading}*"]
        parts.extend(blocks)
    return "\n\n".join(parts) + "\n"


def apart(text: str) -> list[str]:
    """Cut a text where a program would otherwise take two words for an address."""
    return _SEAMS.split(text)


def _actions(lines: Sequence[str]) -> Block:
    read = [_ACTION.fullmatch(line) for line in lines]
    actions = tuple(Action(label=found[1], link=found[2]) for found in read if found)
    written = tuple(f"{action.label}:\n{action.link}" for action in actions)
    return Block(lines=written, actions=actions)


def _add_items(section: Section, items: tuple[str, ...]) -> None:
    """Go on with the list before, if there is one: nobody needs two lists in a row."""
    before = section.blocks[-1] if section.blocks else None
    if before and before.is_list:
        items = (*section.blocks.pop().lines, *items)
    section.blocks.append(Block(lines=items, is_list=True))


def _item(block: Block, line: str) -> str:
    return f"{ITEM}{line}" if block.is_list else line


def _alike(lines: Sequence[str]) -> Iterator[list[str]]:
    """Put neighbouring lines of one kind together; a heading stands alone."""
    group: list[str] = []
    for line in (line.strip() for line in lines):
        alike = group and _kind(line) == _kind(group[0])
        if group and (_stands_alone(line) or not alike or _stands_alone(group[0])):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _kind(line: str) -> str:
    return next((mark for mark in (ITEM, ACTION) if line.startswith(mark)), "")


def _stands_alone(line: str) -> bool:
    return line == REST or line.startswith((HEADING, URGENT))


def _joined(lines: Sequence[str]) -> str:
    """Join the lines of a paragraph; scripts without spaces get none."""
    text = lines[0]
    for line in lines[1:]:
        tight = text and line and _is_wide(text[-1]) and _is_wide(line[0])
        text += line if tight else f" {line}"
    return text


def _is_wide(character: str) -> bool:
    # Korean is wide and has spaces.
    name = unicodedata.name(character, "")
    return unicodedata.east_asian_width(character) in "WF" and not name.startswith("HANGUL")


def _segments(line: str, links: Collection[str]) -> list[Segment]:
    if not links:
        return [Segment(text=line)]
    # The longest first: one page may be below another.
    pattern = "|".join(re.escape(link) for link in sorted(links, key=len, reverse=True))
    pieces = re.split(f"({pattern})", line)
    return [
        Segment(text=piece, link=piece if piece in links else None) for piece in pieces if piece
    ]
