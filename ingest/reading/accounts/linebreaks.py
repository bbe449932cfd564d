"""URLs that a mail program broke over lines, put together again.

Only where no other word can be meant: in angle brackets, after a sign that ends no URL, or after
a path that still lacks its name. In doubt the URL ends with its line.
"""

from __future__ import annotations

import re
from typing import Final

# Lines that one URL may go on for.
MAX_LINES: Final = 6
# Columns from which on programs break lines.
WIDE: Final = 60
VERY_WIDE: Final = 72

_IN_ANGLES = re.compile(rf"(?: ?\r?\n[^\s<>\"]{{1,200}}){{1,{MAX_LINES}}}>")
_NEXT_LINE = re.compile(r"\r?\n(?P<token>[^\s<>\"]{1,500})(?P<alone>[ \t]{0,3}(?=[\r\n]|\Z))?")
# A path that lacks its name: the host alone, or with a segment that stands before names.
_LACKS_NAME = re.compile(
    r"(?:[a-z]{2,10}://)?[a-z0-9.\-]{4,100}/(?:(?:add|u|user|users|id|in|c|people|profile|profiles|"
    r"channel|status|p|reel|video)/)?@?",
    re.IGNORECASE,
)
_HANDLE_LIKE = re.compile(r"@?(?=[A-Za-z.\-]{0,60}[0-9_])[\w.\-]{2,64}")
_QUERY_LIKE = re.compile(r"(?=[^0-9=&%\s]{0,300}[0-9=&%])[\w%=&.+~/\-]{2,500}")
_REST = re.compile(r"[a-z0-9_][\w./?=&%\-]{0,300}")
_OTHER_URL = re.compile(r"https?://|www\.", re.IGNORECASE)


def continued(text: str, start: int, end: int) -> tuple[str, int]:
    """Give the whole of a URL that stands at ``start`` to ``end``, and where it really ends."""
    written = text[start:end]
    if text[start - 1 : start] == "<" and (rest := _IN_ANGLES.match(text, end)):
        return written + re.sub(r"\s", "", rest[0][:-1]), rest.end() - 1
    for _ in range(MAX_LINES):
        # A question mark was taken for the sentence's.
        at = end + 1 if text[end : end + 1] == "?" else end
        following = _NEXT_LINE.match(text, at)
        column = end - text.rfind("\n", 0, end)
        token = _token(written + text[end:at], column, following)
        if following is None or not token:
            break
        written = _undone(written + text[end:at]) + token
        end = following.start("token") + len(token)
    return written, end


def _token(written: str, column: int, line: re.Match[str] | None) -> str:
    """Give what of the next line belongs to a URL; nothing if in doubt."""
    if line is None or _OTHER_URL.match(line["token"]):
        return ""
    last = written[-1:]
    pattern = None
    if last in "?&%=" and "?" in written:
        pattern = _QUERY_LIKE
    elif last == "=" or (last in "-_" and column >= WIDE):
        pattern = _REST
    elif _LACKS_NAME.fullmatch(written):
        pattern = _HANDLE_LIKE
    elif column >= VERY_WIDE and line["alone"] is not None and _has_query_sign(line["token"]):
        pattern = _QUERY_LIKE
    found = pattern.match(line["token"]) if pattern else None
    return found[0].rstrip(".") if found else ""


def _has_query_sign(token: str) -> bool:
    return any(sign in token for sign in "%=&")


def _undone(written: str) -> str:
    """Take away the sign of a soft break that was not decoded (RFC 2045 section 6.7)."""
    return written[:-1] if written.endswith("=") and "?" not in written else written
