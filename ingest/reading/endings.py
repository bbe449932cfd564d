"""What programs and firms put below the words: footers, and legal notices."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from ingest.reading.marks import SIGNED
from ingest.reading.phrases import merged, table

# Words and characters of a program's footer.
MAX_FOOTER_WORDS: Final = 14
MAX_FOOTER: Final = 200
# Different words that make a paragraph a legal notice; fewer do under a heading or another one.
LEGAL_WORDS: Final = 5
LEGAL_WORDS_BELOW: Final = 3

_SENTENCE_ENDS: Final = (".", "!", "?", "。", "！", "？", "।", "؟", ":", "…")  # noqa: RUF001 - of all scripts
_TRIM: Final = " \t*_[]()<>|•·~\"'\u00a0\u200b\u2013\u2014\ufeff"
_RULER = re.compile(r"[-_=*~\u2010-\u2015]{3,200}")
_HANDLE = re.compile(r"(?<![\w.@+-])[@\uff20]\w")
_LINK = re.compile(r"<?(?:https?://|www\.)[^\s<>]{1,2000}>?|<#[\w-]{1,60}>", re.IGNORECASE)


@cache
def _lower(key: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(phrase.lower() for phrase in merged("quotes", key)))


def cut_footers(lines: list[str]) -> tuple[list[str], list[str]]:
    """Cut the last lines that a program puts below what it sends."""
    end = len(lines)
    while end:
        line = lines[end - 1].removeprefix(SIGNED).strip()
        if line.strip(_TRIM) and not _is_footer(line) and not _RULER.fullmatch(line):
            break
        end -= 1
    footers = [line for line in lines[end:] if line.strip()]
    return (lines[:end], footers) if any(map(_says_something, footers)) else (lines, [])


def _says_something(line: str) -> bool:
    return not _RULER.fullmatch(line.strip())


def _is_footer(line: str) -> bool:
    if len(line) > MAX_FOOTER + 300:
        return False
    lower = line.lower()
    hosts = _lower("hosts")
    links = _LINK.findall(lower)
    words = _LINK.sub(" ", lower).strip(_TRIM)
    if links and not words:
        return all(link.startswith("<#") or any(map(link.__contains__, hosts)) for link in links)
    if len(words) > MAX_FOOTER or len(words.split()) > MAX_FOOTER_WORDS or _HANDLE.search(words):
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


def without_legal(lines: list[str], *, keeps_first: bool = True) -> list[str]:
    """Take legal notices out, and the ruler or heading above each; the first words always stay."""
    kept: list[str] = []
    after_notice = False
    at = 0
    while at < len(lines):
        end = at
        while end < len(lines) and lines[end].strip() and not _opens(lines, at, end):
            end += 1
        end = max(end, at + 1)
        paragraph = " ".join(lines[at:end])
        may_go = any(line.strip() for line in kept) or not keeps_first
        if may_go and _is_legal(paragraph, _is_below(kept, after_notice=after_notice)):
            kept = _without_heading([*kept, *_words_above(lines[at:end])])
            after_notice = True
        else:
            kept += lines[at:end]
            after_notice = after_notice and not paragraph.strip()
        at = end
    return kept


def _words_above(paragraph: list[str]) -> list[str]:
    """Give the lines at the head of a notice that are whole sentences and no part of it."""
    for count, line in enumerate(paragraph):
        if not line.rstrip().endswith(_SENTENCE_ENDS) or any(
            len(set(pattern.findall(line.lower()))) > 1 for pattern in _legal()
        ):
            return paragraph[:count]
    return paragraph


def _opens(lines: list[str], at: int, here: int) -> bool:
    """Tell whether a paragraph ends here though no empty line does: at a ruler or a separator."""
    line = lines[here].strip()
    return here > at and (line == "--" or bool(_RULER.fullmatch(line)) or _is_heading(line))


def _is_below(kept: list[str], *, after_notice: bool) -> bool:
    last = next((line for line in reversed(kept) if line.strip()), "")
    return after_notice or _is_heading(last.strip())


def _is_heading(line: str) -> bool:
    return len(line) < 60 and line.strip(_TRIM + ":").lower() in _lower("notices")  # noqa: PLR2004 - a heading


def _without_heading(kept: list[str]) -> list[str]:
    """Drop empty lines, rulers and headings at the end of what is kept."""
    end = len(kept)
    while end:
        line = kept[end - 1].strip()
        if line and not _RULER.fullmatch(line) and not _is_heading(line):
            break
        end -= 1
    return [*kept[:end], ""]


@cache
def _legal() -> tuple[re.Pattern[str], ...]:
    words = [each["legal"] for each in table("quotes").values() if "legal" in each]
    return tuple(re.compile("|".join(map(re.escape, each))) for each in words)


def _is_legal(paragraph: str, below: bool) -> bool:  # noqa: FBT001 - says how much proof is needed
    lower = paragraph[:5000].lower()
    if len(lower) < 30 or _HANDLE.search(lower):  # noqa: PLR2004 - no notice is shorter
        return False
    begins = lower.strip(_TRIM).startswith(_lower("notices"))
    needed = LEGAL_WORDS_BELOW if below or begins else LEGAL_WORDS
    if begins and len(lower) < 60:  # noqa: PLR2004 - a heading alone
        return False
    return any(len(set(pattern.findall(lower))) >= needed for pattern in _legal())
