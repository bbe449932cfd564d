# ruff: noqa: RUF001 - marks as people type them, in many scripts
"""The role of each account in a report, by the words around it.

Words count that are tied to a handle by nothing but filling words, in the same sentence: "to my
daughter @name" makes a victim, "my daughter got mail from @name" does not. What a sentence does
tells more: the object of "keeps writing to" is not the one who writes. A pronoun ("her account
is") means whoever was spoken of last. Without such words an account is one that is reported.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from ingest.reading.accounts.wording import PLATFORM, Wording
from ingest.reading.lexicon import Found, is_unspaced
from store.model import Role

# Characters before and after a handle whose words may tell its role.
BEFORE: Final = 240
AFTER: Final = 140
# Words that may stand between a handle and the word that tells its role.
MAX_HOPS: Final = 9
# Years below which a person is a child.
OF_AGE: Final = 18

_END = re.compile(r"[.!?;](?=\s)|[。！？।؟]|\n[ \t]*\n")
_SKIPPED: Final = frozenset(" \t\n'\"(:,=-|*_[{`„“”»«–—：（「『【،、·•>)）0123456789")
_WEAK: Final = frozenset(",\n-–—،、")
_AFTER = re.compile(
    r"[\s'\"”“»«’)\]*_`」』】）]{0,4}(?P<mark>[,(:=|/–—،、（\-]{0,2})[\s'\"(「]{0,3}"
)
_CLAUSE_END = re.compile(r"[\s'\"”»)\]」』】）]{0,3}(?:[.,;!?)\n。！？।؟،、|/]|\Z)")
_BETWEEN: Final = frozenset(" \t\n,;、/&|•*-–+.()0123456789\"'")
# A line that does not only go on with the sentence of the one before.
_NEW_LINE = re.compile(r"\n(?![a-z\u00df-\u00ff\u0430-\u045f])")
_AGE = re.compile(r"[\s(,]{0,3}(?P<age>\d{1,2})(?!\d)")

_VICTIMS: Final = frozenset({"victim", "victim_f", "victim_m"})
_PEOPLE: Final = frozenset({"reporter", "topic", "witness"})
_POSSESSIVES: Final = frozenset({"possessive", "possessive_f", "possessive_m"})
_HOPS: Final = frozenset(
    {"filler", "naming", "labels", "ids", "is", "named", "linked", "to", PLATFORM, "on"}
)
_HOPS_AFTER: Final = frozenset({"is", "filler", "labels", "ids"})
_NAMING: Final = frozenset({"labels", "ids", "named", "naming"})
_SUSPECTS: Final = frozenset({"suspect", "suspect_f", "suspect_m"})
_OWNED: Final = frozenset({"genitive", "labels", "ids", "naming"})
_ROLES_AFTER: Final = {
    **dict.fromkeys(_VICTIMS, Role.VICTIM),
    "reporter": Role.REPORTER,
    "witness": Role.MENTIONED,
}
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
class Place:
    """Where an account stands in the text."""

    start: int
    end: int


def windows(places: list[Place]) -> list[tuple[int, int]]:
    """Tell which parts of the text can say something about the accounts at these places."""
    return [(place.start - BEFORE, place.end + AFTER) for place in places]


def tell_roles(text: str, wording: Wording, places: list[Place]) -> list[Role | None]:
    """Tell the role of each account, in the order of their places; None where nothing does."""
    scene = _Scene(text, wording, places)
    roles: list[Role | None] = []
    for number in range(len(places)):
        own = scene.role_of(number)
        if own is None and number and scene.is_joined(number):
            before = roles[number - 1]
            own = before if scene.carries_on(number, before) else None
        roles.append(own)
    return scene.carried_back(roles)


@dataclass(frozen=True, slots=True)
class _Walk:
    """How far a walk back from a handle has come.

    ``weak`` when it crossed a mark that parts clauses, ``named`` when a word that names did.
    """

    place: int
    weak: bool = False
    named: bool = False
    hops: int = 0

    def over(self, start: int, *, naming: bool) -> _Walk:
        """Go on before a filling word."""
        return _Walk(start, self.weak, self.named or naming, self.hops + 1)


class _Scene:
    """A text with its accounts, and what its words say."""

    def __init__(self, text: str, wording: Wording, places: list[Place]) -> None:
        self.text = text
        self.wording = wording
        self.places = places
        self.ends = [found.end() for found in _END.finditer(text)]

    def role_of(self, number: int) -> Role | None:
        """Ask each way of telling a role, the plainest first."""
        return (
            self._by_words_before(number)
            or self._by_words_after(number)
            or self._by_receiving(number)
            or self._by_dative(number)
            or self._by_letter(number)
        )

    def is_joined(self, number: int) -> bool:
        """Tell whether nothing but "and", commas and list signs parts it from the one before."""
        place, end = self.places[number - 1].end, self.places[number].start
        while place < end:
            if self.text[place] in _BETWEEN:
                place += 1
                continue
            word = next((f for f in self.wording.starting(place) if f.tag == "and"), None)
            if word is None or word.end > end:
                return False
            place = word.end
        return True

    def carries_on(self, number: int, role: Role | None) -> bool:
        """Tell whether a role said once before several accounts holds for this one, too."""
        if role is None or self._acts(number):
            return False
        between = self.text[self.places[number - 1].end : self.places[number].start]
        if role is Role.REPORTER:
            return any(char.isalpha() or char == "&" for char in between)
        return True

    def carried_back(self, roles: list[Role | None]) -> list[Role | None]:
        """Give accounts before a joined one the role that words after the last tell of all."""
        for number in range(len(roles) - 1, 0, -1):
            between = self.text[self.places[number - 1].end : self.places[number].start]
            joined = self.is_joined(number) and "\n" not in between
            by_after = joined and self._by_words_after(number, plural=True) is not None
            if by_after and roles[number - 1] is None:
                roles[number - 1] = roles[number]
        return roles

    # What stands before.

    def _by_words_before(self, number: int) -> Role | None:
        """Walk back over filling words, by every way they can be taken, to one that tells."""
        floor = self._floor(number)
        waiting = [_Walk(self.places[number].start)]
        visited: set[int] = set()
        while waiting:
            walk = self._stepped_back(waiting.pop(), floor)
            if walk.place <= floor or walk.place in visited or walk.hops == MAX_HOPS:
                continue
            visited.add(walk.place)
            endings = [each for each in self.wording.ending(walk.place) if each.start >= floor]
            told = self._told_by(endings, number, walk)
            if told is not None:
                return told[0]
            naming = {word.start for word in endings if word.tag in _NAMING}
            steps = {word.start for word in endings if word.tag in _HOPS}
            waiting += [walk.over(start, naming=start in naming) for start in sorted(steps)]
        return None

    def _told_by(self, endings: list[Found], number: int, walk: _Walk) -> tuple[Role | None] | None:
        """Tell what a word before a handle says; None if it says nothing and may be passed."""
        for found in sorted(endings, key=_by_weight):
            if found.tag in _VICTIMS:
                return (self._of_victim(found, number, walk),)
            if found.tag in _PEOPLE or (found.tag == "yours" and self._heads_a_line(found)):
                return (self._of_people(found.tag, number),)
            if found.tag in {"apart", "pretend"} and not walk.weak:
                return (self._set_apart(found.tag, number, walk),)
            if found.tag in _POSSESSIVES and (walk.named or self._follows_naming(found)):
                return (self._meant(found, number),)
            if found.tag == "contact" or (found.tag == "by" and not walk.hops):
                return (self._contacted(found, number),)
        return None

    def _heads_a_line(self, found: Found) -> bool:
        """Tell whether a phrase is the label of a form's field."""
        before = self.text[: found.start].rpartition("\n")[2]
        return not before.strip(" *_|-") and self.text[found.end :].lstrip(" *_")[:1] in ":：="

    def _follows_naming(self, found: Found) -> bool:
        """Tell whether a pronoun stands behind its noun, or within one word with it."""
        same = any(
            each.tag in _NAMING and each.end == found.end
            for each in self.wording.starting(found.start)
        )
        before = self.wording.ending(found.start - 1)
        return same or any(each.tag in _NAMING for each in before)

    def _of_victim(self, found: Found, number: int, walk: _Walk) -> Role | None:
        if (walk.weak and self._acts(number)) or self._is_faked(found, number):
            return None
        return Role.VICTIM

    def _of_people(self, tag: str, number: int) -> Role | None:
        if tag in {"reporter", "yours"}:
            return Role.REPORTER
        if tag == "topic":
            return Role.REPORTER if self._only_says_so(number) else None
        return None if self._acts(number) else Role.MENTIONED

    def _set_apart(self, tag: str, number: int, walk: _Walk) -> Role | None:
        if tag == "apart":
            return Role.MENTIONED
        return Role.VICTIM if self._has_other_before(number) or walk.named else None

    def _stepped_back(self, walk: _Walk, floor: int) -> _Walk:
        """Step back over marks and figures; weak if one of them parts clauses."""
        place, weak = walk.place, walk.weak
        while place > floor and self.text[place - 1] in _SKIPPED:
            weak = weak or self.text[place - 1] in _WEAK
            place -= 1
        return replace(walk, place=place, weak=weak)

    def _is_faked(self, victim: Found, number: int) -> bool:
        """Tell whether "a fake profile of" stands before the person: then it is the fake."""
        if self._has_other_before(number):
            return False
        floor = max(self._floor(number), victim.start - 45)
        return any(
            found.tag == "fake" and floor <= found.start and found.end <= victim.end
            for found in self._found_between(floor, victim.end)
        )

    def _contacted(self, verb: Found, number: int) -> Role | None:
        """Tell who is the object of a verb such as "writes to", by its subject."""
        if verb.tag == "by":
            return None
        if self._has_other_before(number):
            return Role.VICTIM
        floor = self._sentence_start(self.places[number].start)
        for found in reversed(self._found_between(floor, verb.start)):
            if found.tag in _VICTIMS or found.tag in {"first", "reporter", "topic", "witness"}:
                return None
            if found.tag in _SUSPECTS:
                return Role.VICTIM if len(self.places) > 1 else None
        return None

    def _meant(self, possessive: Found, number: int) -> Role | None:
        """Tell whom a pronoun means: of those spoken of since the last handle, who fits best.

        Who did something comes before whom it was done to: "a man writes to my son, his account".
        """
        known = max((place.end for place in self.places[:number]), default=0)
        floor = max(0, possessive.start - BEFORE)
        people = [
            found
            for found in self._found_between(floor, possessive.start)
            if found.tag in (_VICTIMS | _SUSPECTS) - _UNFIT[possessive.tag]
            and (found.tag in _VICTIMS or not self._is_label(found))
        ]
        since = [found for found in people if found.start >= known] or people
        victims = [_fit(found.tag, possessive.tag) for found in since if found.tag in _VICTIMS]
        suspects = [_fit(found.tag, possessive.tag) for found in since if found.tag in _SUSPECTS]
        if victims and max(victims) > max(suspects, default=-1):
            return Role.VICTIM
        return None

    def _is_label(self, found: Found) -> bool:
        """Tell whether a word means an account, and no person."""
        same = (each for each in self.wording.starting(found.start) if each.end == found.end)
        return any(each.tag in {"labels", "is"} for each in same)

    # What stands after.

    def _by_words_after(self, number: int, *, plural: bool = False) -> Role | None:
        """Walk on over filling words to one that tells, up to the next account."""
        here = self.places[number]
        ceiling = self._ceiling(number)
        start = _AFTER.match(self.text, here.end)
        mark = start["mark"] if start else ""
        waiting = [(start.end() if start else here.end, False, 0)]
        visited: set[int] = set()
        while waiting:
            place, copula, hops = waiting.pop()
            if place >= ceiling or place in visited or hops == MAX_HOPS:
                continue
            visited.add(place)
            starting = [found for found in self.wording.starting(place) if found.end <= ceiling]
            role = self._told_after(starting, mark=mark, copula=copula, first=not hops)
            if role is not None:
                return None if plural and mark in {"(", "（"} else role
            if not self._leads_away(starting):
                copulas = {word.end for word in starting if word.tag == "is"}
                steps = {word.end for word in starting if word.tag in _HOPS_AFTER}
                waiting += [
                    (self._skip_on(end), copula or end in copulas, hops + 1)
                    for end in sorted(steps)
                ]
        return self._by_age(number, mark=mark)

    def _told_after(
        self, starting: list[Found], *, mark: str, copula: bool, first: bool
    ) -> Role | None:
        for found in starting:
            if found.tag == "postposed" and first and self._ends_here(found.end):
                return Role.REPORTER
            if found.tag == "told" and first:
                return Role.MENTIONED
            role = _ROLES_AFTER.get(found.tag)
            if role is None or (role is Role.MENTIONED and not (copula or mark)):
                continue
            if self._closes(found.end, tied=copula):
                return role
        return None

    def _closes(self, place: int, *, tied: bool) -> str:
        """Tell whether what follows a person lets that word speak of the handle.

        "end" when the clause ends there, or after "'s account"; "tied" when it goes on and a
        copula ties both; "" when the person has something else ("my son's teacher").
        """
        owned = labelled = False
        for _ in range(MAX_HOPS):
            begin = place + (self.text[place : place + 1] == " ")
            starting = self.wording.starting(begin)
            tags = {found.tag for found in starting}
            if "closer" in tags or self._ends_here(place):
                return "end"
            if "is" in tags:
                return ""
            word = next((found for found in starting if found.tag in _OWNED), None)
            if word is None:
                break
            owned = owned or word.tag == "genitive"
            labelled = labelled or word.tag != "genitive"
            place = word.end
        if owned and not labelled:
            return ""
        follows = self.text[place : place + 1]
        return "tied" if tied and not is_unspaced(follows or " ") else ""

    def _leads_away(self, starting: list[Found]) -> bool:
        """Tell whether a word here begins something else than the name of an account."""
        longest = starting[0].end if starting else 0
        return any(
            found.tag in {"to", "contact"} and found.end == longest and found.tag != "by"
            for found in starting
        )

    def _by_age(self, number: int, *, mark: str) -> Role | None:
        """Take one of several for a child if right after it stands a child's age."""
        if len(self.places) < 2:  # noqa: PLR2004 - nobody else could be reported
            return None
        place = self.places[number].end
        copula = next(
            (f for f in self.wording.starting(self._skip_on(place)) if f.tag == "is"), None
        )
        found = _AGE.match(self.text, copula.end if copula else place)
        if not found or not (copula or mark):
            return None
        after = self._skip_on(found.end())
        years = any(each.tag == "filler" for each in self.wording.starting(after))
        closed = self.text[found.end() : found.end() + 1] in {")", "）"}
        return Role.VICTIM if int(found["age"]) < OF_AGE and (years or closed) else None

    def _by_receiving(self, number: int) -> Role | None:
        """Read "@a gets messages from @b": the first is not the one who writes."""
        if number + 1 >= len(self.places):
            return None
        here, there = self.places[number], self.places[number + 1]
        if there.start > self._ceiling_of_sentence(here.end):
            return None
        begin = self._skip_on(here.end)
        if not any(found.tag == "receive" for found in self.wording.starting(begin)):
            return None
        place = self._stepped_back(_Walk(there.start), here.end).place
        by = any(found.tag == "by" for found in self.wording.ending(place))
        return Role.VICTIM if by else None

    def _by_dative(self, number: int) -> Role | None:
        """Read verb-final languages: "@a wrote" with the one written to in the dative."""
        here = self.places[number]
        starting = self.wording.starting(here.end) or self.wording.starting(self._skip_on(here.end))
        dative = any(found.tag == "dative" for found in starting)
        return Role.VICTIM if dative and self._has_other_before(number) else None

    def _by_letter(self, number: int) -> Role | None:
        """Read a closing and the name below it: "Kind regards," and "Anna (" in the next line."""
        start = self.places[number].start
        before = self.text[max(0, start - 80) : start]
        head, line_end, name = before.rpartition("\n")
        plain = name.strip(" (@[-,")
        if not line_end or not plain or not plain.replace(" ", "").replace(".", "").isalpha():
            return None
        end = start - len(name) - 1
        end -= len(head) - len(head.rstrip(" ,.!\n"))
        closing = any(found.tag == "closings" for found in self.wording.ending(end))
        return Role.REPORTER if closing else None

    # Where words end.

    def _acts(self, number: int) -> bool:
        """Tell whether a verb that fits the one who contacts others stands right after."""
        place = self.places[number].end
        for _ in range(3):
            begin = self._skip_on(place)
            starting = self.wording.starting(begin)
            if any(found.tag == "contact" for found in starting):
                return True
            word = re.compile(r"\w{1,14}").match(self.text, begin)
            if word is None:
                return False
            place = word.end()
        return False

    def _only_says_so(self, number: int) -> bool:
        """Tell whether after the handle comes nothing but a copula, or the end."""
        place = self._skip_on(self.places[number].end)
        closer = any(found.tag == "closer" for found in self.wording.starting(place))
        return closer or self._ends_here(self.places[number].end)

    def _ends_here(self, place: int) -> bool:
        return bool(_CLAUSE_END.match(self.text, place))

    def _skip_on(self, place: int) -> int:
        while place < len(self.text) and self.text[place] in " \t\n'\"’”":
            place += 1
        return place

    def _has_other_before(self, number: int) -> bool:
        if not number:
            return False
        floor = self._sentence_start(self.places[number].start)
        return self.places[number - 1].start >= floor

    def _found_between(self, start: int, end: int) -> list[Found]:
        return [found for found in self.wording.found if start <= found.start and found.end <= end]

    def _floor(self, number: int) -> int:
        here = self.places[number].start
        before = self.places[number - 1].end if number else 0
        return max(before, self._sentence_start(here), here - BEFORE)

    def _ceiling(self, number: int) -> int:
        here = self.places[number].end
        last = number + 1 == len(self.places)
        after = len(self.text) if last else self.places[number + 1].start
        line = _NEW_LINE.search(self.text, here, after)
        after = line.start() if line else after
        return min(after, self._ceiling_of_sentence(here), here + AFTER)

    def _sentence_start(self, place: int) -> int:
        return max((end for end in self.ends if end <= place), default=0)

    def _ceiling_of_sentence(self, place: int) -> int:
        return min((end for end in self.ends if end > place), default=len(self.text))
