# ruff: noqa: RUF001 - marks as people type them, in many scripts
"""Whose a name is, where a sentence says so in more words than a tie right before the handle.

"My niece used @name", "the boy he wrote to most has the account @name here", "she is @name": a word
that ties a person to a name stands close before the handle, and the person before that. And a
handle is only mentioned where the sentence says that somebody has it from there.
"""

from __future__ import annotations

import re
from typing import Final

from ingest.reading.accounts.people import UNFIT, People
from ingest.reading.accounts.scene import Scene
from ingest.reading.accounts.vocabulary import FILLING, PRONOUNS, SUSPECTS, VICTIMS, is_platform
from ingest.reading.lexicon import Found, is_unspaced
from store.model import Role

# Characters before a handle that are looked through.
REGION: Final = 130
# Characters between a source and a handle, and between the writer and the tie.
NEAR_SOURCE: Final = 45
NEAR_WRITER: Final = 14
NEAR_WRITER_UNSPACED: Final = 1
# Letters of words we do not know between a tie and the handle.
STRANGE: Final = 14
STRANGE_UNSPACED: Final = 5

_TIES: Final = frozenset({"is", "named", "uses", "naming"})
_PERSONS: Final = VICTIMS | SUSPECTS | PRONOUNS | {"witness", "first", "name"}
_COMMAS: Final = ",،，、"
_WORD = re.compile(r"\w+")


class Attribution:
    """Tells roles by whom a sentence ties a name to."""

    def __init__(self, scene: Scene, people: People) -> None:
        self._scene = scene
        self._people = people

    def role(self, number: int, earlier: list[Role | None]) -> Role | None:
        """Tell whose the name is; None when the sentence does not say."""
        region = self._region(number)
        return (
            self._of_two(region, number)
            or self._of_writer(region, number)
            or self._by_source(region, number)
            or self._by_tie(region, number, earlier)
        )

    def _region(self, number: int) -> list[Found]:
        here = self._scene.places[number].start
        floor = max(self._scene.floor(number), here - REGION)
        return self._scene.found_between(floor, here)

    def _of_two(self, region: list[Found], number: int) -> Role | None:
        """Read "the real account is": somebody imitates it."""
        here = self._scene.places[number].start
        real = next((found for found in reversed(region) if found.tag == "real"), None)
        if real is None or here - real.end > NEAR_SOURCE or len(self._scene.places) < 2:  # noqa: PLR2004 - there is no fake
            return None
        after = (found for found in region if found.start >= real.start)
        if not any(found.tag in {"labels", "naming", "is"} for found in after):
            return None
        children = any(found.tag in VICTIMS for found in region)
        mine = not children and any(
            found.tag in {"my", "reporter", "me", "first"} for found in region
        )
        return Role.REPORTER if mine else Role.VICTIM

    def _of_writer(self, region: list[Found], number: int) -> Role | None:
        """Read "my account for questions is"."""
        here = self._scene.places[number].start
        others = {found.start: found.end for found in region if found.tag in SUSPECTS}
        own = [
            found
            for found in region
            if found.tag == "reporter"
            and self._names_an_account(found)
            and others.get(found.start, 0) <= found.end
        ]
        near = own and self._is_close(own[-1].end, here, region)
        return Role.REPORTER if near and not self._is_told(own[-1], region) else None

    def _is_told(self, own: Found, region: list[Found]) -> bool:
        """Tell whether a copula ends what is said of the writer ("my name Anna is, @name")."""
        closers = (found for found in region if found.tag == "closer" and found.start > own.end)
        return any(any(map(str.isalpha, self._scene.text[own.end : end.start])) for end in closers)

    def _names_an_account(self, own: Found) -> bool:
        """Tell "my account" from "I am"."""
        inside = self._scene.found_between(own.start, own.end)
        return any(each.tag in {"labels", "naming"} for each in inside)

    def _by_source(self, region: list[Found], number: int) -> Role | None:
        here = self._scene.places[number].start
        sources = [found for found in region if found.tag == "source"]
        if not sources or here - sources[-1].end > NEAR_SOURCE or self._scene.acts(number):
            return None
        between = (found for found in region if found.start >= sources[-1].end)
        parted = any(found.tag in SUSPECTS | {"contact"} for found in between)
        return None if parted else Role.MENTIONED

    def _by_tie(self, region: list[Found], number: int, earlier: list[Role | None]) -> Role | None:
        tie = self._tie(region, number)
        if tie is None:
            return None
        person = self._person(region, tie, number)
        if person is None:
            return None
        if person.tag == "first":
            unspaced = is_unspaced(self._scene.text[person.end - 1])
            nearest = NEAR_WRITER_UNSPACED if unspaced else NEAR_WRITER
            near = 0 <= tie.start - person.end <= nearest
            return Role.REPORTER if near and tie.tag != "is" else None
        if (
            tie.tag == "is"
            and self._people.is_subject(person)
            and not self._scene.only_says_so(number)
        ):
            # "My daughter did something with @name": the particle is no copula.
            return None
        return self._people.role_of(person, number, earlier)

    def _tie(self, region: list[Found], number: int) -> Found | None:
        """Find the last word that ties, if nothing of weight stands between it and the handle."""
        here = self._scene.places[number].start
        for found in reversed(region):
            if (
                found.tag in _TIES
                and not self._closes_clause(found, here)
                and not self._is_this(found, region)
            ):
                apposed = found.tag == "uses"
                strange = 0 if self._may_join(found) else STRANGE
                close = self._is_close(found.end, here, region, apposed=apposed, strange=strange)
                return found if close else None
        return None

    def _is_this(self, tie: Found, region: list[Found]) -> bool:
        """Tell whether a word for an account is only part of "this page": the one reported."""
        return tie.tag == "naming" and any(
            each.tag in SUSPECTS and each.start < tie.start and each.end == tie.end
            for each in region
        )

    def _may_join(self, copula: Found) -> bool:
        """Tell whether a copula is "and" without its accent (Italian, Portuguese)."""
        same = self._scene.wording.starting(copula.start)
        return any(each.tag == "and" and each.end == copula.end for each in same)

    def _closes_clause(self, copula: Found, here: int) -> bool:
        """Tell whether a copula ends a clause before the handle's (verb-final languages)."""
        same = self._scene.wording.starting(copula.start)
        closer = any(each.tag == "closer" and each.end == copula.end for each in same)
        return closer and any(map(str.isalpha, self._scene.text[copula.end : here]))

    def _is_close(
        self,
        start: int,
        end: int,
        region: list[Found],
        *,
        apposed: bool = False,
        strange: int = STRANGE,
    ) -> bool:
        after = [found for found in region if found.start >= start]
        heavy = any(each.tag in VICTIMS | {"contact", "witness", "and"} for each in after)
        between = self._scene.text[start:end]
        if heavy or _parted(between.rstrip(" ,\"'«„“(@") if apposed else between):
            return False
        known = [found for found in after if self._fills(found)]
        letters = 0
        for word in _WORD.finditer(self._scene.text, start, end):
            covered = any(f.start <= word.start() and word.end() <= f.end for f in known)
            if not covered and not word[0].isdigit():
                letters += len(word[0]) * (3 if is_unspaced(word[0][0]) else 1)
        return letters <= strange

    def _fills(self, found: Found) -> bool:
        return found.tag in FILLING | PRONOUNS | {"my"} or is_platform(found.tag)

    def _person(self, region: list[Found], tie: Found, number: int) -> Found | None:
        """Find who is tied: the nearest person before the tie, or right behind it ("heißt er")."""
        if tie.tag in {"named", "uses", "naming"} and self._is_of_somebody(region, tie, number):
            return None
        persons = [
            found
            for found in region
            if found.tag in _PERSONS - self._unfit(tie)
            and not (found.tag in SUSPECTS and self._is_label_or_pronoun(found))
            and not self._people.is_object(found)
            and not any(_is_part(found, each) for each in region)
        ]
        before = self._before_relative(region, tie) or self._without_clause(
            [each for each in persons if each.end <= tie.start], tie, region
        )
        after = [each for each in persons if each.start >= tie.end]
        return before[-1] if before else (after[0] if after else None)

    def _unfit(self, tie: Found) -> frozenset[str]:
        """Tell who cannot be meant by a tie that says "his" or "her" itself (Arabic)."""
        tags = {each.tag for each in self._scene.wording.starting(tie.start)}
        genders = {tag[-1] for tag in tags & {"possessive_f", "possessive_m"}}
        return UNFIT[genders.pop()] if len(genders) == 1 else frozenset()

    def _is_label_or_pronoun(self, suspect: Found) -> bool:
        same = self._scene.wording.starting(suspect.start)
        pronoun = any(each.tag in PRONOUNS and each.end == suspect.end for each in same)
        return pronoun or self._scene.is_label(suspect)

    def _is_of_somebody(self, region: list[Found], tie: Found, number: int) -> bool:
        """Tell whether the words are "from a user called": then nobody before that is meant.

        In Chinese the user stands behind the name.
        """
        behind = self._scene.skip_on(self._scene.places[number].end)
        for mark in self._scene.wording.starting(behind):
            following = self._scene.wording.starting(self._scene.skip_on(mark.end))
            if mark.tag == "genitive" and any(word.tag == "user" for word in following):
                return True
        place = self._scene.skip_back(tie.start)
        user = next((word for word in region if word.tag == "user" and word.end == place), None)
        if user is None or any(
            word.tag == "labels" and word.start < user.start and word.end == place
            for word in region
        ):
            # "User name" is no user.
            return False
        before = self._scene.wording.ending(self._scene.skip_back(user.start))
        return not any(word.tag in {"my", "uses"} | VICTIMS for word in before)

    def _before_relative(self, region: list[Found], tie: Found) -> list[Found]:
        """Find the person that a clause with the tie goes on about: ", who is there as"."""
        scene = self._scene
        for found in reversed(region):
            if found.tag not in VICTIMS | {"witness"} or found.end > tie.start:
                continue
            comma = scene.skip_on(found.end)
            after = scene.wording.starting(scene.skip_on(comma + 1))
            if scene.text[comma : comma + 1] in _COMMAS and any(
                word.tag == "relative" for word in after
            ):
                return [found]
        return []

    def _without_clause(self, persons: list[Found], tie: Found, region: list[Found]) -> list[Found]:
        """Keep who stands in the clause of the tie.

        A clause between commas right before it is passed over: ", who told me so, has".
        """
        text = self._scene.text
        last = self._scene.skip_back(tie.start) - 1
        if last >= 0 and text[last] in _COMMAS:
            first = max(text.rfind(mark, 0, last) for mark in _COMMAS)
            beside = [found for found in persons if self._is_beside(found, last, tie, region)]
            return beside or [found for found in persons if found.end <= first]
        return [
            found
            for found in persons
            if not _parted(text[found.end : tie.start])
            or self._is_beside(found, self._comma(found.end, tie.start, region), tie, region)
        ]

    def _comma(self, start: int, end: int, region: list[Found]) -> int:
        """Find the only comma before a tie, if no strange word follows it; -1 for none."""
        commas = [place for place in range(start, end) if self._scene.text[place] in _COMMAS]
        alone = len(commas) == 1 and self._is_close(commas[0] + 1, end, region, strange=0)
        return commas[0] if alone else -1

    def _is_beside(self, person: Found, comma: int, tie: Found, region: list[Found]) -> bool:
        """Tell whether nothing but an age stands between a person and a comma.

        "My son, 12 years old, username", "a pupil of my class (12, username", "she, it is".
        """
        between = self._scene.text[person.end : max(comma, person.end)]
        if comma < person.end or person.tag in PRONOUNS:
            return comma == person.end and tie.tag == "is" and person.tag in PRONOUNS
        bracket = self._scene.text.rfind("(", person.end, comma)
        if bracket >= 0:
            return self._is_close(person.end, bracket, region)
        aged = any(map(str.isdigit, between))
        return aged and self._is_close(person.end, comma, region, strange=0)


def _is_part(word: Found, person: Found) -> bool:
    """Tell whether a word is only a part of a longer one for a person ("anak saya")."""
    within = person.start <= word.start and word.end <= person.end
    longer = person.end - person.start > word.end - word.start
    return within and longer and person.tag in VICTIMS | {"witness"}


def _parted(between: str) -> bool:
    return any(mark in between for mark in _COMMAS) or " - " in between
