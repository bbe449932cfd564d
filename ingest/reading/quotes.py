"""What of a text is quoted, and what is forwarded: by the lines mail programs put around it.

``part_quotes`` takes the lines of a text and keeps those of the writer. A header block, a ruler
or an attribution begins a quote in a reply, and a forward in any other mail; a forward mark
always begins a forward. What quotes our own mail is nobody's report.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from ingest.reading.marks import ATTRIBUTED, ORIGINAL, QUOTED
from ingest.reading.phrases import merged

MAX_LINE: Final = 400
# Lines an attribution or a header block may stretch over.
ATTRIBUTION_LINES: Final = 4
BLOCK_LINES: Final = 12
# Lines looked at; what has more is no mail of a person, and is kept as it stands.
MAX_LINES: Final = 40_000
# Lines below an attribution that are looked through for a quote.
QUOTE_WITHIN: Final = 2_000
# Characters of a name on a line of its own.
MAX_NAME: Final = 80
# Fields, the sender's among them, that make a block.
_BLOCK_FIELDS: Final = 3

_MARKS = "".join((*" -_=*:：>\t\u00a0~", *map(chr, range(0x2010, 0x2016))))  # noqa: RUF001 - full-width
_DASHES = re.compile(r"^[-_=*>~ \t\u2010-\u2015]{0,60}")
_RULER = re.compile(r"[-_=*~ \u2010-\u2015]{3,}")
# A time of day, a day or a year: an attribution in any language has one.
_DATED = re.compile(
    r"(?<!\d)\d{1,2}[:.]\d{2}(?!\d)|(?<!\d)20\d\d(?!\d)|(?<!\d)\d{1,2}[./-]\d{1,2}[./-]\d\d"
)
_DAY = re.compile(r"(?<!\d)20\d\d(?!\d)|(?<!\d)\d{1,4}[./-]\d{1,2}[./-]\d\d")
_CLOCK = re.compile(r"(?<!\d)\d{1,2}[:.]\d{2}(?![\d.])")
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}\.\w")
_ENDS = (":", ":>", "：", "﹕")  # noqa: RUF001 - as in Japanese


@dataclass(kw_only=True, slots=True)
class Parted:
    """Lines of the writer, lines forwarded, and whether anything was taken for a quote."""

    own: list[str] = field(default_factory=list)
    forwarded: list[str] = field(default_factory=list)
    has_quotes: bool = False


def is_quoted(line: str) -> bool:
    """Tell whether a line is marked as quoted."""
    return line.startswith((">", QUOTED, " >", "  >", "\uff1e"))


def is_forward_mark(line: str) -> bool:
    """Tell whether a line begins an inline forward."""
    return _begins_with(line, _lower("forward"))


def part_quotes(
    lines: list[str], *, is_reply: bool, is_forward: bool, ours: re.Pattern[str] | None = None
) -> Parted:
    """Part lines; what comes from an address that ``ours`` finds is never forwarded words."""
    found = Parted()
    is_reply = answers = is_reply and not is_forward
    at = 0
    while at < len(lines) and at < MAX_LINES:
        if answers and is_quoted(lines[at]):
            found.has_quotes = True
            at += 1
            continue
        end, header = _quote_head(lines, at, is_reply=is_reply)
        if not end:
            found.own.append(lines[at])
            at += 1
            continue
        is_ours = ours is not None and bool(ours.search(header))
        if not is_ours and _is_forwarded(lines, at, is_reply=is_reply, is_forward=is_forward):
            found.forwarded = _without_ours(lines[at:], end - at, ours)
            break
        if lines[at].startswith("<"):
            found.own = _without_name(found.own)
        found.has_quotes = answers = True
        if not _quote_follows(lines, end):
            break
        at = end
    if at < min(len(lines), MAX_LINES):
        found.own = _without_ruler(found.own)
    else:
        found.own += lines[at:]
    return found


def _without_ours(lines: list[str], begin: int, ours: re.Pattern[str] | None) -> list[str]:
    """Cut a forward where a quoted mail of ours begins below it."""
    for at in range(begin, min(len(lines), MAX_LINES) if ours else 0):
        end, header = _quote_head(lines, at, is_reply=True)
        if end and ours is not None and ours.search(header):
            return lines[:at]
    return lines


def _quote_head(lines: list[str], at: int, *, is_reply: bool) -> tuple[int, str]:
    """Tell where what stands above a quoted or forwarded mail ends, and who sent that mail."""
    line = lines[at]
    if not line or line.isspace():
        return 0, ""
    if is_forward_mark(line):
        end = max(_block_end(lines, at + 1), at + 1)
        return end, _sender(lines[at + 1 : end])
    end = _original_end(lines, at)
    if end:
        return end, _sender(lines[at:end])
    length = _attribution_length(lines, at)
    if length and _is_by_program(lines, at, length, is_reply=is_reply):
        return at + length, " ".join(lines[at : at + length]).lower()
    return 0, ""


def _is_forwarded(lines: list[str], at: int, *, is_reply: bool, is_forward: bool) -> bool:
    if is_forward or is_forward_mark(lines[at]):
        return True
    return not is_reply and bool(_original_end(lines, at))


def _without_name(lines: list[str]) -> list[str]:
    """Take off the name that an attribution has on a line of its own, before the address."""
    alone = len(lines) < 2 or not lines[-2].strip()  # noqa: PLR2004 - the line above it
    return lines[:-1] if lines and alone and len(lines[-1]) <= MAX_NAME else lines


def _without_ruler(lines: list[str]) -> list[str]:
    """Take the line off that programs draw above a quote."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return lines[: end - 1] if end and _RULER.fullmatch(lines[end - 1].strip()) else lines


def _quote_follows(lines: list[str], at: int) -> bool:
    """Tell whether one of the next lines with text is marked as quoted."""
    following = [line for line in lines[at : at + 6] if line.strip()]
    return any(is_quoted(line) for line in following[:3])


@cache
def _lower(key: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(phrase.lower() for phrase in merged("quotes", key)))


@cache
def _wrote() -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word) for word in _lower("wrote")))


def _is_by_program(lines: list[str], at: int, length: int, *, is_reply: bool) -> bool:
    """Tell an attribution from a person's "On Monday he wrote:": a program is more exact."""
    if lines[at].startswith(ATTRIBUTED):
        return True
    head = " ".join(lines[at : at + length])
    has_address = bool(_ADDRESS.search(head))
    is_exact = has_address or bool(_CLOCK.search(head) and _DAY.search(head))
    if not is_reply or not is_exact:
        return is_exact if not is_reply else _quote_follows(lines, at + length)
    # Without an address it may be told; then the quote itself stands further below, marked.
    return has_address or _quote_follows(lines, at + length) or not _is_quoted_below(lines, at)


def _is_quoted_below(lines: list[str], at: int) -> bool:
    return any(map(is_quoted, lines[at + 1 : at + QUOTE_WITHIN]))


def _attribution_length(lines: list[str], at: int) -> int:
    """Tell over how many lines a line such as "On ... wrote:" stretches; 0 if it is none."""
    if lines[at].startswith(ATTRIBUTED):
        marked = (n for n, line in enumerate(lines[at:]) if not line.startswith(ATTRIBUTED))
        return next(marked, len(lines) - at)
    first = lines[at][:MAX_LINE].lstrip("> *_\t")
    if not first or not _may_attribute(first):
        return 0
    joined = ""
    for length, line in enumerate(lines[at : at + ATTRIBUTION_LINES], start=1):
        joined += " " + line[:MAX_LINE].strip()
        bare = joined.rstrip(" *_\u00a0")
        if bare.endswith(_ENDS) or (
            _ADDRESS.search(bare)
            and bare.lower().endswith(_lower("wrote"))
            and _quote_follows(lines, at + length)
        ):
            return length if _is_attribution(joined, lines, at + length) else 0
    return 0


def _may_attribute(first: str) -> bool:
    """Tell whether an attribution may begin so: by a known word, a date or an address."""
    if first[0].isdigit() or _DATED.search(first) or _ADDRESS.search(first):
        return True
    lower = first.lower()
    return lower.startswith(_lower("begins")) or (
        len(first) < 100 and first.endswith(_ENDS) and bool(_wrote().search(lower))  # noqa: PLR2004 - a short line
    )


def _is_attribution(joined: str, lines: list[str], after: int) -> bool:
    lower = joined.lower()
    says_wrote = bool(_wrote().search(lower))
    if any(char.isdigit() for char in joined):
        bare = joined.rstrip(" :：\u00a0")  # noqa: RUF001 - as above
        return says_wrote or (bare.endswith(">") and bool(_DATED.search(joined)))
    # Without a date there have to be an address or a name alone, and the quote below.
    return says_wrote and _quote_follows(lines, after)


def _begins_with(line: str, phrases: tuple[str, ...]) -> bool:
    line = line[:MAX_LINE].replace("&nbsp;", " ")
    content = _DASHES.sub("", line, count=1).lower()
    if not content.startswith(phrases):
        return False
    longest = max((phrase for phrase in phrases if content.startswith(phrase)), key=len)
    rest = content[len(longest) :]
    return not rest.strip(_MARKS) or (line.startswith("--") and rest.rstrip().endswith("--"))


def _original_end(lines: list[str], at: int) -> int:
    """Tell where the head of a quoted mail ends that begins at a line (Outlook's way); else 0."""
    line = lines[at][:MAX_LINE]
    if line.startswith(ORIGINAL):
        return max(_block_end(lines, at + 1), at + 1)
    if _begins_with(line, _lower("original")) or _is_ruled(line):
        return max(_block_end(lines, at + 1), at + 1)
    return _block_end(lines, at) if _field_name(line) else 0


def _block_end(lines: list[str], at: int) -> int:
    """Tell where a header block ends that begins here or after empty lines; 0 if none does."""
    while at < len(lines) and not lines[at].strip():
        at += 1
    names: dict[str, int] = {}
    last = at
    for index, line in enumerate(lines[at : at + BLOCK_LINES], start=at):
        name = _field_name(line)
        if name:
            names.setdefault(name, index)
            last = index
    if len(names) < _BLOCK_FIELDS or not any(name in _lower("from") for name in names):
        return 0
    return last + 1


def _field_name(line: str) -> str:
    """Give the name of a field that a program writes above a quoted mail, or ""."""
    name, colon, _ = line[:40].replace("：", ":").lstrip("*>_ \t" + QUOTED).partition(":")  # noqa: RUF001 - full-width
    if not colon:
        return ""
    name = name.strip(" *_\u00a0\t").lower()
    return name if name in _field_names() else ""


@cache
def _field_names() -> frozenset[str]:
    return frozenset((*_lower("from"), *_lower("fields")))


def _sender(block: list[str]) -> str:
    """Give the lines of a block that name the sender."""
    senders = [line for line in block if _field_name(line) in _lower("from")]
    return " ".join(senders).lower()


def _is_ruled(line: str) -> bool:
    """Tell whether a line is an attribution between dashes, as phones write it."""
    plain = line.strip()
    ruled = plain.startswith("--") and plain.endswith("--")
    return ruled and bool(_wrote().search(plain.lower()))
