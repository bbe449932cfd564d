"""The role of each account in a report, by the words around it.

Words count that are tied to a handle by nothing but filling words, in the same sentence: "to my
daughter @name" makes a victim, "my daughter got mail from @name" does not. What a sentence does
tells more: the object of "keeps writing to" is not the one who writes. A pronoun ("her account
is") means whoever was spoken of last. Without such words an account is one that is reported.
"""

from __future__ import annotations

from ingest.reading.accounts.scene import AFTER, BEFORE, Place, Scene
from ingest.reading.accounts.wording import Wording
from ingest.reading.accounts.words_after import WordsAfter
from ingest.reading.accounts.words_before import Walk, WordsBefore, stepped_back
from store.model import Role


def windows(places: list[Place]) -> list[tuple[int, int]]:
    """Tell which parts of the text can say something about the accounts at these places."""
    return [(place.start - BEFORE, place.end + AFTER) for place in places]


def tell_roles(text: str, wording: Wording, places: list[Place]) -> list[Role | None]:
    """Tell the role of each account, in the order of their places; None where nothing does."""
    teller = _Teller(Scene(text, wording, places))
    roles: list[Role | None] = []
    for number in range(len(places)):
        role = teller.role_of(number)
        if role is None and number:
            role = teller.carried_on(number, roles[number - 1])
        roles.append(role)
    return teller.carried_back(roles)


class _Teller:
    """Asks each way of telling a role."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._before = WordsBefore(scene)
        self._after = WordsAfter(scene)

    def role_of(self, number: int) -> Role | None:
        """Ask each way of telling a role, the plainest first."""
        return (
            self._before.role(number)
            or self._after.role(number)
            or self._by_receiving(number)
            or self._by_dative(number)
            or self._by_letter(number)
        )

    def carried_on(self, number: int, role: Role | None) -> Role | None:
        """Give an account the role that was said once before it and those it is joined to."""
        if role is None or self._scene.acts(number) or not self._scene.is_joined(number):
            return None
        between = self._scene.text[
            self._scene.places[number - 1].end : self._scene.places[number].start
        ]
        if role is Role.REPORTER:
            return role if any(char.isalpha() or char == "&" for char in between) else None
        return role

    def carried_back(self, roles: list[Role | None]) -> list[Role | None]:
        """Give accounts before a joined one the role that words after the last tell of all."""
        for number in range(len(roles) - 1, 0, -1):
            between = self._scene.text[
                self._scene.places[number - 1].end : self._scene.places[number].start
            ]
            joined = self._scene.is_joined(number) and "\n" not in between
            by_after = joined and self._after.role(number, plural=True) is not None
            if by_after and roles[number - 1] is None:
                roles[number - 1] = roles[number]
        return roles

    def _by_receiving(self, number: int) -> Role | None:
        """Read "@a gets messages from @b": the first is not the one who writes."""
        if number + 1 >= len(self._scene.places):
            return None
        here, there = self._scene.places[number], self._scene.places[number + 1]
        if there.start > self._scene.ceiling_of_sentence(here.end):
            return None
        begin = self._scene.skip_on(here.end)
        if not any(found.tag == "receive" for found in self._scene.wording.starting(begin)):
            return None
        place = stepped_back(self._scene.text, Walk(there.start), here.end).place
        by = any(found.tag == "by" for found in self._scene.wording.ending(place))
        return Role.VICTIM if by else None

    def _by_dative(self, number: int) -> Role | None:
        """Read verb-final languages: "@a wrote" with the one written to in the dative."""
        here = self._scene.places[number]
        starting = self._scene.wording.starting(here.end) or self._scene.wording.starting(
            self._scene.skip_on(here.end)
        )
        dative = any(found.tag == "dative" for found in starting)
        return Role.VICTIM if dative and self._scene.has_other_before(number) else None

    def _by_letter(self, number: int) -> Role | None:
        """Read a closing and the name below it: "Kind regards," and "Anna (" in the next line."""
        start = self._scene.places[number].start
        before = self._scene.text[max(0, start - 80) : start]
        head, line_end, name = before.rpartition("\n")
        plain = name.strip(" (@[-,")
        if not line_end or not plain or not plain.replace(" ", "").replace(".", "").isalpha():
            return None
        end = start - len(name) - 1
        end -= len(head) - len(head.rstrip(" ,.!\n"))
        closing = any(found.tag == "closings" for found in self._scene.wording.ending(end))
        return Role.REPORTER if closing else None
