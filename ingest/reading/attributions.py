"""The line above a quote: who wrote it and when, as programs of any language put it.

It has a date or an address, a word for writing and a colon at its end, and may stretch over a few
lines. What a person tells in such words is no attribution: a program is more exact.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from ingest.reading.marks import ATTRIBUTED, QUOTED
from ingest.reading.phrases import merged

MAX_LINE: Final = 400
# Lines an attribution may stretch over.
ATTRIBUTION_LINES: Final = 4
# Lines below an attribution that are looked through for a quote.
QUOTE_WITHIN: Final = 2_000

# A time of day, a day or a year: an attribution in any language has one.
_DATED = re.compile(
    r"(?<!\d)\d{1,2}[:.]\d{2}(?!\d)|(?<!\d)20\d\d(?!\d)|(?<!\d)\d{1,2}[./-]\d{1,2}[./-]\d\d"
)
_DAY = re.compile(r"(?<!\d)20\d\d(?!\d)|(?<!\d)\d{1,4}[./-]\d{1,2}[./-]\d\d")
_CLOCK = re.compile(r"(?<!\d)\d{1,2}[:.]\d{2}(?![\d.])")
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}\.\w")
_ENDS = (":", ":>", "：", "﹕")  # noqa: RUF001 - as in Japanese


@cache
def lowered(key: str) -> tuple[str, ...]:
    """Give the phrases under a key, in all languages, in small letters."""
    return tuple(dict.fromkeys(phrase.lower() for phrase in merged("quotes", key)))


def is_quoted(line: str) -> bool:
    """Tell whether a line is marked as quoted."""
    return line.startswith((">", QUOTED, " >", "  >", "\uff1e"))


def quote_follows(lines: list[str], at: int) -> bool:
    """Tell whether one of the next lines with text is marked as quoted."""
    following = [line for line in lines[at : at + 6] if line.strip()]
    return any(is_quoted(line) for line in following[:3])


@cache
def wrote() -> re.Pattern[str]:
    """Find a word for writing in small letters."""
    return re.compile("|".join(re.escape(word) for word in lowered("wrote")))


def is_by_program(lines: list[str], at: int, length: int, *, is_reply: bool) -> bool:
    """Tell an attribution from a person's "On Monday he wrote:": a program is more exact."""
    if lines[at].startswith(ATTRIBUTED):
        return True
    head = " ".join(lines[at : at + length])
    has_address = bool(_ADDRESS.search(head))
    is_exact = has_address or bool(_CLOCK.search(head) and _DAY.search(head))
    if not is_reply or not is_exact:
        return is_exact if not is_reply else quote_follows(lines, at + length)
    # Without an address it may be told; then the quote itself stands further below, marked.
    return has_address or quote_follows(lines, at + length) or not _is_quoted_below(lines, at)


def _is_quoted_below(lines: list[str], at: int) -> bool:
    return any(map(is_quoted, lines[at + 1 : at + QUOTE_WITHIN]))


def attribution_length(lines: list[str], at: int) -> int:
    """Tell over how many lines a line such as "On ... wrote:" stretches; 0 if it is none."""
    if lines[at].startswith(ATTRIBUTED):
        marked = (n for n, line in enumerate(lines[at:]) if not line.startswith(ATTRIBUTED))
        return next(marked, len(lines) - at)
    first = lines[at][:MAX_LINE].lstrip("> *_\t")
    if not first or not _may_attribute(first):
        return 0
    joined = ""
    for length, line in enumerate(lines[at : at + ATTRIBUTION_LINES], start=1):
        if not line.strip() or (length > 1 and _begins_one(line)):
            # The writer's own last words, and then the attribution.
            return 0
        joined += " " + line[:MAX_LINE].strip()
        bare = joined.rstrip(" *_\u00a0")
        if bare.endswith(_ENDS) or (
            _ADDRESS.search(bare)
            and bare.lower().endswith(lowered("wrote"))
            and quote_follows(lines, at + length)
        ):
            return length if _is_attribution(joined, lines, at + length) else 0
    return 0


def _begins_one(line: str) -> bool:
    """Tell whether a line begins as an attribution does, with its date."""
    begins = line[:MAX_LINE].lstrip("> *_\t").lower().startswith(lowered("begins"))
    return begins and bool(_DATED.search(line[:MAX_LINE]))


def _may_attribute(first: str) -> bool:
    """Tell whether an attribution may begin so: by a known word, a date or an address."""
    if first[0].isdigit() or _DATED.search(first) or _ADDRESS.search(first):
        return True
    lower = first.lower()
    return lower.startswith(lowered("begins")) or (
        len(first) < 100 and first.endswith(_ENDS) and bool(wrote().search(lower))  # noqa: PLR2004 - a short line
    )


def _is_attribution(joined: str, lines: list[str], after: int) -> bool:
    lower = joined.lower()
    says_wrote = bool(wrote().search(lower))
    if any(char.isdigit() for char in joined):
        bare = joined.rstrip(" :：\u00a0")  # noqa: RUF001 - as above
        return says_wrote or (bare.endswith(">") and bool(_DATED.search(joined)))
    # Without a date there have to be an address or a name alone, and the quote below.
    return says_wrote and quote_follows(lines, after)
