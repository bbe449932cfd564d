"""Who is meant by a word for a person: a child, somebody else, or the one who is reported.

A pronoun means whoever it fits of those spoken of since the last handle. "The friend of my
daughter" is the friend; "who writes to my daughter" is not the daughter.
"""

from __future__ import annotations

from typing import Final

from ingest.reading.accounts.scene import BEFORE, Scene
from ingest.reading.accounts.vocabulary import SUSPECTS, VICTIMS
from ingest.reading.lexicon import Found
from store.model import Role

# Steps over filling words from one word to another.
MAX_STEPS: Final = 9
# Letters that two names of one person begin with alike.
ALIKE: Final = 5

# Particles of the one a sentence is about: Japanese, Korean.
_TOPICS: Final = ("は", "が", "も", "은", "는", "이", "가", "도")
UNFIT: Final = {
    "f": frozenset({"victim_m", "suspect_m"}),
    "m": frozenset({"victim_f", "suspect_f"}),
}


def _gender(tag: str) -> str:
    return tag[-1] if tag.endswith(("_f", "_m")) else ""


class People:
    """Tells who is meant in a text."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def role_of(self, person: Found, number: int, earlier: list[Role | None]) -> Role | None:
        """Tell the role of somebody a name belongs to; None for the one who is reported."""
        if person.tag.startswith(("pronoun", "possessive")):
            return self.meant(person, number, earlier)
        if person.tag == "name":
            return Role.VICTIM if len(self._scene.places) > 1 else None
        head = self.head_of(person)
        if head in VICTIMS:
            return Role.VICTIM
        return Role.MENTIONED if head == "witness" else None

    def meant(self, pronoun: Found, number: int, earlier: list[Role | None]) -> Role | None:
        """Tell whom a pronoun means: of those spoken of since the last handle, who fits best.

        Where a child and another fit alike, it is the child if the other has a name here already.
        """
        gender = _gender(pronoun.tag)
        known = max((place.end for place in self._scene.places[:number]), default=0)
        floor = max(0, pronoun.start - BEFORE)
        people = [
            found
            for found in self._scene.found_between(floor, pronoun.start)
            if found.tag in (VICTIMS | SUSPECTS | {"witness"}) - UNFIT.get(gender, frozenset())
            and (found.tag not in SUSPECTS or not self._scene.is_label(found))
        ]
        since = [found for found in people if found.start >= known]
        second = self._is_second(number, earlier)
        if not since and gender == "f" and second:
            # "She", right behind the handle of the one who is reported, is somebody else.
            return Role.VICTIM
        if not since and gender:
            # A friend spoken of earlier has a name already.
            since = [found for found in people if found.tag != "witness"]
        children = [_fit(gender, found) for found in since if found.tag not in SUSPECTS]
        # "Someone" of whom it goes on with "he" is as likely meant as a son.
        others = [
            max(_fit(gender, found), int(gender == "m" and found.tag == "suspect"))
            for found in since
            if found.tag in SUSPECTS
        ]
        best, other = max(children, default=-1), max(others, default=-1)
        if best > other and (best or gender != "m"):
            return Role.VICTIM
        alike = best == other >= 0 or (gender == "f" and other < 1)
        return Role.VICTIM if alike and second else None

    def _is_second(self, number: int, earlier: list[Role | None]) -> bool:
        """Tell whether another account of the same platform, not named alike, is reported."""
        here = self._scene.places[number]
        return any(
            role is None
            and there.platform == here.platform
            and there.handle[:ALIKE].lower() != here.handle[:ALIKE].lower()
            for there, role in zip(self._scene.places, earlier, strict=False)
        )

    def head_of(self, person: Found) -> str:
        """Tell who is meant by "the friend of my daughter" or "the son of my neighbour"."""
        if self._scene.head_last:
            return person.tag
        place = person.start
        for _ in range(3):
            words = self._scene.wording.ending(self._scene.skip_back(place))
            if any(word.tag in {"genitive", "contact"} for word in words):
                break
            heads = (word for word in words if word.tag in VICTIMS | SUSPECTS | {"witness"})
            head = next((word for word in heads if not self._scene.is_label(word)), None)
            if head is not None:
                return head.tag
            of = next((word for word in words if word.tag == "filler"), None)
            if of is None:
                break
            place = of.start
        return person.tag

    def is_object(self, person: Found) -> bool:
        """Tell whether the words are "who writes to my daughter": then she is not meant."""
        if self._scene.head_last and self._is_declined(person):
            return True
        place, strange = person.start, 0
        for _ in range(MAX_STEPS):
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

    def is_subject(self, person: Found) -> bool:
        """Tell whether a particle makes the word what a sentence is about (Japanese, Korean)."""
        return self._scene.head_last and self._scene.text.startswith(_TOPICS, person.end)

    def _is_declined(self, person: Found) -> bool:
        """Tell whether a particle or an ending makes the word an object (verb-final languages)."""
        same = self._scene.wording.starting(person.start)
        declined = any(word.tag == "object" and word.end == person.end for word in same)
        return declined or self._scene.is_marked_object(person.end)


def _fit(gender: str, person: Found) -> int:
    """Tell how well a pronoun fits: 1 when both are of one gender, 0 when either has none."""
    return int(bool(gender) and _gender(person.tag) == gender)
