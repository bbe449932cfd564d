"""Whether a report speaks of something that cannot wait; by which rule, and for what phrase.

Rules (``rules.py``) say what is urgent by phrases of tables, and what denies it. What they say is
weighed with what else the sentences speak of (``clues.py``), as learned from marked mails: few
write "she is missing", many that her bed was empty this morning. The phrase of the table comes out
as the reason, no word of the report.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from math import exp, log
from pathlib import Path
from typing import Final, NamedTuple

from ingest.reading.flat import Flat, flatten
from ingest.reading.urgency.clues import A_RULE, MAX_LENGTH, Clues, Sign, clues_of, signs_of
from ingest.reading.urgency.rules import GENERAL, RULES, Met, meet
from ingest.reading.weights import Weights, likelihoods, load_weights

WEIGHTS: Final = Path(__file__).with_name("urgency_weights.tsv")


class Bars(NamedTuple):
    """How likely it has to be that a report cannot wait.

    Less where a rule is met, least where a grave one is, as nobody's plain words are to be passed
    over ("I am in danger").
    """

    otherwise: float
    with_rule: float
    with_grave_rule: float


# By rules and clues alone, and with what the network reads.
BY_CLUES: Final = Bars(0.6, 0.5, 0.25)
BY_ALL: Final = Bars(0.4, 0.4, 0.15)
_GRAVE: Final = frozenset(
    f"rule {rule} met" for rule in ("self_harm", "child_missing", "imminent_danger")
)
# How likely it has to be that it may be one that cannot wait.
PERHAPS: Final = 0.2
# Nobody is surer than this.
_NEVER: Final = 1e-6

# Names say nothing of danger ("@missing_you").
_NAMES: Final = re.compile(r"https?://\S{1,2000}|@\w{1,100}")
# What lists of phrases are about that mean something only together.
_ABOUT: Final = {
    **{rule: rule for rule in RULES},
    **GENERAL,
    **dict.fromkeys(("gone", "phone", "off"), "child_missing"),
    **dict.fromkeys(("go", "whom"), "travelling"),
    **dict.fromkeys(("meet", "appointed", "when", "spot", "alone"), "meeting_planned"),
    **dict.fromkeys(("lurk", "door"), "imminent_danger"),
    **dict.fromkeys(("unless", "expose"), "coercion"),
    "self": "self_harm",
}
_ELSE: Final = "imminent_danger"
AS_A_WHOLE: Final = "the mail as a whole"
"""The reason where no phrase of our tables is one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Urgent:
    """Why a report is urgent: the rule, the phrase of our table, and its place in the text."""

    rule: str
    phrase: str
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Looked:
    """A text looked through: the rules it meets, and the clues."""

    flat: Flat
    met: Met
    clues: Clues


def urgency(text: str, language: str | None = None) -> Urgent | None:
    """Name what makes a text of a language urgent, by rules and clues; None if nothing does."""
    return by_clues(look(text, language))


def by_clues(looked: Looked) -> Urgent | None:
    """Name what makes a text urgent by rules and clues alone."""
    return _told(looked, likelihood(looked.clues), BY_CLUES)


def by_all(looked: Looked, read: float) -> Urgent | None:
    """Name what makes a text urgent; ``read`` is how likely that is by the network."""
    return _told(looked, joined(likelihood(looked.clues), read), BY_ALL)


def joined(by_clues: float, read: float) -> float:
    """Join what clues and network say: each sees what the other does not."""
    odds = [log(each / (1 - each)) for each in (_unsure(by_clues), _unsure(read))]
    return 1 / (1 + exp(-sum(odds) / len(odds)))


def _unsure(likely: float) -> float:
    return min(max(likely, _NEVER), 1 - _NEVER)


def _told(looked: Looked, likely: float, bars: Bars) -> Urgent | None:
    # Rules alone judge what is too long to be weighed.
    by_rules = len(looked.flat.text) > MAX_LENGTH and looked.met.most_telling() is not None
    return _named(looked) if by_rules or is_urgent(looked.clues, likely, bars) else None


def is_urgent(clues: Iterable[str], likely: float, bars: Bars = BY_CLUES) -> bool:
    """Tell whether so likely a danger is enough by these clues."""
    there = frozenset(clues)
    if there & _GRAVE:
        return likely >= bars.with_grave_rule
    return likely >= (bars.with_rule if A_RULE in there else bars.otherwise)


def perhaps_urgent(text: str) -> Urgent | None:
    """Name what may make a text urgent, its language unknown: one too many costs little here."""
    looked = look(text, None)
    if looked.met.most_telling() or likelihood(looked.clues) >= PERHAPS:
        return _named(looked)
    return None


def _named(looked: Looked) -> Urgent:
    hit = looked.met.most_telling()
    rule, sign = (hit.rule, hit) if hit else _by_clues(looked.clues)
    span = looked.flat.place(sign.start, sign.end) if sign.end else (0, 0)
    return Urgent(rule=rule, phrase=sign.phrase, span=span)


def look(text: str, language: str | None) -> Looked:
    """Look a text through."""
    flat = flatten(_NAMES.sub(lambda name: " " * len(name[0]), text))
    met = meet(flat)
    return Looked(flat, met, clues_of(flat, met, language))


def signs_in(looked: Looked, language: str | None) -> list[Sign]:
    """Give what a text meets of rules and lists, at places in the text, in their order."""
    return signs_of(looked.flat, looked.met, language)


def likelihood(clues: Iterable[str], weights: Weights | None = None) -> float:
    """Tell how likely it is that a text cannot wait; ``weights`` in place of those learned."""
    return likelihoods(clues, urgency_weights() if weights is None else weights)[0]


@cache
def urgency_weights() -> Weights:
    """Give the weights of all clues to urgency."""
    return load_weights(WEIGHTS)


def _by_clues(clues: Clues) -> tuple[str, Sign]:
    """Name the rule that the clues are about which weigh most, and the strongest of these."""
    table = urgency_weights()
    weights = {clue: table[clue][0] for clue in clues if clue in table}
    about: dict[str, list[str]] = defaultdict(list)
    for clue, weight in weights.items():
        if weight > 0:
            about[_ABOUT.get(clues[clue].group, "")].append(clue)
    if not about:
        return _ELSE, Sign(AS_A_WHOLE, "", 0, 0)
    rules = [rule for rule in about if rule] or [*about]
    rule = max(rules, key=lambda each: sum(weights[clue] for clue in about[each]))
    return rule or _ELSE, clues[max(about[rule], key=weights.__getitem__)]
