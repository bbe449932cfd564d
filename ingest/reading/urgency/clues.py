"""What in a text may tell that it cannot wait, as short names that can be weighed.

Which rules are met or denied; which lists of phrases are met in a sentence, which together, which
in the next one; and the words, alone and two by two. The names of clues are the first column of
``urgency_weights.tsv``; a changed name needs the weights to be learned anew.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from itertools import combinations, islice
from typing import Final, NamedTuple

from ingest.reading.context import context_of
from ingest.reading.flat import Flat
from ingest.reading.lexicon import is_unspaced
from ingest.reading.phrases import table
from ingest.reading.urgency.rules import CLOCK, Met

# What stands beyond so many characters, or sentences, is looked at by rules only.
MAX_LENGTH: Final = 20_000
MAX_SENTENCES: Final = 400
# So many phrases of a sentence, and letters of a word, are looked at.
_MOST_PHRASES: Final = 60
_STEM: Final = 6
# So many signs are given.
MAX_SIGNS: Final = 400

A_RULE: Final = "a rule met"
"""The clue that some rule is met and not denied."""
_WORD: Final = re.compile(r"[^\W_]+")
# Languages whose words are not parted by spaces are looked at by characters.
_BY_CHARACTERS: Final = frozenset({"ja", "zh"})


class Sign(NamedTuple):
    """What a clue was seen by: a phrase of our tables, the list it is of, and its place."""

    phrase: str
    group: str
    start: int
    end: int


Clues = dict[str, Sign]


def clues_of(flat: Flat, met: Met, language: str | None) -> Clues:
    """Give the clues of a text, each with what it was seen by first."""
    spoken = _spoken(met, language)
    clues: Clues = dict(_of_rules(met))
    phrases = _phrases(flat, met, spoken)
    starts = [sign.start for sign in phrases]
    before: dict[str, Sign] = {}
    for start, end in islice(flat.sentences(MAX_LENGTH), MAX_SENTENCES):
        inside = phrases[bisect_left(starts, start) : bisect_left(starts, end)][:_MOST_PHRASES]
        here = {sign.group: sign for sign in reversed(inside)}
        for clue, sign in (
            *_of_lists(here, before),
            *_of_words(flat.text[start:end], start, spoken),
        ):
            clues.setdefault(clue, sign)
        before = here
    clues.update({f"last {group}": sign for group, sign in before.items()})
    return clues


def signs_of(flat: Flat, met: Met, language: str | None) -> list[Sign]:
    """Give the rules and lists that are met, in their order, at their places in the text itself."""
    found = [
        sign._replace(group=f"list {sign.group}")
        for sign in _phrases(flat, met, _spoken(met, language))
    ]
    for hit, denied in zip(met.hits, met.denied, strict=True):
        state = "denied" if denied else "met"
        found.append(Sign(hit.phrase, f"rule {hit.rule} {state}", hit.start, hit.end))
    placed = []
    for sign in sorted(found, key=lambda each: each.start)[:MAX_SIGNS]:
        start, end = flat.place(sign.start, sign.end)
        placed.append(sign._replace(start=start, end=end))
    return placed


def _spoken(met: Met, language: str | None) -> str:
    """Give the language of a text; where none of its phrases is met, that of most that are."""
    met_in = Counter(hit.language for hit in met.phrases if hit.language and hit.phrase != CLOCK)
    if language in table("urgency") and (language in met_in or not met_in):
        return language
    return min(met_in, key=lambda each: (-met_in[each], each), default="en")


def _of_rules(met: Met) -> Iterator[tuple[str, Sign]]:
    for hit, denied in zip(met.hits, met.denied, strict=True):
        shape = "one" if hit.gap == (0, 0) else "two"
        state = "denied" if denied else "met"
        sign = Sign(hit.phrase, hit.rule, hit.start, hit.end)
        yield f"rule {hit.rule} {state}", sign
        yield f"rule {hit.rule} {state} by {shape}", sign
    stands = met.stands()
    if stands:
        sign = Sign(stands[0].phrase, stands[0].rule, stands[0].start, stands[0].end)
        rules = sorted({hit.rule for hit in stands})
        yield A_RULE, sign
        yield from ((f"rules {one} {other}", sign) for one, other in combinations(rules, 2))
        if len(stands) > 1:
            yield "rules met more than once", sign


def _phrases(flat: Flat, met: Met, language: str) -> list[Sign]:
    """Give the phrases of a language, and the words that take weight from some, in their order."""
    found = [
        Sign(hit.phrase, hit.rule, hit.start, hit.end)
        for hit in met.phrases
        if hit.language in {language, ""}
    ]
    text = flat.text[:MAX_LENGTH]
    # Named by their list: what an open ending stands for is the writer's, and no reason to give.
    found += [
        Sign(each.tag, each.tag, each.start, each.end)
        for each in context_of(language).lexicon.find(text)
    ]
    return sorted(found, key=lambda sign: sign.start)


def _of_lists(here: dict[str, Sign], before: dict[str, Sign]) -> Iterator[tuple[str, Sign]]:
    for group, sign in here.items():
        yield f"list {group}", sign
        yield from ((f"lists {other}, then {group}", sign) for other in before)
    for one, other in combinations(sorted(here), 2):
        first, second = here[one], here[other]
        start, end = min(first.start, second.start), max(first.end, second.end)
        yield f"lists {one} {other}", Sign(f"{first.phrase} + {second.phrase}", one, start, end)


def _of_words(sentence: str, place: int, language: str) -> Iterator[tuple[str, Sign]]:
    words = list(_words(sentence, language))
    glue = "" if language in _BY_CHARACTERS else " "
    if glue:
        for word, start, end in words:
            yield f"{language}: {word}", Sign(word, "", place + start, place + end)
    for size in (2,) if glue else (2, 3):
        for number in range(len(words) - size + 1):
            row = words[number : number + size]
            several = glue.join(word for word, _, _ in row)
            yield f"{language}: {several}", Sign(several, "", place + row[0][1], place + row[-1][2])


def _words(sentence: str, language: str) -> Iterator[tuple[str, int, int]]:
    for found in _WORD.finditer(sentence):
        if found[0].isdigit():
            yield "#", *found.span()
        elif language in _BY_CHARACTERS and is_unspaced(found[0][0]):
            yield from (
                (char, found.start() + at, found.start() + at + 1)
                for at, char in enumerate(found[0])
            )
        else:
            yield found[0][:_STEM], *found.span()
