"""Learning what clues weigh: one logistic regression for each answer against the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from ingest.reading.accounts.weighing import ROLES
from ingest.reading.weights import ALWAYS, SCALE, Weights
from training.examples import Example
from training.urgent import UrgentExample

# How far weights may go to fit the examples; the best of those tried on mails kept back.
FREEDOM: Final = 0.3
# A clue that is seen in fewer examples tells nothing of other mails.
MIN_SEEN: Final = 3
# Weights below this many hundredths change nothing.
MIN_WEIGHT: Final = 4


@dataclass(frozen=True, slots=True)
class _Lesson:
    """Clues, how much each example counts, and for each answer whether it is the right one."""

    clues: Sequence[Iterable[str]]
    counts: Sequence[float]
    answers: Sequence[Sequence[bool]]


def learn_roles(examples: Sequence[Example]) -> Weights:
    """Learn what clues to roles weigh, in hundredths, in the order of ``ROLES``."""
    answers = [[example.role is role for example in examples] for role in ROLES]
    return _learn(_Lesson([each.clues for each in examples], [1.0] * len(examples), answers))


def learn_urgency(examples: Sequence[UrgentExample]) -> Weights:
    """Learn what clues to urgency weigh, in hundredths."""
    counts = [each.counts for each in examples]
    answers = [[each.urgent for each in examples]]
    return _learn(_Lesson([each.clues for each in examples], counts, answers))


def _learn(lesson: _Lesson) -> Weights:
    seen = Counter(clue for clues in lesson.clues for clue in clues)
    known = sorted(clue for clue, count in seen.items() if count >= MIN_SEEN)
    matrix = _matrix(lesson.clues, known)
    columns, always = [], []
    for answer in lesson.answers:
        model = LogisticRegression(C=FREEDOM, solver="liblinear", random_state=0)
        model.fit(matrix, np.array(answer), sample_weight=np.array(lesson.counts))
        columns.append(model.coef_[0])
        always.append(float(model.intercept_[0]))
    weights = {clue: _rounded(row) for clue, row in zip(known, np.array(columns).T, strict=True)}
    kept = {clue: row for clue, row in weights.items() if max(map(abs, row)) >= MIN_WEIGHT}
    return {ALWAYS: _rounded(always), **kept}


def _matrix(examples: Sequence[Iterable[str]], clues: list[str]) -> csr_matrix:
    columns = {clue: number for number, clue in enumerate(clues)}
    indices: list[int] = []
    ends = [0]
    for example in examples:
        indices += sorted(columns[clue] for clue in example if clue in columns)
        ends.append(len(indices))
    shape = (len(examples), len(clues))
    return csr_matrix((np.ones(len(indices)), indices, ends), shape=shape)


def _rounded(row: Iterable[float]) -> tuple[int, ...]:
    return tuple(round(SCALE * float(weight)) for weight in row)
