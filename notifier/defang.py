"""Reported accounts spelled so that nothing can be tapped, previewed or fetched by a scanner."""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import urlsplit

MAX_LENGTH: Final = 200
"""Characters of an account that a mail shows; the command line shows the rest."""
MAX_URL_TAIL: Final = 60
"""Characters after the host of a URL that a mail shows: whoever made the URL chose its words."""

_HTTP: Final = re.compile(r"(?i)\bhttp(?=s?:)")
# A scheme that is not one of the two above, such as mailto: or tel:.
_OTHER_SCHEME: Final = re.compile(r"(?i)\b(?!hxxps?:)([a-z][a-z0-9+-]*):(?!\])")
# The full stop and what browsers take for one (UTS 46 section 2.3).
# Longer rows of digits are offered to be called.
_DIGITS: Final = re.compile(r"\d{5,}")
_DOT: Final = re.compile("(?<!\\[)[.\u3002\uff0e\uff61](?!\\])")


def defang(text: str) -> str:
    """Spell a URL or a handle so that no mail program makes a link of it.

    ``https://chirper.example/name`` becomes ``hXXps://chirper[.]example/name``. Characters that
    cannot be seen or that turn the direction of writing become U+FFFD.
    """
    visible = "".join(_visible(character) for character in text.strip())
    if len(visible) > MAX_LENGTH:
        visible = visible[: MAX_LENGTH - 1] + "…"
    broken = _OTHER_SCHEME.sub(r"\1[:]", _HTTP.sub("hXXp", visible))
    return _DOT.sub("[.]", broken)


def defang_number(text: str) -> str:
    """Spell an account's number so that no phone takes it for one to call: ``1234_5678``."""
    spelled = defang(text)
    return _DIGITS.sub(lambda found: "_".join(_fours(found[0])), spelled)


def _fours(digits: str) -> list[str]:
    return [digits[at : at + 4] for at in range(0, len(digits), 4)]


def defang_url(url: str) -> str:
    """Spell a reported URL: the host, and only the beginning of what follows it."""
    url = url.strip()
    try:
        parts = urlsplit(url)
    except ValueError:
        return defang(_shortened(url))
    if not parts.netloc:
        return defang(_shortened(url))
    # The part before an @ is no host, and may be any words.
    host = parts.netloc.rpartition("@")[2]
    tail = parts._replace(scheme="", netloc="").geturl()
    return defang(f"{parts.scheme or 'https'}://{host}{_shortened(tail)}")


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_URL_TAIL else text[:MAX_URL_TAIL] + "…"


def _visible(character: str) -> str:
    # Everything that Unicode calls other or a separator, but for the plain space.
    seen = character == " " or unicodedata.category(character)[0] not in "CZ"
    return character if seen else "\N{REPLACEMENT CHARACTER}"
