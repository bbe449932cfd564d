"""The text of a mail: from its plain parts or its HTML, whichever says more.

Of what is said twice the plain words are taken, unless they are only a stub or the HTML tells
better what is quoted. HTML that stands alone is read in its place between plain parts. Mails
attached to the mail are read below its own words, and link targets collected from all HTML.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Final

from ingest.reading import html
from ingest.reading.bounds import MAX_TEXT, cut_defect, ends
from ingest.reading.cards import card_words
from ingest.reading.fields import printable, unfold
from ingest.reading.html import HtmlWords
from ingest.reading.marks import without_marks
from ingest.reading.mime import Mail
from ingest.reading.nested import nested_mails
from ingest.reading.parts import Part
from ingest.reading.structure import Passage, passages
from ingest.reading.words import OwnWords, own_words

# A plain part with fewer words than this share of the HTML's is a stub.
STUB_SHARE: Final = 0.3
# Words of HTML below which a short plain part is no stub.
STUB_WORDS: Final = 20
# Letters of words that any two texts may share.
SHORT_WORD: Final = 4
# Where two readings of the same words differ more than by this factor, one of them is wrong.
APART: Final = 1.25

# A file that an old program put between the lines (uuencode); it is no text.
_UUENCODED = re.compile(
    r"^begin [0-7]{3,4} [^\n]{1,200}\n(?:[\x20-\x60]{1,62}\n){1,20000}end[ \t]{0,9}$", re.MULTILINE
)
_NO_HTML = re.compile(
    r"html|not display|can ?not be displayed|view this (?:e-?mail|message)|mime", re.IGNORECASE
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Body:
    """The writer's words, the signature under them, and where links lead."""

    words: OwnWords
    links: tuple[str, ...] = ()
    defects: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Texts:
    """The two readings of a mail's text, either of which may be empty, and what to make of them."""

    plain: str
    marked: str
    is_reply: bool
    is_forward: bool
    ours: re.Pattern[str] | None

    def own(self, text: str) -> OwnWords:
        return own_words(text, is_reply=self.is_reply, is_forward=self.is_forward, ours=self.ours)


def read_body(mail: Mail, *, is_reply: bool, is_forward: bool, ours: tuple[str, ...] = ()) -> Body:
    """Read the words of a mail; ``ours`` are the addresses our own mails come from."""
    own_addresses = _pattern(ours)
    texts = _read(passages(mail.root), is_reply=is_reply, is_forward=is_forward, ours=own_addresses)
    words = _words(texts[0])
    links, cut = texts[1], texts[2]
    nested = [_nested(each) for each in nested_mails(mail.root, own_addresses)]
    forwarded = "\n\n".join(text for text, _ in nested if text)
    if forwarded:
        text = ends(f"{words.text}\n\n{forwarded}".strip())
        words = OwnWords(text=text, signature=words.signature)
    if not words.text and not words.signature:
        words = OwnWords(text=_readable(card_words(mail.root)).strip())
    links += tuple(link for _, found in nested for link in found)
    return Body(words=words, links=tuple(dict.fromkeys(links)), defects=cut)


@cache
def _pattern(ours: tuple[str, ...]) -> re.Pattern[str] | None:
    """Find any of our addresses, with a token after its local part too."""
    pairs = [address.lower().rpartition("@") for address in ours]
    found = [
        rf"{re.escape(local)}(?:\+[\w.=-]{{1,200}})?@{re.escape(domain)}"
        for local, _, domain in pairs
    ]
    return re.compile(rf"(?<![\w.+-])(?:{'|'.join(found)})(?![\w-])") if found else None


def _read(
    found: list[Passage], *, is_reply: bool, is_forward: bool, ours: re.Pattern[str] | None
) -> tuple[_Texts, tuple[str, ...], tuple[str, ...]]:
    pages = [html.read_html(each.markup) if each.markup else None for each in found]
    pairs = [(_plain(each.plain), page) for each, page in zip(found, pages, strict=True)]
    chosen = [_chosen(plain, page) for plain, page in pairs]
    marked = [page.text if page else plain for plain, page in pairs]
    texts = _Texts(
        plain=_joined(chosen),
        marked=_joined(marked) if any(page and page.is_marked for page in pages) else "",
        is_reply=is_reply,
        is_forward=is_forward,
        ours=ours,
    )
    links = tuple(link for page in pages if page for link in page.links)
    defects = [cut_defect(html.MAX_LENGTH)] if any(page and page.cut for page in pages) else []
    if max(sum(map(len, chosen)), sum(map(len, marked))) > MAX_TEXT:
        defects.append(cut_defect(MAX_TEXT))
    return texts, links, tuple(defects)


def _joined(texts: list[str]) -> str:
    """Join passages such that of each its beginning and its end stay."""
    texts = [text for text in texts if text.strip()]
    share = MAX_TEXT // max(1, len(texts)) - 2
    if sum(map(len, texts)) > MAX_TEXT - 2 * len(texts):
        texts = [ends(text, max(share, 100)) for text in texts]
    return _readable(ends("\n\n".join(texts)))


def _readable(text: str) -> str:
    return unicodedata.normalize("NFC", printable(text))


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


def _words(texts: _Texts) -> OwnWords:
    """Take the plain reading, unless HTML knows better what is quoted or signed."""
    words = texts.own(texts.plain)
    if not texts.marked or texts.marked == texts.plain:
        return words
    by_marks = texts.own(texts.marked)
    ours, theirs = len("".join(words.text.split())), len("".join(by_marks.text.split()))
    is_apart = ours > theirs * APART or theirs > ours * APART
    return by_marks if by_marks.text and (is_apart or not words.text) else words


def _nested(root: Part) -> tuple[str, tuple[str, ...]]:
    """Read a nested mail whole, quotes and all; its subject if it has no words."""
    texts, links, _ = _read(passages(root), is_reply=False, is_forward=True, ours=None)
    text = own_words(texts.plain, is_reply=False, is_forward=True).text
    return text or unfold(str(root.get("Subject", "")), 200), links
