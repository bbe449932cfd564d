# ruff: noqa: RUF001, RUF002 - marks and letters as people type them, in many scripts
"""Handles and ids announced by a word: "username: name_1", "user id 4711", "name_1 on Instagram".

After a colon almost any token is a handle. Without one, a word of prose must not become a handle
("this account worries me"): then the token has to look like one, stand in quotes, or follow a word
such as "called".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Final, Literal

from ingest.reading.accounts.wording import PLATFORM, Wording, words_of
from ingest.reading.lexicon import Found, fold, is_unspaced

Method = Literal["label", "labelled_id", "near_label"]

# Words after a plain one on the same line that make it the beginning of a sentence.
PROSE_WORDS: Final = 3
# Fewer figures after a label are the number of a line.
MIN_FIGURES: Final = 3
# Linking words between a label and its handle ("is called", "goes by the name of").
MAX_LINKS: Final = 3
# Characters around a label in which a token that looks like a handle is taken for one.
NEAR: Final = 60
MAX_LABEL: Final = 30

_QUOTES = "\"'“”„‚‘’«»‹›`*_「」『』【】《》〈〉"
_CLOSING: Final = frozenset('"”“«»’」』】》〉')
_OPEN = re.compile(rf"(?:«[ \u00a0\u202f]|[{_QUOTES}]{{0,3}})")
_CLOSED = re.compile(rf"[{_QUOTES}]{{0,3}}[ \t]{{0,2}}")
_STARS = re.compile(r"[*_]{0,2}")
_NUMBERED = re.compile(r"[ \t\-]{1,3}id(?!\w)", re.IGNORECASE)
_SPACE = re.compile(r"[ \t]{0,3}")
_BRACKET = re.compile(r"[ \t]{0,3}\([^)\n]{0,30}\)")
_COLON = re.compile(
    r"[ \t]{0,3}(?:[:=\uff1a]|->|→)[*_]{0,2}\s{0,4}(?P<item>(?:[-–•*]|\d{1,2}[.)])[ \t]{1,3})?"
)
_NEXT = re.compile(r"[ \t]{1,3}[-–—][ \t]{1,3}|[ \t]{0,3}\n{1,2}[ \t]{0,3}|[ \t|]{1,4}")
# The figures after the sign are an old Discord handle's.
_TOKEN = re.compile(
    r"@?(?P<token>[A-Za-z0-9_](?:[A-Za-z0-9_.\-]{0,62}[A-Za-z0-9])?_{0,9}(?:#[0-9]{4}(?![0-9]))?)"
)
_WORD = re.compile(r"@?(?P<token>\w(?:[\w.\-]{0,62}\w)?_{0,9})")
_ID = re.compile(r"#?(?P<token>[0-9]{2,25})(?![\w.][0-9A-Za-z])")
_ID_LINK = re.compile(
    r"[ \t]{0,3}(?:[:=#\uff1a]|nr\.?|no\.?|№)?[ \t]{0,3}"
    r"(?:(?:el|le|il|o|the|der|die|das|de|het)[ \t])?",
    re.IGNORECASE,
)
_ID_BEFORE = re.compile(r"(?<![\w@/.+])([0-9]{6,25})[ \t]{0,2}\([ \t]{0,2}\Z")
_LOOKS = re.compile(
    r"(?<![\w@/.:\-+=])(?<!= )(?=[A-Za-z]{0,40}[0-9_.])"
    r"[A-Za-z0-9_][A-Za-z0-9_.]{1,40}[A-Za-z0-9_](?![\w@/:\-&=])"
)
_NO_HANDLE = re.compile(
    r"\d[\d.,:]*[a-z]{0,3}|(?:img|dsc|vid|pxl|screenshot|image|photo|file|doc|scan|signal|wa)[-_]?\d.*"
    r"|(?:iphone|ipad|android|ios|windows|win|galaxy|pixel|covid|ps|mp|xbox|class|grade)\d{1,4}\w{0,3}"
    r"|[a-z]{1,3}\d{1,2}|\d+(?:st|nd|rd|th|er|ere|eme|te|ten|o|a)"
    r"|.*\.(?:jpe?g|png|gif|pdf|docx?|xlsx?|mp4|mov|zip|txt|html?|heic|webp|eml|php|[a-z]{2,3}\.[a-z]{2})",
    re.IGNORECASE,
)


# Ends of hosts and files.
_ENDINGS = frozenset(
    {"com", "net", "org", "info", "edu", "gov", "example", "app", "co", "io", "eu", "de", "fr"}
    | {"es", "it", "nl", "pl", "ru", "ua", "uk", "br", "jp", "kr", "cn", "html", "php", "jpg"}
    | {"png", "pdf"}
)


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


def find_labelled(text: str, wording: Wording) -> Iterator[Labelled]:
    """Give the labelled handles and ids of a text, in the order of their labels."""
    covered = -1
    for label in wording.found:
        if label.end <= covered and label.tag != "after":
            # Within a longer label.
            continue
        match label.tag:
            case "ids":
                found = (
                    _id_after(text, label.end, wording)
                    or _handle_after(text, label, wording)
                    or _id_before(text, label)
                )
            case "labels":
                found = _handle_after(text, label, wording) or _handle_before(text, label)
            case platform if platform.startswith(PLATFORM):
                found = _of_platform(text, label, wording)
            case "after":
                found = _named_before(text, label, wording)
            case "named":
                found = _named_after(text, label, wording)
            case _:
                continue
        if found:
            covered = max(covered, label.end)
            yield found


def find_near(text: str, wording: Wording) -> Iterator[Labelled]:
    """Give tokens that look like handles: with an underscore, or near a word for accounts."""
    for found in _LOOKS.finditer(text):
        near = wording.between(found.start() - NEAR - MAX_LABEL, found.end() + NEAR)
        near = [each for each in near if each.end >= found.start() - NEAR]
        if _is_distinctive(found[0]):
            taken = _is_sure_to_be_one(found[0]) or any(map(_speaks_of_accounts, near))
        else:
            taken = _is_dotted(found[0]) and any(each.tag.startswith(PLATFORM) for each in near)
        if taken:
            yield Labelled(found[0], "near_label", False, found.span())


def _is_sure_to_be_one(token: str) -> bool:
    """Tell a token with an underscore, or with a dot and figures."""
    return "_" in token.strip("_") or ("." in token and any(map(str.isdigit, token)))


def _is_dotted(token: str) -> bool:
    """Tell a name of words with dots between from a host and the end of a sentence."""
    words = token.strip("_").split(".")
    plain = len(words) > 1 and all(len(word) > 1 and word.isalnum() for word in words)
    return plain and token.islower() and words[-1] not in _ENDINGS


def _speaks_of_accounts(found: Found) -> bool:
    return found.tag in {"labels", "ids", "named"} or found.tag.startswith(PLATFORM)


def _is_distinctive(token: str) -> bool:
    """Tell a token that is hardly anything but a handle: letters with figures or an underscore."""
    bare = token.strip("_")
    mixed = any(map(str.isalpha, bare)) and ("_" in bare or any(map(str.isdigit, bare)))
    return mixed and not _NO_HANDLE.fullmatch(bare) and bare.count(".") < 2  # noqa: PLR2004 - a host


def _id_after(text: str, place: int, wording: Wording) -> Labelled | None:
    bracket = _BRACKET.match(text, place)
    start = _after_links(text, bracket.end() if bracket else place, wording)[0]
    link = _ID_LINK.match(text, start)
    start = link.end() if link else start
    start += len(_matched(_OPEN, text, start))
    found = _ID.match(text, start)
    if not found:
        return None
    return Labelled(found["token"], "labelled_id", True, found.span("token"))


def _id_before(text: str, label: Found) -> Labelled | None:
    """Read "4711234 (user id)"."""
    found = _ID_BEFORE.search(text, max(0, label.start - _BACK), label.start)
    return Labelled(found[1], "labelled_id", True, found.span(1)) if found else None


def _handle_after(text: str, label: Found, wording: Wording) -> Labelled | None:
    if label.start and text[label.start - 1] in "@/.:":
        return None
    bracket = _BRACKET.match(text, label.end)
    place = bracket.end() if bracket else label.end
    place += len(_matched(_STARS, text, place))
    place, named, linked = _after_links(text, place, wording)
    colon = _COLON.match(text, place)
    if colon:
        place = colon.end()
    elif not linked:
        between = _NEXT.match(text, place)
        unspaced = is_unspaced(text[label.end - 1])
        if between is None and not unspaced and not _matched(_OPEN, text, place):
            return None
        place = between.end() if between else place
    # The first word of a list is no name because of the colon before the list.
    announced = colon is not None and not colon["item"]
    return _token_at(text, place, label, announced=announced, named=named)


def _after_links(text: str, place: int, wording: Wording) -> tuple[int, bool, bool]:
    """Skip words such as "is called"; tell whether one names, and whether any is there."""
    named = False
    start = place
    for _ in range(MAX_LINKS):
        begin = place + len(_matched(_SPACE, text, place))
        links = [each for each in wording.starting(begin) if _links(each, text, wording)]
        if not links or (begin == place and not is_unspaced(text[begin])):
            break
        longest = links[0].end
        named = named or any(each.tag == "named" and each.end == longest for each in links)
        place = longest
    if place == start:
        return place, False, False
    return place + len(_matched(_SPACE, text, place)), named, True


def _links(found: Found, text: str, wording: Wording) -> bool:
    """Tell whether a word may stand between a label and its name: "name on Chirper is"."""
    if found.tag == "on":
        after = wording.starting(found.end + len(_matched(_SPACE, text, found.end)))
        return any(each.tag.startswith(PLATFORM) for each in after)
    return found.tag in {"is", "named", "linked"} or found.tag.startswith(PLATFORM)


def _token_at(
    text: str, place: int, label: Found, *, announced: bool, named: bool
) -> Labelled | None:
    marks = _matched(_OPEN, text, place).strip("*_")
    place += len(_matched(_OPEN, text, place))
    found = _TOKEN.match(text, place)
    if found is None or _goes_on_in_letters(text, found.end()):
        found = _foreign_token(text, place) if marks or announced else None
    if found is None or not _may_be_handle(text, found, label, marks):
        return None
    token = found["token"]
    span = found.span("token")
    marked = bool(marks) or looks_like_handle(token)
    if marked or named or (announced and not _goes_on_as_prose(text, span[1])):
        return Labelled(token, "label", announced or marked, span)
    return None


def _foreign_token(text: str, place: int) -> re.Match[str] | None:
    """Take a word in other letters than plain ones, of a script that parts words by spaces."""
    found = _WORD.match(text, place)
    if found is None or not found["token"].isalnum() or found["token"].isascii():
        return None
    return None if is_unspaced(found["token"][0]) else found


def _goes_on_in_letters(text: str, end: int) -> bool:
    """Tell whether a token is cut off within a word of other letters than plain ones."""
    after = text[end : end + 1]
    return bool(after) and after.isalnum() and not is_unspaced(after)


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
    return not _is_address(text, end) and not _is_phrase(text, marks, end)


def _of_platform(text: str, platform: Found, wording: Wording) -> Labelled | None:
    """Read "Instagram: name_1", "Instagram id 47", "Instagram name is name_1", "name_1 on it"."""
    if platform.start and text[platform.start - 1] in "@/.":
        return None
    numbered = _NUMBERED.match(text, platform.end)
    if numbered:
        found = _id_after(text, numbered.end(), wording)
    else:
        found = _behind_label(text, platform, wording) or _handle_after(text, platform, wording)
        if found is None or not (found.sure or _is_bound(text, platform, found)):
            found = _on_platform(text, platform, wording)
    return replace(found, platform=platform.tag.removeprefix(PLATFORM)) if found else None


def _behind_label(text: str, platform: Found, wording: Wording) -> Labelled | None:
    """Read "LINEのIDは name_1" and "Instagram (old) username name_1"."""
    bracket = _BRACKET.match(text, platform.end)
    place = _after_links(text, bracket.end() if bracket else platform.end, wording)[0]
    place += len(_matched(_SPACE, text, place))
    labels = (each for each in wording.starting(place) if each.tag in {"labels", "ids"})
    label = next(labels, None)
    if label is None:
        return None
    return _id_after(text, label.end, wording) or _handle_after(text, label, wording)


def _is_bound(text: str, platform: Found, found: Labelled) -> bool:
    """Tell whether a handle stands right behind a platform's name, which then announces it."""
    return "\n" not in text[platform.end : found.span[0]]


_BEFORE = re.compile(
    rf"(?<![\w@/.\-])@?([A-Za-z0-9_](?:[A-Za-z0-9_.\-]{{0,40}}[A-Za-z0-9_])?)"
    rf"([{_QUOTES}]{{0,3}})[ \t]{{0,2}}\Z"
)
# Characters before a word in which a handle is looked for.
_BACK: Final = 50


def _token_before(text: str, place: int) -> tuple[str, str, tuple[int, int]] | None:
    """Give the token that ends at a place, its marks and its span."""
    start = max(0, place - _BACK)
    found = _BEFORE.search(text[start:place])
    if found is None:
        return None
    return found[1], found[2].strip("*_"), (start + found.start(1), start + found.end(1))


def _on_platform(text: str, platform: Found, wording: Wording) -> Labelled | None:
    ons = wording.ending(_stepped_back(text, platform.start, " "))
    on = next((each for each in ons if each.tag == "on"), None)
    before = _token_before(text, on.start) if on else None
    if before is None:
        return None
    token, marks, span = before
    announced = wording.ending(_stepped_back(text, span[0], ' "“„«'))
    named = any(each.tag == "named" for each in announced)
    if not (marks or looks_like_handle(token) or named):
        return None
    if fold(token) in words_of("never") | words_of("labels"):
        return None
    return Labelled(token, "label", bool(marks) or looks_like_handle(token), span)


def _handle_before(text: str, label: Found) -> Labelled | None:
    """Read "the name_1 account"."""
    before = _token_before(text, label.start)
    if before is None or "\n" in text[before[2][1] : label.start]:
        return None
    token, _, span = before
    if not _is_distinctive(token):
        return None
    return Labelled(token, "label", True, span)


def _named_before(text: str, after: Found, wording: Wording) -> Labelled | None:
    """Read what stands before a word that names it, as in "name_1 adlı kullanıcı"."""
    before = _token_before(text, after.start)
    if before is None:
        return None
    token, marks, span = before
    near = wording.between(after.start, after.end + NEAR)
    announced = any(each.tag in {"labels", "ids"} for each in near)
    if fold(token) in words_of("never") | words_of("labels"):
        return None
    if not (announced or marks or looks_like_handle(token)):
        return None
    return Labelled(token, "label", bool(marks) or looks_like_handle(token), span)


def _named_after(text: str, named: Found, wording: Wording) -> Labelled | None:
    """Read "called name_1" without a label before it; a plain word only with one behind it."""
    place = named.end + len(_matched(_SPACE, text, named.end))
    if place == named.end and not is_unspaced(text[named.end - 1]):
        return None
    found = _token_at(text, place, named, announced=True, named=False)
    if found is None:
        return None
    after = found.span[1] + len(_matched(_CLOSED, text, found.span[1]))
    labelled = any(each.tag in {"labels", "after"} for each in wording.starting(after))
    if not labelled and not looks_like_handle(found.token):
        return None
    return Labelled(found.token, "label", True, found.span)


def _is_address(text: str, end: int) -> bool:
    """Tell whether the token begins an e-mail address, or a call in a program."""
    return text.startswith(("@", "(", "["), end)


def _goes_on_as_prose(text: str, end: int) -> bool:
    """Tell whether a plain word after a colon only begins a sentence."""
    rest = text[end : end + 40].split("\n", maxsplit=1)[0]
    goes_on = rest[:1] == " " and not rest.lstrip().startswith(("(", "-", "/"))
    return goes_on and len(rest.split()) >= PROSE_WORDS


def _is_phrase(text: str, marks: str, end: int) -> bool:
    """Tell whether a quoted name has several words: no handle, but a display name."""
    rest = text[end : end + 40].split("\n", maxsplit=1)[0]
    goes_on = rest[:1] == " " and rest[1:2] not in _CLOSING
    return bool(marks.strip("`")) and goes_on and any(mark in rest for mark in _CLOSING)


def looks_like_handle(token: str) -> bool:
    """Tell whether a token is no word: a figure, an underscore, a capital within, an inner dot."""
    if token.isdigit():
        return False
    if any(char.isdigit() or char == "_" for char in token) or "." in token[1:-1]:
        return True
    return any(char.isupper() for char in token[1:]) and not token.isupper()


def _stepped_back(text: str, place: int, over: str) -> int:
    """Step back from a place over some characters."""
    while place and text[place - 1] in over:
        place -= 1
    return place


def _matched(pattern: re.Pattern[str], text: str, place: int) -> str:
    found = pattern.match(text, place)
    return found[0] if found else ""
