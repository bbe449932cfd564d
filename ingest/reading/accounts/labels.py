"""Handles and ids announced by a word: "username: name_1", "user id 4711", "name_1 on Instagram".

After a colon almost any token is a handle. Without one, a word of prose must not become a handle
("this account worries me"): then the token has to look like one, stand in quotes, or follow a word
such as "called".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain
from typing import Final, Literal

from ingest.reading.accounts.nearby import platform_names
from ingest.reading.accounts.platforms import Platforms
from ingest.reading.phrases import merged

Method = Literal["label", "labelled_id"]

# Words after a plain one on the same line that make it the beginning of a sentence.
PROSE_WORDS: Final = 3
# Fewer figures after a label are the number of a line.
MIN_FIGURES: Final = 3

_QUOTES: Final = "\"'“”„‚‘’«»‹›`*_"  # noqa: RUF001 - the quotation marks of many languages
_CLOSING: Final = frozenset('"”“«»’')  # noqa: RUF001 - the same
_OPEN = rf"(?:«[ \u00a0\u202f]|[{_QUOTES}]{{0,3}})"
# The figures after the sign are an old Discord handle's.
_NAME = r"@?(?P<token>\w(?:[\w.\-]{0,62}\w)?_{0,9}(?:#[0-9]{4}(?![0-9]))?)"
_PLAIN = re.compile(r"[A-Za-z]?[a-zà-ž]*|[A-Z]+|[^\W\d_]*")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A token announced by a label; ``sure`` when a colon, a quote or its looks bear it out.

    ``platform`` is the key of the platform that the label itself names, if it does.
    """

    token: str
    method: Method
    sure: bool
    span: tuple[int, int]
    platform: str | None = None


def find_labelled(text: str, platforms: Platforms) -> Iterator[Labelled]:
    """Give the labelled handles and ids of a text."""
    yield from _ids(text)
    yield from _handles(text)
    yield from _by_platform(text, platforms)


def _ids(text: str) -> Iterator[Labelled]:
    for found in _id_pattern().finditer(text):
        yield Labelled(found["id"], "labelled_id", True, found.span("id"))


def _handles(text: str) -> Iterator[Labelled]:
    for found in _handle_pattern().finditer(text):
        token = found["token"]
        if token.isdigit() and (found["label"].lower() in _id_words() or len(token) < MIN_FIGURES):
            continue
        if token.lower() in _never() | _label_words() or _is_phrase(text, found):
            continue
        if _is_address(text, found):
            continue
        announced = bool(found["colon"])
        named = bool(found["named"])
        marked = found["marks"] != "" or _looks_like_handle(token)
        if (announced and not _goes_on_as_prose(text, found)) or marked or named:
            yield Labelled(token, "label", announced or marked, found.span("token"))


def _is_address(text: str, found: re.Match[str]) -> bool:
    """Tell whether the token begins an e-mail address, or a call in a program."""
    return text.startswith(("@", "(", "["), found.end("token"))


def _goes_on_as_prose(text: str, found: re.Match[str]) -> bool:
    """Tell whether a plain word after a colon only begins a sentence."""
    if found["marks"] or _looks_like_handle(found["token"]):
        return False
    rest = text[found.end("token") : found.end("token") + 40].split("\n", maxsplit=1)[0]
    goes_on = rest[:1] == " " and not rest.lstrip().startswith(("(", "-", "/"))
    return goes_on and len(rest.split()) >= PROSE_WORDS


def _is_phrase(text: str, found: re.Match[str]) -> bool:
    """Tell whether a quoted name has several words: no handle, but a display name."""
    marks = found["marks"].strip("*_`")
    rest = text[found.end("token") : found.end("token") + 40].split("\n", maxsplit=1)[0]
    goes_on = rest[:1] == " " and rest[1:2] not in _CLOSING
    return bool(marks) and goes_on and any(mark in rest for mark in _CLOSING)


def _by_platform(text: str, platforms: Platforms) -> Iterator[Labelled]:
    """Read "Instagram: name_1" and "name_1 on Instagram"."""
    names = platform_names(platforms)
    ids, linked, before, after = _platform_patterns(platforms)
    for found in ids.finditer(text):
        key = names[found["platform"].lower()]
        yield Labelled(found["id"], "labelled_id", True, found.span("id"), key)
    for found in before.finditer(text):
        if found["token"].lower() in _never() | names.keys() or _is_address(text, found):
            continue
        if not _goes_on_as_prose(text, found):
            key = names[found["platform"].lower()]
            yield Labelled(found["token"], "label", True, found.span("token"), key)
    for found in chain(linked.finditer(text), after.finditer(text)):
        marked = found["marks"] != "" or _looks_like_handle(found["token"])
        if not _is_address(text, found) and (marked or found.groupdict().get("named")):
            key = names[found["platform"].lower()]
            yield Labelled(found["token"], "label", marked, found.span("token"), key)


def _looks_like_handle(token: str) -> bool:
    """Tell whether a token is no word: a figure, an underscore, a capital within, an inner dot."""
    if token.isdigit():
        return False
    if any(char.isdigit() or char == "_" for char in token) or "." in token[1:-1]:
        return True
    return any(char.isupper() for char in token[1:]) and not token.isupper()


@cache
def _never() -> frozenset[str]:
    return frozenset(merged("labels", "never"))


@cache
def _label_words() -> frozenset[str]:
    return frozenset((*merged("labels", "labels"), *merged("labels", "named")))


@cache
def _id_words() -> frozenset[str]:
    return frozenset(merged("labels", "ids"))


def _alternation(phrases: tuple[str, ...]) -> str:
    longest_first = sorted(phrases, key=len, reverse=True)
    return "|".join(re.escape(phrase).replace(r"\ ", r"[ \t]{1,3}") for phrase in longest_first)


@cache
def _id_pattern() -> re.Pattern[str]:
    labels = _alternation(merged("labels", "ids"))
    linked = _alternation(merged("labels", "is"))
    return re.compile(
        rf"(?<!\w)(?:{labels})[ \t]{{0,3}}(?:[:=#]|{linked}|nr\.?|no\.?)?[ \t]{{0,3}}"
        rf"{_OPEN}#?(?P<id>[0-9]{{2,25}})(?![\w.]\w)",
        re.IGNORECASE,
    )


@cache
def _handle_pattern() -> re.Pattern[str]:
    labels = _alternation(merged("labels", "labels") + merged("labels", "ids"))
    linked = _alternation(merged("labels", "is"))
    named = _alternation(merged("labels", "named"))
    space = r"[ \t]{1,3}"
    colon = r"[ \t]{0,3}(?P<colon>[:=\uff1a]|->|→)[*_]{0,2}\s{0,4}"
    is_named = rf"{space}(?:(?:{linked}){space})?(?P<named>{named}){space}"
    between = rf"{colon}|{is_named}|{space}(?:{linked}){space}(?=.)"
    # What stands after a dash or on the next line has to look like a handle.
    between += rf"|{space}[-–]{space}|[ \t]{{0,3}}\n{{1,2}}|{space}"  # noqa: RUF001 - a dash
    return re.compile(
        rf"(?<![\w@/.:])(?P<label>{labels})(?:[ \t]{{0,3}}\([^)\n]{{0,30}}\))?[*_]{{0,2}}"
        rf"(?:{between})(?P<marks>{_OPEN}){_NAME}",
        re.IGNORECASE,
    )


@lru_cache(maxsize=8)
def _platform_patterns(platforms: Platforms) -> tuple[re.Pattern[str], ...]:
    names = _alternation(tuple(platform_names(platforms)))
    on = _alternation(merged("labels", "on"))
    labels = _alternation(merged("labels", "labels"))
    named = _alternation(merged("labels", "named"))
    space = r"[ \t]{1,3}"
    before = (
        rf"(?<![\w@/.])(?P<platform>{names})(?:[ \t\-]{{1,3}}(?:{labels}))?"
        rf"[ \t]{{0,3}}[:=][ \t]{{0,3}}(?P<marks>{_OPEN}){_NAME}(?![\w:/])"
    )
    after = (
        rf"(?:(?<!\w)(?P<named>{named}){space})?(?P<marks>{_OPEN})(?<![\w@/.\-]){_NAME}{_OPEN}"
        rf"{space}(?:{on}){space}(?P<platform>{names})(?!\w|\.\w)"
    )
    linked = (
        rf"(?<![\w@/.])(?P<platform>{names}){space}(?:{_alternation(merged('labels', 'linked'))})"
        rf"{space}(?P<marks>{_OPEN}){_NAME}"
    )
    ids = (
        rf"(?<![\w@/.])(?P<platform>{names})[ \t\-]{{1,3}}id[ \t]{{0,3}}[:=#]?[ \t]{{0,3}}"
        rf"{_OPEN}(?P<id>[0-9]{{2,25}})(?![\w.]\w)"
    )
    return tuple(re.compile(each, re.IGNORECASE) for each in (ids, linked, before, after))
