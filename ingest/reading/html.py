"""HTML to words, with the targets of links beside them.

``read_html`` is total. What a reader of the mail would not see does not count as words: comments,
style, script, hidden elements. The words carry the marks of ``marks``, which tell what the markup
says of quotes and signatures. inscriptis lays out the text, once; if it fails, a plain reader
takes its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from urllib.parse import urljoin

from inscriptis.css_profiles import STRICT_CSS_PROFILE
from inscriptis.html_engine import Inscriptis
from inscriptis.model.config import ParserConfig
from lxml.etree import ErrorTypes
from lxml.html import HTMLParser as TreeParser
from lxml.html import document_fromstring

from ingest.reading.bounds import lengths
from ingest.reading.html_marks import prepare
from ingest.reading.html_plainly import read_plainly
from ingest.reading.links import Link
from ingest.reading.marks import marked_lines, without_marks

MAX_LENGTH: Final = 300_000
# Cells times lines of a page: each cell of a row is filled up to its longest one.
MAX_TABLE: Final = 2_000_000
MAX_LINKS: Final = 500
MAX_LINK_LENGTH: Final = 2_000
# Characters of what a link is shown as.
MAX_SHOWN: Final = 200
# Characters of the texts that stand for pictures, where there are no other words.
MAX_ALT: Final = 2_000

# A file in an attribute (RFC 2397).
_FILE = re.compile(r"data:[\w/+.;=-]{0,100},[A-Za-z0-9+/=%]{100,}")
# What is left of a tag at the beginning of an end.
_TAG_REST = re.compile(r"\A[^\s<>]{0,5000}(?:[\"'][^<>]{0,500})?>")
# The space between the columns of a table.
_WIDE_SPACE = re.compile(r"(?<=\S) {3,}")

Element: TypeAlias = Any


@dataclass(frozen=True, kw_only=True, slots=True)
class HtmlWords:
    """What an HTML text says, with marks at the head of quoted lines and signatures."""

    text: str
    links: tuple[Link, ...] = ()
    cut: bool = False

    @property
    def is_marked(self) -> bool:
        """Tell whether the markup says anything about quotes or signatures."""
        return without_marks(self.text) != self.text


def read_html(markup: str) -> HtmlWords:
    """Read HTML into words and link targets, of what is too long both ends; never raises."""
    markup = _parsable(markup)
    if len(markup) <= MAX_LENGTH:
        return _read(markup)
    head, tail = lengths(MAX_LENGTH)
    # Each by itself: the first may end within a comment.
    first, last = _read(markup[:head]), _read(_TAG_REST.sub("", markup[-tail:], count=1))
    links = (*first.links, *last.links)
    return HtmlWords(text=f"{first.text}\n{last.text}", links=links, cut=True)


def _read(markup: str) -> HtmlWords:
    if _is_table_bomb(markup):
        return _read_plainly(markup)
    try:
        return _read_tree(markup)
    except Exception:  # noqa: BLE001 - lxml and inscriptis may fail in any way on wild HTML
        return _read_plainly(markup)


def _is_table_bomb(markup: str) -> bool:
    lower = markup.lower()
    lines = sum(map(lower.count, ("<br", "<p", "<div", "<li", "<h", "\n")))
    return (lower.count("<td") + lower.count("<th")) * lines > MAX_TABLE


def _read_plainly(markup: str) -> HtmlWords:
    text, links = read_plainly(markup)
    found = [Link(target=link[:MAX_LINK_LENGTH], text=None) for link in links]
    return HtmlWords(text=text, links=_kept(found))


def _parsable(markup: str) -> str:
    """Leave out what ends lxml's reading early: NUL, and a declaration of another encoding.

    Files within the markup go, too: they are long and no words.
    """
    markup = _FILE.sub("data:", without_marks(markup.replace("\0", ""))).lstrip()
    if markup.startswith("<?xml"):
        markup = markup.partition("?>")[2]
    return markup


def _read_tree(markup: str) -> HtmlWords:
    if not markup.strip():
        return HtmlWords(text="")
    parser = TreeParser(remove_comments=True, remove_pis=True, huge_tree=True)
    tree = document_fromstring(markup, parser=parser)
    if any(error.type == ErrorTypes.ERR_RESOURCE_LIMIT for error in parser.error_log):
        # It left out what is nested too deeply.
        return _read_plainly(markup)
    base = next((str(each.get("href", "")) for each in tree.iter("base")), "")
    prepare(tree)
    text = "\n".join(marked_lines(_render(tree)))
    if not without_marks(text).strip():
        text = _alt_texts(tree)
    return HtmlWords(text=text, links=_links(tree, base.strip()[:MAX_LINK_LENGTH]))


def _render(tree: Element) -> str:
    config = ParserConfig(css=STRICT_CSS_PROFILE.copy())
    text = str(Inscriptis(tree, config).get_text())
    return _WIDE_SPACE.sub("  ", text.replace("\u00a0", " "))


def _alt_texts(tree: Element) -> str:
    """Give what stands for pictures: a mail of nothing else says at least that."""
    texts = (str(image.get("alt", "")).strip() for image in tree.iter("img"))
    return "\n".join(dict.fromkeys(text for text in texts if text))[:MAX_ALT]


def _links(tree: Element, base: str) -> tuple[Link, ...]:
    found = []
    for each in tree.iter("a", "area"):
        target = str(each.get("href", "")).strip()[:MAX_LINK_LENGTH]
        if target and base.lower().startswith("http"):
            target = _joined(base, target)
        found.append(Link(target=target, text=_shown(each)))
    return _kept(found)


def _shown(element: Element) -> str:
    """Give the beginning of what a link is shown as."""
    pieces: list[str] = []
    for text in element.itertext():
        pieces.append(text)
        if sum(map(len, pieces)) > MAX_SHOWN:
            break
    return " ".join(without_marks("".join(pieces)).split())[:MAX_SHOWN]


def _joined(base: str, target: str) -> str:
    try:
        return urljoin(base, target)
    except ValueError:
        return target


def _kept(links: Iterable[Link]) -> tuple[Link, ...]:
    kept = (each for each in links if each.target.lower().startswith(("http", "hxxp", "tg:")))
    return tuple(dict.fromkeys(kept))[:MAX_LINKS]
