"""Which language a text is written in (ISO 639-1), or None when too little says so.

A script of its own tells the language at once. Else three witnesses are weighed: letters that only
some languages have, frequent words (``phrases/language.toml``), and a statistical detector (eldc),
which is sure of itself in long texts and less so in short ones. Where the words do not say, the
header and the charset of the mail do. All of it is bounded and linear.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import Any, Final, TypeAlias

from ingest.reading.lexicon import fold
from ingest.reading.phrases import table
from ingest.reading.scripts import by_script, fits_script

# Letters below which nobody can tell, and characters beyond which nothing changes.
MIN_LETTERS: Final = 4
MAX_LENGTH: Final = 3_000
# What witnesses have to bring together before they are believed.
MIN_EVIDENCE: Final = 0.7
# What the detector's certainty, from 0 to 1, is worth, and in a longer text.
_SCORE: Final = 2.5
_SCORE_OF_LONG: Final = 12.0
_LONG_TEXT: Final = 120
_SCORES: Final = 8
# What a hint of the mail's header is worth.
_HINT: Final = 0.3
# What a letter of a language brings; words and letters count so often at most.
_LETTER: Final = 0.7
_TIMES: Final = 3

# eldc ships no types.
Detector: TypeAlias = Any

_NOT_WORDS: Final = re.compile(
    r"[!-~]{0,200}(?:://|@|www\.)[!-~]{0,500}|[a-z0-9]{1,60}[._][a-z0-9._]{1,200}"
    r"|[a-z]{0,60}\d[a-z0-9]{0,60}",
    re.IGNORECASE | re.ASCII,
)
_WORDS: Final = re.compile(r"[^\W\d_]{1,40}")
# What the detector calls otherwise: Malay and Indonesian cannot be told apart in a few words, and
# Indonesian is the one we answer in.
_RENAMED: Final = {"ms": "id", "in": "id", "iw": "he", "nb": "no", "nn": "no"}


def choose(text: str, subject: str, stated: str, charset: str = "") -> str | None:
    """Tell the language of a mail: by its words, else as its header or its charset hints."""
    hint = _stated(stated) or _of_charset(charset)
    return detect(text, hint) or detect(subject, hint) or detect(f"{subject}\n{text}", hint) or hint


def detect(text: str, hint: str | None = None) -> str | None:
    """Tell the language of a text; None when it is too short or mixed to tell."""
    words = _without_names(text[:MAX_LENGTH])
    letters = sum(char.isalpha() for char in words)
    script, language = by_script(words, letters, hint)
    if language or letters < MIN_LETTERS:
        return language
    evidence = _evidence(words, letters)
    for code in list(evidence):
        if not fits_script(code, script):
            del evidence[code]
    if hint in evidence:
        evidence[hint] += _HINT
    best = max(evidence, key=lambda code: evidence[code], default=None)
    return best if best and evidence[best] >= MIN_EVIDENCE else None


def _without_names(text: str) -> str:
    """Leave out addresses, handles and names of services: they are the same in every language."""
    words = _NOT_WORDS.sub(" ", text)
    everywhere = _everywhere()
    return _WORDS.sub(lambda word: " " if fold(word[0]) in everywhere else word[0], words)


def _evidence(words: str, letters: int) -> dict[str, float]:
    evidence = _by_detector(words, letters)
    known = _known_words()
    for word, count in Counter(_WORDS.findall(fold(words))).items():
        for code, weight in known.get(word, {}).items():
            evidence[code] = evidence.get(code, 0.0) + weight * min(count, _TIMES)
    for char, count in Counter(words.lower()).items():
        for code in _letters().get(char, ()):
            evidence[code] = evidence.get(code, 0.0) + _LETTER * min(count, _TIMES)
    return evidence


def _by_detector(words: str, letters: int) -> dict[str, float]:
    """Ask the detector for its most likely languages and what each is worth."""
    # It takes no lone surrogates, which wild mail has.
    sound = words.encode(errors="replace").decode()
    worth = _SCORE_OF_LONG if letters >= _LONG_TEXT else _SCORE
    evidence: dict[str, float] = {}
    for name, score in _detector().detect_details(sound).scores.items():
        code = _RENAMED.get(name, name)
        evidence[code] = max(evidence.get(code, 0.0), worth * float(score))
    return evidence


def _stated(stated: str) -> str | None:
    match = re.match(r"([a-z]{2})(?:$|[-_,; ])", stated.strip().lower())
    return _RENAMED.get(match[1], match[1]) if match else None


def _of_charset(charset: str) -> str | None:
    name = charset.strip().lower().replace("_", "-")
    for code, prefixes in table("language")["charsets"].items():
        if any(name.startswith(prefix.replace("_", "-")) for prefix in prefixes):
            return str(code)
    return None


@cache
def _known_words() -> dict[str, dict[str, float]]:
    """Give each word's languages; a word of many languages speaks less for each."""
    languages: dict[str, set[str]] = {}
    for code, words in table("language")["words"].items():
        for word in _WORDS.findall(fold(words.lower())):
            languages.setdefault(word, set()).add(code)
    return {word: dict.fromkeys(codes, 1 / len(codes)) for word, codes in languages.items()}


@cache
def _letters() -> dict[str, tuple[str, ...]]:
    languages: dict[str, tuple[str, ...]] = {}
    for code, chars in table("language")["letters"].items():
        for char in chars:
            languages[char] = (*languages.get(char, ()), code)
    return languages


@cache
def _everywhere() -> frozenset[str]:
    return frozenset(table("language")["everywhere"]["words"].split())


@cache
def _detector() -> Detector:
    # Imported here, as most of the program never asks; its tables are 22 MB.
    import eldc  # noqa: PLC0415 - see above

    eldc.init()
    detector = eldc.instance()
    detector.set_scores(_SCORES)
    return detector
