"""The words and marks of a text in their order: what each may mean by our tables."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Final, NamedTuple

from ingest.reading.accounts.scene import Place, Scene
from ingest.reading.accounts.wording import PLATFORM, Wording

ACCOUNT: Final = "account"
"""The kind of an account's place."""

_MARK = re.compile(r"[(),:;\-–—=\n.?!\"“”„«»']|\x00")  # noqa: RUF001 - as people type them
SAME: Final = {
    **dict.fromkeys("–—", "-"),  # noqa: RUF001
    **dict.fromkeys("“”„«»'", '"'),
    **dict.fromkeys("?!", "."),
    "\n": "line",
    "\x00": "link",
}
"""Marks that mean the same, and those that have a name."""
_WORD = re.compile(r"(?<![\w@])[^\W\d_]{2,40}")


class Item(NamedTuple):
    """A word or mark: what it may be, and where."""

    kinds: tuple[str, ...]
    start: int
    end: int

    @property
    def name(self) -> str:
        """All that it may be, as one name."""
        return "+".join(self.kinds)


class Items:
    """Gives the words and marks of a text; by other phrases than the scene's where given."""

    def __init__(self, scene: Scene, wording: Wording | None = None) -> None:
        self._scene = scene
        self._wording = wording or scene.wording
        self._starts = [place.start for place in scene.places]
        self._phrases = self._known()
        self._begins = [item.start for item in self._phrases]

    def between(self, start: int, end: int) -> list[Item]:
        """Give the words and marks between two places, in their order."""
        known = self._phrases[bisect_left(self._begins, start) : bisect_left(self._begins, end)]
        items = [item for item in known if item.end <= end]
        items += [
            Item((ACCOUNT,), place.start, place.end)
            for place in self.places(start, end)
            if place.start >= start
        ]
        items += self._others(start, end, items)
        return sorted(items, key=lambda item: (item.start, item.end))

    def places(self, start: int, end: int) -> list[Place]:
        """Give the places of accounts that reach between two places of the text."""
        places = self._scene.places
        first = bisect_right(self._starts, start) - 1
        return [
            each
            for each in places[max(0, first) : bisect_left(self._starts, end)]
            if each.end > start
        ]

    def _known(self) -> list[Item]:
        """Give the phrases that tables know, but for parts of longer ones and of handles."""
        spans: dict[tuple[int, int], set[str]] = {}
        reach = 0
        for each in self._wording.found:
            # They come by their start, the longer one first.
            span = (each.start, each.end)
            if each.end <= reach and span not in spans:
                continue
            reach = max(reach, each.end)
            if not self.places(*span):
                tag = "platform" if each.tag.startswith(PLATFORM) else each.tag
                spans.setdefault(span, set()).add(tag)
        return [Item(tuple(sorted(tags)), *span) for span, tags in spans.items()]

    def _others(self, start: int, end: int, known: list[Item]) -> Iterator[Item]:
        """Give the marks and the words that no table knows."""
        text = self._scene.text
        taken = {at for item in known for at in range(item.start, item.end)}
        taken.update(
            at for place in self.places(start, end) for at in range(place.start, place.end)
        )
        for mark in _MARK.finditer(text, start, end):
            if mark.start() not in taken:
                yield Item((SAME.get(mark[0], mark[0]),), *mark.span())
        for word in _WORD.finditer(text, start, end):
            if word.start() not in taken:
                yield Item((_kind_of_word(text, word),), *word.span())


def _kind_of_word(text: str, word: re.Match[str]) -> str:
    if not word[0][0].isupper() or word[0].isupper():
        return "word"
    before = text[max(0, word.start() - 3) : word.start()].strip(" \t\"'(“„«")
    return "Name" if before and before[-1] not in ".!?\n:" else "First"
