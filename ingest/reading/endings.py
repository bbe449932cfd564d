"""The footers that programs put below the words they send."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from ingest.reading.marks import SIGNED
from ingest.reading.phrases import merged, table

# Words and characters of a program's footer.
MAX_FOOTER_WORDS: Final = 14
MAX_FOOTER: Final = 200
# Lines of a mailing list's footer, its ruler among them.
MAX_LIST_FOOTER: Final = 8
_LONG_RULER = re.compile(r"[-_=]{20,200}")
# Nobody else's: people too write below a ruler of "the list of all of them", and link to it.
_LIST = re.compile(
    r"mail(?:ing)?[- ]?list|(?<![a-z])list(?:info|serv|[aes]?[.@])|[-.]list[-@]|mailman"
    r"|unsubscribe",
    re.IGNORECASE,
)
# Characters around a line that say nothing.
TRIM: Final = " \t*_[]()<>|•·~\"'\u00a0\u200b\u2013\u2014\ufeff"
RULER: Final = re.compile(r"[-_=*~\u2010-\u2015]{3,200}")
HANDLE: Final = re.compile(r"(?<![\w.@+-])[@\uff20]\w")
_LINK = re.compile(r"<?(?:https?://|www\.)[^\s<>]{1,2000}>?|<#[\w-]{1,60}>", re.IGNORECASE)


@cache
def _lower(key: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(phrase.lower() for phrase in merged("quotes", key)))


def cut_footers(lines: list[str]) -> tuple[list[str], list[str]]:
    """Cut the last lines that a program puts below what it sends."""
    end = len(lines)
    while end:
        line = lines[end - 1].removeprefix(SIGNED).strip()
        if line.strip(TRIM) and not _is_footer(line) and not RULER.fullmatch(line):
            break
        end -= 1
    footers = [line for line in lines[end:] if line.strip()]
    return (lines[:end], footers) if any(map(_says_something, footers)) else (lines, [])


def cut_banners(lines: list[str]) -> list[str]:
    """Cut what a program or a firm's gateway puts above the words, if there are words below."""
    at = 0
    while at < len(lines):
        line = lines[at].removeprefix(SIGNED).strip()
        if line.strip(TRIM) and not _is_footer(line) and not _is_banner(line):
            break
        end = at + 1
        while _is_banner(line) and end < len(lines) and lines[end].strip():
            end += 1
        at = end
    above = any(line.strip() for line in lines[:at])
    return lines[at:] if above and at < len(lines) else lines


def _is_banner(line: str) -> bool:
    plain = line.strip(TRIM).lower()
    return plain.startswith(_lower("banners")) and not HANDLE.search(plain)


def cut_list_footer(lines: list[str]) -> list[str]:
    """Cut what a mailing list puts below each mail: a long ruler, its name, its address or page."""
    for at in range(len(lines) - 1, max(0, len(lines) - MAX_LIST_FOOTER), -1):
        if _LONG_RULER.fullmatch(lines[at].strip()):
            below = [line for line in lines[at + 1 :] if line.strip()]
            is_list = any(_LINK.search(line) for line in below) and any(
                _LIST.search(line) for line in below
            )
            is_list = is_list and not any(map(HANDLE.search, below))
            return lines[:at] if is_list else lines
    return lines


def has_list_footer(text: str) -> bool:
    """Tell whether a text ends with what a mailing list puts below each mail."""
    lines = text.rstrip().split("\n")
    return cut_list_footer(lines) is not lines


def _says_something(line: str) -> bool:
    return not RULER.fullmatch(line.strip())


def _is_footer(line: str) -> bool:
    if len(line) > MAX_FOOTER + 300:
        return False
    lower = line.lower()
    hosts = _lower("hosts")
    links = _LINK.findall(lower)
    words = _LINK.sub(" ", lower).strip(TRIM)
    if links and not words:
        return all(link.startswith("<#") or any(map(link.__contains__, hosts)) for link in links)
    if len(words) > MAX_FOOTER or len(words.split()) > MAX_FOOTER_WORDS or HANDLE.search(words):
        return False
    return words.startswith((*_lower("footers"), *_lower("paper"))) or _is_sent_from(words)


def _is_sent_from(words: str) -> bool:
    """Tell whether a line names the program or device that sent the mail."""
    words = words.rstrip(" .!。")
    says_sent = words.startswith(_lower("sent")) or words.endswith(_lower("sent_end"))
    says_sent = says_sent or any(
        words.startswith(begin) and words.endswith(end) for begin, end in _pairs()
    )
    return says_sent and any(name in words for name in _lower("programs"))


@cache
def _pairs() -> tuple[tuple[str, str], ...]:
    found = [pair for each in table("quotes").values() for pair in each.get("sent_pair", [])]
    return tuple((str(begin), str(end)) for begin, end in found)
