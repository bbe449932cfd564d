"""Which script a text is in, and which language that tells.

Most scripts belong to one language, and in some a few letters tell neighbours apart: kana is
Japanese, yi is Ukrainian and not Russian, pe and gaf are Persian and not Arabic.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from ingest.reading.phrases import table

# A script counts when so many of a hundred letters are its own: names and addresses in Latin
# letters stand in every text.
_SHARE: Final = 20

# Scripts that one language of ours, or one language at all, is written in.
_SCRIPTS: Final = {
    "kana": "\u3041-\u30ff\uff66-\uff9d",
    "hangul": "\uac00-\ud7a3\u1100-\u11ff\u3130-\u318f",
    "han": "\u3400-\u4dbf\u4e00-\u9fff",
    "arabic": "\u0620-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff",
    "devanagari": "\u0900-\u097f",
    "cyrillic": "\u0400-\u04ff",
    "thai": "\u0e01-\u0e5b",
    "hebrew": "\u05d0-\u05ea",
    "greek": "\u0370-\u03ff\u1f00-\u1fff",
    "bengali": "\u0980-\u09ff",
    "tamil": "\u0b80-\u0bff",
    "telugu": "\u0c00-\u0c7f",
    "gujarati": "\u0a80-\u0aff",
    "panjabi": "\u0a00-\u0a7f",
    "georgian": "\u10a0-\u10ff",
    "armenian": "\u0531-\u058a",
}
_PATTERNS: Final = {name: re.compile(f"[{chars}]") for name, chars in _SCRIPTS.items()}
_OF_ONE_LANGUAGE: Final = {
    "hangul": "ko",
    "thai": "th",
    "hebrew": "he",
    "greek": "el",
    "bengali": "bn",
    "tamil": "ta",
    "telugu": "te",
    "gujarati": "gu",
    "panjabi": "pa",
    "georgian": "ka",
    "armenian": "hy",
}
_CYRILLIC: Final = frozenset({"ru", "uk", "bg", "sr", "mk", "be", "kk", "ky", "mn", "tg", "tt"})
_URDU: Final = re.compile("[ٹڈڑںےہۓھ]")
_PERSIAN: Final = re.compile("[پچژگیک]")
_MARATHI: Final = re.compile(
    r"ळ|(?:^|\s)(?:आहे|आहेत|मला|नाही|आणि|माझ्या|माझी|माझा|हे|या|करा|तपासा|कृपया तपासा)(?=\s|$|[।,.!?])"
)
_NEPALI: Final = re.compile(r"(?:^|\s)(?:छ|छन्|यो|मलाई|गर्नुहोस्|हुन्छ)(?=\s|$|[।,.!?])")


def by_script(words: str, letters: int, hint: str | None) -> tuple[str, str | None]:
    """Name the script of a text, and its language if the script tells it."""
    if words.isascii() or not letters:
        return "latin", None
    counts = {name: len(pattern.findall(words)) for name, pattern in _PATTERNS.items()}
    east = counts["kana"] + counts["han"] + counts["hangul"]
    if east * 100 >= _SHARE * letters and east:
        return "han", _eastern(words, counts, hint)
    name = max(counts, key=lambda each: counts[each])
    if counts[name] * 100 < _SHARE * letters or not counts[name]:
        return "latin", None
    return name, _OF_ONE_LANGUAGE.get(name) or _by_letters(words, name)


def fits_script(code: str, script: str) -> bool:
    """Tell whether a language is written in a script; unknown ones are written in any."""
    return (code in _CYRILLIC) == (script == "cyrillic")


def _eastern(words: str, counts: dict[str, int], hint: str | None) -> str:
    if counts["hangul"] * 3 > counts["kana"] + counts["han"]:
        return "ko"
    if counts["kana"] * 10 >= counts["han"]:
        return "ja"
    if hint in {"ja", "zh"}:
        return hint
    japanese, chinese = (len(_han(code).findall(words)) for code in ("ja", "zh"))
    return "ja" if japanese > chinese else "zh"


def _by_letters(words: str, script: str) -> str | None:
    if script == "arabic":
        if _URDU.search(words):
            return "ur"
        return "fa" if len(_PERSIAN.findall(words)) > 1 else "ar"
    if script == "devanagari":
        if _MARATHI.search(words):
            return "mr"
        return "ne" if _NEPALI.search(words) else "hi"
    return None


@cache
def _han(code: str) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, table("language")["han"][code].split())))
