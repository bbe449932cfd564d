"""The writer's own words, apart from quotes, signatures and footers.

``own_words`` drops what mail programs add and what the writer answers to, and keeps an inline
forward, which is part of the report. Whoever quotes without having written anything above keeps
the whole: too much to read is better than an empty report.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from ingest.reading.phrases import merged, table

MAX_LINE: Final = 400
# Lines a signature may have; what is longer is a letter below a line of dashes.
MAX_SIGNATURE_LINES: Final = 25
# Lines an attribution or a header block may stretch over.
ATTRIBUTION_LINES: Final = 4
BLOCK_LINES: Final = 8

_MARKS = "".join((*" -_=*:>\t\u00a0", *map(chr, range(0x2010, 0x2016))))
_DASHES = re.compile(r"^[-_=*> \t\u2010-\u2015]{0,60}")
_FORWARD_SUBJECT = re.compile(r"\s{0,9}\[?(?:fwd?|wg|tr|rv|i|vs|doorst|enc)\s?:", re.IGNORECASE)
_REPLY_SUBJECT = re.compile(
    r"\s{0,9}(?:re|aw|antw|sv|odp|réf|resp|ref|res)(?:\[\d{1,3}\])?\s?:", re.IGNORECASE
)


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnWords:
    """What the writer wrote, and the signature under it."""

    text: str
    signature: str = ""


def is_forward_subject(subject: str) -> bool:
    """Tell whether a subject begins as mail programs mark a forward."""
    return bool(_FORWARD_SUBJECT.match(subject))


def is_reply_subject(subject: str) -> bool:
    """Tell whether a subject begins as mail programs mark a reply (RFC 5322 section 3.6.5)."""
    return bool(_REPLY_SUBJECT.match(subject))


def is_forward_mark(line: str) -> bool:
    """Tell whether a line begins an inline forward."""
    return _begins_with(line, merged("quotes", "forward"))


def own_words(text: str, *, is_reply: bool, is_forward: bool = False) -> OwnWords:
    """Part the writer's own words from the rest; the whole text if nothing would be left."""
    lines = text.split("\n")
    forward = next((at for at, line in enumerate(lines) if is_forward_mark(line)), len(lines))
    if is_forward:
        kept: list[str] = lines[:forward]
        signature: list[str] = []
    else:
        kept, signature = _cut_signature(_without_quotes(lines[:forward], is_reply=is_reply))
    own = _tidy([*_without_footers(kept), "", *lines[forward:]])
    if own:
        return OwnWords(text=own, signature="\n".join(signature).strip())
    return OwnWords(text=_tidy(lines))


def _tidy(lines: list[str]) -> str:
    """Take off trailing spaces and more than one empty line in a row."""
    kept: list[str] = []
    for line in lines:
        stripped = line.rstrip()
        if stripped or (kept and kept[-1]):
            kept.append(stripped)
    return "\n".join(kept).strip("\n")


def _without_quotes(lines: list[str], *, is_reply: bool) -> list[str]:
    kept: list[str] = []
    at = 0
    answers = is_reply
    while at < len(lines):
        length = _attribution_length(lines, at)
        if length:
            answers = True
            at += length
            if is_reply and not _quote_follows(lines, at):
                break
        elif is_reply and _opens_original(lines, at):
            break
        else:
            if not (answers and _is_quoted(lines[at])):
                kept.append(lines[at])
            at += 1
    return kept


def _is_quoted(line: str) -> bool:
    return line.lstrip(" ").startswith(">")


def _quote_follows(lines: list[str], at: int) -> bool:
    """Tell whether one of the next lines with text is marked as quoted."""
    following = [line for line in lines[at : at + 6] if line.strip()]
    return any(_is_quoted(line) for line in following[:3])


@cache
def _attributions() -> tuple[tuple[str, str], ...]:
    languages = table("quotes").values()
    return tuple((begin, word) for each in languages for begin, word in each["attribution"])


def _attribution_length(lines: list[str], at: int) -> int:
    """Tell over how many lines a line such as "On ... wrote:" stretches; 0 if it is none."""
    first = lines[at][:MAX_LINE].lstrip("> *_")
    candidates = [word for begin, word in _attributions() if first.startswith(begin)]
    if not candidates and not first[:1].isdigit():
        return 0
    joined = ""
    for length in range(1, ATTRIBUTION_LINES + 1):
        joined += " " + (lines[at + length - 1][:MAX_LINE] if at + length <= len(lines) else "")
        if joined.rstrip(" *_\u00a0").endswith((":", ":>")):
            return length if _is_attribution(joined, candidates) else 0
    return 0


def _is_attribution(joined: str, candidates: list[str]) -> bool:
    if not any(char.isdigit() for char in joined):
        return False
    return any(word in joined for word in candidates) or joined.rstrip(" :\u00a0").endswith(">")


def _begins_with(line: str, phrases: tuple[str, ...]) -> bool:
    content = _DASHES.sub("", line[:MAX_LINE], count=1)
    if not content.startswith(phrases):
        return False
    phrase = next(phrase for phrase in phrases if content.startswith(phrase))
    return not content[len(phrase) :].strip(_MARKS)


def _opens_original(lines: list[str], at: int) -> bool:
    """Tell whether the header block of a quoted mail begins at a line (Outlook's way)."""
    line = lines[at][:MAX_LINE]
    if _begins_with(line, merged("quotes", "original")):
        return True
    if not _is_field(line, merged("quotes", "from")):
        return False
    others = [
        _is_field(other, merged("quotes", "fields")) for other in lines[at + 1 : at + BLOCK_LINES]
    ]
    return sum(others) >= 2  # noqa: PLR2004 - any two more fields make it a header


def _is_field(line: str, names: tuple[str, ...]) -> bool:
    name, colon, _ = line[:40].lstrip("*> ").partition(":")
    return bool(colon) and name.strip(" *\u00a0") in names


def _cut_signature(lines: list[str]) -> tuple[list[str], list[str]]:
    """Cut at the signature separator (RFC 3676 section 4.3; clients eat its space)."""
    for at in range(len(lines) - 1, max(-1, len(lines) - MAX_SIGNATURE_LINES - 2), -1):
        if lines[at] in {"-- ", "--"}:
            return lines[:at], lines[at + 1 :]
    return lines, []


def _without_footers(lines: list[str]) -> list[str]:
    footers = merged("quotes", "footers")
    end = len(lines)
    while end:
        line = lines[end - 1].strip(" \t*_[]\u00a0")
        if line and not (line.startswith(footers) and len(line) < 120):  # noqa: PLR2004 - a line
            break
        end -= 1
    return lines[:end]
