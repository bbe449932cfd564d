# ruff: noqa: RUF001 - marks as people type them, in many scripts
"""A walk back from a handle over the words that may stand before it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from ingest.reading.accounts.vocabulary import NAMING, is_platform
from ingest.reading.lexicon import Found

_SKIPPED: Final = frozenset(" \t\n'\"(:,=-|*_[{`„“”»«–—：（「『【،、·•>)）0123456789")
_WEAK: Final = frozenset(",\n-–—،、")
_PARTING: Final = frozenset(":：\n")
_LINKS: Final = frozenset({"is", "named"})


@dataclass(frozen=True, slots=True)
class Walk:
    """How far a walk back from a handle has come.

    ``weak`` when it crossed a mark that parts clauses, ``parted`` when a colon or the end of a
    line; ``named``, ``linked``, ``used`` and ``platform`` when it passed a word that names, a
    copula, "goes by", or the name of a platform.
    """

    place: int
    weak: bool = False
    parted: bool = False
    named: bool = False
    linked: bool = False
    used: bool = False
    platform: bool = False
    hops: int = 0

    def over(self, words: list[Found]) -> Walk:
        """Go on before a filling word, given all that it may stand for."""
        tags = {word.tag for word in words}
        return Walk(
            words[0].start,
            self.weak,
            self.parted,
            self.named or bool(tags & NAMING),
            self.linked or bool(tags & _LINKS),
            self.used or "uses" in tags,
            self.platform or any(map(is_platform, tags)),
            self.hops + 1,
        )


def stepped_back(text: str, walk: Walk, floor: int) -> Walk:
    """Step back over marks and figures; weak if one of them parts clauses."""
    place = walk.place
    while place > floor and text[place - 1] in _SKIPPED:
        place -= 1
    crossed = frozenset(text[place : walk.place])
    return replace(
        walk,
        place=place,
        weak=walk.weak or bool(crossed & _WEAK),
        parted=walk.parted or bool(crossed & _PARTING),
    )
