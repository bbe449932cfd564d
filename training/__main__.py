"""``python -m training``: learn what clues weigh, and tell how well that goes.

Mails are kept back five times, a fifth each, and told by what was learned from the others; then the
weights are learned from all and written.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, Protocol, TypeVar

import numpy as np

from ingest.reading import urgency
from ingest.reading.accounts import ordinary, weighing
from ingest.reading.network import model
from ingest.reading.weights import Weights
from training import lessons, urgent
from training.examples import Example, from_corpus, from_marked, from_sentences
from training.judging import Told, by_rules, by_weights, figures_line
from training.learn import learn_roles, learn_urgency
from training.marks import URGENT, marked_mails
from training.network import LearningNetwork
from training.teaching import judged, teach
from training.words import ordinary_words_of

FOLDS: Final = 5
LEARNED_FROM: Final = ("first", "held_out")
# Clues that speak of what the rules tell; see ``_without_rules``.
_RULES: Final = ("rules ", "others ")
_ROLES_HEAD: Final = (
    "# What clues to the role of an account weigh, in hundredths: for reported, reporter, victim,\n"
    "# mentioned. Learned by `make train`; not written by hand.\n"
)
_URGENCY_HEAD: Final = (
    "# What clues weigh, in hundredths, for a mail that cannot wait. Learned by `make train`; not\n"
    "# written by hand.\n"
)


class _OfMail(Protocol):
    @property
    def mail(self) -> str: ...


E = TypeVar("E", bound=_OfMail)


def main() -> None:
    """Learn, tell how well, write."""
    words = ordinary_words_of([*marked_mails(), *marked_mails(URGENT)])
    ordinary.WORDS.write_text("\n".join(words) + "\n", encoding="ascii")
    _learn_roles()
    _learn_urgency()
    _learn_network()


def _learn_roles() -> None:
    marked = list(from_marked(marked_mails()))
    corpus = [each for half in LEARNED_FROM for each in from_corpus(half)]
    # What the rules are tested with has to come out right, so it counts four times.
    others = [*map(_without_rules, corpus), *(4 * list(from_sentences()))]
    told: list[Told] = []
    for kept, learned in _parted(marked):
        told += by_weights(kept, learn_roles([*learned, *others]))
    print(figures_line("marked mails, by rules alone", by_rules(marked)))
    print(figures_line("marked mails, kept back", told))
    weights = learn_roles([*marked, *others])
    for half in (*LEARNED_FROM, "fresh"):
        examples = list(from_corpus(half))
        print(figures_line(f"{half}, by rules alone", by_rules(examples)))
        print(figures_line(half, by_weights(examples, weights)))
    _write(weights, weighing.WEIGHTS, _ROLES_HEAD)


def _learn_urgency() -> None:
    mails = list(urgent.from_mails([*marked_mails(), *marked_mails(URGENT)]))
    corpus = [each for half in LEARNED_FROM for each in urgent.from_corpus(half)]
    others = [*corpus, *urgent.from_cases()]
    told: list[urgent.Told] = []
    for kept, learned in _parted(mails):
        told += urgent.by_weights(kept, learn_urgency([*learned, *others]))
    print(urgent.figures_line("mails, kept back", told))
    weights = learn_urgency([*mails, *others])
    for name, examples in (
        *((half, [*urgent.from_corpus(half)]) for half in (*LEARNED_FROM, "fresh")),
        ("sentences of the tests", [*urgent.from_cases()]),
    ):
        print(urgent.figures_line(name, urgent.by_weights(examples, weights)))
    _write(weights, urgency.WEIGHTS, _URGENCY_HEAD)


def _learn_network() -> None:
    marked = [*lessons.of_marked([*marked_mails(), *marked_mails(URGENT)])]
    others = [lesson for half in LEARNED_FROM for lesson in lessons.of_corpus(half)]
    others += lessons.of_forms(marked_mails())
    for known in (True, True, True, False):
        others += lessons.of_sentences(language_known=known)
    for known in (True, False):
        others += lessons.of_cases(language_known=known)
    # It takes long to learn, so that only one of the fifths is kept back.
    kept, learned = next(iter(_parted(marked)))
    _say_how_well("marked mails, kept back", teach([*learned, *others], print), kept)
    network = teach([*marked, *others], print)
    _say_how_well("fresh", network, [*lessons.of_corpus("fresh")])
    np.savez_compressed(model.FILE, **network.numbers())
    print(f"{model.FILE.stat().st_size} octets in {model.FILE.name}")


def _say_how_well(name: str, network: LearningNetwork, kept: Sequence[lessons.Lesson]) -> None:
    roles, dangers = judged(network, kept, urgency.BY_ALL.otherwise)
    print(figures_line(name, roles))
    print(urgent.figures_line(f"{name}, by the network alone", dangers))


def _without_rules(example: Example) -> Example:
    """Take away what the rules tell: they were tuned to these mails and are right too often."""
    clues = frozenset(clue for clue in example.clues if not clue.startswith(_RULES))
    return replace(example, clues=clues)


def _parted(examples: Sequence[E]) -> Iterable[tuple[list[E], list[E]]]:
    """Part examples by mail: each fifth, and the rest from which is learned for it."""
    mails = sorted({example.mail for example in examples})
    random.Random(1).shuffle(mails)  # noqa: S311 - the same parts each time
    fold = {mail: number % FOLDS for number, mail in enumerate(mails)}
    for number in range(FOLDS):
        kept = [example for example in examples if fold[example.mail] == number]
        yield kept, [example for example in examples if fold[example.mail] != number]


def _write(weights: Weights, path: Path, head: str) -> None:
    rows = ("\t".join([clue, *map(str, row)]) for clue, row in sorted(weights.items()))
    path.write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
    print(f"{len(weights)} clues in {path.name}")


if __name__ == "__main__":
    main()
