"""Legal notices that firms put below their people's mails: known by how many of their words meet.

Lawyers say the same everywhere: confidential, recipient, in error, delete. One of these words is
anybody's; several in one paragraph are a notice. Whatever names an account with its sign, or
begins the mail, is never taken for one.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from ahocorasick_rs import AhoCorasick

from ingest.reading.endings import HANDLE, RULER, TRIM
from ingest.reading.phrases import merged, table

# Different words that make a paragraph a legal notice; fewer do under a heading or another one.
LEGAL_WORDS: Final = 5
LEGAL_WORDS_BELOW: Final = 3
MIN_NOTICE: Final = 30
MAX_NOTICE: Final = 5_000
MAX_HEADING: Final = 60
# A line shorter than this share of the longest one of its paragraph was not broken, it ended.
SHORT: Final = 0.7

_SENTENCE_ENDS: Final = (".", "!", "?", "。", "！", "？", "।", "؟", ":", "…")  # noqa: RUF001 - of all scripts


def without_legal(lines: list[str]) -> list[str]:
    """Take legal notices out, and the ruler or heading above each; the first words always stay."""
    kept: list[str] = []
    last = ""
    after_notice = False
    at = 0
    while at < len(lines):
        if not lines[at].strip():
            kept.append(lines[at])
            at += 1
            continue
        end = _paragraph_end(lines, at)
        paragraph = lines[at:end]
        at = end
        head = _head_of_notice(paragraph, is_below=after_notice or _is_heading(last))
        if head is None or not (last or any(line.strip() for line in head)):
            kept += paragraph
            last = next((line for line in reversed(paragraph) if line.strip()), last)
            after_notice = after_notice and not paragraph[0].strip()
        else:
            kept += head
            _drop_heading(kept)
            last = next((line for line in reversed(head) if line.strip()), last)
            after_notice = True
    return kept


def _paragraph_end(lines: list[str], at: int) -> int:
    """Tell where a paragraph ends: before an empty line, a ruler, a separator or a heading."""
    end = at + 1
    if not lines[at].strip():
        return end
    while end < len(lines) and (line := lines[end].strip()):
        if line == "--" or RULER.fullmatch(line) or _is_heading(line):
            break
        end += 1
    return end


def _head_of_notice(paragraph: list[str], *, is_below: bool) -> list[str] | None:
    """Give the lines above a notice that are none of it; None if there is no notice."""
    text = " ".join(paragraph).lower()
    if not MIN_NOTICE <= len(text) <= MAX_NOTICE or HANDLE.search(text):
        return None
    begins = text.strip(TRIM).startswith(_lower("notices"))
    if begins and len(text) < MAX_HEADING:
        return None
    needed = LEGAL_WORDS_BELOW if is_below or begins else LEGAL_WORDS
    # Few paragraphs have any of these words; only those are looked at language by language.
    words = _any_legal().find_matches_as_indexes(text, overlapping=True)
    if len({number for number, _, _ in words}) < needed - 1:
        return None
    pattern = max(_legal(), key=lambda each: len(set(each.findall(text))))
    return _words_above(paragraph, pattern) if len(set(pattern.findall(text))) >= needed else None


def _words_above(paragraph: list[str], legal: re.Pattern[str]) -> list[str]:
    """Give the lines at the head of a paragraph that end by themselves, without a legal word."""
    longest = max(map(len, paragraph))
    for count, line in enumerate(paragraph):
        ends = line.rstrip().endswith(_SENTENCE_ENDS) or len(line) < longest * SHORT
        if not ends or RULER.fullmatch(line.strip()) or legal.search(line.lower()):
            return paragraph[:count]
    return paragraph


def _is_heading(line: str) -> bool:
    return len(line) < MAX_HEADING and line.strip(TRIM + ":").lower() in _headings()


def _drop_heading(kept: list[str]) -> None:
    """Drop empty lines, rulers and headings at the end of what is kept."""
    while kept:
        line = kept[-1].strip()
        if line and not RULER.fullmatch(line) and not _is_heading(line):
            break
        kept.pop()
    kept.append("")


@cache
def _lower(key: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(phrase.lower() for phrase in merged("quotes", key)))


@cache
def _headings() -> frozenset[str]:
    return frozenset(_lower("notices"))


@cache
def _legal() -> tuple[re.Pattern[str], ...]:
    words = [each["legal"] for each in table("quotes").values() if "legal" in each]
    return tuple(re.compile("|".join(map(re.escape, each))) for each in words)


@cache
def _any_legal() -> AhoCorasick:
    return AhoCorasick(merged("quotes", "legal"))
