"""A mail as a row of tokens: what each word or mark may mean, and where the accounts stand.

A token names the kinds of its word (``accounts/items.py``), what the rules of urgency see in it,
and the word itself. Handles are left out, so that no name is learned: only that an account stands
there, and which one of the mail's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from ingest.reading.accounts.examine import LOOKED_AT, Examined
from ingest.reading.accounts.items import ACCOUNT, Item, Items
from ingest.reading.accounts.names import is_akin, name_parts
from ingest.reading.lexicon import fold
from ingest.reading.urgency.clues import Sign

# So many tokens of a part are read; an ordinary mail has a hundred.
MAX_TOKENS: Final = 2_000
# Accounts that are told apart; later ones count as the last.
_MOST_TOLD_APART: Final = 8
# Words with a capital that are compared with handles.
_MOST_NAMES: Final = 100
PART_ENDS: Final = "part ends"
CAPITAL: Final = "capital"


class Token(NamedTuple):
    """A word or mark. ``place`` is the number of the account's place, counted through the mail.

    ``span`` counts in the subject, a line feed and the text.
    """

    kinds: tuple[str, ...]
    word: str = ""
    place: int | None = None
    span: tuple[int, int] = (0, 0)


class Piece(NamedTuple):
    """A part of a mail, looked through, and where it begins in what was looked at for urgency."""

    found: Examined
    offset: int


def tokens_of(pieces: Iterable[Piece], signs: Sequence[Sign]) -> Iterator[Token]:
    """Give the tokens of a mail; ``signs`` of urgency in their order."""
    numbers: dict[tuple[str, str], int] = {}
    first = 0
    for piece in pieces:
        row = _Row(piece, signs, numbers, first)
        yield from islice(row.tokens(), MAX_TOKENS)
        yield Token((PART_ENDS,))
        first += len(piece.found.scene.places)


class _Row:
    """Makes the tokens of one part."""

    def __init__(
        self, piece: Piece, signs: Sequence[Sign], numbers: dict[tuple[str, str], int], first: int
    ) -> None:
        self._found, self._offset = piece
        self._scene = self._found.scene
        self._signs = signs
        self._first = first
        self._at = {place.start: at for at, place in enumerate(self._scene.places)}
        keys = {
            at: hit.account.key
            for at, hit in zip(self._found.numbers, self._found.hits, strict=True)
        }
        self._accounts = [
            numbers.setdefault(keys[at], len(numbers)) for at in range(len(self._scene.places))
        ]
        self._akin = [
            (number, name_parts(place.handle or self._scene.text[place.start : place.end]))
            for number, place in zip(self._accounts, self._scene.places, strict=True)
        ]
        self._names_left = _MOST_NAMES

    def tokens(self) -> Iterator[Token]:
        """Give the tokens in their order."""
        text, folded = self._scene.text, self._scene.wording.folded
        end = min(len(text), LOOKED_AT)
        seen = 0
        for item in Items(self._scene, self._found.all_words).between(0, end):
            here = self._found.cleaned.origin(item.start) + self._offset
            past = self._found.cleaned.origin(item.end) + self._offset
            while seen < len(self._signs) and self._signs[seen].end <= here:
                seen += 1
            kinds = [*self._kinds(item), *_signs(self._signs, seen, here, past)]
            if item.kinds == (ACCOUNT,):
                place = self._first + self._at[item.start]
                yield Token(tuple(kinds), place=place, span=(here, past))
            else:
                yield Token(tuple(kinds), folded[item.start : item.end], span=(here, past))

    def _kinds(self, item: Item) -> Iterator[str]:
        yield from item.kinds
        if item.kinds == (ACCOUNT,):
            yield from self._of_account(self._at[item.start])
        elif self._scene.text[item.start].isupper():
            yield CAPITAL
            yield from self._named(item)

    def _of_account(self, at: int) -> Iterator[str]:
        place = self._scene.places[at]
        yield _numbered(self._accounts[at])
        if self._scene.text[place.start] == "\x00":
            yield "URL"
        if place.platform:
            yield "home" if place.platform == self._found.home else "elsewhere"

    def _named(self, item: Item) -> Iterator[str]:
        """Tell which account is named like this word ("my daughter Lena … @lena_9")."""
        if not self._akin or not self._names_left:
            return
        self._names_left -= 1
        name = fold(self._scene.text[item.start : item.end])
        akin = {number for number, parts in self._akin if is_akin(name, parts)}
        yield from (f"akin to {_numbered(number)}" for number in sorted(akin))


def _numbered(number: int) -> str:
    return f"{ACCOUNT} {min(number + 1, _MOST_TOLD_APART)}"


def _signs(signs: Sequence[Sign], first: int, start: int, end: int) -> list[str]:
    """Name the signs of urgency that reach into a place."""
    kinds: set[str] = set()
    for sign in islice(signs, first, None):
        if sign.start >= end:
            break
        if sign.end > start:
            kinds.add(sign.group)
    return sorted(kinds)
