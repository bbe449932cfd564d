"""The script of letters: which ones imitate each other, and which need no space before them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

# Scripts with letters that look like those of another of them.
_ALIKE: Final = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC"})

UNSPACED: Final = (
    # Thai, Lao, Tibetan, Burmese; Khmer; the mark of repetition, kana, bopomofo, Hangul letters.
    r"\u0e00-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u318f"
    r"\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
"""Scripts that may stand right beside a name, as ranges of characters in an expression."""
_NEEDS_NO_SPACE: Final = re.compile(f"[{UNSPACED}]")


@lru_cache(maxsize=2048)
def _script(char: str) -> str | None:
    """Name the script of a letter; None for figures, marks and signs."""
    if not char.isalpha():
        return None
    return unicodedata.name(char, "").partition(" ")[0]


def is_mixed_script(name: str) -> bool:
    """Tell whether a name mixes letters of scripts that imitate each other."""
    return not name.isascii() and len(_ALIKE & {_script(char) for char in name}) > 1


def is_latin_letter(char: str) -> bool:
    """Tell whether a character is a Latin letter beyond ASCII: é, ş, ế."""
    return char > "\x7f" and char.isalpha() and _script(char) == "LATIN"


def needs_no_space(char: str) -> bool:
    """Tell whether text of this script may follow a name at once (kana, Han, Hangul, Thai ...)."""
    return bool(_NEEDS_NO_SPACE.match(char))


def ascii_beginning(name: str) -> str:
    """Cut what another script adds to a name: ``nameさん``, ``name님``, a case after a hyphen.

    A name in which letters of another script only imitate ASCII ones stays whole, as does one
    with Latin letters beyond ASCII.
    """
    end = next((place for place, char in enumerate(name) if char > "\x7f"), len(name))
    rest = name[end:]
    if not rest or needs_no_space(rest[0]) or name[:end].endswith("-"):
        return name[:end]
    imitates = any(char.isascii() and char.isalnum() for char in rest) or rest[0] in _LOOKALIKES
    return name if is_latin_letter(rest[0]) or (imitates and is_mixed_script(name)) else name[:end]


# Cyrillic and Greek letters that look like Latin ones.
_LOOKALIKES: Final = frozenset("аеорсухіјѕԁһԛԝӏкмтвнАЕОРСУХІЈЅВКМНТαοινυκρτχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ")
