# ruff: noqa: RUF001 - marks as people type them, in many scripts
"""What the words before a handle say about its role.

From the handle back, over filling words and by every way they can be taken, to a word that tells:
somebody the handle belongs to, a pronoun, or a verb whose object it is.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from operator import attrgetter
from typing import Final

from ingest.reading.accounts.people import People
from ingest.reading.accounts.phones import BY_PHONE
from ingest.reading.accounts.scene import Scene
from ingest.reading.accounts.told import told_later
from ingest.reading.accounts.vocabulary import (
    FILLING,
    NAMING,
    POSSESSIVES,
    PRONOUNS,
    SUSPECTS,
    VICTIMS,
    is_platform,
)
from ingest.reading.accounts.walk import Walk, stepped_back
from ingest.reading.lexicon import Found, is_unspaced
from store.model import Role

# Words that may stand between a handle and the word that tells its role.
MAX_HOPS: Final = 9
# Letters of a word for "I".
SHORT_I: Final = 4
# Characters before a word in which a longer phrase may begin that it ends.
OVERLAP: Final = 40
# Characters between a verb and its subject right before it.
NEAR_VERB: Final = 16

_CUTTING: Final = frozenset(",:：،、")
_PEOPLE: Final = frozenset({"reporter", "topic"})
_LONGER: Final = FILLING - {"uses"}
_OTHERS: Final = SUSPECTS | PRONOUNS
_SUBJECTS: Final = VICTIMS | _OTHERS | {"first", "reporter", "topic", "witness"}
# Of words that end at one place the longest speaks; of equal ones, the first of these.
_WEIGHTS: Final = {
    tag: weight
    for weight, tag in enumerate(
        (
            "object",
            "victim",
            "victim_f",
            "victim_m",
            "reporter",
            "my",
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


def _within(found: Found, endings: list[Found]) -> bool:
    """Tell whether a word is only the end of a longer phrase ("goes by")."""
    return any(each.start < found.start and each.tag in _LONGER for each in endings)


class WordsBefore:
    """Tells roles by the words before a handle."""

    def __init__(self, scene: Scene, people: People) -> None:
        self._scene = scene
        self._people = people
        # The roles of the accounts before the one asked about.
        self._earlier: list[Role | None] = []

    def role(self, number: int, earlier: list[Role | None]) -> tuple[Role | None] | None:
        """Walk back over filling words, by every way they can be taken, to one that tells.

        Such a word may also tell that the account is the one reported, (None,); None if none does.
        """
        self._earlier = earlier
        floor = self._scene.floor(number)
        waiting = [Walk(self._scene.places[number].start)]
        visited: set[int] = set()
        while waiting:
            last = waiting.pop()
            walk = stepped_back(self._scene.text, last, floor)
            # The subject of a copula stands in its clause.
            left = last.linked and walk.weak and not last.weak
            if left or walk.place <= floor or walk.place in visited or walk.hops == MAX_HOPS:
                continue
            visited.add(walk.place)
            endings = [
                each for each in self._scene.wording.ending(walk.place) if each.start >= floor
            ]
            if walk.weak and any(each.tag == "closer" for each in endings):
                # A copula before a comma ended the clause (verb-final languages).
                continue
            told = self._told_by(endings, number, walk)
            if told is not None:
                return told
            for _, words in groupby(endings, key=attrgetter("start")):
                same = [*words]
                if any(word.tag in FILLING or is_platform(word.tag) for word in same):
                    waiting.append(walk.over(same))
            if self._is_name(walk.place):
                waiting.append(replace(walk, place=self._scene.word_start(walk.place)))
        return None

    def _is_name(self, place: int) -> bool:
        """Tell whether a given name ends at a place, behind a word for a person: "my son Max"."""
        start = self._scene.word_start(place)
        name = self._scene.text[start:place]
        persons = self._scene.wording.ending(self._scene.skip_back(start))
        return name.istitle() and any(word.tag in VICTIMS | {"witness"} for word in persons)

    def _told_by(self, endings: list[Found], number: int, walk: Walk) -> tuple[Role | None] | None:
        """Tell what a word before a handle says; None if it says nothing and may be passed."""
        for found in sorted(endings, key=_by_weight):
            if found.tag in VICTIMS | {"witness", "object"}:
                return (self._of_person(found, number, walk),)
            if self._is_own(found, number, walk):
                return (self._of_people(found.tag, number),)
            if found.tag in {"apart", "pretend"} and not (walk.weak or walk.parted):
                return (self._set_apart(found, number, walk),)
            if found.tag in POSSESSIVES and (walk.named or self._follows_naming(found)):
                role = self._people.meant(found, number, self._earlier)
                return (role,) if role else None
            verb = found.tag == "contact" and not self._is_cut_off(found, number)
            if verb or (found.tag == "by" and not walk.hops and not _within(found, endings)):
                # "The one who bothers her is", "writes on Telegram (link)": that is the subject.
                own = walk.linked or walk.used or walk.platform
                return (None if own else self._contacted(found, number),)
        return None

    def _is_cut_off(self, verb: Found, number: int) -> bool:
        """Tell whether a comma or a colon parts a verb from a handle, which is no object then."""
        between = self._scene.text[verb.end : self._scene.places[number].start]
        return any(mark in between for mark in _CUTTING)

    def _is_own(self, found: Found, number: int, walk: Walk) -> bool:
        """Tell whether a word means the writer."""
        if found.tag == "my":
            return (walk.named or self._follows_naming(found)) and not self._is_asked(found, number)
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

    def _is_asked(self, mine: Found, number: int) -> bool:
        """Tell whether the word belongs to a longer one that tells of another."""
        here = self._scene.places[number].start
        return any(
            each.tag in SUSPECTS and each.start < mine.start and mine.end < each.end
            for each in self._scene.found_between(mine.start - OVERLAP, here)
        )

    def _is_apposed(self, number: int, walk: Walk) -> bool:
        """Tell whether a handle only says who is meant: "me (@name)", "I, @name, report"."""
        here = self._scene.places[number]
        before = self._scene.text[walk.place : here.start].strip()
        follows = self._scene.text[here.end : here.end + 1]
        said = self._scene.text[self._scene.floor(number) : walk.place].strip()
        alone = not before and len(said) <= SHORT_I and not is_unspaced(said[-1:] or " ")
        ends = {",", "，", "、"} | ({".", "。", ""} if alone else set())
        return before in {"(", "[", "（"} or (before in {"", ","} and follows in ends)

    def _follows_naming(self, found: Found) -> bool:
        """Tell whether a pronoun stands behind its noun, or within one word with it."""
        same = any(
            each.tag in NAMING and each.end == found.end
            for each in self._scene.wording.starting(found.start)
        )
        before = self._scene.wording.ending(found.start - 1)
        return same or any(each.tag in NAMING for each in before)

    def _of_person(self, found: Found, number: int, walk: Walk) -> Role | None:
        """Tell the role of whoever a handle is tied to."""
        if found.tag == "object":
            return Role.VICTIM if self._is_apposed(number, walk) else None
        tied = walk.named or self._is_apposed(number, walk) or self._scene.only_says_so(number)
        if not tied and self._people.is_subject(found):
            # "My daughter blocked @name", where the verb comes last.
            return None
        if found.tag in VICTIMS and (
            self._is_only_one(number, walk)
            or (walk.weak and self._scene.acts(number))
            or self._is_faked(found, number)
            or self._is_partner(number)
            or (self._may_be_another(number, walk) and self._people.is_object(found))
            or (self._is_named_apart(walk) and self._people.is_object(found))
            or (walk.platform and not self._is_the_writers(found))
        ):
            return None
        if found.tag == "witness" and self._people.is_object(found) and not self._has_told(found):
            # Whoever writes to a friend of the writer's wrongs the friend.
            return Role.VICTIM
        head = self._people.head_of(found)
        return Role.VICTIM if head in VICTIMS else self._of_people(head, number)

    def _has_told(self, witness: Found) -> bool:
        """Read "I was told of it by a friend, @name"."""
        floor = self._scene.sentence_start(witness.start)
        before = self._scene.found_between(floor, witness.start)
        return any(word.tag in {"told", "source"} for word in before)

    def _is_partner(self, number: int) -> bool:
        """Read "my daughter @name with talks": it is not hers (verb-final languages)."""
        scene = self._scene
        end = scene.places[number].end
        words = [*scene.wording.starting(end), *scene.wording.starting(scene.skip_on(end))]
        met = any(word.tag == "partner" for word in words)
        return met and not scene.has_other_before(number)

    def _is_only_one(self, number: int, walk: Walk) -> bool:
        """Tell whether nobody else is named, and the words do not say that it is the child's.

        "He writes to children: name", "to children" and a link right behind it.
        """
        if len(self._scene.places) > 1 or walk.named:
            return False
        here = self._scene.places[number].start
        is_link = self._scene.text[here] == "\x00"
        return walk.parted or (is_link and self._scene.text[here - 1 : here] not in {"(", "（"})

    def _may_be_another(self, number: int, walk: Walk) -> bool:
        """Tell whether the words may end with whose the handle is not: "who writes to her is"."""
        by_phone = self._scene.places[number].platform in BY_PHONE
        return walk.linked or walk.used or by_phone or self._is_introduced(number)

    def _is_named_apart(self, walk: Walk) -> bool:
        """Read "a man writes to my daughter, nickname @name": the only account is the man's."""
        return walk.weak and walk.named and len(self._scene.places) == 1

    def _is_the_writers(self, child: Found) -> bool:
        """Tell whether it is the writer's child, and not children in general."""
        before = self._scene.wording.ending(self._scene.skip_back(child.start))
        own = [*before, *self._scene.wording.starting(child.start)]
        return any(word.tag == "my" for word in own)

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
            return None if self._scene.acts(number) else self._of_witness(number)
        return None if tag in SUSPECTS else Role.REPORTER

    def _of_witness(self, number: int) -> Role:
        """Tell a friend who is in danger from one who only saw something."""
        is_friend = self._scene.in_danger and not told_later(self._scene, number)
        return Role.VICTIM if is_friend else Role.MENTIONED

    def _set_apart(self, found: Found, number: int, walk: Walk) -> Role | None:
        if found.tag == "apart":
            return Role.MENTIONED
        before = self._scene.wording.ending(self._scene.skip_back(found.start))
        if any(word.tag == "my" for word in before):
            return Role.REPORTER
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
        if people and people[-1].tag in PRONOUNS:
            # "She was last chatting with @name": a child is no suspect.
            child = self._people.meant(people[-1], number, self._earlier) is Role.VICTIM
            return None if child or len(scene.places) < 2 else Role.VICTIM  # noqa: PLR2004
        drops = scene.drops_subject and not people
        if drops or (people and people[-1].tag in _OTHERS):
            return Role.VICTIM if len(scene.places) > 1 else None
        return None
