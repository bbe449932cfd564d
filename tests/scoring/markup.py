"""The HTML of a mail: one skin for each program, filled with the blocks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from tests.scoring.letter import Block, Place

# What programs make a link of while one types; a mark at its end belongs to the sentence.
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"'“”«»、。（）]{1,2000}", re.IGNORECASE)
_SENTENCE_END = ".,;:!?)]}…"


@dataclass(frozen=True, kw_only=True, slots=True)
class Skin:
    """How a program writes blocks in HTML; ``{}`` stands for what is inside.

    ``lines`` holds all lines of a block, ``line`` one of them, ``blank`` is an empty one.
    """

    page: str = "<html><body>{}</body></html>"
    lines: str = "{}"
    line: str = "<div>{}</div>\n"
    blank: str = "<div><br></div>\n"
    words: str = "{}"
    signature: str = "<div>{}</div>"
    footer: str = "<div>{}</div>"
    notice: str = "<div><br></div><div>{}</div>"
    attribution: str = "<div>{}</div>"
    quote: str = "<blockquote>{}</blockquote>"
    rule: str = "<div>{}</div>"
    head: str = "<div>{}</div><br>"
    head_line: str = "<b>{label}</b> {value}<br>"
    forward: str = "<div>{}</div>"
    # Around all that follows the words: a line above a quote with it, or fields with a forward.
    appended: str = "{}"
    link: str = '<a href="{url}">{text}</a>'


_APPENDED = frozenset({Place.ATTRIBUTION, Place.QUOTE, Place.RULE, Place.HEAD})
_INSIDE = _APPENDED | {Place.FORWARD, Place.UNMARKED}


def page(blocks: Iterable[Block], skin: Skin, declared: str) -> str:
    """Draw a whole page. ``{charset}`` in the skin becomes what the mail declares."""
    pieces: list[str] = []
    appended: list[str] = []
    for block in blocks:
        if block.place in _INSIDE:
            appended.append(_piece(block, skin))
            continue
        # Words between quotes stand outside of them.
        _close(pieces, appended, skin)
        pieces.append(_piece(block, skin))
    _close(pieces, appended, skin)
    return filled(skin.page.replace("{charset}", declared), "".join(pieces))


def _close(pieces: list[str], appended: list[str], skin: Skin) -> None:
    if appended:
        pieces.append(filled(skin.appended, "".join(appended)))
        appended.clear()


def _piece(block: Block, skin: Skin) -> str:
    if not block.text and not block.html:
        # Without words of its own, a rule may still be drawn as one.
        return skin.rule if block.place is Place.RULE and "{}" not in skin.rule else ""
    return filled(_around(block.place, skin), block.html or _inside(block, skin))


def _inside(block: Block, skin: Skin) -> str:
    if block.place in {Place.FOOTER, Place.NOTICE, Place.ATTRIBUTION, Place.RULE}:
        return "<br>\n".join(linked(line, skin.link) for line in block.text.split("\n"))
    if block.place is Place.HEAD:
        return "".join(_head_lines(block.text, skin))
    return _lines(block.text, skin)


def _around(place: Place, skin: Skin) -> str:
    return {
        Place.WORDS: skin.words,
        Place.SIGNATURE: skin.signature,
        Place.FOOTER: skin.footer,
        Place.NOTICE: skin.notice,
        Place.ATTRIBUTION: skin.attribution,
        Place.QUOTE: skin.quote,
        Place.RULE: skin.rule,
        Place.HEAD: skin.head,
        Place.FORWARD: skin.forward,
        Place.UNMARKED: "{}",
    }[place]


def _head_lines(text: str, skin: Skin) -> Iterable[str]:
    for line in text.split("\n"):
        found = re.match(r"([^:：]{1,30}[:：])\s*(.*)", line)
        label, value = found.groups() if found else ("", line)
        yield skin.head_line.replace("{label}", escape(label)).replace(
            "{value}", _mail_links(escape(value, quote=False))
        )


def _mail_links(value: str) -> str:
    return re.sub(r"[\w.+-]+@[\w.-]+\w", r'<a href="mailto:\g<0>">\g<0></a>', value)


def _lines(text: str, skin: Skin) -> str:
    drawn = (
        filled(skin.line, linked(line, skin.link)) if line.strip() else skin.blank
        for line in text.split("\n")
    )
    return filled(skin.lines, "".join(drawn))


def linked(line: str, link: str) -> str:
    """Write a line of text as HTML, with a link around each URL."""
    drawn, end = [], 0
    for found in _LINK.finditer(line):
        text = found.group().rstrip(_SENTENCE_END)
        url = text if text.lower().startswith("http") else f"http://{text}"
        drawn.append(escape(line[end : found.start()], quote=False))
        anchor = link.replace("{url}", escape(url)).replace("{text}", escape(text, quote=False))
        drawn.append(anchor)
        end = found.start() + len(text)
    return "".join(drawn) + escape(line[end:], quote=False)


def filled(template: str, content: str) -> str:
    """Put content into the hole of a template; braces of style sheets are no holes."""
    return template.replace("{}", content, 1)
