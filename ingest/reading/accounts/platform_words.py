"""The names of platforms in a text, in all languages, found in one pass.

Names that are common words as well ("signal", "line") count only as a name is spelled, and only
where a word beside them bears it out. What that takes is in the table of platforms.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from ingest.reading.accounts.platforms import Platforms
from ingest.reading.lexicon import Lexicon, fold, is_unspaced

# From this length on, a name may have an ending.
INFLECTED: Final = 5
# Names of platforms looked at in one text.
MAX_WORDS: Final = 2_000
# Characters looked at before and after a careful name.
BESIDE: Final = 24

_CAREFUL: Final = "careful:"
_HERE: Final = "here:"
_NOT_BEFORE: Final = frozenset("@./#_$\\")
_LAST_WORD = re.compile(r"(\w{1,20})['’]?[ \"“«(]{1,3}$")  # noqa: RUF001 - quotation marks
_ANNOUNCES = re.compile(r"[ ]?(?:[:=：\x00]|\(@)|[''’](?:da|de|ta|te|daki|deki|in|ın)\b")  # noqa: RUF001
_PRECEDES = re.compile(rf"[ ]?@|{_ANNOUNCES.pattern}")
_KATAKANA: Final = ("\u30a1", "\u30ff")
# Stands among the katakana, and parts words or begins an item of a list.
_MIDDLE_DOT: Final = "\u30fb"
_HANGUL: Final = ("\uac00", "\ud7a3")
_ARABIC: Final = ("\u0600", "\u06ff")


@dataclass(frozen=True, slots=True)
class PlatformWord:
    """The name of a platform in a text."""

    key: str
    start: int
    end: int
    # Said of our own platform without its name ("on here").
    here: bool = False


@lru_cache(maxsize=8)
def platform_names(platforms: Platforms) -> dict[str, str]:
    """Give every name of a platform that needs no care, with the platform's key.

    Each is spelled in small letters, and as ``fold`` spells it.
    """
    names: dict[str, str] = {}
    prose = platforms.words["prose"]
    for platform in (*platforms.others, platforms.home):
        careful = {word.lower() for word in platform.careful}
        for word in (platform.name.lower(), *platform.words, *careful):
            if len(word) > 2 and not (word in careful and word in prose):  # noqa: PLR2004 - too short to stand alone
                names[word] = names[fold(word)] = platform.key
    return names


def find_platform_words(text: str, platforms: Platforms) -> list[PlatformWord]:
    """Find the names of platforms in a text, in its order; none lies within another."""
    folded = fold(text)
    table = _names(platforms)
    words: list[PlatformWord] = []
    for found in table.lexicon.find(folded):
        if words and found.start < words[-1].end:
            continue
        if found.tag == _HERE:
            words.append(PlatformWord(platforms.home.key, found.start, found.end, here=True))
            continue
        key = found.tag.removeprefix(_CAREFUL)
        if found.tag != key:
            counts = _is_borne_out(text, found.start, found.end, table.careful[key], platforms)
        else:
            name = folded[found.start : found.end]
            counts = name in table.short or len(name) >= INFLECTED or is_unspaced(name[0])
            counts = counts and name not in platforms.words["unlike"]
        if counts and not _is_within(text, found.start, found.end):
            words.append(PlatformWord(key, found.start, found.end))
        if len(words) >= MAX_WORDS:
            break
    return words


def _is_within(text: str, start: int, end: int) -> bool:
    """Tell whether a name is only a piece of an address or of another word."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if before in _NOT_BEFORE and before:
        return True
    before, after = (char.replace(_MIDDLE_DOT, "") for char in (before, after))
    arabic = _ARABIC[0] <= text[start] <= _ARABIC[1]
    if before.isalnum() and not is_unspaced(before) and not arabic and not is_unspaced(text[start]):
        return True
    if after == "@" and text[end + 1 : end + 2].isalnum():
        return True
    return any(
        (first <= text[start] <= last and before and first <= before <= last)
        or (kana and first <= text[end - 1] <= last and after and first <= after <= last)
        for (first, last), kana in ((_KATAKANA, True), (_HANGUL, False))
    )


def _is_borne_out(
    text: str, start: int, end: int, spellings: frozenset[str], platforms: Platforms
) -> bool:
    """Tell whether a careful name is spelled as one, and a word beside it says it is one."""
    name, after = text[start:end], text[end : end + BESIDE]
    if name not in spellings:
        return False
    if text[start - 1 : start] == "(" and after[:1] == ")":
        return True
    announces = _ANNOUNCES if name in platforms.words["prose"] else _PRECEDES
    follows = after.lstrip(" ")[:1]
    if announces.match(after) or (follows and is_unspaced(follows)):
        return True
    following = re.match(r"[ \-]{1,2}(\w{1,20})", after)
    if following and following[1].lower() in platforms.words["labels"]:
        return True
    before = _LAST_WORD.search(text[max(0, start - BESIDE) : start])
    said = before[1].lower() if before else ""
    return said in platforms.words["before"] or said in platforms.words["own"]


@dataclass(frozen=True, slots=True)
class _Names:
    lexicon: Lexicon
    short: frozenset[str]
    careful: dict[str, frozenset[str]]


@lru_cache(maxsize=8)
def _names(platforms: Platforms) -> _Names:
    phrases: dict[str, list[str]] = {_HERE: sorted(platforms.words["here"])}
    short: set[str] = set()
    for platform in (platforms.home, *platforms.others):
        names = {platform.name.lower(), *platform.words} - {*map(str.lower, platform.careful)}
        short |= {fold(name) for name in names if len(name) < INFLECTED}
        phrases[platform.key] = [_open(name) for name in sorted(names)]
        phrases[_CAREFUL + platform.key] = sorted(
            {f"*{name.lower()}*" for name in platform.careful}
        )
    return _Names(
        lexicon=Lexicon({tag: names for tag, names in phrases.items() if names}),
        short=frozenset(short),
        careful={each.key: frozenset(each.careful) for each in platforms.others},
    )


def _open(name: str) -> str:
    """Let a name have an ending, and stand right after another script or an Arabic particle."""
    if len(name) < INFLECTED and name.isascii():
        # An ending would make many a word of it ("założył").
        return name
    short = _ARABIC[0] <= name[0] <= _ARABIC[1] and len(name) < INFLECTED
    return f"{name}*" if short else f"*{name}*"
