# ruff: noqa: RUF001 - marks and letters as people type them, in many scripts
"""What stands beside a label: the id or the handle that it announces.

After a colon almost any token is a handle. Without one, a word of prose must not become a handle
("this account worries me"): then the token has to look like one, stand in quotes, or follow a word
such as "called"; or it is no ordinary word, and follows "is" ("my account is fennaflipt").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from ingest.reading.accounts.ordinary import is_no_word
from ingest.reading.accounts.tokens import (
    BACK,
    QUOTES,
    TOKEN,
    foreign_token,
    goes_on_as_prose,
    goes_on_in_letters,
    is_address,
    is_distinctive,
    is_phrase,
    looks_like_handle,
    token_before,
)
from ingest.reading.accounts.wording import PLATFORM, Wording, words_of
from ingest.reading.lexicon import Found, fold, is_unspaced

Method = Literal["label", "labelled_id", "near_label"]

# Fewer figures after a label are the number of a line.
MIN_FIGURES: Final = 3
# Linking words between a label and its handle ("is called", "goes by the name of").
MAX_LINKS: Final = 3
_LATIN_END: Final = "\u024f"
# Characters around a label in which a token that looks like a handle is taken for one.
NEAR: Final = 60

OPEN = re.compile(rf"(?:«[ \u00a0\u202f]|[{QUOTES}]{{0,3}})")
CLOSED = re.compile(rf"[{QUOTES}]{{0,3}}[ \t]{{0,2}}")
_STARS = re.compile(r"[*_]{0,2}")
NUMBERED = re.compile(r"[ \t\-]{1,3}id(?!\w)", re.IGNORECASE)
SPACE = re.compile(r"[ \t]{0,3}")
# "The name on there's", "the platform's".
_CONTRACTED = re.compile(r"['’]s(?![\w'’])")
BRACKET = re.compile(r"[ \t]{0,3}\([^)\n]{0,30}\)")
_COLON = re.compile(
    r"[ \t]{0,3}(?:[:=\uff1a]|->|→)[*_]{0,2}\s{0,4}(?P<item>(?:[-–•*]|\d{1,2}[.)])[ \t]{1,3})?"
)
_NEXT = re.compile(r"[ \t]{1,3}[-–—][ \t]{1,3}|[ \t]{0,3}\n{1,2}[ \t]{0,3}|[ \t|]{1,4}")
_ID = re.compile(r"#?(?P<token>[0-9]{2,25})(?![\w.][0-9A-Za-z])")
_ID_LINK = re.compile(
    r"[ \t]{0,3}(?:[:=#\uff1a]|nr\.?|no\.?|№)?[ \t]{0,3}"
    r"(?:(?:el|le|il|o|the|der|die|das|de|het)[ \t])?",
    re.IGNORECASE,
)
# An id after some more words and a colon: "user id of the one reported: 4711234".
_ID_FAR = re.compile(
    r"[^\n:\uff1a@]{0,40}[:\uff1a][ \t]{0,3}(?P<token>[0-9]{5,25})(?![\w.][0-9A-Za-z])"
)
_ID_BEFORE = re.compile(r"(?<![\w@/.+])([0-9]{6,25})[ \t]{0,2}\([ \t]{0,2}\Z")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A token announced by a label; ``sure`` when a colon, a quote or its looks bear it out.

    ``platform`` is the key of the platform whose name announced it, if one did.
    """

    token: str
    method: Method
    sure: bool
    span: tuple[int, int]
    platform: str | None = None


def id_after(text: str, place: int, wording: Wording) -> Labelled | None:
    """Read "user id 4711" from behind the label on."""
    bracket = BRACKET.match(text, place)
    start = after_links(text, bracket.end() if bracket else place, wording)[0]
    link = _ID_LINK.match(text, start)
    start = link.end() if link else start
    start += len(matched(OPEN, text, start))
    found = _ID.match(text, start) or _ID_FAR.match(text, place)
    if not found:
        return None
    return Labelled(found["token"], "labelled_id", True, found.span("token"))


def id_before(text: str, label: Found) -> Labelled | None:
    """Read "4711234 (user id)"."""
    found = _ID_BEFORE.search(text, max(0, label.start - BACK), label.start)
    return Labelled(found[1], "labelled_id", True, found.span(1)) if found else None


def handle_after(text: str, label: Found, wording: Wording) -> Labelled | None:
    """Read "username: name_1", "account is called name_1"."""
    if label.start and text[label.start - 1] in "@/.:":
        return None
    bracket = BRACKET.match(text, label.end)
    place = bracket.end() if bracket else label.end
    place += len(matched(_STARS, text, place))
    place, named, linked = after_links(text, place, wording)
    colon = _COLON.match(text, place)
    if colon:
        place = colon.end()
    elif not linked:
        between = _NEXT.match(text, place)
        unspaced = is_unspaced(text[label.end - 1])
        if between is None and not unspaced and not matched(OPEN, text, place):
            return None
        place = between.end() if between else place
    # The first word of a list is no name because of the colon before the list.
    announced = colon is not None and not colon["item"]
    found = token_at(text, place, label, announced=announced, named=named)
    foreign = text[label.end - 1] > _LATIN_END
    odd = label.tag == "labels" and (linked or foreign)
    return found or (_odd_word_at(text, place, label) if odd else None)


def _odd_word_at(text: str, place: int, label: Found) -> Labelled | None:
    """Read "my account is fennaflipt"; beside letters of another script the link may be missing."""
    found = TOKEN.match(text, place)
    if found is None or not is_no_word(found["token"]) or goes_on_in_letters(text, found.end()):
        return None
    if not _may_be_handle(text, found, label, ""):
        return None
    return Labelled(found["token"], "label", False, found.span("token"))


def after_links(text: str, place: int, wording: Wording) -> tuple[int, bool, bool]:
    """Skip words such as "is called"; tell whether one names, and whether any is there."""
    named = False
    start = place
    place += len(matched(_CONTRACTED, text, place))
    for _ in range(MAX_LINKS):
        begin = place + len(matched(SPACE, text, place))
        links = [each for each in wording.starting(begin) if _links(each, text, wording)]
        if not links or (begin == place and not is_unspaced(text[begin])):
            break
        longest = links[0].end
        named = named or any(each.tag == "named" and each.end == longest for each in links)
        place = longest
    if place == start:
        return place, False, False
    return place + len(matched(SPACE, text, place)), named, True


def _links(found: Found, text: str, wording: Wording) -> bool:
    """Tell whether a word may stand between a label and its name: "name on Chirper is"."""
    if found.tag == "on":
        after = wording.starting(found.end + len(matched(SPACE, text, found.end)))
        return any(each.tag.startswith(PLATFORM) for each in after)
    return found.tag in {"is", "named", "linked"} or found.tag.startswith(PLATFORM)


def token_at(
    text: str, place: int, label: Found, *, announced: bool, named: bool
) -> Labelled | None:
    """Read a handle at a place, ``announced`` by a colon or ``named`` by a word ("called")."""
    marks = matched(OPEN, text, place).strip("*_")
    place += len(matched(OPEN, text, place))
    found = TOKEN.match(text, place)
    if found is None or goes_on_in_letters(text, found.end()):
        found = foreign_token(text, place) if marks or announced else None
    if found is None or not _may_be_handle(text, found, label, marks):
        return None
    token = found["token"]
    span = found.span("token")
    marked = bool(marks) or looks_like_handle(token)
    if marked or named or (announced and not goes_on_as_prose(text, span[1])):
        return Labelled(token, "label", announced or marked, span)
    return None


@cache
def _no_handles() -> frozenset[str]:
    return words_of("never") | words_of("labels") | words_of("named")


def _may_be_handle(text: str, found: re.Match[str], label: Found, marks: str) -> bool:
    token = found["token"]
    if token.isdigit() and (label.tag == "ids" or len(token) < MIN_FIGURES):
        return False
    if fold(token) in _no_handles():
        return False
    end = found.end("token")
    return not is_address(text, end) and not is_phrase(text, marks, end)


def handle_before(text: str, label: Found) -> Labelled | None:
    """Read "the name_1 account"."""
    before = token_before(text, label.start)
    if before is None or "\n" in text[before[2][1] : label.start]:
        return None
    token, _, span = before
    if not is_distinctive(token):
        return None
    return Labelled(token, "label", True, span)


def stepped_back(text: str, place: int, over: str) -> int:
    """Step back from a place over some characters."""
    while place and text[place - 1] in over:
        place -= 1
    return place


def matched(pattern: re.Pattern[str], text: str, place: int) -> str:
    """Give what an expression matches at a place, or nothing."""
    found = pattern.match(text, place)
    return found[0] if found else ""
