"""Learning the weights of clues: one logistic regression for each role against the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from ingest.reading.accounts.weighing import ALWAYS, ROLES, SCALE, Weights
from training.examples import Example

# A clue that is seen in fewer examples tells nothing of other mails.
MIN_SEEN: Final = 3
# How far weights may go to fit the examples; the best of those tried on mails kept back.
FREEDOM: Final = 0.3
# Weights below this many hundredths change nothing.
MIN_WEIGHT: Final = 4


def learn(
    examples: Sequence[Example], *, min_seen: int = MIN_SEEN, freedom: float = FREEDOM
) -> Weights:
    """Learn the weights of all clues, in hundredths, in the order of ``ROLES``."""
    seen = Counter(clue for example in examples for clue in example.clues)
    clues = sorted(clue for clue, count in seen.items() if count >= min_seen)
    matrix = _matrix(examples, clues)
    columns, always = [], []
    for role in ROLES:
        is_it = np.array([example.role is role for example in examples])
        model = LogisticRegression(C=freedom, solver="liblinear", random_state=0)
        model.fit(matrix, is_it)
        columns.append(model.coef_[0])
        always.append(float(model.intercept_[0]))
    weights = {clue: _rounded(row) for clue, row in zip(clues, np.array(columns).T, strict=True)}
    kept = {clue: row for clue, row in weights.items() if max(map(abs, row)) >= MIN_WEIGHT}
    return {ALWAYS: _rounded(always), **kept}


def _matrix(examples: Sequence[Example], clues: list[str]) -> csr_matrix:
    columns = {clue: number for number, clue in enumerate(clues)}
    indices: list[int] = []
    ends = [0]
    for example in examples:
        indices += sorted(columns[clue] for clue in example.clues if clue in columns)
        ends.append(len(indices))
    shape = (len(examples), len(clues))
    return csr_matrix((np.ones(len(indices)), indices, ends), shape=shape)


def _rounded(row: Iterable[float]) -> tuple[int, ...]:
    return tuple(round(SCALE * float(weight)) for weight in row)
