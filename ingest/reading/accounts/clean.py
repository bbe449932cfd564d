"""Text made fit for looking up accounts, with a way back to where each character stood.

Takes out characters without width, and undoes what careful people do to addresses so that nobody
clicks them: ``hxxp``, ``[.]``, ``(dot)``, ``[at]`` and their like. Bare words (`` dot ``) stay,
since in prose they would give false addresses.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

_NUISANCE = re.compile(
    r"(?P<nothing>[\u00ad\u034f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]{1,99})"
    r"|(?P<scheme>\bh(?:xx|tt|XX|TT)p(?P<s>s?)(?:\[:\]//|\[://\]|:\\{2}|://|\[:\]\[//\]))"
    r"|(?P<dot> ?[\[({] ?(?:\.|dot|DOT|punkt|PUNKT|point|punto) ?[\])}] ?)"
    r"|(?P<slash>\[/\])"
    r"|(?P<www>\[www\])"
    r"|(?P<at> ?[\[({] ?(?:@|at|AT|ät) ?[\])}] ?|\uff20)",
    re.IGNORECASE,
)
_PLAIN: Final = {"nothing": "", "dot": ".", "slash": "/", "www": "www", "at": "@"}


@dataclass(frozen=True, slots=True)
class CleanText:
    """A cleaned text; ``origin`` gives the place in the text it came from."""

    text: str
    places: tuple[int, ...]
    shifts: tuple[int, ...]

    def origin(self, place: int) -> int:
        """Tell where in the first text a character of the cleaned text stood."""
        at = bisect_right(self.places, place) - 1
        return place + (self.shifts[at] if at >= 0 else 0)


def clean(text: str) -> CleanText:
    """Clean a text in one pass."""
    pieces: list[str] = []
    places: list[int] = []
    shifts: list[int] = []
    done = length = 0
    for found in _NUISANCE.finditer(text):
        instead = _instead(found)
        pieces += (text[done : found.start()], instead)
        length += found.start() - done + len(instead)
        done = found.end()
        places.append(length)
        shifts.append(done - length)
    return CleanText("".join([*pieces, text[done:]]), tuple(places), tuple(shifts))


def _instead(found: re.Match[str]) -> str:
    if found["scheme"]:
        return f"http{found['s'].lower()}://"
    return _PLAIN[found.lastgroup or "nothing"]
