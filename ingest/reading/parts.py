"""Raw octets to a tree of parts, within bounds and without looking into sealed things.

``parse`` is total. It feeds the standard library's parser in chunks and has it build parts of our
own class, which

- leaves every ``message/*`` part closed: a nested mail is evidence, not text (and a chain of
  them cannot exhaust the stack);
- stops opening multiparts beyond a depth and number of parts, and keeping header fields beyond
  a number: what is beyond stays as octets in the last part;
- turns raw 8-bit octets in header values into text at once (RFC 6532 section 3.2; older mail has
  them in any charset), as mail-parser 4.8 drops them.
"""

from __future__ import annotations

import re
from email.feedparser import BytesFeedParser
from email.message import Message
from typing import Any, Final, TypeAlias

from ingest.reading.bulk import Bulk
from ingest.reading.charsets import decode
from ingest.reading.encoded_words import decoded_words, sound_words

CHUNK_SIZE: Final = 65_536
MAX_DEPTH: Final = 30
MAX_PARTS: Final = 500
MAX_PART_DEFECTS: Final = 100
MAX_HEADERS: Final = 2_000
# Characters of one header value; real ones stay below 10,000.
MAX_HEADER_LENGTH: Final = 16_384

_ENCODED_WORD = re.compile(r"(=\?[^?\s]{1,60}\?[bBqQ]\?[^?\s]{0,20000}\?=)(?:\s{1,9}(?==\?))?")
_SYNTAX = re.compile(r"[,;<>\"()@\r\n]")


# What the signatures of the standard library say.
Anything: TypeAlias = Any


class _TooManyPartsError(Exception):
    """The parser would go on making parts; what it has is enough."""


class _Few(list[Any]):
    """Keeps so many of the defects of a part as anybody will name."""

    def append(self, defect: Anything) -> None:
        if len(self) < MAX_PART_DEFECTS:
            super().append(defect)


class Part(Message):
    """A part of a mail: bounded, and closed if it is a mail itself."""

    depth = 0
    count = 1
    # What was left out of a large mail; known to its root.
    bulk = Bulk()
    # The text of a part that holds one, once it is decoded.
    text: str | None = None

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.top: Part = self
        # Which bounds were met, said in sentences; kept by the root.
        self.beyond: set[str] = set()
        self.defects = _Few()
        # What was read out of the header fields as they are now: it is asked for again and again.
        self._known: dict[Any, Any] = {}

    def __setitem__(self, name: str, value: Anything) -> None:
        """Add a header field."""
        self._known.clear()
        super().__setitem__(name, value)

    def __delitem__(self, name: str) -> None:
        """Remove all header fields of a name."""
        self._known.clear()
        super().__delitem__(name)

    def replace_header(self, _name: str, _value: Anything) -> None:
        """Change the first header field of a name."""
        self._known.clear()
        super().replace_header(_name, _value)

    def set_raw(self, name: str, value: Anything) -> None:
        """Keep a header field as it came, but as text and no longer than is sane."""
        if len(self) >= MAX_HEADERS:
            self.top.beyond.add(f"a header has more than {MAX_HEADERS} fields; no more were read")
            return
        self._known.clear()
        text = str(value)
        if len(text) > MAX_HEADER_LENGTH:
            self.top.beyond.add(f"a header field was cut after {MAX_HEADER_LENGTH} characters")
        super().set_raw(name, header_text(text[:MAX_HEADER_LENGTH]))

    def attach(self, payload: Anything) -> None:
        """Hang a part below this one and count it."""
        if isinstance(payload, Part):
            payload.depth = self.depth + 1
            payload.top = self.top
            self.top.count += 1
            if self.top.count > MAX_PARTS:
                raise _TooManyPartsError
        super().attach(payload)

    def get_content_type(self) -> str:
        """Tell the type, but hide from the parser what it must not open."""
        if "type" not in self._known:
            self._known["type"] = super().get_content_type()
        stated: str = self._known["type"]
        if stated.startswith("message/"):
            return f"sealed/{stated.removeprefix('message/')}"
        if stated.startswith("multipart/") and self.depth >= MAX_DEPTH:
            self.top.beyond.add(f"parts are nested deeper than {MAX_DEPTH}; no more were opened")
            return "application/octet-stream"
        return stated

    def get_param(self, *arguments: Any, **options: Any) -> Anything:
        """Read a parameter; a field that makes the standard library raise has none."""
        asked = (*arguments, *options.items())
        if asked not in self._known:
            try:
                self._known[asked] = super().get_param(*arguments, **options)
            except Exception:  # noqa: BLE001 - cpython#105802 and its like: any kind may come
                return options.get("failobj")
        return self._known[asked]

    def get_payload(self, i: Anything = None, decode: bool = False) -> Anything:  # noqa: FBT001, FBT002 - the base class has it so
        """Give the payload; one whose charset or encoding cannot be applied, as it stands."""
        try:
            return super().get_payload(i, decode)  # type: ignore[call-overload]  # both shapes
        except Exception:  # noqa: BLE001 - labels from the wire name codecs that raise anything
            stored = self.stored()
            return stored.encode("utf-8", "surrogateescape") if decode else stored

    def stored(self) -> str:
        """Give the octets of the body as the parser keeps them: 8-bit ones as surrogates."""
        payload = self._payload  # type: ignore[attr-defined]  # typeshed leaves it out
        return payload if isinstance(payload, str) else ""

    def replace_value(self, name: str, value: str) -> None:
        """Put one field in the place of all of that name."""
        del self[name]
        self[name] = value


def stated_type(part: Part) -> str:
    """Tell the type a part claims, also of those that stay closed."""
    kind = part.get_content_type()
    return f"message/{kind.removeprefix('sealed/')}" if kind.startswith("sealed/") else kind


def parse(raw: bytes) -> Part:
    """Build the tree of parts. Whatever goes wrong, a root comes out that holds the octets."""
    try:
        return _feed(raw)
    except Exception:  # noqa: BLE001 - the promise of this module
        return _bare(raw)


def _feed(raw: bytes) -> Part:
    made: list[Part] = []

    def make(**options: Any) -> Part:
        made.append(Part(**options))
        return made[-1]

    parser: BytesFeedParser[Part] = BytesFeedParser(make)
    try:
        for start in range(0, len(raw), CHUNK_SIZE):
            parser.feed(raw[start : start + CHUNK_SIZE])
        return parser.close()
    except _TooManyPartsError:
        # The first one made only showed the parser how to make them; the second is the root.
        return _closed(made[1])


def _closed(root: Part) -> Part:
    """Finish a tree that is not parsed to its end."""
    root.beyond.add(f"the mail has more than {MAX_PARTS} parts; no more were read")
    for part in root.walk():
        if part.get_payload() is None:
            part.set_payload("")
    return root


def _bare(raw: bytes) -> Part:
    root = Part()
    root["Content-Type"] = "text/plain"
    root.set_payload(decode(raw)[0])
    root.beyond.add("the mail could not be parsed; it was read as one text")
    return root


def header_text(value: str) -> str:
    """Turn the octets of a header value into text, with sound encoded words."""
    value = value.replace("\0", "")
    if value.isascii():
        return sound_words(value)
    text = decode(value.encode("utf-8", "surrogateescape"))[0]
    # The standard library damages other text beside encoded words; so they become text, too.
    return _ENCODED_WORD.sub(_as_text, sound_words(text))


def _as_text(match: re.Match[str]) -> str:
    """Decode one encoded word (RFC 2047 section 4); what would be syntax in a field goes."""
    return _SYNTAX.sub(" ", decoded_words(match[1]))
