"""What stands around an account that may tell its role, as short names that can be weighed.

A clue names what kind of word or mark stands where, not the word itself: "before it a word for a
child, right before that a possessive". So what is learned from mails in one language holds in the
others, as far as their tables know the words (``phrases/roles``). The names of clues are the first
column of ``role_weights.tsv``; a changed name needs the weights to be learned anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

from ingest.reading.accounts.items import SAME, Item, Items
from ingest.reading.accounts.names import is_akin, name_parts
from ingest.reading.accounts.scene import AFTER, BEFORE, Scene
from ingest.reading.lexicon import fold
from store.model import Role

# Characters after the sentence of an account that belong to the next one.
NEXT: Final = 160
# Distances in characters that make a difference.
_STEPS: Final = (2, 8, 20, 50)
# Characters of a label before a handle, and after one that stands under a mail.
LABEL: Final = 45
UNDER: Final = 25

_WORD = re.compile(r"(?<![\w@])[^\W\d_]{2,40}")
_PLAIN: Final = frozenset({"word", "Name", "First", "line", '"'})
_PERSONS: Final = frozenset(
    {"victim", "victim_f", "victim_m", "suspect", "suspect_f", "suspect_m", "witness", "relative"}
    | {"pronoun", "pronoun_f", "pronoun_m", "possessive", "possessive_f", "possessive_m"}
    | {"first", "me", "my", "reporter", "contact", "receive", "source", "object"}
    | {"is", "named", "uses", "labels", "naming"}
)


class Clues:
    """Gives the clues to the roles of the accounts of a text."""

    def __init__(self, scene: Scene, told: list[Role | None], language: str | None) -> None:
        self._scene = scene
        self._told = told
        self._language = language or "?"
        self._items = Items(scene)

    def of(self, number: int) -> set[str]:
        """Give the clues to the role of one account."""
        scene, here = self._scene, self._scene.places[number]
        begin = max(scene.sentence_start(here.start), here.start - BEFORE)
        end = min(scene.ceiling_of_sentence(here.end), here.end + AFTER)
        earlier = max(scene.sentence_start(max(0, begin - 2)), begin - BEFORE) if begin else 0
        last = min(end + 1, len(scene.text))
        later = min(scene.ceiling_of_sentence(last), end + NEXT)
        before = self._items.between(begin, here.start)[::-1]
        after = self._items.between(here.end, end)
        previous = self._items.between(earlier, begin)[::-1]
        following = self._items.between(end, later)
        return {
            *_sequences(before, after),
            *_near(before, here.start, "b"),
            *_near(after, here.end, "a"),
            *_persons(before, after, previous),
            *(f"previous {kind}" for kind in _kinds(previous)),
            *(f"following {kind}" for kind in _kinds(following)),
            *self._by_looks(number, before),
            *self._by_name(number, (earlier, begin, end)),
            *self._by_rules(number),
        }

    def _by_looks(self, number: int, before: list[Item]) -> Iterator[str]:
        """Tell what stands right beside a handle, whether it has a label, or ends the mail."""
        text, here = self._scene.text, self._scene.places[number]
        left = _beside(text[: here.start].rstrip(" \t@\"'“„«*_")[-1:])
        right = _beside(text[here.end : here.end + 9].lstrip(" \t\"'”“»*_")[:1])
        yield from (f"left {left}", f"right {right}", f"beside {left} {right}")
        tail = len(text[here.end :].strip())
        line = text.rfind("\n", 0, here.start) + 1
        head = text[line : here.start].strip(" @*-•\"'(")
        if head[-1:] in {":", "=", "："} and len(head) <= LABEL:  # noqa: RUF001
            kinds = {kind for item in before if item.start >= line for kind in item.kinds}
            yield "label " + "+".join(sorted(kinds & _PERSONS))
            yield "label"
        if len(head) <= UNDER and tail <= UNDER and line:
            yield f"under {left}"

    def _by_name(self, number: int, bounds: tuple[int, int, int]) -> Iterator[str]:
        """Tell where somebody is named like the handle ("my daughter Lena … @lena_9")."""
        text, here = self._scene.text, self._scene.places[number]
        parts = name_parts(here.handle or text[here.start : here.end])
        under = text.rstrip().rfind("\n") if "\n" in text.strip() else len(text)
        earlier, begin, end = bounds
        for word in _WORD.finditer(text, max(0, here.start - 600), here.end + 600):
            if not word[0][0].isupper() or self._items.places(*word.span()):
                continue
            if not is_akin(fold(word[0]), parts):
                continue
            at = word.start()
            near = "here" if begin <= at < end else "before" if earlier <= at < begin else "far"
            yield "akin " + ("under" if at > under else near)

    def _by_rules(self, number: int) -> Iterator[str]:
        """Tell what the rules say of it, and of the others."""
        told = [role.value if role else "nothing" for role in self._told]
        own = told[number]
        yield from (f"rules {own}", f"rules {own} {self._language}")
        others = {*told[:number], *told[number + 1 :]}
        yield from (f"others {other}" for other in others)
        yield from (f"rules {own}, others {other}" for other in others)
        if others and "nothing" not in others and "reported" not in others:
            yield f"rules {own}, no other"
        if number:
            joined = " joined" if self._scene.is_joined(number) else ""
            yield f"rules {own}, before {told[number - 1]}{joined}"
        if number + 1 < len(told):
            yield f"rules {own}, after {told[number + 1]}"


def _squeezed(items: list[Item]) -> list[str]:
    """Name items one after another; unknown words in a row are one."""
    names: list[str] = []
    for item in items:
        if item.name != "word" or names[-1:] != ["word"]:
            names.append(item.name)
    return names


def _sequences(before: list[Item], after: list[Item]) -> Iterator[str]:
    back, on = _squeezed(before), _squeezed(after)
    for length in (1, 2, 3, 4):
        begins = " ^" if len(back) < length else ""
        yield f"back {' '.join(back[:length])}{begins}"
    for length in (1, 2, 3):
        ends = " $" if len(on) < length else ""
        yield f"on {' '.join(on[:length])}{ends}"
    yield f"between {' '.join(back[:2])} | {' '.join(on[:1])}"


def _telling(items: list[Item]) -> list[Item]:
    return [item for item in items if item.kinds[0] not in _PLAIN]


def _kinds(items: list[Item]) -> set[str]:
    return {kind for item in _telling(items) for kind in item.kinds}


def _near(items: list[Item], place: int, side: str) -> Iterator[str]:
    """Tell which words stand before or after, how near, and which follow each other."""
    telling = _telling(items)
    for at, item in enumerate(telling[:5]):
        away = place - item.end if side == "b" else item.start - place
        step = sum(away > each for each in _STEPS)
        for kind in item.kinds:
            yield f"{side}{at} {kind}"
            yield f"{side} {kind} ~{step}"
    yield from (f"{side} {kind}" for kind in _kinds(items))
    for first, second in pairwise(telling[:5]):
        yield f"{side} {first.name} {second.name}"
    for at in range(min(3, len(telling) - 2)):
        yield f"{side} " + " ".join(item.name for item in telling[at : at + 3])


def _persons(before: list[Item], after: list[Item], previous: list[Item]) -> Iterator[str]:
    back, on, ago = (_only_persons(items) for items in (before, after, previous))
    for length in (1, 2, 3):
        yield f"persons {' '.join(back[:length])}"
    for length in (1, 2):
        yield f"persons after {' '.join(on[:length])}"
    yield f"persons {' '.join(back[:1])} | {' '.join(on[:1])}"
    yield f"persons {' '.join(ago[:1])} . {' '.join(back[:1])}"


def _only_persons(items: Iterable[Item]) -> list[str]:
    return [kind for item in items for kind in item.kinds if kind in _PERSONS]


def _beside(char: str) -> str:
    if not char:
        return "nothing"
    return "word" if char.isalnum() else SAME.get(char, char)
