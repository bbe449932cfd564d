# ruff: noqa: RUF001 - marks and letters as people type them, in many scripts
"""What a token of a text is: a name, a word of prose, the beginning of an address."""

from __future__ import annotations

import re
from typing import Final

from ingest.reading.lexicon import is_unspaced

# Words after a plain one on the same line that make it the beginning of a sentence.
PROSE_WORDS: Final = 3
# Characters before a word in which a handle is looked for.
BACK: Final = 50

QUOTES = "\"'“”„‚‘’«»‹›`*_「」『』【】《》〈〉"
_CLOSING: Final = frozenset('"”“«»’」』】》〉')
# The figures after the sign are an old Discord handle's.
TOKEN = re.compile(
    r"@?(?P<token>[A-Za-z0-9_](?:[A-Za-z0-9_.\-]{0,62}[A-Za-z0-9])?_{0,9}(?:#[0-9]{4}(?![0-9]))?)"
)
_WORD = re.compile(r"@?(?P<token>\w(?:[\w.\-]{0,62}\w)?_{0,9})")
# What has figures or an underscore but is no handle.
_NO_HANDLE = re.compile(
    r"\d[\d.,:]*[a-z]{0,3}|(?:img|dsc|vid|pxl|screenshot|image|photo|file|doc|scan|signal|wa)[-_]?\d.*"
    r"|(?:iphone|ipad|android|ios|windows|win|galaxy|pixel|covid|ps|mp|xbox|class|grade)\d{1,4}\w{0,3}"
    r"|[a-z]{1,3}\d{1,2}|[a-z]{4,10}2|\d+(?:st|nd|rd|th|er|ere|eme|te|ten|o|a)"
    r"|.*\.(?:jpe?g|png|gif|pdf|docx?|xlsx?|mp4|mov|zip|txt|html?|heic|webp|eml|php|[a-z]{2,3}\.[a-z]{2})",
    re.IGNORECASE,
)
# Ends of hosts and files.
_ENDINGS = frozenset(
    {"com", "net", "org", "info", "edu", "gov", "example", "app", "co", "io", "eu", "de", "fr"}
    | {"es", "it", "nl", "pl", "ru", "ua", "uk", "br", "jp", "kr", "cn", "html", "php", "jpg"}
    | {"png", "pdf"}
)
_BEFORE = re.compile(
    rf"(?<![\w@/.\-])@?([A-Za-z0-9_](?:[A-Za-z0-9_.\-]{{0,40}}[A-Za-z0-9_])?)"
    rf"([{QUOTES}]{{0,3}})[ \t]{{0,2}}\Z"
)


def is_sure_to_be_one(token: str) -> bool:
    """Tell a token with an underscore, or with a dot and figures."""
    return "_" in token.strip("_") or ("." in token and any(map(str.isdigit, token)))


def is_dotted(token: str) -> bool:
    """Tell a name of words with dots between from a host and the end of a sentence."""
    words = token.strip("_").split(".")
    plain = len(words) > 1 and all(len(word) > 1 and word.isalnum() for word in words)
    return plain and token.islower() and words[-1] not in _ENDINGS


def is_distinctive(token: str) -> bool:
    """Tell a token that is hardly anything but a handle: letters with figures or an underscore."""
    bare = token.strip("_")
    mixed = any(map(str.isalpha, bare)) and ("_" in bare or any(map(str.isdigit, bare)))
    return mixed and not _NO_HANDLE.fullmatch(bare) and bare.count(".") < 2  # noqa: PLR2004 - a host


def foreign_token(text: str, place: int) -> re.Match[str] | None:
    """Take a word in other letters than plain ones, of a script that parts words by spaces."""
    found = _WORD.match(text, place)
    if found is None or not found["token"].isalnum() or found["token"].isascii():
        return None
    return None if is_unspaced(found["token"][0]) else found


def goes_on_in_letters(text: str, end: int) -> bool:
    """Tell whether a token is cut off within a word of other letters than plain ones."""
    after = text[end : end + 1]
    return bool(after) and after.isalnum() and not is_unspaced(after)


def token_before(text: str, place: int) -> tuple[str, str, tuple[int, int]] | None:
    """Give the token that ends at a place, its marks and its span."""
    start = max(0, place - BACK)
    found = _BEFORE.search(text[start:place])
    if found is None:
        return None
    return found[1], found[2].strip("*_"), (start + found.start(1), start + found.end(1))


def is_address(text: str, end: int) -> bool:
    """Tell whether the token begins an e-mail address, or a call in a program."""
    return text.startswith(("@", "(", "["), end)


def goes_on_as_prose(text: str, end: int) -> bool:
    """Tell whether a plain word after a colon only begins a sentence."""
    rest = text[end : end + 40].split("\n", maxsplit=1)[0]
    goes_on = rest[:1] == " " and not rest.lstrip().startswith(("(", "-", "/"))
    return goes_on and len(rest.split()) >= PROSE_WORDS


def is_phrase(text: str, marks: str, end: int) -> bool:
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
