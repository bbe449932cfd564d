"""HTML read without a tree, less well: for what is nested too deeply or fails a library."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final

_UNSEEN: Final = frozenset({"script", "style", "head", "template"})
_BREAKING: Final = frozenset({"p", "div", "br", "tr", "li", "blockquote", "table", "h1", "h2"})


class _PlainReader(HTMLParser):
    """Collects text and link targets, nothing else."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.links: list[str] = []
        self.unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.unseen += tag in _UNSEEN
        if tag in _BREAKING:
            self.pieces.append("\n")
        self.links += [value for name, value in attrs if name == "href" and value]

    def handle_endtag(self, tag: str) -> None:
        if self.unseen and tag in _UNSEEN:
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


def read_plainly(markup: str) -> tuple[str, list[str]]:
    """Give the text and the targets of links; never raises."""
    reader = _PlainReader()
    try:
        reader.feed(_closed(markup))
        reader.close()
    except Exception:  # noqa: BLE001 - what was read so far is better than nothing
        reader.pieces.append("")
    return "".join(reader.pieces), reader.links
