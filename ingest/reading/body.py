"""The text of a mail: from its plain parts or its HTML, whichever says more.

Programs send the same words twice (RFC 2046 section 5.1.4); the plain ones are taken unless they
are only a stub. HTML that stands alone is read besides plain parts, not instead of them. Link
targets are collected from all HTML.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ingest.reading import html
from ingest.reading.bounds import MAX_TEXT, cut_defect, ends
from ingest.reading.fields import printable
from ingest.reading.mime import Mail
from ingest.reading.repair import BODY_TYPES
from ingest.reading.words import OwnWords, own_words

# A plain part with fewer words than this share of the HTML's is a stub.
STUB_SHARE: Final = 0.3
# Words of HTML below which a short plain part is no stub.
STUB_WORDS: Final = 20


# A file that an old program put between the lines (uuencode); it is no text.
_UUENCODED = re.compile(
    r"^begin [0-7]{3,4} [^\n]{1,200}\n(?:[\x20-\x60]{1,62}\n){1,20000}end[ \t]{0,9}$", re.MULTILINE
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Body:
    """The writer's words, the signature under them, and where links lead."""

    words: OwnWords
    links: tuple[str, ...] = ()
    defects: tuple[str, ...] = ()


def read_body(mail: Mail, *, is_reply: bool, is_forward: bool) -> Body:
    """Read the words of a mail."""
    texts = mail.texts("plain")
    markup = [text for text in texts if _is_markup(text)]
    plain = "\n\n".join(text for text in texts if text not in markup)
    pages = [html.read_html(page) for page in (*markup, *mail.texts("html"))]
    cut = _is_cut(len(plain), sum(len(page.whole) for page in pages), mail)
    plain = _UUENCODED.sub("", printable(ends(plain)))
    links = tuple(dict.fromkeys(link for page in pages for link in page.links))
    text = _chosen(plain, _own(pages, is_reply=is_reply), mail)
    words = own_words(text, is_reply=is_reply, is_forward=is_forward)
    if not words.text:
        whole = printable(ends("\n\n".join(page.whole for page in pages)))
        words = own_words(whole, is_reply=False)
    defects = [cut_defect(html.MAX_LENGTH)] if any(page.cut for page in pages) else []
    defects += [cut_defect(MAX_TEXT)] if cut else []
    return Body(words=words, links=links, defects=tuple(defects))


def _is_cut(plain: int, from_html: int, mail: Mail) -> bool:
    both = max(plain, from_html) if _is_alternative(mail) else plain + from_html
    return both > MAX_TEXT


def _own(pages: list[html.HtmlWords], *, is_reply: bool) -> str:
    texts = (page.own if is_reply else page.whole for page in pages)
    return printable(ends("\n\n".join(texts)))


def _chosen(plain: str, from_html: str, mail: Mail) -> str:
    if not plain.strip() or not from_html.strip():
        return plain if plain.strip() else from_html
    words = len(from_html.split())
    if words > STUB_WORDS and len(plain.split()) < words * STUB_SHARE:
        return from_html
    if _is_alternative(mail):
        return plain
    first, second = (from_html, plain) if _html_comes_first(mail) else (plain, from_html)
    half = MAX_TEXT // 2 - 1
    return f"{ends(first, half)}\n\n{ends(second, half)}"


def _is_markup(text: str) -> bool:
    """Tell whether a text is HTML that its program calls plain."""
    return text[:200].lstrip().lower().startswith(("<html", "<!doctype html", "<body"))


def _html_comes_first(mail: Mail) -> bool:
    kinds = (part.get_content_type() for part in mail.root.walk())
    return next((kind for kind in kinds if kind in BODY_TYPES), "") == "text/html"


def _is_alternative(mail: Mail) -> bool:
    """Tell whether each HTML text stands beside a plain one that says the same."""
    kinds = {part.get_content_type() for part in mail.root.walk()}
    return "multipart/alternative" in kinds or len(mail.texts("html")) == 0
