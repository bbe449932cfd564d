"""Large mails with little memory: what nobody reads of them is not given to the parser.

The standard library keeps each line of a mail as a string, and some of them twice; a large mail
takes eight times its size, one of empty lines forty times. So, in a mail beyond ``LARGE`` octets,
the middle of each long stretch without boundaries is left where it is and a mark put in its
place. Of texts no more is read than stays; attachments are measured with the marks undone
(``Bulk.octets``), piece by piece. Ordinary mails are not touched.
"""

from __future__ import annotations

import binascii
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

LARGE: Final = 4_000_000
# What is kept of a stretch: all that is ever read of a text, in its longest encoding.
HEAD: Final = 2_400_000
TAIL: Final = 600_000
# What is kept of a file in base64, of which nothing is read.
FILE_HEAD: Final = 20_000
FILE_TAIL: Final = 2_000
# Boundary lines looked for; a mail has at most a thousand or so.
MAX_BOUNDARIES: Final = 20_000
CHUNK: Final = 1 << 20

_FILE: Final = re.compile(
    rb"^content-transfer-encoding:[ \t]{0,9}base64", re.IGNORECASE | re.MULTILINE
)
_TEXT: Final = re.compile(
    rb"^content-type:\s{0,9}(?:text|multipart|message)/", re.IGNORECASE | re.MULTILINE
)
_NOT_BASE64: Final = bytes({*range(256)} - {*b"+/0123456789=", *range(65, 91), *range(97, 123)})
# Marks hold no character that means something in base64 or quoted-printable.
_DIGITS: Final = str.maketrans("01", "._")
_NEAR: Final = 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Bulk:
    """What was left out of a mail, by the mark that stands in its place."""

    raw: bytes = b""
    left_out: dict[str, tuple[int, int]] = field(default_factory=dict)
    key: str = field(default_factory=lambda: f"{secrets.randbits(64):064b}".translate(_DIGITS))

    def mark(self, start: int, end: int) -> bytes:
        """Note a stretch that is left out; gives the mark for its place."""
        mark = f"~!{self.key}{len(self.left_out):016b}!~".translate(_DIGITS)
        self.left_out[mark] = (start, end)
        return mark.encode()

    def is_in(self, payload: str) -> bool:
        """Tell whether something was left out of a payload."""
        return bool(self.left_out) and self.key in payload

    def pieces(self, payload: str) -> Iterator[bytes]:
        """Give the octets of a payload, with what was left out, piece by piece."""
        for piece in re.split(rf"(~!{re.escape(self.key)}[._]{{16}}!~)", payload):
            if piece not in self.left_out:
                yield piece.encode("utf-8", "surrogateescape")
                continue
            start, end = self.left_out[piece]
            for at in range(start, end, CHUNK):
                yield self.raw[at : min(end, at + CHUNK)]


def folded(raw: bytes) -> tuple[bytes, Bulk]:
    """Leave out of a large mail what nobody reads."""
    bulk = Bulk(raw=raw)
    if len(raw) <= LARGE:
        return raw, bulk
    kept: list[bytes] = []
    for start, end in _stretches(raw):
        first, last = _middle(raw, start, end)
        if first < last:
            kept += [raw[start:first], bulk.mark(first, last), raw[last:end]]
        else:
            kept.append(raw[start:end])
    return b"".join(kept), bulk


def _stretches(raw: bytes) -> Iterator[tuple[int, int]]:
    line_end = b"\n" if b"\n" in raw[:CHUNK] else b"\r"
    start = 0
    for _ in range(MAX_BOUNDARIES):
        found = raw.find(line_end + b"--", start)
        if found < 0:
            break
        yield start, found + 1
        start = found + 1
    yield start, len(raw)


def _middle(raw: bytes, start: int, end: int) -> tuple[int, int]:
    """Choose what to leave out of a stretch, from one line end to another where there are any."""
    if end - start <= FILE_HEAD + FILE_TAIL + _NEAR:
        return end, end
    beginning = raw[start : start + FILE_HEAD // 2]
    is_file = _FILE.search(beginning) and not _TEXT.search(beginning)
    head, tail = (FILE_HEAD, FILE_TAIL) if is_file else (HEAD, TAIL)
    if end - start <= head + tail + _NEAR:
        return end, end
    first, last = start + head, end - tail
    first = raw.find(b"\n", first, first + _NEAR) + 1 or first
    last = raw.find(b"\n", last, last + _NEAR) + 1 or last
    return first, last


def base64_decoded(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Decode base64 piece by piece, passing over what is none, up to its padding."""
    rest = b""
    for piece in pieces:
        rest += piece.translate(None, _NOT_BASE64)
        whole, padding, _ = rest.partition(b"=")
        ready = len(whole) // 4 * 4
        yield binascii.a2b_base64(whole[:ready])
        rest = whole[ready:]
        if padding:
            break
    # One character alone holds no octet.
    if len(rest) > 1:
        yield binascii.a2b_base64(rest + b"=" * (4 - len(rest)))
