"""What a whole mail says of its accounts, and whether it cannot wait: a small neural network.

It was learned from marked mails (``training/``). Where the rules and clues look at what stands
around an account, it reads the mail from its beginning to its end. A long mail is read in pieces
that overlap.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from ingest.reading.accounts.weighing import Shares
from ingest.reading.network.model import network
from ingest.reading.network.telling import telling_words
from ingest.reading.network.tokens import Piece, Token, tokens_of
from ingest.reading.urgency.clues import Sign

__all__ = ["Judgement", "Piece", "Token", "judge", "telling_words"]

# Tokens that are read at one time, and how many of them are read again with the next.
AT_A_TIME: Final = 400
OVERLAP: Final = 100
# In fewer words and marks there is nothing to read but what rules and clues see.
FEWEST: Final = 10


@dataclass(frozen=True, slots=True)
class Judgement:
    """For each part the shares of the roles at its places, and how likely the mail cannot wait.

    A place so far on that it was not read is missing; of a mail of a few words all are, and
    ``urgent`` is None. By ``first`` a part's places are counted through the mail; ``tokens`` are
    those that were read at first.
    """

    roles: tuple[dict[int, Shares], ...] = ()
    urgent: float | None = None
    first: tuple[int, ...] = ()
    tokens: tuple[Token, ...] = ()


def judge(pieces: Sequence[Piece], signs: Sequence[Sign], language: str | None) -> Judgement:
    """Read the parts of a mail together."""
    tokens = list(tokens_of(pieces, signs))
    if len(tokens) < FEWEST:
        return Judgement()
    nearest: dict[int, tuple[int, Shares]] = {}
    urgent = 0.0
    for some in _windows(tokens):
        answers = network().answer(some, language)
        urgent = max(urgent, answers.urgent)
        places = ((at, token.place) for at, token in enumerate(some) if token.place is not None)
        for (at, place), shares in zip(places, answers.roles.tolist(), strict=True):
            # What stands well within a window is read with all that is around it.
            inside = min(at, len(some) - at)
            nearest[place] = max(nearest.get(place, (-1, ())), (inside, tuple(shares)))
    sizes = [len(piece.found.scene.places) for piece in pieces]
    first = [*accumulate([0, *sizes])]
    roles = (
        {at: nearest[begin + at][1] for at in range(size) if begin + at in nearest}
        for begin, size in zip(first, sizes, strict=False)
    )
    return Judgement(tuple(roles), urgent, tuple(first), tuple(tokens[:AT_A_TIME]))


def _windows(tokens: list[Token]) -> Iterator[list[Token]]:
    step = AT_A_TIME - OVERLAP
    for start in range(0, max(1, len(tokens) - OVERLAP), step):
        yield tokens[start : start + AT_A_TIME]
