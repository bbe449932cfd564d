# ruff: noqa: RUF001 - marks as people type them, in many scripts
"""A text with the accounts in it: where each stands, and what its sentences look like."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

from ingest.reading.accounts.wording import Wording
from ingest.reading.lexicon import Found

# Characters before and after a handle whose words may tell its role.
BEFORE: Final = 240
AFTER: Final = 140

# Words after a handle among which a verb is looked for.
NEXT_WORDS: Final = 4
DROPPING: Final = frozenset({"es", "it", "pt", "pl", "tr", "ja", "ko", "ar"})
HEAD_LAST: Final = frozenset({"tr", "ja", "ko", "zh", "hi"})

# Particles of the one something is done to: Japanese, Korean, Hindi.
_OBJECT_MARKS: Final = ("に", "へ", "を", "にも", "에게", "한테", "께", "को", "से")

# Characters of the label of a form's field.
FIELD: Final = 60

_END = re.compile(r"[.!?;](?=\s)|[。！？।؟]|\n[ \t]*\n")
_CLAUSE_END = re.compile(r"[\s'\"”»)\]」』】）]{0,3}(?:[.,;!?)\n。！？।؟،、|/]|\Z)")
_BETWEEN: Final = frozenset(" \t\n,;、/&|•*-–+.()0123456789\"'")
_FULL_STOP = re.compile(r"[)\"'”’]{0,2}\. ")
_LATIN_END: Final = "\u024f"
# A line that does not only go on with the sentence of the one before.
_NEW_LINE = re.compile(r"\n(?![a-z\u00df-\u00ff\u0430-\u045f])")
_WORD = re.compile(r"\w{1,14}")


# How people mark what somebody said, and how many letters of it stand before a handle.
_QUOTES: Final = ("„“", "“”", "«»", "»«", "「」", "『』", '""', "„”", "””")
SPOKEN: Final = 6

# A line that a program broke, and how the next one goes on.
WRAPPED: Final = 55
_WRAP = re.compile(rf"(?<=[^\n]{{{WRAPPED}}})\n(?![\n\s•*>|\-–]|\d{{1,3}}[.)]|[^\n:]{{1,30}}:)")
# What ends with a dot and no sentence.
_ABBREVIATED = re.compile(
    r"(?:^|[\s(])(?:\w\.){1,3}$|(?:^|[\s(])(?:m\.in|np|bzw|evtl|ca|dr|mr|mrs|ms|sr|sra|st|nr|tel|usw|etc|resp|inkl|ggf)\.$",
    re.IGNORECASE,
)


def unwrapped(text: str) -> str:
    """Make a space of the end of a line that a program broke; all else stays in its place."""
    return _WRAP.sub(" ", text)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an account stands in the text, and what it is called."""

    start: int
    end: int
    platform: str = ""
    handle: str = ""


class Scene:
    """A text with its accounts, and the phrases in it."""

    def __init__(
        self,
        text: str,
        wording: Wording,
        places: list[Place],
        language: str | None = None,
        *,
        in_danger: bool = False,
    ) -> None:
        # Who speaks of a friend in danger reports for that friend.
        self.in_danger = in_danger
        self.text = text
        # In these languages "the friend of my daughter" has the friend last.
        self.head_last = language in HEAD_LAST
        # A verb without a subject speaks of somebody named before.
        self.drops_subject = language in DROPPING
        self.wording = wording
        self.places = places
        self._ends = [found.end() for found in _END.finditer(text) if not _goes_on(text, found)]

    def is_joined(self, number: int) -> bool:
        """Tell whether nothing but "and", commas and list signs parts it from the one before."""
        place, end = self.places[number - 1].end, self.places[number].start
        if _FULL_STOP.match(self.text, place):
            return False
        while place < end:
            if self.text[place] in _BETWEEN:
                place += 1
                continue
            word = next((f for f in self.wording.starting(place) if f.tag == "and"), None)
            # "e" joins, "é" does not, though accents are folded.
            plain = word and (
                word.end - word.start > 1
                or self.text[word.start].isascii()
                # One letter of another script joins what ends there, or begins a new clause.
                or (self.text[word.start] > _LATIN_END and self.ends_here(self.places[number].end))
            )
            if word is None or word.end > end or not plain:
                return False
            place = word.end
        return True

    def acts(self, number: int) -> bool:
        """Tell whether a verb that fits the one who contacts others stands right after."""
        return self.first_after(number, "contact", "receive", "told") == "contact"

    def first_after(self, number: int, *tags: str, over: str = "") -> str | None:
        """Tell which of some phrases comes first among the next words after a handle.

        ``over``: marks right after the handle that are stepped over.
        """
        place = self.places[number].end
        place += place < len(self.text) and self.text[place] in over
        for _ in range(NEXT_WORDS):
            begin = self.skip_on(place)
            for found in self.wording.starting(begin):
                if found.tag in tags:
                    return found.tag
            word = _WORD.match(self.text, begin)
            if word is None:
                return None
            place = word.end()
        return None

    def only_says_so(self, number: int) -> bool:
        """Tell whether after the handle comes nothing but a copula, or the end."""
        place = self.skip_on(self.places[number].end)
        closer = any(found.tag == "closer" for found in self.wording.starting(place))
        return closer or self.ends_here(self.places[number].end)

    def is_quoted_speech(self, number: int) -> bool:
        """Tell whether a handle stands with words before it in quotation marks: "my name is"."""
        here = self.places[number]
        start = max(self.text.rfind("\n\n", 0, here.start), here.start - BEFORE, 0)
        before, after = self.text[start : here.start], self.text[here.end : here.end + BEFORE]
        for opening, closing in _QUOTES:
            inside = before.rpartition(opening)[2]
            opened = opening in before and closing not in inside and closing in after
            if opening == closing:
                opened = opened and bool(before.count(opening) % 2)
            if opened and sum(map(str.isalpha, inside)) >= SPOKEN:
                return True
        return False

    def skip_back(self, place: int) -> int:
        """Step back over spaces."""
        while place and self.text[place - 1] in " \t":
            place -= 1
        return place

    def word_start(self, place: int) -> int:
        """Tell where the word begins that ends at a place."""
        while place and self.text[place - 1].isalnum():
            place -= 1
        return place

    def ends_here(self, place: int) -> bool:
        """Tell whether a clause ends at a place."""
        return bool(_CLAUSE_END.match(self.text, place))

    def skip_on(self, place: int) -> int:
        """Step over white space and quotation marks."""
        while place < len(self.text) and self.text[place] in " \t\n'\"’”“»」』":
            place += 1
        return place

    def has_other_before(self, number: int) -> bool:
        """Tell whether another account stands before it in its sentence."""
        if not number:
            return False
        floor = self.sentence_start(self.places[number].start)
        return self.places[number - 1].start >= floor

    def heads_a_line(self, found: Found, number: int) -> bool:
        """Tell whether a phrase begins the label of a form's field that a handle stands in."""
        line = self.text.rfind("\n", 0, found.start) + 1
        before = self.text[max(line, found.start - 20) : found.start]
        label = self.text[found.end : self.places[number].start]
        is_label = len(label) <= FIELD and any(sign in label for sign in ":：=")
        return is_label and not before.strip(" *_|-")

    def is_marked_object(self, place: int) -> bool:
        """Tell whether a particle makes the word that ends here an object."""
        return self.head_last and self.text.startswith(_OBJECT_MARKS, self.skip_on(place))

    def is_label(self, found: Found) -> bool:
        """Tell whether words mean an account, and no person ("a conta")."""
        ending = (each for each in self.wording.ending(found.end) if each.start >= found.start)
        return any(each.tag in {"labels", "is"} for each in ending)

    def found_between(self, start: int, end: int) -> list[Found]:
        """Give the phrases that lie between two places."""
        return [found for found in self.wording.between(start, end) if found.end <= end]

    def floor(self, number: int) -> int:
        """Tell how far back words may speak of an account."""
        here = self.places[number].start
        before = self.places[number - 1].end if number else 0
        return max(before, self.sentence_start(here), here - BEFORE)

    def ceiling(self, number: int) -> int:
        """Tell how far on words may speak of an account."""
        here = self.places[number].end
        last = number + 1 == len(self.places)
        after = len(self.text) if last else self.places[number + 1].start
        line = _NEW_LINE.search(self.text, here, after)
        after = line.start() if line else after
        return min(after, self.ceiling_of_sentence(here), here + AFTER)

    def sentence_start(self, place: int) -> int:
        """Tell where the sentence begins that a place is in."""
        at = bisect_right(self._ends, place)
        return self._ends[at - 1] if at else 0

    def ceiling_of_sentence(self, place: int) -> int:
        """Tell where the sentence ends that a place is in."""
        at = bisect_right(self._ends, place)
        return self._ends[at] if at < len(self._ends) else len(self.text)


def _goes_on(text: str, end: re.Match[str]) -> bool:
    """Tell whether a dot only ends an abbreviation."""
    return end[0] == "." and bool(_ABBREVIATED.search(text, max(0, end.start() - 9), end.end()))
