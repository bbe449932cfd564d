"""The two readings of a mail's text: what its parts say, chosen one by one, and what HTML marks.

Of what is said twice the plain words are taken, unless they are only a stub. HTML that stands
alone is read in its place between plain parts.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from ingest.reading import html
from ingest.reading.bounds import MAX_TEXT, cut_defect, ends
from ingest.reading.fields import printable
from ingest.reading.html import HtmlWords
from ingest.reading.links import Link
from ingest.reading.marks import without_marks
from ingest.reading.structure import Passage

# A plain part with fewer words than this share of the HTML's is a stub.
STUB_SHARE: Final = 0.3
# Words of HTML below which a short plain part is no stub.
STUB_WORDS: Final = 20
# Letters of words that any two texts may share.
SHORT_WORD: Final = 4

# A file that an old program put between the lines (uuencode); it is no text.
_UUENCODED = re.compile(
    r"^begin [0-7]{3,4} [^\n]{1,200}\n(?:[\x20-\x60]{1,62}\n){1,20000}end[ \t]{0,9}$", re.MULTILINE
)
_NO_HTML = re.compile(
    r"html|not display|can ?not be displayed|view this (?:e-?mail|message)|mime", re.IGNORECASE
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Readings:
    """The text of a mail as chosen, and as HTML with marks ("" where it marks nothing)."""

    chosen: str
    marked: str = ""
    links: tuple[Link, ...] = ()
    defects: tuple[str, ...] = ()


def read_passages(found: list[Passage]) -> Readings:
    """Read the passages of a mail and choose between the two forms of each."""
    pages = [html.read_html(each.markup) if each.markup else None for each in found]
    pairs = [(_plain(each.plain), page) for each, page in zip(found, pages, strict=True)]
    chosen = [_chosen(plain, page) for plain, page in pairs]
    marked = [page.text if page else plain for plain, page in pairs]
    defects = [cut_defect(html.MAX_LENGTH)] if any(page and page.cut for page in pages) else []
    if max(sum(map(len, chosen)), sum(map(len, marked))) > MAX_TEXT:
        defects.append(cut_defect(MAX_TEXT))
    return Readings(
        chosen=_joined(chosen),
        marked=_joined(marked) if any(page and page.is_marked for page in pages) else "",
        links=tuple(link for page in pages if page for link in page.links),
        defects=tuple(defects),
    )


def readable(text: str) -> str:
    """Give a text without control characters, its letters composed (Unicode NFC)."""
    return unicodedata.normalize("NFC", printable(text))


def _joined(texts: list[str]) -> str:
    """Join passages such that of each its beginning and its end stay."""
    texts = [text for text in texts if text.strip()]
    share = MAX_TEXT // max(1, len(texts)) - 2
    if sum(map(len, texts)) > MAX_TEXT - 2 * len(texts):
        texts = [ends(text, max(share, 100)) for text in texts]
    return readable(ends("\n\n".join(texts)))


def _plain(text: str) -> str:
    if not text:
        return ""
    text = without_marks(text.replace("\r\n", "\n"))
    return _UUENCODED.sub("", ends(text)) if "\nend" in text else text


def _chosen(plain: str, page: HtmlWords | None) -> str:
    """Choose between the readings of one passage."""
    if page is None or not page.text.strip():
        return plain
    return page.text if _is_stub(plain, page.text) else plain


def _is_stub(plain: str, from_html: str) -> bool:
    said = len(plain.split())
    if not said:
        return True
    words = len(without_marks(from_html).split())
    if words > STUB_WORDS and said < words * STUB_SHARE:
        return True
    # "Your program cannot show HTML": fewer words, and none of those of the HTML.
    return (
        said <= max(STUB_WORDS, words)
        and bool(_NO_HTML.search(plain[:500]))
        and not _shared(plain, from_html)
    )


def _shared(plain: str, from_html: str) -> set[str]:
    """Give the longer words that stand in both."""
    first, second = (set(text.lower().split()) for text in (plain, from_html))
    return {word for word in first & second if len(word) > SHORT_WORD}
