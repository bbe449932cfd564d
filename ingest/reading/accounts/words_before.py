# ruff: noqa: RUF001 - marks as people type them, in many scripts
"""What the words before a handle say about its role.

From the handle back, over filling words and by every way they can be taken, to a word that tells:
somebody the handle belongs to, a pronoun, or a verb whose object it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from typing import Final

from ingest.reading.accounts.scene import BEFORE, Scene
from ingest.reading.accounts.wording import PLATFORM
from ingest.reading.lexicon import Found
from store.model import Role

# Words that may stand between a handle and the word that tells its role.
MAX_HOPS: Final = 9
# Characters before a word in which a longer phrase may begin that it ends.
OVERLAP: Final = 40
# Characters between a verb and its subject right before it.
NEAR_VERB: Final = 16

_SKIPPED: Final = frozenset(" \t\n'\"(:,=-|*_[{`„“”»«–—：（「『【،、·•>)）0123456789")
_WEAK: Final = frozenset(",\n-–—،、")
VICTIMS: Final = frozenset({"victim", "victim_f", "victim_m"})
_PEOPLE: Final = frozenset({"reporter", "topic"})
_POSSESSIVES: Final = frozenset({"possessive", "possessive_f", "possessive_m"})
_HOPS: Final = frozenset({"filler", "naming", "labels", "ids", "is", "named", "linked", "to", "on"})
_LINKS: Final = frozenset({"is", "named", "linked"})
_NAMING: Final = frozenset({"labels", "ids", "named", "naming"})
_SUSPECTS: Final = frozenset({"suspect", "suspect_f", "suspect_m"})
_SUBJECTS: Final = VICTIMS | _SUSPECTS | {"first", "reporter", "topic", "witness"}
_UNFIT: Final = {
    "possessive_f": frozenset({"victim_m", "suspect_m"}),
    "possessive_m": frozenset({"victim_f", "suspect_f"}),
    "possessive": frozenset[str](),
}
# Of words that end at one place the longest speaks; of equal ones, the first of these.
_WEIGHTS: Final = {
    tag: weight
    for weight, tag in enumerate(
        (
            "victim",
            "victim_f",
            "victim_m",
            "reporter",
            "topic",
            "witness",
            "apart",
            "pretend",
            "contact",
            "by",
        )
    )
}


def _by_weight(found: Found) -> tuple[int, int]:
    return found.start, _WEIGHTS.get(found.tag, len(_WEIGHTS))


def _fit(person: str, possessive: str) -> int:
    """Tell how well a pronoun fits: 1 when both are of one gender, 0 when either has none."""
    return int(possessive != "possessive" and person.endswith(possessive[-2:]))


@dataclass(frozen=True, slots=True)
class Walk:
    """How far a walk back from a handle has come.

    ``weak`` when it crossed a mark that parts clauses; ``named`` and ``linked`` when it passed
    a word that names, or a copula.
    """

    place: int
    weak: bool = False
    named: bool = False
    linked: bool = False
    hops: int = 0

    def over(self, words: list[Found]) -> Walk:
        """Go on before a filling word, given all that it may stand for."""
        tags = {word.tag for word in words}
        return Walk(
            words[0].start,
            self.weak,
            self.named or bool(tags & _NAMING),
            self.linked or bool(tags & _LINKS),
            self.hops + 1,
        )


def stepped_back(text: str, walk: Walk, floor: int) -> Walk:
    """Step back over marks and figures; weak if one of them parts clauses."""
    place, weak = walk.place, walk.weak
    while place > floor and text[place - 1] in _SKIPPED:
        weak = weak or text[place - 1] in _WEAK
        place -= 1
    return replace(walk, place=place, weak=weak)


class WordsBefore:
    """Tells roles by the words before a handle."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        # The roles of the accounts before the one asked about.
        self._earlier: list[Role | None] = []

    def role(self, number: int, earlier: list[Role | None]) -> Role | None:
        """Walk back over filling words, by every way they can be taken, to one that tells."""
        self._earlier = earlier
        floor = self._scene.floor(number)
        waiting = [Walk(self._scene.places[number].start)]
        visited: set[int] = set()
        while waiting:
            walk = stepped_back(self._scene.text, waiting.pop(), floor)
            if walk.place <= floor or walk.place in visited or walk.hops == MAX_HOPS:
                continue
            visited.add(walk.place)
            endings = [
                each for each in self._scene.wording.ending(walk.place) if each.start >= floor
            ]
            told = self._told_by(endings, number, walk)
            if told is not None:
                return told[0]
            for _, words in groupby(endings, key=attrgetter("start")):
                same = [*words]
                if any(word.tag in _HOPS or word.tag.startswith(PLATFORM) for word in same):
                    waiting.append(walk.over(same))
        return None

    def _told_by(self, endings: list[Found], number: int, walk: Walk) -> tuple[Role | None] | None:
        """Tell what a word before a handle says; None if it says nothing and may be passed."""
        for found in sorted(endings, key=_by_weight):
            if found.tag in VICTIMS | {"witness"}:
                return (self._of_person(found, number, walk),)
            if self._is_own(found, number, walk):
                return (self._of_people(found.tag, number),)
            if found.tag in {"apart", "pretend"} and not walk.weak:
                return (self._set_apart(found.tag, number, walk),)
            if found.tag in _POSSESSIVES and (walk.named or self._follows_naming(found)):
                return (self._meant(found, number),)
            if found.tag == "contact" or (found.tag == "by" and not walk.hops):
                # "The one who bothers her is": that is the subject of the verb.
                return (None if walk.linked else self._contacted(found, number),)
        return None

    def _is_own(self, found: Found, number: int, walk: Walk) -> bool:
        """Tell whether a word means the writer."""
        if found.tag in _PEOPLE:
            # "My daughter is": what ends in "I am" is not all of it.
            around = self._scene.found_between(found.start - OVERLAP, found.end)
            return not any(
                each.tag in VICTIMS | {"witness"} and each.start < found.start < each.end
                for each in around
            )
        if found.tag == "yours":
            return self._scene.heads_a_line(found, number)
        return found.tag in {"me", "first"} and not walk.hops and self._is_apposed(number, walk)

    def _is_apposed(self, number: int, walk: Walk) -> bool:
        """Tell whether a handle only says who is meant: "me (@name)", "I, @name, report"."""
        here = self._scene.places[number]
        before = self._scene.text[walk.place : here.start].strip()
        follows = self._scene.text[here.end : here.end + 1]
        return before in {"(", "[", "（"} or (before in {"", ","} and follows in {",", "，", "、"})

    def _follows_naming(self, found: Found) -> bool:
        """Tell whether a pronoun stands behind its noun, or within one word with it."""
        same = any(
            each.tag in _NAMING and each.end == found.end
            for each in self._scene.wording.starting(found.start)
        )
        before = self._scene.wording.ending(found.start - 1)
        return same or any(each.tag in _NAMING for each in before)

    def _of_person(self, found: Found, number: int, walk: Walk) -> Role | None:
        """Tell the role of whoever a handle is tied to."""
        if found.tag in VICTIMS and (
            (walk.weak and self._scene.acts(number))
            or self._is_faked(found, number)
            or ((walk.linked or self._is_introduced(number)) and self._is_object(found))
        ):
            return None
        head = self._head_of(found)
        return Role.VICTIM if head in VICTIMS else self._of_people(head, number)

    def _head_of(self, person: Found) -> str:
        """Tell who is meant by "the friend of my daughter" or "the son of my neighbour"."""
        place = person.start
        for _ in range(3):
            words = self._scene.wording.ending(self._scene.skip_back(place))
            if any(word.tag == "genitive" for word in words):
                break
            heads = (word for word in words if word.tag in VICTIMS | _SUSPECTS | {"witness"})
            head = next((word for word in heads if not self._scene.is_label(word)), None)
            if head is not None:
                return head.tag
            of = next((word for word in words if word.tag == "filler"), None)
            if of is None:
                break
            place = of.start
        return person.tag

    def _is_object(self, victim: Found) -> bool:
        """Tell whether the words are "who writes to my daughter": then she is not meant."""
        place, strange = victim.start, 0
        for _ in range(MAX_HOPS):
            place = self._scene.skip_back(place)
            words = self._scene.wording.ending(place)
            if any(word.tag in {"contact", "dative"} for word in words):
                return True
            known = next((word for word in words if word.tag in {"filler", "to"}), None)
            strange += known is None
            start = known.start if known else self._scene.word_start(place)
            if start == place or strange > 1:
                break
            place = start
        return False

    def _is_introduced(self, number: int) -> bool:
        """Tell whether a colon after a word for an account announces the handle."""
        here = self._scene.places[number].start
        if self._scene.text[self._scene.skip_back(here) - 1 : here].strip() not in {":", "："}:
            return False
        floor = self._scene.sentence_start(here)
        return any(word.tag == "labels" for word in self._scene.found_between(floor, here))

    def _of_people(self, tag: str, number: int) -> Role | None:
        if tag == "topic":
            return Role.REPORTER if self._scene.only_says_so(number) else None
        if tag == "witness":
            return None if self._scene.acts(number) else Role.MENTIONED
        return None if tag in _SUSPECTS else Role.REPORTER

    def _set_apart(self, tag: str, number: int, walk: Walk) -> Role | None:
        if tag == "apart":
            return Role.MENTIONED
        return Role.VICTIM if self._scene.has_other_before(number) or walk.named else None

    def _is_faked(self, victim: Found, number: int) -> bool:
        """Tell whether "a fake profile of" stands before the person: then it is the fake."""
        if self._scene.has_other_before(number):
            return False
        floor = max(self._scene.floor(number), victim.start - 45)
        return any(
            found.tag == "fake" and floor <= found.start and found.end <= victim.end
            for found in self._scene.found_between(floor, victim.end)
        )

    def _contacted(self, verb: Found, number: int) -> Role | None:
        """Tell who is the object of a verb such as "writes to", by its subject."""
        if verb.tag == "by":
            return None
        scene = self._scene
        before = scene.places[number - 1].end if scene.has_other_before(number) else -1
        floor = max(before, scene.sentence_start(scene.places[number].start))
        people = [
            found
            for found in scene.found_between(floor, verb.start)
            if found.tag in _SUBJECTS and (before < 0 or not scene.is_label(found))
        ]
        near = bool(people) and verb.start - people[-1].end <= NEAR_VERB
        if before >= 0 and not near:
            # The account before does it, unless it is itself no suspect.
            return None if self._earlier[number - 1] else Role.VICTIM
        if people and people[-1].tag in _SUSPECTS:
            return Role.VICTIM if len(scene.places) > 1 else None
        return None

    def _meant(self, possessive: Found, number: int) -> Role | None:
        """Tell whom a pronoun means: of those spoken of since the last handle, who fits best.

        Who did something comes before whom it was done to: "a man writes to my son, his account".
        """
        known = max((place.end for place in self._scene.places[:number]), default=0)
        floor = max(0, possessive.start - BEFORE)
        people = [
            found
            for found in self._scene.found_between(floor, possessive.start)
            if found.tag in (VICTIMS | _SUSPECTS) - _UNFIT[possessive.tag]
            and (found.tag in VICTIMS or not self._scene.is_label(found))
        ]
        since = [found for found in people if found.start >= known] or people
        victims = [_fit(found.tag, possessive.tag) for found in since if found.tag in VICTIMS]
        suspects = [_fit(found.tag, possessive.tag) for found in since if found.tag in _SUSPECTS]
        if victims and max(victims) > max(suspects, default=-1):
            return Role.VICTIM
        return None
