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
# A time of day, or a year: the head of an attribution in any language.
_DATED = re.compile(r"(?<!\d)\d{1,2}[:.]\d{2}(?!\d)|(?<!\d)20\d\d(?!\d)")
_CLOCK = re.compile(r"(?<!\d)\d{1,2}[:.]\d{2}(?![\d.])")
_PGP_HEAD = re.compile(
    r"-----BEGIN PGP SIGNED MESSAGE-----\n(?:[A-Z][A-Za-z-]{1,20}: [^\n]{0,200}\n){0,5}\n?"
)
_PGP_SIGNATURE = re.compile(r"^-----BEGIN PGP (?:SIGNATURE|PUBLIC KEY BLOCK)-----$", re.MULTILINE)
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
    lines = _without_pgp(text).split("\n")
    forward = _forward_start(lines, is_reply=is_reply)
    if is_forward:
        kept: list[str] = lines[:forward]
        signature: list[str] = []
    else:
        kept, signature = _cut_signature(_without_quotes(lines[:forward], is_reply=is_reply))
    own = _tidy([*_without_footers(kept), "", *lines[forward:]])
    if own:
        return OwnWords(text=own, signature="\n".join(signature).strip())
    return OwnWords(text=_tidy(lines))


def _forward_start(lines: list[str], *, is_reply: bool) -> int:
    """Tell where an inline forward begins; one within a quote is not the writer's."""
    for at, line in enumerate(lines):
        if is_forward_mark(line) and not (is_reply and _is_quoted(line)):
            return at
    return len(lines)


def _without_pgp(text: str) -> str:
    """Take a signature's armour off a text (RFC 9580 section 7)."""
    if "-----BEGIN PGP " not in text:
        return text
    text = _PGP_HEAD.sub("", text, count=1)
    signature = _PGP_SIGNATURE.search(text)
    return text[: signature.start()] if signature else text


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
        if length and _is_by_program(lines, at, length, is_reply=is_reply):
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


def _is_by_program(lines: list[str], at: int, length: int, *, is_reply: bool) -> bool:
    """Tell an attribution from a person's "On Monday he wrote:": a program is more exact."""
    if _quote_follows(lines, at + length):
        return True
    head = " ".join(lines[at : at + length])
    return is_reply and ("@" in head or bool(_CLOCK.search(head)))


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
    if not first:
        return 0
    candidates = [word for begin, word in _attributions() if begin and first.startswith(begin)]
    # Without a known beginning, a date or an address has to stand in the line itself.
    anywhere = first[0].isdigit() or bool(_DATED.search(first))
    if anywhere:
        candidates += [word for _, word in _attributions()]
    if not candidates:
        return 0
    joined = ""
    for length in range(1, ATTRIBUTION_LINES + 1):
        joined += " " + (lines[at + length - 1][:MAX_LINE] if at + length <= len(lines) else "")
        if joined.rstrip(" *_\u00a0").endswith((":", ":>", "：")):  # noqa: RUF001 - as in Japanese
            return length if _is_attribution(joined, candidates) else 0
    return 0


def _is_attribution(joined: str, candidates: list[str]) -> bool:
    if not any(char.isdigit() for char in joined):
        return False
    end = joined.rstrip(" :：\u00a0")  # noqa: RUF001 - as above
    return any(word in joined for word in candidates) or end.endswith(">")


def _begins_with(line: str, phrases: tuple[str, ...]) -> bool:
    content = _DASHES.sub("", line[:MAX_LINE], count=1)
    if not content.startswith(phrases):
        return False
    phrase = next(phrase for phrase in phrases if content.startswith(phrase))
    return not content[len(phrase) :].strip(_MARKS)


def _opens_original(lines: list[str], at: int) -> bool:
    """Tell whether the header block of a quoted mail begins at a line (Outlook's way)."""
    line = lines[at][:MAX_LINE]
    if _begins_with(line, merged("quotes", "original")) or _is_ruled(line):
        return True
    names = merged("quotes", "from"), merged("quotes", "fields")
    if not any(_is_field(line, each) for each in names):
        return False
    block = lines[at : at + BLOCK_LINES]
    fields = sum(any(_is_field(other, each) for each in names) for other in block)
    has_from = any(_is_field(other, names[0]) for other in block)
    return has_from and fields >= 3  # noqa: PLR2004 - any two more fields make it a header


def _is_ruled(line: str) -> bool:
    """Tell whether a line is an attribution between dashes, as phones write it."""
    plain = line.strip()
    ruled = plain.startswith("--") and plain.endswith("--")
    return ruled and any(word in plain for _, word in _attributions())


def _is_field(line: str, names: tuple[str, ...]) -> bool:
    name, colon, _ = line[:40].replace("：", ":").lstrip("*> ").partition(":")  # noqa: RUF001 - full-width
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
