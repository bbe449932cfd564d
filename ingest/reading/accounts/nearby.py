"""Which platform the words around a handle speak of.

A handle belongs to our platform unless the words right beside it, in the same sentence, name
another one and no nearer word names ours.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from ingest.reading.accounts.platforms import Platform, Platforms

# Characters before and after a handle that are looked at.
BEFORE: Final = 40
AFTER: Final = 30

_SENTENCE_END = re.compile(r"[.!?;\n](?:\s|$)|\n")
# Names too short to stand alone; they count after such a word.
_SHORT_NAMES: Final = {
    "x": "x",
    "ig": "instagram",
    "sc": "snapchat",
    "dc": "discord",
    "tg": "telegram",
}
_BEFORE_SHORT: Final = r"(?:on|auf|bei|sur|en|my|via)"


def platform_nearby(text: str, start: int, end: int, platforms: Platforms) -> Platform:
    """Tell the platform of the handle at ``start`` to ``end``."""
    return named_nearby(text, start, end, platforms) or platforms.home


def named_nearby(text: str, start: int, end: int, platforms: Platforms) -> Platform | None:
    """Tell the platform named nearest to a handle; None if none is."""
    before = _SENTENCE_END.split(text[max(0, start - BEFORE) : start])[-1]
    after = _SENTENCE_END.split(text[end : end + AFTER])[0]
    pattern, keys = _names(platforms)
    nearest = [(len(before) - found.end(), _key(found, keys)) for found in pattern.finditer(before)]
    nearest += [(found.start(), _key(found, keys)) for found in pattern.finditer(after)][:1]
    return platforms.by_key(min(nearest)[1]) if nearest else None


def platform_names(platforms: Platforms) -> dict[str, str]:
    """Give every word for a platform with its key."""
    names = {}
    for platform in (*platforms.others, platforms.home):
        for word in (platform.name.lower(), *platform.words):
            if len(word) > 2:  # noqa: PLR2004 - shorter ones are no names by themselves
                names[word] = platform.key
    return names


def _key(found: re.Match[str], keys: dict[str, str]) -> str:
    word = (found["long"] or found["short"]).lower()
    return keys.get(word) or _SHORT_NAMES[word]


@lru_cache(maxsize=8)
def _names(platforms: Platforms) -> tuple[re.Pattern[str], dict[str, str]]:
    keys = platform_names(platforms)
    long = "|".join(re.escape(word) for word in sorted(keys, key=len, reverse=True))
    short = "|".join(_SHORT_NAMES)
    pattern = rf"(?<![\w@.])(?:(?P<long>{long})|{_BEFORE_SHORT} (?P<short>{short}))(?![\w@])"
    return re.compile(pattern, re.IGNORECASE), keys
