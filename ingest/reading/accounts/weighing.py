"""What the clues to a role weigh, as learned from marked mails (see ``training/``).

For each role its own weights (one against the rest, logistic regression): the sum over the clues
that are there is how much speaks for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from math import exp, log
from pathlib import Path
from typing import Final

from ingest.reading.weights import Weights, likelihoods, load_weights
from store.model import Role

ROLES: Final = (Role.REPORTED, Role.REPORTER, Role.VICTIM, Role.MENTIONED)
WEIGHTS: Final = Path(__file__).with_name("role_weights.tsv")
Shares = tuple[float, ...]
"""How likely each role is, in the order of ``ROLES``; together 1."""
# What needs no weighing: an account that a form states, or that stands where writers put their own.
REPORTED: Final[Shares] = (1.0, 0.0, 0.0, 0.0)
WRITER: Final[Shares] = (0.0, 1.0, 0.0, 0.0)


@cache
def role_weights() -> Weights:
    """Give the weights of all clues, in the order of ``ROLES``."""
    return load_weights(WEIGHTS)


def weigh(clues: Iterable[str], weights: Weights | None = None) -> Shares:
    """Tell how likely each role is by these clues; ``weights`` in place of those learned."""
    return _shares(likelihoods(clues, role_weights() if weights is None else weights))


def strongest(clues: Iterable[str], role: Role, count: int) -> list[str]:
    """Name the clues that speak most for a role, the strongest first."""
    table, column = role_weights(), ROLES.index(role)
    telling = {clue: 2 * table[clue][column] - max(table[clue]) for clue in clues if clue in table}
    for_it = (clue for clue in telling if table[clue][column] > 0)
    return sorted(for_it, key=lambda clue: (-telling[clue], clue))[:count]


def together(several: Sequence[Shares]) -> Shares:
    """Join what several sightings of one account say."""
    logs = (sum(log(max(each, 1e-6)) for each in column) for column in zip(*several, strict=True))
    return _shares([exp(max(-200.0, each)) for each in logs])


def _shares(parts: list[float]) -> Shares:
    whole = sum(parts)
    return tuple(each / whole for each in parts)
