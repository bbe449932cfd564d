"""``python -m training``: learn what clues to roles weigh, and tell how well that goes.

Mails are kept back five times, a fifth each, and told by what was learned from the others; then the
weights are learned from all and written.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from ingest.reading.accounts.weighing import WEIGHTS, Weights
from training.examples import Example, from_corpus, from_marked, from_sentences
from training.judging import Told, by_rules, by_weights, figures_line
from training.learn import learn
from training.marks import marked_mails

FOLDS: Final = 5
# Clues that speak of what the rules tell; see ``_without_rules``.
_RULES: Final = ("rules ", "others ")
_HEAD: Final = (
    "# What clues to the role of an account weigh, in hundredths: for reported, reporter, victim,\n"
    "# mentioned. Learned by `make train`; not written by hand.\n"
)


def main() -> None:
    """Learn, tell how well, write."""
    marked = list(from_marked(marked_mails()))
    corpus = [each for half in ("first", "held_out") for each in from_corpus(half)]
    # What the rules are tested with has to come out right, so it counts twice.
    others = [*map(_without_rules, corpus), *from_sentences(), *from_sentences()]
    print(figures_line("marked mails, by rules alone", by_rules(marked)))
    print(figures_line("marked mails, kept back", _kept_back(marked, others)))
    weights = learn([*marked, *others])
    for half in ("first", "held_out", "fresh"):
        examples = list(from_corpus(half))
        print(figures_line(f"{half}, by rules alone", by_rules(examples)))
        print(figures_line(half, by_weights(examples, weights)))
    _write(weights)
    print(f"{len(weights)} clues in {WEIGHTS.name}")


def _without_rules(example: Example) -> Example:
    """Take away what the rules tell: they were tuned to these mails and are right too often."""
    clues = frozenset(clue for clue in example.clues if not clue.startswith(_RULES))
    return replace(example, clues=clues)


def _kept_back(marked: Sequence[Example], others: Sequence[Example]) -> list[Told]:
    mails = sorted({example.mail for example in marked})
    random.Random(1).shuffle(mails)  # noqa: S311 - the same parts each time
    fold = {mail: number % FOLDS for number, mail in enumerate(mails)}
    told: list[Told] = []
    for number in range(FOLDS):
        weights = learn([*_of(marked, fold, number, kept=False), *others])
        told += by_weights(_of(marked, fold, number, kept=True), weights)
    return told


def _of(
    examples: Iterable[Example], fold: dict[str, int], number: int, *, kept: bool
) -> list[Example]:
    return [example for example in examples if (fold[example.mail] == number) is kept]


def _write(weights: Weights) -> None:
    rows = ("\t".join([clue, *map(str, row)]) for clue, row in sorted(weights.items()))
    WEIGHTS.write_text(_HEAD + "\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
