"""Which language a text is written in (ISO 639-1), or None when too little says so.

The model (py3langid) is loaded when first needed and then stays.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final, TypeAlias

# Letters below which nobody can tell, and characters beyond which nothing changes.
MIN_LETTERS: Final = 10
MAX_LENGTH: Final = 3_000
MIN_CONFIDENCE: Final = 0.45
# A text with fewer letters is taken to be in one of the common languages.
SHORT: Final = 60
COMMON: Final = frozenset(
    {"en", "es", "pt", "fr", "de", "it", "nl", "pl", "tr", "ru", "uk", "ar", "hi", "ja", "ko", "zh"}
    | {"id", "vi", "bg", "ca", "cs", "da", "el", "et", "fa", "fi", "he", "hr", "hu", "lt", "lv"}
    | {"no", "ro", "sk", "sl", "sr", "sv", "th"},
)

# py3langid ships no types.
Identifier: TypeAlias = Any

_NOT_WORDS = re.compile(r"[!-~]{0,200}(?:://|@|www\.)[!-~]{0,500}|[0-9_]{1,50}")
_SCRIPTS_OF_ONE_LANGUAGE: Final = (
    ("ja", "\u3041", "\u30ff"),
    ("ko", "\uac00", "\ud7a3"),
    ("th", "\u0e01", "\u0e5b"),
    ("he", "\u05d0", "\u05ea"),
    ("el", "\u03b1", "\u03c9"),
    # Han characters; the kana above come first.
    ("zh", "\u4e00", "\u9fff"),
)


def choose(text: str, subject: str, stated: str) -> str | None:
    """Tell the language of a mail: by its words, else what Content-Language states."""
    found = detect(text) or detect(subject) or detect(f"{subject}\n{text}")
    hint = stated[:2].lower()
    return found or (hint if re.fullmatch("[a-z]{2}([-,; ].{0,100})?", stated.lower()) else None)


def detect(text: str) -> str | None:
    """Tell the language of a text; None when it is too short or mixed to tell."""
    words = _NOT_WORDS.sub(" ", text[:MAX_LENGTH])
    letters = sum(char.isalpha() for char in words)
    by_script = _by_script(words, letters)
    if by_script or letters < MIN_LETTERS:
        return by_script
    if letters < SHORT:
        return _among_common(words)
    code, confidence = _identifier().classify(words)
    return str(code) if confidence >= MIN_CONFIDENCE and len(code) == 2 else None  # noqa: PLR2004 - ISO 639-1 codes have two letters


def _among_common(words: str) -> str | None:
    """Tell the language of a short text, in which the model sees rare ones everywhere."""
    ranked = [(code, share) for code, share in _identifier().rank(words) if code in COMMON]
    whole = sum(share for _, share in ranked)
    code, share = ranked[0]
    return str(code) if share >= MIN_CONFIDENCE * whole else None


def _by_script(words: str, letters: int) -> str | None:
    if words.isascii() or letters < 4:  # noqa: PLR2004 - a single word
        return None
    for code, first, last in _SCRIPTS_OF_ONE_LANGUAGE:
        if sum(first <= char <= last for char in words) * 5 > letters:
            return code
    return None


@cache
def _identifier() -> Identifier:
    # Imported here, as loading the model takes longer than reading a mail.
    from py3langid import langid  # noqa: PLC0415 - see above

    return langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
