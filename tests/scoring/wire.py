"""The octets of a mail: charsets, transfer encodings, MIME parts and encoded header words.

Written out by hand where the standard library would make every mail look alike.
"""

from __future__ import annotations

import base64
import quopri
import re
from dataclasses import dataclass

CRLF = "\r\n"
# Octets of a line, RFC 5322 section 2.1.1.
_LONGEST_LINE = 998
# Characters of an encoded word without its marks, RFC 2047 section 2.
_LONGEST_WORD = 70
_MAILBOX = re.compile(r"([^<>]*)<([^<>]*)>")
_SPECIALS = frozenset('()<>[]:;@\\,."')


class FormError(ValueError):
    """An entry cannot be written in the form that it asks for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A text of a mail, ready to be sent. ``declared`` of "" leaves the charset out."""

    subtype: str
    text: str
    charset: str
    declared: str
    transport: str
    parameters: str = ""
    quoted_charset: bool = True

    def octets(self) -> bytes:
        """Write the part with its header fields."""
        body, transport = carried(encoded(self.text, self), self.transport)
        fields = [
            f"Content-Type: text/{self.subtype}{self._charset()}{self.parameters}",
            f"Content-Transfer-Encoding: {transport}",
        ]
        return (CRLF.join(fields) + CRLF * 2).encode() + body

    def _charset(self) -> str:
        if not self.declared:
            return ""
        name = f'"{self.declared}"' if self.quoted_charset else self.declared
        return f"; charset={name}"


def encoded(text: str, part: Part) -> bytes:
    """Encode a text with its lines ended as on the wire."""
    # What programs write of themselves is bent to the charset; the words are not.
    soft = text.replace("\u202f", " ") if not part.charset.lower().startswith("utf") else text
    errors = "xmlcharrefreplace" if part.subtype == "html" else "strict"
    try:
        return soft.replace("\n", CRLF).encode(part.charset, errors)
    except UnicodeEncodeError as error:
        character = error.object[error.start : error.end][:5]
        raise FormError(f"{character!r} cannot be written in {part.charset}") from error
    except LookupError as error:
        raise FormError(f"there is no charset {part.charset}") from error


def carried(body: bytes, transport: str) -> tuple[bytes, str]:
    """Encode octets for their way, and tell how. "auto" does as most programs do."""
    if transport == "auto":
        transport = _fitting(body)
    if transport == "7bit" and not body.isascii():
        transport = "quoted-printable"
    if transport in {"7bit", "8bit"} and not _has_short_lines(body):
        transport = "quoted-printable"
    if b"\x00" in body:
        transport = "base64"
    match transport:
        case "base64":
            return base64.encodebytes(body).replace(b"\n", b"\r\n"), transport
        case "quoted-printable":
            lines = quopri.encodestring(body.replace(b"\r\n", b"\n"))
            return lines.replace(b"\n", b"\r\n"), transport
        case _:
            return body, transport


def _fitting(body: bytes) -> str:
    if body.isascii() and _has_short_lines(body):
        return "7bit"
    return "base64" if sum(octet > 127 for octet in body) * 3 > len(body) else "quoted-printable"


def _has_short_lines(body: bytes) -> bool:
    return all(len(line) <= _LONGEST_LINE for line in body.split(b"\r\n"))


def further(content_type: str, text: str, name: str) -> bytes:
    """Write a part that is no text of the mail; what has a name is a file."""
    field = f"Content-Type: {content_type}"
    if name:
        field += f'; name="{name}"{CRLF}Content-Disposition: attachment; filename="{name}"'
    body = text.replace("\n", CRLF).encode()
    # Of a mail and of what is written like one, RFC 2046 section 5.2 forbids any encoding.
    transport = "8bit" if content_type.startswith("message/") else "auto"
    body, transport = carried(body, transport)
    return f"{field}{CRLF}Content-Transfer-Encoding: {transport}{CRLF * 2}".encode() + body


def multipart(kind: str, boundary: str, parts: list[bytes], preamble: str = "") -> bytes:
    """Join parts; gives the field and the body, as ``Part.octets`` does."""
    fence = f"--{boundary}".encode()
    field = f'Content-Type: multipart/{kind}; boundary="{boundary}"'.encode()
    body = b"".join(fence + b"\r\n" + part.rstrip(b"\r\n") + b"\r\n\r\n" for part in parts)
    return field + b"\r\n\r\n" + preamble.encode() + body + fence + b"--\r\n"


def header_words(text: str, charset: str = "utf-8") -> str:
    """Write a text into a header field: plain if it is ASCII, else in encoded words (RFC 2047)."""
    if text.isascii():
        return text
    try:
        text.encode(charset)
    except (UnicodeEncodeError, LookupError):
        charset = "utf-8"
    octets = text.encode(charset)
    write = _b_word if _is_mostly_foreign(octets) else _q_word
    words = [""]
    for character in text:
        longer = words[-1] + character
        if len(charset) + len(write(longer.encode(charset))) > _LONGEST_WORD:
            words.append(character)
        else:
            words[-1] = longer
    return f"{CRLF} ".join(f"=?{charset}?{write(word.encode(charset))}?=" for word in words)


def _is_mostly_foreign(octets: bytes) -> bool:
    return b"\x1b" in octets or sum(octet > 127 for octet in octets) * 3 > len(octets)


def _b_word(octets: bytes) -> str:
    return f"B?{base64.b64encode(octets).decode()}"


def _q_word(octets: bytes) -> str:
    written = (
        chr(octet) if octet < 128 and chr(octet).isalnum() else f"={octet:02X}" for octet in octets
    )
    return f"Q?{''.join(written).replace('=20', '_')}"


def name_and_address(mailbox: str) -> tuple[str, str]:
    """Part a mailbox as people write it, with a comma or without quotes in the name."""
    found = _MAILBOX.fullmatch(mailbox.strip())
    return (found[1].strip().strip('"'), found[2]) if found else ("", mailbox.strip())


def mailbox(name: str, address: str, charset: str = "utf-8") -> str:
    """Write a name and an address as a mailbox of a header field."""
    if not name:
        return address
    if not name.isascii():
        return f"{header_words(name, charset)} <{address}>"
    if _SPECIALS & set(name):
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}" <{address}>'
    return f"{name} <{address}>"
