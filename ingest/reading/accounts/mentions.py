"""``@name`` in a text, by the rule of twitter-text.

The sign is ``@`` (a full-width one was made so by cleaning), not preceded by a word character or
one of ``!#$%&*@``, except by ``RT``. ``name@host`` is an e-mail address, ``@name@host`` an account
of the fediverse.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

# As long as any platform's handle.
MAX_HANDLE: Final = 64

_MENTION = re.compile(
    rf"(?:(?<![A-Za-z0-9_!#$%&*@/.+\-=])|(?<=[^A-Za-z0-9_]RT)|(?<=RT:)|(?<=[\s(]\.)|(?<=^\.))"
    rf"@(?P<name>[\w.\-]{{1,{MAX_HANDLE}}})",
)
_HOST = re.compile(r"@((?:[a-z0-9-]{1,63}\.){1,5}[a-z]{2,24})(?![\w@])", re.IGNORECASE)
_DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[a-z][\w-]*")
_LATIN_BEFORE: Final = "\u024f"
# Words after the sign that are no handles: places, mail providers, words of style sheets.
_NOT_HANDLES: Final = frozenset(
    {
        "gmail",
        "gmail.com",
        "hotmail",
        "outlook",
        "yahoo",
        "icloud",
        "gmx",
        "web.de",
        "home",
        "work",
        "school",
    }
    | {"media", "import", "font-face", "charset", "everyone", "here", "all", "page", "keyframes"}
    | {"override", "param", "deprecated", "supports", "namespace", "staticmethod", "property"},
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A name after the sign, whole as written; ``host`` is set for ``@name@host``."""

    name: str
    host: str | None
    span: tuple[int, int]


def find_mentions(text: str) -> Iterator[Mention]:
    """Give the mentions of a text in its order."""
    for found in _MENTION.finditer(text):
        if _follows_letter(text, found.start()):
            continue
        name = found["name"].rstrip(".-")
        end = found.start("name") + len(name)
        host = _HOST.match(text, end)
        if host:
            yield Mention(name, host[1].lower(), (found.start(), host.end()))
        elif name and name.lower() not in _NOT_HANDLES and not _is_cut_off(text, end):
            yield Mention(name, None, (found.start(), end))


def _follows_letter(text: str, start: int) -> bool:
    """Tell whether an accented letter stands before the sign, as in an address."""
    before = text[start - 1 : start]
    return "\x7f" < before <= _LATIN_BEFORE and before.isalpha()


def _is_cut_off(text: str, end: int) -> bool:
    """Tell whether what follows makes the name something else."""
    return text.startswith(("@", "://"), end)


def looks_like_domain(name: str) -> bool:
    """Tell whether a dot and small letters end a name: a host, unless its platform allows dots.

    A capital after the dot is the next sentence of somebody who leaves spaces out.
    """
    return bool(_DOMAIN.fullmatch(name))


def fitting(name: str, fits: re.Pattern[str]) -> str | None:
    """Give the longest beginning of a name, cut at foreign letters or dots, that fits."""
    if fits.fullmatch(name):
        return name
    plain = re.split(r"[^\x00-\x7f]", name, maxsplit=1)[0]
    if plain != name and "\x7f" < name[len(plain)] <= _LATIN_BEFORE:
        return None
    for candidate in (
        plain.rstrip(".-"),
        plain.split(".", maxsplit=1)[0],
        plain.split("-", maxsplit=1)[0],
    ):
        if fits.fullmatch(candidate):
            return candidate
    return None
