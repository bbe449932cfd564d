"""Encoded words in header fields (RFC 2047): made sound before any library reads them.

Programs split characters between words, label them wrongly, break them over lines and pad them
badly. ``sound_words`` decodes each run of words as one, by what its octets bear out, and puts one
word of UTF-8 in its place; ``decoded_words`` gives the text at once.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from quopri import decodestring
from typing import Final

from ingest.reading.charsets import decode

_WORD: Final = (
    r"=\?\s?[\"']?([^?\s\"'*]{1,60})[\"']?(?:\*[A-Za-z-]{1,20})?\s?"
    r"\?\s?(?:([bB])\?([A-Za-z0-9+/=_\s-]{0,4000})|([qQ])\?([^?]{0,4000}|[^?]{0,200}\?[^?=]{0,200}))\?="
)
_ONE = re.compile(_WORD)
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
# Characters of a field in which words are looked for.
MAX_LENGTH: Final = 20_000


def sound_words(value: str) -> str:
    """Put sound words in the place of all others; what is no word stays as it is."""
    return _replaced(value, as_words=True)


def decoded_words(value: str) -> str:
    """Give a value with its encoded words as text."""
    return _replaced(value, as_words=False)


def _replaced(value: str, *, as_words: bool) -> str:
    if "=?" not in value or len(value) > MAX_LENGTH:
        return value
    pieces: list[str] = []
    end = 0
    run: list[tuple[str, bytes]] = []
    for match in _ONE.finditer(value):
        between = value[end : match.start()]
        if run and between.strip():
            pieces += [_of_run(run, as_words=as_words), between]
            run = []
        elif not run:
            pieces.append(between)
        run.append(_octets(match))
        end = match.end()
    if run:
        pieces.append(_of_run(run, as_words=as_words))
    return "".join(pieces) + value[end:]


def _octets(match: re.Match[str]) -> tuple[str, bytes]:
    charset, is_base64, base64, _, quoted = match.groups()
    if is_base64:
        return charset.lower(), _from_base64(base64.encode("ascii"))
    octets = quoted.replace("_", " ").encode("utf-8", "surrogateescape")
    return charset.lower(), decodestring(octets)


def _from_base64(text: bytes) -> bytes:
    """Undo base64 with any padding; a character too many is dropped."""
    octets = _NOT_BASE64.sub(b"", text.replace(b"-", b"+").replace(b"_", b"/"))
    octets = octets[: len(octets) - (len(octets) % 4 == 1)]
    try:
        return b64decode(octets + b"=" * (-len(octets) % 4))
    except (Base64Error, ValueError):
        return b""


def _of_run(run: list[tuple[str, bytes]], *, as_words: bool) -> str:
    """Join the octets of words in one charset: a character may be split between them."""
    texts = []
    charset, octets = run[0]
    for name, more in run[1:]:
        if name == charset:
            octets += more
            continue
        texts.append(decode(octets, charset)[0])
        charset, octets = name, more
    text = "".join([*texts, decode(octets, charset)[0]])
    if not as_words:
        return text
    return f"=?utf-8?b?{b64encode(text.encode()).decode('ascii')}?=" if text else ""
