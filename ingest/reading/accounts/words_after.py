# ruff: noqa: RUF001 - marks as people type them, in many scripts
"""What the words after a handle say about its role: "@name is my daughter's account"."""

from __future__ import annotations

import re
from typing import Final

from ingest.reading.accounts.scene import Scene
from ingest.reading.accounts.vocabulary import VICTIMS
from ingest.reading.accounts.words_before import MAX_HOPS
from ingest.reading.lexicon import Found, is_unspaced
from store.model import Role

# Words from a figure to the end of "is 13 years old".
MAX_YEARS: Final = 4
# Years below which a person is a child.
OF_AGE: Final = 18

_AFTER = re.compile(
    r"[\s'\"”“»«’)\]*_`」』】）]{0,4}(?P<mark>[,(:=|/–—،、（\-]{0,2})[\s'\"(「]{0,3}"
)
_CLOSING = re.compile(r"[)\]'\"\s，,]{1,4}")
_AGE = re.compile(r"[\s(,]{0,3}(?P<age>\d{1,2})(?!\d)")
_FIGURE = re.compile(r"\d{1,2}[ \-]{1,2}(?=[^\W\d])")
_HOPS_AFTER: Final = frozenset({"is", "filler", "labels", "ids"})
_OWNED: Final = frozenset({"genitive", "labels", "ids", "naming"})
_ROLES_AFTER: Final = {
    **dict.fromkeys(VICTIMS, Role.VICTIM),
    "reporter": Role.REPORTER,
    "witness": Role.MENTIONED,
}


class WordsAfter:
    """Tells roles by the words after a handle."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def role(self, number: int, *, plural: bool = False) -> Role | None:
        """Walk on over filling words to one that tells, up to the next account."""
        here = self._scene.places[number]
        ceiling = self._scene.ceiling(number)
        start = _AFTER.match(self._scene.text, here.end)
        mark = start["mark"] if start else ""
        verbs = self._scene.wording.ending(self._scene.skip_back(here.start))
        if not mark and any(word.tag == "contact" for word in verbs):
            # "Yesterday asked @name my daughter", where the subject may follow its verb.
            return None
        waiting = [(start.end() if start else here.end, False, 0)]
        visited: set[int] = set()
        while waiting:
            place, copula, hops = waiting.pop()
            if place >= ceiling or place in visited or hops == MAX_HOPS:
                continue
            visited.add(place)
            starting = [
                found for found in self._scene.wording.starting(place) if found.end <= ceiling
            ]
            role = self._told_after(starting, mark=mark, copula=copula, first=not hops)
            if role is not None:
                return None if plural and mark in {"(", "（"} else role
            if not self._leads_away(starting):
                copulas = {word.end for word in starting if word.tag == "is"}
                steps = {word.end for word in starting if word.tag in _HOPS_AFTER}
                waiting += [
                    (self._onward(end), copula or end in copulas, hops + 1) for end in sorted(steps)
                ]
        return self._by_age(number, mark=mark)

    def _onward(self, place: int) -> int:
        """Step over white space, and a figure that stands before a word ("my 12 year old")."""
        place = self._scene.skip_on(place)
        figure = _FIGURE.match(self._scene.text, place)
        return figure.end() if figure else place

    def _told_after(
        self, starting: list[Found], *, mark: str, copula: bool, first: bool
    ) -> Role | None:
        for found in starting:
            if found.tag == "postposed" and first and self._scene.ends_here(found.end):
                return Role.REPORTER
            if found.tag in {"told", "not_after"} and first:
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
            begin = place + (self._scene.text[place : place + 1] == " ")
            starting = self._scene.wording.starting(begin)
            tags = {found.tag for found in starting}
            if "closer" in tags or self._scene.ends_here(place):
                return "end"
            if "is" in tags or self._scene.is_marked_object(place):
                return ""
            word = next((found for found in starting if found.tag in _OWNED), None)
            if word is None:
                break
            owned = owned or word.tag == "genitive"
            labelled = labelled or word.tag != "genitive"
            place = word.end
        if owned and not labelled:
            return ""
        follows = self._scene.text[place : place + 1]
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
        if len(self._scene.places) < 2:  # noqa: PLR2004 - nobody else could be reported
            return None
        place, copula = self._scene.places[number].end, False
        closing = _CLOSING.match(self._scene.text, place)
        place = closing.end() if closing else place
        for _ in range(3):
            words = self._scene.wording.starting(self._scene.skip_on(place))
            word = next((word for word in words if word.tag in {"is", "age", "filler"}), None)
            if word is None:
                break
            copula = copula or any(each.tag in {"is", "age"} for each in words)
            place = word.end
        found = _AGE.match(self._scene.text, place)
        if (
            not found
            or not (copula or mark or self._is_predicate(found.end()))
            or int(found["age"]) >= OF_AGE
        ):
            return None
        years = self._scene.wording.starting(self._scene.skip_on(found.end()))
        ends = self._scene.ends_here(found.end())
        goes_on = any(each.tag in {"filler", "and"} for each in years)
        return Role.VICTIM if ends or goes_on else None

    def _is_predicate(self, place: int) -> bool:
        """Tell whether a clause ends after the word for years (verb-final languages)."""
        for hop in range(MAX_YEARS):
            words = self._scene.wording.starting(self._scene.skip_on(place))
            closed = any(word.tag in {"closer", "and"} for word in words)
            if hop and (closed or self._scene.ends_here(place)):
                return self._scene.head_last
            word = next((word for word in words if word.tag == "filler"), None)
            if word is None:
                break
            place = word.end
        return False
