"""A mail as its writer sees it: which blocks stand in which order, in the language of the writer.

Nothing here knows octets or HTML; ``plain.py`` and ``markup.py`` draw the blocks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from itertools import zip_longest

from tests.scoring import phrases
from tests.scoring.entry import Entry
from tests.scoring.wire import name_and_address

_HEAD_LINE = re.compile(r"\s*\*?[^\W\d][^:：\n]{0,24}\s?[:：]\*?\s*\S.*")
_RULE_LINE = re.compile(r"\s*-{4,}.{1,60}-{4,}\s*")
_LONGEST_LINE_OF_A_PHONE = 80
_PARAGRAPHS = re.compile(r"\n[ \t]*\n")
_REPLY_MARK = re.compile(r"^(?:re|aw|sv|rv|fw|fwd|wg|tr|rif)\s*:\s*", re.IGNORECASE)


class Place(Enum):
    """What a block is."""

    WORDS = auto()
    SIGNATURE = auto()
    # What the program puts below by itself, and what the entry says that stands there.
    FOOTER = auto()
    NOTICE = auto()
    # The line above a quote, and the quote.
    ATTRIBUTION = auto()
    QUOTE = auto()
    # The line above a block of header fields, the fields, and what was forwarded.
    RULE = auto()
    HEAD = auto()
    FORWARD = auto()
    # What follows a block of header fields in a reply: quoted, but not marked.
    UNMARKED = auto()


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """One piece of a mail. ``html`` is given where the piece looks different there."""

    place: Place
    text: str
    html: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Style:
    """How a program builds a mail. The names are keys of the tables in ``tables/``.

    ``attribution`` of None means that the program quotes below a block of header fields.
    ``mark`` stands before the subject of a forward; the orders say in which order the fields of a
    block stand (from, date, to, subject).
    """

    attribution: str | None
    labels: str
    date: str
    original: str | None = None
    forward: str | None = None
    quote_order: str = "fdts"
    forward_order: str = "fdts"
    mark: str = "other"
    footer: str = "disclaimer"
    footer_is_last: bool = False


def blocks_of(entry: Entry, style: Style) -> tuple[Block, ...]:
    """Put the blocks of a mail in the order in which its writer's program puts them."""
    footer, is_last = _footer(entry, style)
    own = (*_signature(entry), *(() if is_last else footer))
    last = footer if is_last else ()
    if entry.quoted and entry.quoting != "top":
        return (*_answered(entry, style), *own, *_forward(entry, style), *last)
    return (_words(entry), *own, *_quote(entry, style), *_forward(entry, style), *last)


def _words(entry: Entry) -> Block:
    return Block(place=Place.WORDS, text=entry.words, html=entry.html)


def _signature(entry: Entry) -> tuple[Block, ...]:
    return (Block(place=Place.SIGNATURE, text=entry.signature),) if entry.signature else ()


def _footer(entry: Entry, style: Style) -> tuple[tuple[Block, ...], bool]:
    """Give what stands below, and whether it comes after everything else."""
    if isinstance(entry.footer, str):
        # A notice of a firm comes from its server, a line of a phone from the phone.
        is_last = len(entry.footer) > _LONGEST_LINE_OF_A_PHONE
        return (Block(place=Place.NOTICE, text=entry.footer),), is_last
    if not entry.footer:
        return (), False
    text = phrases.footer(style.footer, language_of(entry))
    return (Block(place=Place.FOOTER, text=text),), style.footer_is_last


def _answered(entry: Entry, style: Style) -> tuple[Block, ...]:
    """Put the words below the quote, or each paragraph below the one that it answers."""
    head = _attribution(entry, style)
    if entry.quoting == "bottom" or entry.html:
        return (*head, Block(place=Place.QUOTE, text=entry.quoted), _words(entry))
    pairs = zip_longest(_PARAGRAPHS.split(entry.quoted), _PARAGRAPHS.split(entry.words))
    places = (Place.QUOTE, Place.WORDS)
    answered = [
        Block(place=place, text=text)
        for pair in pairs
        for place, text in zip(places, pair, strict=True)
        if text
    ]
    return (*head, *answered)


def _quote(entry: Entry, style: Style) -> tuple[Block, ...]:
    if not entry.quoted:
        return ()
    if style.attribution:
        return (*_attribution(entry, style), Block(place=Place.QUOTE, text=entry.quoted))
    rule = phrases.block("original", style.original, language_of(entry)) if style.original else ""
    return (
        Block(place=Place.RULE, text=rule),
        Block(place=Place.HEAD, text=_head(entry, style, style.quote_order)),
        Block(place=Place.UNMARKED, text=entry.quoted),
    )


def _attribution(entry: Entry, style: Style) -> tuple[Block, ...]:
    name, address = _quoted_from(entry)
    # Who answers between the lines has told a program of blocks to quote as others do.
    line = phrases.attribution(style.attribution or "apple", language_of(entry))
    return (Block(place=Place.ATTRIBUTION, text=line.format(name=name, address=address)),)


def _forward(entry: Entry, style: Style) -> tuple[Block, ...]:
    if not entry.forward:
        return ()
    rule, head, text = parted(entry.forward)
    if not rule and style.forward:
        name, address = _quoted_from(entry)
        line = phrases.block("forward", style.forward, language_of(entry))
        rule = line.format(name=name, address=address)
    return (
        Block(place=Place.RULE, text=rule),
        Block(place=Place.HEAD, text=head or _head(entry, style, style.forward_order)),
        Block(place=Place.FORWARD, text=text),
    )


def parted(forward: str) -> tuple[str, str, str]:
    """Part a forward, as its writer gives it, into its first line, its fields and its text."""
    lines = forward.split("\n")
    rule = lines.pop(0) if _RULE_LINE.fullmatch(lines[0]) else ""
    head: list[str] = []
    while lines and _HEAD_LINE.fullmatch(lines[0]):
        head.append(lines.pop(0))
    # One line with a colon may just as well be a sentence.
    if len(head) < 2:
        lines, head = [*head, *lines], []
    return rule, "\n".join(head), "\n".join(lines).strip("\n")


def _head(entry: Entry, style: Style, order: str) -> str:
    language = language_of(entry)
    name, address = _quoted_from(entry)
    values = {
        "f": f"{name} <{address}>",
        "d": phrases.block("dates", style.date, language),
        "t": entry.quoted_to or entry.sender,
        "s": _REPLY_MARK.sub("", entry.subject) or "-",
    }
    labels = dict(zip("fdts", phrases.block("labels", style.labels, language), strict=True))
    return "\n".join(f"{labels[field]} {values[field]}" for field in order)


def _quoted_from(entry: Entry) -> tuple[str, str]:
    name, address = name_and_address(entry.quoted_from)
    return name or address, address


def language_of(entry: Entry) -> str:
    """Tell in which language the writer's program speaks."""
    return entry.language or phrases.FALLBACK
