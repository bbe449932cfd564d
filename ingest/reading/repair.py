"""Make a tree of parts such that mail-parser 4.8 reads it right.

It works on the tree in memory, never on the stored mail. What it makes good: multiparts that
could not be opened, transfer encodings with a slip of the pen, parameters that make the standard
library raise, text whose charset is stateful, missing or wrong, ``format=flowed``, and parts that
mail-parser would take neither for text nor for an attachment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.errors import MissingHeaderBodySeparatorDefect
from email.message import Message
from typing import Final

from ingest.reading import flowed
from ingest.reading.bulk import folded
from ingest.reading.parts import Part, parse, stated_type
from ingest.reading.texts import settle_text

# The name given to a part without one; it never leaves this package.
UNNAMED: Final = "unnamed-part"
BODY_TYPES: Final = ("text/plain", "text/html")

MAX_BOUNDARY: Final = 200
MAX_STRAY_LENGTH: Final = 2_000

_ENCODINGS = ("quoted-printable", "base64", "7bit", "8bit", "binary", "x-uuencode", "uuencode")
_STRAY_LINES: Final = 3
_PLAIN_WORDS: Final = 4
_CONTROLS: Final = bytes({*range(32), 127} - {*b"\t\n\r\x0c\x1b"})
# The same words once more for few programs: neither text to read nor a file.
_OTHER_FORMS: Final = ("text/x-amp-html", "text/watch-html")
# A file name in octets (RFC 2231 section 4) that does not say of which charset.
_UNLABELLED_NAME = re.compile(r"(name\*\s{0,9}=\s{0,9})([^'\";\s]{1,500})(?=\s{0,9}(?:;|$))")
_KNOWN_FIELD = re.compile(
    rb"(?:received|from|to|subject|date|message-id|content-type|mime-version|reply-to|x-mailer)"
    rb"[ \t]{0,9}:",
    re.IGNORECASE,
)
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_MIME_FIELD = re.compile(rb"content-(?:type|transfer-encoding)[ \t]{0,9}:", re.IGNORECASE)


def open_tree(raw: bytes) -> Part:
    """Parse a mail, reading on past stray lines before and within its header."""
    raw, bulk = folded(raw)
    root = _parsed(raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n"))
    root.bulk = bulk
    return root


def _parsed(raw: bytes) -> Part:
    if _is_no_mail(raw):
        return parse(b"Content-Type: application/octet-stream\n\n" + raw)
    root = parse(raw)
    for _ in range(_STRAY_LINES):
        shortened = _without_stray_line(raw, root)
        if shortened is None:
            break
        raw = shortened
        root = parse(raw)
    return root


def _is_no_mail(raw: bytes) -> bool:
    """Tell whether octets are a file of another kind: control characters in every corner."""
    # A text in UTF-16 has as many, but below a header that has none.
    head = _HEADER_END.split(raw[:1000], maxsplit=1)[0]
    return len(head.translate(None, _CONTROLS)) * 10 < len(head) * 9


def _without_stray_line(raw: bytes, root: Part) -> bytes | None:
    """Drop the line that ended the header too early, if known fields follow it."""
    rest = root.stored().encode("utf-8", "surrogateescape")
    start = raw.find(rest[:400]) if rest else -1
    if start >= 0 and "Content-Type" not in root and _MIME_FIELD.match(rest):
        # An empty line stands within the header.
        return raw[:start].rstrip(b"\r\n") + b"\n" + raw[start:]
    if not any(isinstance(defect, MissingHeaderBodySeparatorDefect) for defect in root.defects):
        return None
    line, _, after = rest.partition(b"\n")
    if (
        start < 0
        or len(line) > MAX_STRAY_LENGTH
        or not _KNOWN_FIELD.match(after.lstrip(b"\r\n")[:40])
    ):
        return None
    return raw[:start] + raw[start + len(line) + 1 :]


def repair(root: Part) -> list[str]:
    """Repair every part; tell in short sentences what was wrong, without the mail's own words."""
    defects = []
    for part in leaves(root):
        _reopen(part)
    for part in [*leaves(root)]:
        try:
            defects += _repair_leaf(part, root)
        except Exception as error:  # noqa: BLE001 - one bad part must not cost the others
            defects.append(f"a part could not be repaired ({type(error).__name__})")
    return [*defects, *sorted(root.beyond)]


def leaves(root: Part) -> Iterator[Part]:
    """Give the parts that hold octets, in the order of the mail."""
    for part in root.walk():
        if not part.is_multipart():
            yield part


def _reopen(part: Part) -> None:
    """Open a multipart whose boundary was missing or wrong by the boundary in its own text."""
    payload = part.stored()
    if part.get_content_maintype() != "multipart":
        return
    line = next((line for line in payload[:20_000].splitlines() if line.startswith("--")), "")
    boundary = line[2:].strip()
    if 0 < len(boundary) <= MAX_BOUNDARY and '"' not in boundary:
        header = f'Content-Type: multipart/mixed; boundary="{boundary}"\n\n'
        again = parse(
            header.encode("utf-8", "replace") + payload.encode("utf-8", "surrogateescape")
        )
        if again.is_multipart():
            part.set_payload(again.get_payload())
            part.defects = []
            return
    part.replace_value("Content-Type", "text/plain")


def _repair_leaf(part: Part, root: Part) -> list[str]:
    _settle_fields(part)
    kind = stated_type(part)
    if part is root and kind.startswith("text/"):
        del part["Content-Disposition"]
        _drop_name(part, kind if kind in BODY_TYPES else "text/plain")
        kind = part.get_content_type()
    named = bool(part.get_filename())
    if named and kind == "text/plain" and "Content-Disposition" not in part:
        # Old programs name the very text of a mail.
        part.add_header("Content-Disposition", "inline", filename=part.get_filename() or UNNAMED)
    if kind in BODY_TYPES and part.get_content_disposition() in (None, "inline"):
        return settle_text(part) if not named or _is_inline(part) else []
    if not named and kind not in _OTHER_FORMS:
        _name(part)
    return []


def _is_inline(part: Part) -> bool:
    return part.get_content_disposition() == "inline"


def _drop_name(part: Part, kind: str) -> None:
    """Leave a body without a name, or mail-parser takes it for an attachment only."""
    charset = part.get_content_charset()
    flow = "; format=flowed" if flowed.is_flowed(part) else ""
    part.replace_value("Content-Type", kind + (f'; charset="{charset}"' if charset else "") + flow)


def _name(part: Part) -> None:
    del part["Content-Disposition"]
    part["Content-Disposition"] = f'attachment; filename="{UNNAMED}"'


def _settle_fields(part: Part) -> None:
    """Replace MIME fields that the standard library cannot read."""
    encoding = str(part.get("Content-Transfer-Encoding", ""))
    plain = encoding.split(";", maxsplit=1)[0].strip().strip("\"'").lower().replace("_", "-")
    if encoding and encoding != plain:
        part.replace_value("Content-Transfer-Encoding", plain if plain in _ENCODINGS else "8bit")
    if plain == "base64" and part.get_content_type() in BODY_TYPES and _is_plain(part.stored()):
        part.replace_value("Content-Transfer-Encoding", "8bit")
    for name, readers in _READERS.items():
        if name in part and "name*" in (value := str(part[name])):
            part.replace_value(name, _UNLABELLED_NAME.sub(r"\1utf-8''\2", value))
        if name in part and not all(_reads(part, reader) for reader in readers):
            part.replace_value(name, _bare_value(str(part[name]), name))


def _is_plain(stored: str) -> bool:
    """Tell whether what claims to be base64 is words: it has spaces all along its lines."""
    head = stored.strip()[:400]
    return head.count(" ") * 20 > len(head) and len(head.split()) >= _PLAIN_WORDS


_READERS: Final = {
    "Content-Type": (Message.get_content_charset, Message.get_filename, Message.get_boundary),
    "Content-Disposition": (Message.get_content_disposition, Message.get_filename),
}


def _reads(part: Part, reader: object) -> bool:
    """Try on a plain copy, as mail-parser does, whether a field can be read."""
    copy = Message()
    for name in _READERS:
        if name in part:
            copy[name] = part[name]
    try:
        reader(copy)  # type: ignore[operator]  # the readers above are all callable
    except Exception:  # noqa: BLE001 - any kind may come (cpython#105802)
        return False
    return True


def _bare_value(value: str, name: str) -> str:
    token = re.match(r"[ \t]*([A-Za-z0-9.+-]{1,80}(?:/[A-Za-z0-9.+-]{1,80})?)", value)
    if token is None:
        return "attachment" if name == "Content-Disposition" else "application/octet-stream"
    return token[1].lower()
