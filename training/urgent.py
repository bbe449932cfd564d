"""What urgency is learned from: mails with the clues to it, and whether they cannot wait."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from ingest.reading import read_message
from ingest.reading.rules import ReadingRules
from ingest.reading.urgency import is_urgent, likelihood, look
from ingest.reading.weights import Weights
from tests.scoring import corpus
from training.marks import Marked

CASES: Final = Path(__file__).parents[1] / "tests" / "ingest" / "reading" / "urgency" / "cases.toml"
# The tables of phrases were tuned to these, so they say less than other mails.
_OF_CORPUS: Final = 0.3
_OF_CASES: Final = 0.6
_RULES: Final = ReadingRules()


@dataclass(frozen=True, kw_only=True, slots=True)
class UrgentExample:
    """One mail; ``counts`` tells how much it weighs among the others."""

    mail: str
    urgent: bool
    counts: float
    clues: frozenset[str]


class Told(NamedTuple):
    """Whether a mail cannot wait, and whether it was told so."""

    urgent: bool
    told: bool


def from_mails(mails: Iterable[Marked]) -> Iterator[UrgentExample]:
    """Give the examples of mails of which it is told whether they can wait."""
    for mail in mails:
        if mail.urgent is not None:
            clues = _clues(f"{mail.subject.text}\n{mail.text.text}", mail.language)
            yield UrgentExample(mail=mail.name, urgent=mail.urgent, counts=1.0, clues=clues)


def from_cases() -> Iterator[UrgentExample]:
    """Give the examples of the sentences that the rules are tested with."""
    for language, lists in tomllib.loads(CASES.read_text(encoding="utf-8")).items():
        texts = [(text, True) for _, text in lists["urgent"]]
        texts += [(text, False) for text in lists["calm"]]
        for text, urgent in texts:
            clues = _clues(text, language)
            yield UrgentExample(mail=text, urgent=urgent, counts=_OF_CASES, clues=clues)


def from_corpus(half: str) -> Iterator[UrgentExample]:
    """Give the examples of labelled mails."""
    for case in corpus.cases(half):
        if case.expected.urgent is not None:
            mail = read_message(case.raw, None, _RULES)
            clues = _clues(f"{mail.subject}\n{mail.text}", mail.language)
            yield UrgentExample(
                mail=f"{half} {case.name}",
                urgent=case.expected.urgent,
                counts=_OF_CORPUS,
                clues=clues,
            )


def _clues(text: str, language: str | None) -> frozenset[str]:
    return frozenset(look(text, language).clues)


def by_weights(examples: Iterable[UrgentExample], weights: Weights) -> list[Told]:
    """Tell of each mail whether it cannot wait, as reading does."""
    return [
        Told(each.urgent, is_urgent(each.clues, likelihood(each.clues, weights)))
        for each in examples
    ]


def figures_line(name: str, told: Sequence[Told]) -> str:
    """Say in a line how well urgency was told."""
    found = [each for each in told if each.told]
    urgent = sum(each.urgent for each in told)
    right = sum(each.urgent for each in found)
    return (
        f"{name:32} {len(told):5} mails  urgent: precision {_share(right, len(found))} "
        f"recall {_share(right, urgent)}"
    )


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "-"
