"""Which words tell whose an account is: those without which its role would be less likely.

The network is asked again without each word in turn. That takes a hundred times as long as to read
the mail, and is done only where somebody asks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from heapq import nlargest
from math import log
from typing import Final

from ingest.reading.accounts.weighing import ROLES
from ingest.reading.network.model import network
from ingest.reading.network.tokens import Token
from store.model import Role

# Words so many tokens from an account are tried, and so many in all.
_NEAR: Final = 25
_MOST_TRIED: Final = 150
# By so much the odds of a role (their logarithm) have to fall without a word; so many are named.
_LEAST: Final = 0.2
_MOST_NAMED: Final = 4
_NEVER: Final = 1e-6

Span = tuple[int, int]


def telling_words(
    tokens: Sequence[Token], language: str | None, roles: Mapping[int, Role]
) -> dict[int, tuple[Span, ...]]:
    """Give for each place the spans of the words that tell its role, the most telling first.

    Spans count as those of the tokens. A place beyond the tokens that are given is missing.
    """
    places = [token.place for token in tokens if token.place is not None]
    if not places:
        return {}
    columns = [ROLES.index(roles[place]) if place in roles else 0 for place in places]
    at_all = range(len(places)), columns
    with_it = _odds(network().answer(tokens, language).roles[at_all])
    lost: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for at in _tried(tokens):
        without = [*tokens[:at], Token(("word",)), *tokens[at + 1 :]]
        without_it = _odds(network().answer(without, language).roles[at_all])
        for place, most, less in zip(places, with_it, without_it, strict=True):
            loss = most - less
            if loss >= _LEAST:
                lost[place].append((loss, at))
    return {
        place: tuple(tokens[at].span for _, at in nlargest(_MOST_NAMED, lost[place]))
        for place in places
    }


def _odds(shares: Iterable[float]) -> list[float]:
    return [log(max(share, _NEVER) / max(1 - share, _NEVER)) for share in map(float, shares)]


def _tried(tokens: Sequence[Token]) -> list[int]:
    """Give the words near accounts."""
    accounts = [at for at, token in enumerate(tokens) if token.place is not None]
    near = {
        each
        for at in accounts
        for each in range(max(0, at - _NEAR), min(len(tokens), at + _NEAR + 1))
    }
    return [at for at in sorted(near) if any(map(str.isalpha, tokens[at].word))][:_MOST_TRIED]
