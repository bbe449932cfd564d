# ruff: noqa: RUF001 - dashes as people type them
"""The role of each account in a report, by the words around it.

Words count that are tied to a handle by nothing but filling words, in the same sentence: "to my
daughter @name" makes a victim, "my daughter got mail from @name" does not. What a sentence does
tells more: the object of "keeps writing to" is not the one who writes. A pronoun ("her account
is") means whoever was spoken of last. Without such words an account is one that is reported.
"""

from __future__ import annotations

from ingest.reading.accounts.attribution import Attribution
from ingest.reading.accounts.people import People
from ingest.reading.accounts.scene import AFTER, BEFORE, Place, Scene
from ingest.reading.accounts.told import told_later
from ingest.reading.accounts.walk import Walk, stepped_back
from ingest.reading.accounts.words_after import WordsAfter
from ingest.reading.accounts.words_before import WordsBefore
from ingest.reading.lexicon import is_word
from store.model import Role

# Characters before a handle in which the closing of a letter may stand, and words of a name.
LETTER_END = 80
NAME_WORDS = 3


def windows(places: list[Place]) -> list[tuple[int, int]]:
    """Tell which parts of the text can say something about the accounts at these places."""
    return [(place.start - BEFORE, place.end + AFTER) for place in places]


def tell_roles(scene: Scene) -> list[Role | None]:
    """Tell the role of each account, in the order of their places; None where nothing does."""
    teller = _Teller(scene)
    roles: list[Role | None] = []
    for number in range(len(scene.places)):
        role = teller.role_of(number, roles)
        if role is None and number:
            role = teller.carried_on(number, roles[number - 1])
        roles.append(role)
    return teller.carried_back(roles)


class _Teller:
    """Asks each way of telling a role."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        people = People(scene)
        self._before = WordsBefore(scene, people)
        self._after = WordsAfter(scene)
        self._attribution = Attribution(scene, people)

    def role_of(self, number: int, earlier: list[Role | None]) -> Role | None:
        """Tell a role; whoever is quoted with "my account is" is not the writer."""
        role = self._told(number, earlier)
        quoted = role is Role.REPORTER and self._scene.is_quoted_speech(number)
        return None if quoted else role

    def _told(self, number: int, earlier: list[Role | None]) -> Role | None:
        """Ask each way of telling a role, the plainest first."""
        before = self._before.role(number, earlier)
        if before and before[0] in {Role.VICTIM, Role.REPORTER}:
            return before[0]
        after = self._after.role(number)
        if after or before == (Role.MENTIONED,):
            return after or self._by_receiving(number) or Role.MENTIONED
        return (
            self._by_receiving(number)
            or self._by_direction(number)
            or self._by_dative(number)
            or self._by_letter(number)
            or (self._attribution.role(number, earlier) if before is None else None)
            or (Role.MENTIONED if told_later(self._scene, number) else None)
        )

    def carried_on(self, number: int, role: Role | None) -> Role | None:
        """Give an account the role that was said once before it and those it is joined to."""
        if role is None or self._scene.acts(number) or not self._scene.is_joined(number):
            return None
        between = self._scene.text[
            self._scene.places[number - 1].end : self._scene.places[number].start
        ]
        if self._scene.head_last and self._scene.first_after(number, "object"):
            # A new clause, "@name her messages", in verb-final languages.
            return None
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
            by_after |= self._is_one_of_two(number) and self._by_dative(number) is not None
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
        if self._scene.first_after(number, "receive", "contact", over=",)") != "receive":
            return None
        place = stepped_back(self._scene.text, Walk(there.start), here.end).place
        by = any(found.tag == "by" for found in self._scene.wording.ending(place))
        return Role.VICTIM if by else None

    def _by_direction(self, number: int) -> Role | None:
        """Read "messages from @a to @b"."""
        if not number:
            return None
        scene, before = self._scene, self._scene.places[number - 1]
        between = scene.text[before.end : scene.places[number].start].strip(" @")
        to = scene.wording.starting(scene.skip_on(before.end))
        said = any(word.tag == "to" and word.end - word.start == len(between) for word in to)
        by = (word.tag for word in scene.wording.ending(scene.skip_back(before.start)))
        sent = scene.found_between(scene.sentence_start(before.start), before.start)
        contacted = any(word.tag in {"contact", "receive"} for word in sent)
        return Role.VICTIM if between and said and "by" in by and contacted else None

    def _by_dative(self, number: int) -> Role | None:
        """Read verb-final languages: "@a wrote" with the one written to in the dative."""
        scene, first = self._scene, number
        while first and self._is_one_of_two(first):
            first -= 1
        end = scene.places[number].end
        starting = [*scene.wording.starting(end), *scene.wording.starting(scene.skip_on(end))]
        # A title may stand between, as in "@nameさんに".
        titles = {found.end for found in starting if found.tag == "filler"}
        starting += [found for title in titles for found in scene.wording.starting(title)]
        dative = any(found.tag == "dative" for found in starting)
        return Role.VICTIM if dative and scene.has_other_before(first) else None

    def _is_one_of_two(self, number: int) -> bool:
        """Tell whether a word joins it to the one before; a comma alone may follow a subject."""
        start, end = self._scene.places[number - 1].end, self._scene.places[number].start
        words = [word for word in self._scene.found_between(start, end) if word.tag == "and"]
        rest = (self._scene.text[start : w.start] + self._scene.text[w.end : end] for w in words)
        return any(not part.strip(" @") for part in rest)

    def _by_letter(self, number: int) -> Role | None:
        """Read a closing and the name behind it: "Kind regards," and "Anna (@name)"."""
        start = self._scene.places[number].start
        for found in self._scene.found_between(max(0, start - LETTER_END), start):
            if found.tag == "closings" and self._is_name(found.end, number):
                return Role.REPORTER
        return None

    def _is_name(self, place: int, number: int) -> bool:
        """Tell whether from a closing to a handle there is a name and nothing else.

        On one line, nothing but the end may follow: "Thanks, I will look" is no closing.
        """
        here = self._scene.places[number]
        between = self._scene.text[place : self._without_label(here.start)]
        name = between.strip(" ,.!\n\t(@[-–。（【")
        words = name.replace(".", " ").replace("-", " ").split()
        if any(word[0].islower() for word in words[:1]):
            return False
        if not all(map(_is_letter, "".join(words))) or not 1 <= len(words) <= NAME_WORDS:
            return False
        if "\n" not in between:
            return self._scene.ends_here(here.end)
        return "\n\n" not in between.lstrip(" ,.!\n")

    def _without_label(self, place: int) -> int:
        """Step back over a label before a handle, "Chirper: "."""
        end = self._scene.text.rfind(":", max(0, place - 3), place)
        if end < 0:
            return place
        words = self._scene.wording.ending(end)
        return words[0].start if words else place


def _is_letter(char: str) -> bool:
    """Tell whether a character is a letter, or a mark on one (Hindi vowels)."""
    return is_word(char) and not char.isdigit() and char != "_"
