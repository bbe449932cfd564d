"""The writer's own words, apart from quotes, signatures, footers and legal notices.

``own_words`` drops what mail programs add and what the writer answers to, and keeps an inline
forward, which is part of the report. Whoever quotes without having written anything above keeps
the whole: too much to read is better than an empty report.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from ingest.reading.endings import cut_banners, cut_footers, cut_list_footer
from ingest.reading.legal import without_legal
from ingest.reading.marks import without_marks
from ingest.reading.phrases import merged
from ingest.reading.quotes import is_forward_mark, part_quotes
from ingest.reading.signatures import NOBODY, Writer, cut_signature

__all__ = ["OwnWords", "is_forward_mark", "is_forward_subject", "is_reply_subject", "own_words"]

_PGP_HEAD = re.compile(
    r"-----BEGIN PGP SIGNED MESSAGE-----\n(?:[A-Z][A-Za-z-]{1,20}: [^\n]{0,200}\n){0,5}\n?"
)
_PGP_SIGNATURE = re.compile(r"^-----BEGIN PGP (?:SIGNATURE|PUBLIC KEY BLOCK)-----$", re.MULTILINE)
# Characters that show nothing: a line of nothing else is empty.
_BLANK: Final = " \t\u00a0\u00ad\u034f\u200b\u200c\u200d\u2007\u202f\u2060\u3000\ufeff"
_LIST_TAG = re.compile(r"\s{0,9}\[[^\[\]]{1,60}\]\s{0,9}")


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnWords:
    """What the writer wrote, and the signature under it.

    Behind so many characters as ``own_length``, the text is forwarded or quoted.
    """

    text: str
    signature: str = ""
    own_length: int = field(default=0, compare=False)


def is_forward_subject(subject: str) -> bool:
    """Tell whether a subject begins as mail programs mark a forward."""
    return bool(_subject("fwd").match(_LIST_TAG.sub("", subject[:300], count=1)))


def is_reply_subject(subject: str) -> bool:
    """Tell whether a subject begins as mail programs mark a reply (RFC 5322 section 3.6.5)."""
    return bool(_subject("reply").match(_LIST_TAG.sub("", subject[:300], count=1)))


@cache
def _subject(key: str) -> re.Pattern[str]:
    words = "|".join(re.escape(word.strip()) for word in merged("quotes", key))
    counted = r"(?:\s?\[\d{1,3}\]|\s?\(\d{1,3}\)|\^\d{1,3})?"
    return re.compile(rf"[\s\[(]{{0,9}}(?:{words}){counted}\s?[:：]", re.IGNORECASE)  # noqa: RUF001 - full-width


def own_words(
    text: str,
    *,
    is_reply: bool,
    is_forward: bool = False,
    ours: re.Pattern[str] | None = None,
    writer: Writer = NOBODY,
) -> OwnWords:
    """Part the writer's own words from the rest; the whole text if nothing would be left.

    ``ours`` finds the addresses of our own mails: what they sent is never taken for a forward.
    """
    lines = _without_pgp(text).split("\n")
    parted = part_quotes(lines, is_reply=is_reply, is_forward=is_forward, ours=ours)
    kept = without_legal(cut_list_footer(cut_banners(parted.own)))
    kept, footers = cut_footers(kept)
    above, signature = cut_signature(kept, writer)
    above, more = cut_footers(above)
    has_forward = any(line.strip() for line in parted.forwarded)
    forwarded = without_legal(parted.forwarded) if has_forward else []
    own = _tidy([*above, "", *forwarded])
    ending = without_marks("\n".join((*signature, *more, *footers))).strip()
    if own:
        return OwnWords(
            text=own,
            signature=without_marks("\n".join(signature)).strip(),
            own_length=len(_tidy(above)),
        )
    if (footers or more) and not parted.has_quotes and not signature:
        return OwnWords(text="", signature=ending)
    whole = _tidy(lines)
    return OwnWords(text=whole, own_length=0 if parted.has_quotes else len(whole))


def _without_pgp(text: str) -> str:
    """Take a signature's armour off a text (RFC 9580 section 7)."""
    if "-----BEGIN PGP " not in text:
        return text
    text = _PGP_HEAD.sub("", text, count=1)
    signature = _PGP_SIGNATURE.search(text)
    return text[: signature.start()] if signature else text


def _tidy(lines: list[str]) -> str:
    """Take off marks, trailing spaces and more than one empty line in a row."""
    kept: list[str] = []
    for line in without_marks("\n".join(lines)).split("\n"):
        stripped = line.rstrip(_BLANK)
        if stripped.strip(_BLANK) or (kept and kept[-1]):
            kept.append(stripped)
    return "\n".join(kept).strip("\n")
