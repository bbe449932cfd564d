"""Rules of what cannot wait: phrases in 18 languages, in ``phrases/urgency.toml``.

Some need two phrases near each other in one sentence, or a time and a place near a word of a
stranger or a secret. A rule is denied where its phrase's own language says no, that it is over or
long ago, or only asks about such a case (``context.py``); and within one of our own receipts that
the writer quotes (``phrases/receipt.toml``) it is not met at all. One pass over the text, and a
bounded look around each phrase found.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from ingest.reading.context import Context, Place, context_of
from ingest.reading.flat import Flat
from ingest.reading.lexicon import Lexicon
from ingest.reading.phrases import merged, table

RULES: Final = (
    "self_harm",
    "child_missing",
    "imminent_danger",
    "travelling",
    "meeting_planned",
    "coercion",
)
# What only says that it is bad ("the police are on their way", "her phone is off") names its rule
# when nothing says more exactly what it is about.
GENERAL: Final = {"silent": "child_missing", "alarm": "imminent_danger"}
_ALONE: Final = frozenset({*RULES, "alarm"})
# Two phrases, and so many characters at most between them.
PAIRS: Final = (
    ("child_missing", "child", "gone", 32),
    ("self_harm", "child", "self", 32),
    ("travelling", "go", "whom", 40),
    ("meeting_planned", "meet", "when", 48),
    ("meeting_planned", "alone", "spot", 24),
    ("imminent_danger", "lurk", "door", 24),
    ("coercion", "unless", "expose", 70),
    ("silent", "phone", "off", 14),
)
# A time and a place alone are everybody's; they mean something beside a stranger or a secret, even
# of the next sentence: between them are so many characters.
_APPOINTED: Final = ("appointed", "spot", "when", 48)
_APPOINTED_BY: Final = 200
# A time of day, in figures, is a phrase of ``when`` in every language: 16:30, 14h, 5 pm, 9.30 Uhr.
_CLOCK: Final = re.compile(
    r"(?<![\w.:/-])(?:[01]?\d|2[0-3])"
    r"(?:[:h][0-5]\d(?![\d:])| ?h(?!\w)"
    r"|(?:[.:][0-5]\d)? ?(?:[ap]\.?m|uhr|heures?|hrs|ore|horas)(?!\w))"
)
CLOCK: Final = "a time of day"
# Rules whose phrase something said before it can settle ("she is back home after ...").
_SETTLED_BEFORE: Final = frozenset({"imminent_danger", "alarm", "child_missing", "silent"})
# Rules of what is harmless when people do it for their work, or a child with its own family.
_TOGETHER: Final = frozenset({"travelling", "meeting_planned"})
# Rules that speak of somebody who is gone, as an account can be, too.
_GONE: Final = frozenset({"child_missing", "silent"})
# So many phrases are looked at more closely; ordinary mails have a few.
_MOST_LOOKED_AT: Final = 400


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase, or two: the rule or list it is of, and its place in the even text."""

    rule: str
    language: str
    phrase: str
    start: int
    end: int
    # What stands between its two phrases, if it has two.
    gap: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Met:
    """What a text meets: ``hits`` of rules, which of them are ``denied``, phrases of any list."""

    hits: tuple[Hit, ...]
    denied: tuple[bool, ...]
    phrases: tuple[Hit, ...]

    def stands(self) -> list[Hit]:
        """Give the hits that are not denied."""
        return [hit for hit, denied in zip(self.hits, self.denied, strict=True) if not denied]

    def most_telling(self) -> Hit | None:
        """Give the first hit of the most telling rule that stands; its rule is one of ``RULES``."""
        stands = self.stands()
        for rule in (*RULES, *GENERAL):
            for hit in stands:
                if hit.rule == rule:
                    return replace(hit, rule=GENERAL.get(rule, rule))
        return None


_Groups = dict[tuple[str, str], list[Hit]]


@dataclass(frozen=True, slots=True)
class _Listed:
    language: str
    group: str
    phrase: str


def meet(flat: Flat) -> Met:
    """Find the rules that a text meets, and all phrases of their lists."""
    groups, harmless = _groups(flat)
    hits = _hits(flat, groups, harmless)
    phrases = (*harmless, *(hit for found in groups.values() for hit in found))
    return Met(tuple(hits), tuple(_is_denied(flat, hit, hits) for hit in hits), phrases)


def _groups(flat: Flat) -> tuple[_Groups, list[Hit]]:
    """Find the phrases of each list of each language, and those that are harmless."""
    groups: _Groups = {}
    harmless: list[Hit] = []
    phrases = _listed()
    for found in _lexicon().find(flat.text):
        listed = phrases[int(found.tag)]
        hit = Hit(listed.group, listed.language, listed.phrase, found.start, found.end)
        if listed.group == "harmless":
            harmless.append(hit)
        else:
            groups.setdefault((listed.language, listed.group), []).append(hit)
    _add_clock(flat, groups)
    return groups, harmless


def _hits(flat: Flat, groups: _Groups, harmless: list[Hit]) -> list[Hit]:
    """Find what rules are met at first sight, in the order of the text."""
    sure = (hit for (_, group), hits in groups.items() if group in _ALONE for hit in hits)
    hits = [*sure, *_pairs(flat, groups), *_appointments(flat, groups)]
    hits.sort(key=lambda hit: hit.start)
    return list(_without(hits, harmless))[:_MOST_LOOKED_AT]


def _add_clock(flat: Flat, groups: _Groups) -> None:
    """Put the times of day in figures among the phrases of time of each language."""
    times = [found.span() for found in _CLOCK.finditer(flat.text)][:_MOST_LOOKED_AT]
    if not times:
        return
    for language in table("urgency"):
        hits = groups.setdefault((language, "when"), [])
        hits += [Hit("when", language, CLOCK, *span) for span in times]
        hits.sort(key=lambda hit: hit.start)


def _pairs(flat: Flat, groups: _Groups) -> Iterator[Hit]:
    """Find phrases that mean something together."""
    for language in table("urgency"):
        for rule, first, second, within in PAIRS:
            for one, other in _beside(groups, language, first, second):
                yield from _pair(flat, rule, one, other, within)


def _appointments(flat: Flat, groups: _Groups) -> Iterator[Hit]:
    """Find a time and a place beside a stranger or a secret."""
    rule, first, second, within = _APPOINTED
    for language in table("urgency"):
        found = [
            hit
            for one, other in _beside(groups, language, first, second)
            for hit in _pair(flat, rule, one, other, within)
        ]
        groups[language, rule] = sorted(found, key=lambda hit: hit.start)
        for one, other in _beside(groups, language, "unknown", rule):
            start, end = sorted((one, other), key=lambda hit: hit.start)
            if start.end <= end.start <= start.end + _APPOINTED_BY:
                phrase = f"{other.phrase} + {one.phrase}"
                yield Hit("meeting_planned", language, phrase, other.start, other.end)


def _beside(groups: _Groups, language: str, first: str, second: str) -> Iterator[tuple[Hit, Hit]]:
    """Give each phrase of one list with the nearest of another to each side of it."""
    others = groups.get((language, second), [])
    starts = [other.start for other in others]
    for hit in groups.get((language, first), [])[:_MOST_LOOKED_AT] if others else ():
        before = bisect_right(starts, hit.start - 1) - 1
        if before > 0 and others[before].end > hit.start:
            before -= 1
        for number in (bisect_left(starts, hit.end), before):
            if 0 <= number < len(others):
                yield hit, others[number]


def _pair(flat: Flat, rule: str, one: Hit, other: Hit, within: int) -> Iterator[Hit]:
    first, second = sorted((one, other), key=lambda hit: hit.start)
    if first.end > second.start or second.start - first.end > within:
        return
    if flat.sentence(first.start, first.end)[1] < second.start:
        return
    phrase = f"{one.phrase} + {other.phrase}"
    # What somebody threatens with does not happen if another thing does: there is a "not" in it.
    gap = (0, 0) if rule == "coercion" else (first.end, second.start)
    yield Hit(rule, one.language, phrase, first.start, second.end, gap)


def _without(hits: Iterable[Hit], harmless: list[Hit]) -> Iterator[Hit]:
    """Leave out what lies within, or overlaps with, a phrase that only looks like one."""
    last = 0
    ends: list[int] = []
    for spot in harmless:
        last = max(last, spot.end)
        ends.append(last)
    starts = [spot.start for spot in harmless]
    for hit in hits:
        number = bisect_left(starts, hit.end) - 1
        if number < 0 or ends[number] <= hit.start:
            yield hit


def _is_denied(flat: Flat, hit: Hit, hits: list[Hit]) -> bool:
    """Ask every language in which something was found at this place: phrases are shared."""
    languages = {
        other.language for other in hits if other.start < hit.end and hit.start < other.end
    }
    return any(_denies(context_of(language), flat, hit) for language in languages)


def _denies(context: Context, flat: Flat, hit: Hit) -> bool:
    place = Place(start=hit.start, end=hit.end, gap=hit.gap, phrase=hit.phrase)
    if hit.rule in _TOGETHER and context.is_business(flat, place):
        return True
    if hit.rule in _TOGETHER and context.is_with_family(flat, place):
        return True
    if hit.rule in _GONE and context.is_of_account(flat, place):
        return True
    return context.denies(flat, place, settled_before=hit.rule in _SETTLED_BEFORE)


@cache
def _listed() -> tuple[_Listed, ...]:
    groups = {*_ALONE, "harmless", "unknown", *(name for _, *pair, _ in PAIRS for name in pair)}
    found = [
        _Listed(language, group, phrase)
        for language, lists in table("urgency").items()
        for group, phrases in lists.items()
        if group in groups
        for phrase in dict.fromkeys(phrases)
    ]
    receipt = (_Listed("", "harmless", phrase) for phrase in merged("receipt", "sentences"))
    return (*found, *receipt)


@cache
def _lexicon() -> Lexicon:
    return Lexicon({str(number): [listed.phrase] for number, listed in enumerate(_listed())})
