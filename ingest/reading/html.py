"""HTML to words, with the targets of links beside them.

``read_html`` is total. What a reader of the mail would not see does not count as words: comments,
style, script, hidden elements. Quoted mails are left out of the own words, inline forwards are
not. inscriptis lays out the text; if it fails, a plain reader takes its place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any, Final, TypeAlias

from inscriptis.css_profiles import STRICT_CSS_PROFILE
from inscriptis.html_engine import Inscriptis
from inscriptis.model.config import ParserConfig
from lxml import etree
from lxml.etree import ErrorTypes
from lxml.html import HTMLParser as TreeParser
from lxml.html import document_fromstring

from ingest.reading.bounds import lengths
from ingest.reading.words import is_forward_mark

MAX_LENGTH: Final = 300_000
MAX_LINKS: Final = 500
MAX_LINK_LENGTH: Final = 2_000
# Where a quoted mail says, at its head, that it is a forwarded one.
FORWARD_HEAD: Final = 300

_UNSEEN: Final = ("script", "style", "head", "template", "noscript", "object", "iframe", "svg")
_LAYOUT: Final = ("align", "valign", "rowspan", "colspan", "width", "height")
_QUOTES: Final = (
    '//blockquote[@type="cite"]',
    '//blockquote[contains(@class, "gmail_quote")]',
    '//blockquote[contains(@class, "protonmail_quote")]',
    '//div[contains(@class, "yahoo_quoted")]',
    '//div[contains(@class, "protonmail_quote")]',
    '//blockquote[contains(@class, "tutanota_quote")]',
    '//div[@name="quote"]',
)
_HIDING: Final = (
    "display:none",
    "visibility:hidden",
    "mso-hide:all",
    "font-size:0;",
    "max-height:0",
)


# A file in an attribute (RFC 2397).
_FILE = re.compile(r"data:[\w/+.;=-]{0,100},[A-Za-z0-9+/=%]{100,}")
# What is left of a tag at the beginning of an end.
_TAG_REST = re.compile(r"\A[^\s<>]{0,5000}(?:[\"'][^<>]{0,500})?>")

Element: TypeAlias = Any


@dataclass(frozen=True, kw_only=True, slots=True)
class HtmlWords:
    """What an HTML text says: ``own`` without quoted mails, ``whole`` with them."""

    own: str
    whole: str
    links: tuple[str, ...]
    cut: bool = False


def read_html(markup: str) -> HtmlWords:
    """Read HTML into words and link targets, of what is too long both ends; never raises."""
    markup = _parsable(markup)
    if len(markup) <= MAX_LENGTH:
        return _read(markup)
    head, tail = lengths(MAX_LENGTH)
    # Each by itself: the first may end within a comment.
    first, last = _read(markup[:head]), _read(_TAG_REST.sub("", markup[-tail:], count=1))
    return HtmlWords(
        own=f"{first.own}\n{last.own}",
        whole=f"{first.whole}\n{last.whole}",
        links=(*first.links, *last.links),
        cut=True,
    )


def _read(markup: str) -> HtmlWords:
    try:
        return _read_tree(markup)
    except Exception:  # noqa: BLE001 - lxml and inscriptis may fail in any way on wild HTML
        return _read_plainly(markup)


def _parsable(markup: str) -> str:
    """Leave out what ends lxml's reading early: NUL, and a declaration of another encoding.

    Files within the markup go, too: they are long and no words.
    """
    markup = _FILE.sub("data:", markup.replace("\0", "")).lstrip()
    if markup.startswith("<?xml"):
        markup = markup.partition("?>")[2]
    return markup


def _read_tree(markup: str) -> HtmlWords:
    if not markup.strip():
        return HtmlWords(own="", whole="", links=())
    parser = TreeParser(remove_comments=True, remove_pis=True, huge_tree=True)
    tree = document_fromstring(markup, parser=parser)
    if any(error.type == ErrorTypes.ERR_RESOURCE_LIMIT for error in parser.error_log):
        # It left out what is nested too deeply.
        return _read_plainly(markup)
    _prune(tree, _unseen(tree))
    _flatten_styles(tree)
    quotes = _quoted_mails(tree)
    whole = _render(tree) if quotes else None
    _prune(tree, quotes)
    own = _render(tree)
    return HtmlWords(own=own, whole=own if whole is None else whole, links=_links(tree))


def _render(tree: Element) -> str:
    config = ParserConfig(css=STRICT_CSS_PROFILE.copy())
    return str(Inscriptis(tree, config).get_text())


def _prune(tree: Element, elements: list[Element]) -> None:
    """Take elements out, leaving the text that follows them."""
    for element in elements:
        if element is not tree and element.getparent() is not None:
            element.drop_tree()


def _unseen(tree: Element) -> list[Element]:
    return [element for element in tree.iter(etree.Element) if _is_unseen(element)]


def _is_unseen(element: Element) -> bool:
    if element.tag in _UNSEEN or "hidden" in element.attrib:
        return True
    style = element.get("style")
    if not style:
        return False
    plain = "".join(style[:2000].lower().split()) + ";"
    return any(way in plain for way in _HIDING)


def _flatten_styles(tree: Element) -> None:
    """Take all lay-out off but kept line ends: a margin of a billion would become spaces."""
    for element in tree.iter(etree.Element):
        style = element.attrib.pop("style", "")
        for name in _LAYOUT:
            element.attrib.pop(name, None)
        if "white-space" in style[:2000] and "pre" in style[:2000]:
            element.set("style", "white-space: pre")


def _quoted_mails(tree: Element) -> list[Element]:
    found = [element for path in _QUOTES for element in tree.xpath(path)]
    return [element for element in found if not _is_forward(element)]


def _is_forward(element: Element) -> bool:
    """Tell whether a forward mark stands at the head of a quote, or just before it."""
    head = []
    length = 0
    for text in element.itertext():
        head.append(text)
        length += len(text)
        if length > FORWARD_HEAD:
            break
    return any(is_forward_mark(line) for text in head for line in text[:FORWARD_HEAD].splitlines())


def _links(tree: Element) -> tuple[str, ...]:
    targets = (str(element.get("href", "")).strip() for element in tree.iter("a", "area"))
    kept = (target for target in targets if target.lower().startswith(("http", "hxxp", "tg:")))
    return tuple(dict.fromkeys(target[:MAX_LINK_LENGTH] for target in kept))[:MAX_LINKS]


class _PlainReader(HTMLParser):
    """Collects text and link targets, nothing else."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.links: list[str] = []
        self.unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.unseen += tag in {"script", "style", "head", "template"}
        if tag in {"p", "div", "br", "tr", "li", "blockquote"}:
            self.pieces.append("\n")
        self.links += [value for name, value in attrs if name == "href" and value]

    def handle_endtag(self, tag: str) -> None:
        if self.unseen and tag in {"script", "style", "head", "template"}:
            self.unseen -= 1

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.pieces.append(data)


def _closed(markup: str) -> str:
    """Make text of what opens and never closes: the reader would look for its end each time."""
    last = markup.rfind("-->") + 1
    markup = markup[:last] + markup[last:].replace("<!--", "&lt;!--")
    last = markup.rfind(">") + 1
    return markup[:last] + markup[last:].replace("<", "&lt;")


def _read_plainly(markup: str) -> HtmlWords:
    reader = _PlainReader()
    try:
        reader.feed(_closed(markup))
        reader.close()
    except Exception:  # noqa: BLE001 - what was read so far is better than nothing
        reader.pieces.append("")
    text = "".join(reader.pieces)
    links = tuple(link[:MAX_LINK_LENGTH] for link in reader.links if link.startswith("http"))
    return HtmlWords(own=text, whole=text, links=tuple(dict.fromkeys(links))[:MAX_LINKS])
