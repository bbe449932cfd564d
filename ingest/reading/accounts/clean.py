"""Text made fit for looking up accounts, with a way back to where each character stood.

Takes out characters without width, makes one space of any white space within a line, writes
full-width and mathematical letters plainly, and undoes what careful people do to addresses so
that nobody clicks them: ``hxxp``, ``[.]``, ``(dot)``, ``[at]`` and their like. Bare words
(`` dot ``) and single spaces count only within an address at a host we know, since in prose they
would give false ones.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from itertools import islice
from typing import Final

from ingest.reading.accounts.platforms import Platforms

_SPACES: Final = r" \t\x0b\x0c\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
# Zero width, joiners, direction marks, soft hyphen, fillers, variation selectors, tags,
# and the marks of Arabic vowels.
_UNSEEN: Final = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    r"\u0640\u064b-\u0652\u0670\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0001-\U000e01ef"
)
# Each begins with a set of characters, which the engine can look for quickly.
_NUISANCE = re.compile(
    rf"[{_UNSEEN}][{_SPACES}{_UNSEEN}]{{0,199}}"
    rf"|[{_SPACES}][{_SPACES}{_UNSEEN}]{{1,199}}"
)
_WIDE_SPACE = re.compile(rf"[{_SPACES}][{_SPACES}]{{1,199}}")
_ANY_UNSEEN = re.compile(rf"[{_UNSEEN}]")
_SPACE = re.compile(rf"[{_SPACES}]")
_ODD_SPACE = re.compile(r"[\t\x0b\x0c\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_WIDE = re.compile(r"[\uff10-\uff19\uff21-\uff3a\uff3f\uff41-\uff5a\U0001d400-\U0001d7ff]")
_WIDE_SIGNS = re.compile(
    r"\uff20|(?<=[A-Za-z0-9])[\uff0e\uff3f\uff0d\uff0f](?=[A-Za-z0-9@])|(?<=[A-Za-z])\uff1a[/\uff0f]{2}"
    r"|(?<=:)[/\uff0f]{2}"
)

_DOT: Final = (
    r"\.|\u3002|dot|d0t|punkt|punt|point|punto|ponto|kropka|nokta|точка|крапка|titik|chấm|点|點|ドット|점|"
    r"닷|نقطة|डॉट|बिंदु"
)
_AT: Final = r"@|at|ät|chez|arroba|małpa|собака|kukac|アット|앳|골뱅이|艾特"
_BEFORE_HOST: Final = r"(?=[\w\-]{1,63} ?(?:[.\u3002\uff0e\uff61] ?\w|\\\.|[\[({]|dot ))"
_BEFORE_DOMAIN: Final = r"(?=[\w\-]{1,63}(?:\.\w| ?[\[({] ?(?:\.|dot)))"
# Brackets around a sign, half of them, and backslashes before one.
_BRACKETED = re.compile(
    rf"[\[({{<] ?(?:(?P<dot>{_DOT})|(?P<slash>/)|(?P<www>www)|(?P<at>{_AT})) ?[\])}}>]"
    r"|(?P<half>[\[(]\.(?=\w)|\.[\])](?=\w))"
    r"|(?P<escape>\\(?=[_@/\-*.]))",
    re.IGNORECASE,
)
# Where one of them may begin.
_OPENING = re.compile(r"[\[({<\\]|\.(?=[\])])")
# What may stand between scheme and host: ://  [:]//  [://]  : //  :\\  ;//
_COLON = re.compile(
    rf" ?[\[({{]? ?[:;] ?[\])}}]? ?[\[({{]?(?:/ ?/|\\\\|/(?!/))[\])}}]? ?{_BEFORE_HOST}"
    rf"|//{_BEFORE_HOST}"
)
_SCHEME = re.compile(
    r"(?<![A-Za-z0-9])(?:h ?[tx*+_#.z] ?[tx*+_#.z]|tt) ?p(?P<s> ?s)?(?= ?[\[({]? ?\Z)",
    re.IGNORECASE,
)
_SCHEME_ENDS: Final = frozenset("pPsS")
# Longest scheme with spaces in it, and a bracket.
MAX_SCHEME: Final = 14
_SIGN = re.compile(r"[:;]|//")
_DOMAIN_FOLLOWS = re.compile(rf" ?{_BEFORE_DOMAIN}")
_ODD_DOT: Final = r",| ?[.\u3002\uff0e\uff61] ?| (?:dot|punkt|point|punto|ponto|точка) "
# A host with spaces or other signs for dots, before a slash.
_SPELLED = re.compile(
    r"(?<![\w@.\-])[a-z0-9\-]{1,63}"
    rf"(?:(?:{_ODD_DOT})[a-z0-9\-]{{1,63}}){{1,4}}\Z",
    re.IGNORECASE,
)
_SLASH = re.compile(r"/ ?(?=[\w@~])| slash (?=[\w@~])")
_SPELLED_DOT = re.compile(_ODD_DOT, re.IGNORECASE)
# Characters before a slash, and slashes, that are looked at.
MAX_HOST: Final = 120
MAX_SLASHES: Final = 2_000
_USUAL_SUBDOMAINS: Final = frozenset({"www", "m", "mobile", "old", "web", "open"})
_PLAIN: Final = {"dot": ".", "half": ".", "slash": "/", "www": "www", "at": "@", "escape": ""}


@dataclass(frozen=True, slots=True)
class _Change:
    """One pass over a text: where it changed, and by how much what follows is shifted."""

    places: tuple[int, ...]
    shifts: tuple[int, ...]

    def origin(self, place: int) -> int:
        at = bisect_right(self.places, place) - 1
        return place + (self.shifts[at] if at >= 0 else 0)


@dataclass(frozen=True, slots=True)
class CleanText:
    """A cleaned text; ``origin`` gives the place in the text it came from."""

    text: str
    changes: tuple[_Change, ...] = ()

    def origin(self, place: int) -> int:
        """Tell where in the first text a character of the cleaned text stood."""
        for change in reversed(self.changes):
            place = change.origin(place)
        return place


def clean(text: str, platforms: Platforms | None = None) -> CleanText:
    """Clean a text; addresses spelled with spaces only if the platforms are given."""
    pattern = _WIDE_SPACE if text.isascii() or not _ANY_UNSEEN.search(text) else _NUISANCE
    text, seen = _replaced(text, [(*each.span(), _seen(each)) for each in pattern.finditer(text)])
    text = _narrow(text)
    text, schemes = _replaced(text, _schemes(text))
    text, brackets = _replaced(text, _brackets(text))
    changes = [seen, schemes, brackets]
    if platforms is not None:
        text, spelled = _replaced(text, _spelled_hosts(text, platforms))
        changes.append(spelled)
    return CleanText(text, tuple(change for change in changes if change.places))


def _replaced(text: str, replacements: list[tuple[int, int, str]]) -> tuple[str, _Change]:
    """Replace spans, given in their order, and note where each character came from."""
    pieces: list[str] = []
    places: list[int] = []
    shifts: list[int] = []
    done = length = 0
    for start, end, instead in replacements:
        pieces += (text[done:start], instead)
        length += start - done + len(instead)
        done = end
        places.append(length)
        shifts.append(done - length)
    return "".join([*pieces, text[done:]]), _Change(tuple(places), tuple(shifts))


def _seen(found: re.Match[str]) -> str:
    return " " if _SPACE.search(found[0]) else ""


def _narrow(text: str) -> str:
    """Write odd spaces and wide letters plainly; each character stays in its place."""
    if text.isascii() and "\t" not in text:
        return text
    text = _ODD_SPACE.sub(" ", text)
    text = _WIDE.sub(_folded, text)
    return _WIDE_SIGNS.sub(_folded, text)


def _folded(found: re.Match[str]) -> str:
    plain = unicodedata.normalize("NFKC", found[0])
    return plain if len(plain) == len(found[0]) else found[0]


def _schemes(text: str) -> list[tuple[int, int, str]]:
    """Find the schemes that are not written plainly, with what they stand for."""
    replacements: list[tuple[int, int, str]] = []
    done = 0
    for sign in _SIGN.finditer(text):
        start = sign.start()
        if text[max(0, start - 3) : start].rstrip(" [({")[-1:] not in _SCHEME_ENDS:
            continue
        scheme = _SCHEME.search(text, max(done, start - MAX_SCHEME), start)
        if scheme is None:
            continue
        after = _COLON.match(text, scheme.end())
        plain = "https://" if scheme["s"] else "http://"
        if after and text[scheme.start() : after.end()] != plain:
            replacements.append((scheme.start(), after.end(), plain))
            done = after.end()
    return replacements


def _brackets(text: str) -> list[tuple[int, int, str]]:
    """Find bracketed dots, slashes and the like, with what they stand for."""
    replacements: list[tuple[int, int, str]] = []
    for sign in _OPENING.finditer(text):
        found = _BRACKETED.match(text, sign.start())
        if found is None:
            continue
        kind = found.lastgroup or "escape"
        start, end = found.span()
        inner = text[start - 1 : start] != " " or text[start - 2 : start - 1].isalnum()
        spaced = kind in {"dot", "slash"} or (kind == "at" and _DOMAIN_FOLLOWS.match(text, end))
        if spaced and inner:
            start -= text[start - 1 : start] == " "
        if kind == "at" or (spaced and inner):
            end += text[end : end + 1] == " "
        before, after = text[start - 1 : start], text[end : end + 1]
        if kind in {"dot", "half"} and not (_is_name(before) and _is_name(after)):
            continue
        if kind == "dot" and end > found.end() and after.isdigit():
            # The word in brackets belongs to a sentence.
            continue
        if not replacements or start >= replacements[-1][1]:
            replacements.append((start, end, _PLAIN[kind]))
    return replacements


def _is_name(char: str) -> bool:
    """Tell whether a character may stand beside a dot of a host."""
    return char.isalnum() or (char != "" and char in "[]{}()_-")


def _spelled_hosts(text: str, platforms: Platforms) -> list[tuple[int, int, str]]:
    """Find ``chirper . example / name``, if we know the host."""
    replacements: list[tuple[int, int, str]] = []
    done = 0
    for slash in islice(_SLASH.finditer(text), MAX_SLASHES):
        end = slash.start() - (text[slash.start() - 1 : slash.start()] == " ")
        if text[end - 1 : end] in ":/<":
            continue
        found = _SPELLED.search(text, max(done, end - MAX_HOST), end)
        named = _named_host(found, platforms) if found else None
        if named and f"{named[1]}/" != text[named[0] : slash.end()]:
            replacements.append((named[0], slash.end(), f"{named[1]}/"))
            done = slash.end()
    return replacements


def _named_host(found: re.Match[str], platforms: Platforms) -> tuple[int, str] | None:
    """Give the host we know at the end of the words before a slash, and where it begins."""
    dots = list(_SPELLED_DOT.finditer(found[0]))
    labels = _SPELLED_DOT.split(found[0])
    for number in range(len(dots)):
        host = ".".join(labels[number:]).lower()
        plain = host.partition(".")[2] if labels[number].lower() in _USUAL_SUBDOMAINS else host
        if host in platforms.hosts or plain in platforms.hosts:
            return found.start() + (dots[number - 1].end() if number else 0), host
    return None
