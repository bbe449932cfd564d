"""Tables of what clues weigh, learned from marked mails (see ``training/``).

A table is a text: a clue in each line, and after it its weights, whole numbers of hundredths.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import exp
from pathlib import Path
from typing import Final

# Weights are written as whole numbers of hundredths.
SCALE: Final = 100
ALWAYS: Final = "always"
"""The clue that is always there."""

Weights = Mapping[str, tuple[int, ...]]


def load_weights(path: Path) -> Weights:
    """Read a table of weights."""
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {clue: tuple(map(int, weights)) for clue, *weights in rows}


def likelihoods(clues: Iterable[str], weights: Weights) -> list[float]:
    """Tell how likely each of what is weighed is by these clues, from 0 to 1 (logistic)."""
    rows = [weights[clue] for clue in (ALWAYS, *clues) if clue in weights]
    sums = (sum(column) / SCALE for column in zip(*rows, strict=True))
    return [1 / (1 + exp(-max(-30.0, min(30.0, each)))) for each in sums]
