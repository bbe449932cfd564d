"""The page on which an explained mail is laid out: headings, facts, and words behind a bar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.text import Text

from tipline.cli.output import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Characters of one text that people are shown.
LARGEST_TEXT: Final = 20_000
# No line is longer, however wide a terminal is; nor narrower than can be read.
WIDEST: Final = 120
NARROWEST: Final = 40
BAR: Final = "    │ "

# A span, the label behind it, and its style.
Mark = tuple[tuple[int, int], str, str]


class Page:
    """Writes to standard output, in colours on a terminal and plainly everywhere else."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, markup=False, emoji=False)
        self._width = max(NARROWEST, min(self._console.width, WIDEST))
        self._is_plain = not self._console.is_terminal

    def title(self, text: str) -> None:
        """Begin a page."""
        self._put(Text(_one_line(text), "bold"), "", "")

    def heading(self, text: str, answer: str = "") -> None:
        """Begin a section; its answer stands beside it."""
        self._console.print()
        line = Text(text, "bold blue")
        if answer:
            line.append(f": {_one_line(answer)}", "bold")
        self._put(line, "", "  ")

    def label(self, text: str) -> None:
        """Name what comes below."""
        self._put(Text(_one_line(text), "dim"), "  ", "  ")

    def line(self, *texts: str, indent: int = 2, style: str = "") -> None:
        """Write lines, the further ones as belonging to the first."""
        for number, text in enumerate(texts):
            first = " " * (indent if number == 0 else indent + 2)
            self._put(Text(_one_line(text), style), first, " " * (indent + 2))

    def facts(self, facts: Iterable[tuple[str, str | None]]) -> None:
        """Write names and values; values that are not known are left out."""
        known = [(name, value) for name, value in facts if value]
        width = max((len(name) for name, _ in known), default=0)
        for name, value in known:
            self._put(Text(_one_line(value)), f"  {name:<{width}}  ", " " * (width + 4))

    def checks(self, checks: Sequence[tuple[str, str, bool]]) -> None:
        """Write what each of several rules says; those that object stand out."""
        width = max(len(name) for name, _, _ in checks)
        for name, says, objects in checks:
            style = "bold yellow" if objects else "dim"
            self._put(Text(_one_line(says), style), f"  {name:<{width}}  ", " " * (width + 4))

    def item(self, number: str, text: str, style: str) -> None:
        """Begin an entry of a numbered list."""
        self._put(Text(_one_line(text), style), f"  {number} ", "      ")

    def entry(self, words: str, remark: str) -> None:
        """Write words of the mail, and what is to be said of them."""
        self._put(Text(_one_line(remark)), "  ", "    ")
        self._put(Text(_one_line(words), "dim"), BAR, BAR)

    def quoted(self, text: str, marks: Sequence[Mark]) -> None:
        """Write words of the mail behind a bar, with what is marked in them."""
        for line in self._marked(printable(text), marks).split("\n", allow_blank=True):
            self._put(line, BAR, BAR)

    def end(self) -> None:
        """End a page."""
        self._console.print()

    def _marked(self, text: str, marks: Sequence[Mark]) -> Text:
        marked = Text()
        done = 0
        for (start, end), label, style in _apart(marks):
            if start >= LARGEST_TEXT:
                break
            marked.append(text[done:start])
            piece = text[start:end]
            # A label alone tells where the piece begins only by colour.
            marked.append(f"«{piece}»" if label and self._is_plain else piece, style)
            marked.append(label, "bold" if label else "")
            done = end
        marked.append(text[done : max(done, LARGEST_TEXT)])
        return marked

    def _put(self, text: Text, first: str, further: str) -> None:
        width = self._width - max(len(first), len(further))
        lines = text.wrap(self._console, width, overflow="fold") or [Text()]
        for number, line in enumerate(lines):
            line.rstrip()
            whole = Text().append(first if number == 0 else further, "dim").append_text(line)
            if not line.plain:
                whole.rstrip()
            # It is wrapped already; marks at the edge must not wrap it again.
            self._console.print(whole, soft_wrap=True)


def _apart(marks: Sequence[Mark]) -> list[Mark]:
    """Give marks in their order; of two that overlap, that which was given first."""
    kept: list[Mark] = []
    for mark in marks:
        start, end = mark[0]
        if start < end and all(end <= low or high <= start for (low, high), *_ in kept):
            kept.append(mark)
    return sorted(kept, key=lambda mark: mark[0])


def _one_line(text: str) -> str:
    return printable(" ".join(text.split()))
