"""From an entry to the octets of a mail, exactly as its client makes and sends it."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass

from store.model import MailKind
from tests.scoring import phrases
from tests.scoring.clients.android import K9, SAMSUNG
from tests.scoring.clients.apple import APPLE_MAIL, IPHONE
from tests.scoring.clients.base import Client
from tests.scoring.clients.desktop import FLOWED_DELSP, HTML_ONLY, MUTT, PLAIN, THUNDERBIRD
from tests.scoring.clients.google import GMAIL_APP, GMAIL_WEB
from tests.scoring.clients.microsoft import OUTLOOK, OUTLOOK_PLAIN, OUTLOOK_WEB
from tests.scoring.clients.webmail import GMX, PROTON, YAHOO
from tests.scoring.entry import Entry
from tests.scoring.letter import Block, Place, blocks_of, language_of
from tests.scoring.markup import Skin, page
from tests.scoring.plain import drawn
from tests.scoring.wire import (
    CRLF,
    FormError,
    Part,
    further,
    header_words,
    mailbox,
    multipart,
    name_and_address,
)

CLIENTS: dict[str, Client] = {
    "apple_mail": APPLE_MAIL,
    "exchange": OUTLOOK_WEB,
    "flowed_delsp": FLOWED_DELSP,
    "gmail_app": GMAIL_APP,
    "gmail_web": GMAIL_WEB,
    "gmx": GMX,
    "html_only": HTML_ONLY,
    "iphone": IPHONE,
    "k9": K9,
    "mutt": MUTT,
    "outlook": OUTLOOK,
    "outlook_plain": OUTLOOK_PLAIN,
    "outlook_web": OUTLOOK_WEB,
    "plain": PLAIN,
    "protonmail": PROTON,
    "samsung": SAMSUNG,
    "thunderbird": THUNDERBIRD,
    "yahoo": YAHOO,
}
DATE = "Mon, 02 Nov 2026 21:14:05 +0100"
OWN_DOMAIN = "chirper.example"
_SUBJECT_MARK = re.compile(r"[^\W\d]{1,6}\s?[:：]", re.UNICODE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rendered:
    """A mail, and which lines above a forward need not be among the words."""

    raw: bytes
    head_lines: tuple[str, ...] = ()
    forwarded: str = ""


def render(entry: Entry) -> Rendered:
    """Make the mail; raises FormError when it cannot be written so."""
    client = CLIENTS.get(entry.client)
    if client is None:
        raise FormError(f"there is no client {entry.client}")
    blocks = blocks_of(entry, client.style)
    holes = _holes(entry)
    body = _body(entry, client, blocks, holes)
    raw = _fields(entry, client, holes).encode("utf-8") + body
    return Rendered(raw=raw, head_lines=_head_lines(blocks), forwarded=_forwarded(blocks))


def _head_lines(blocks: tuple[Block, ...]) -> tuple[str, ...]:
    if not _forwarded(blocks):
        return ()
    above = [block for block in blocks if block.place in {Place.RULE, Place.HEAD}]
    return tuple(line for block in above[-2:] for line in block.text.split("\n") if line)


def _forwarded(blocks: tuple[Block, ...]) -> str:
    return "".join(block.text for block in blocks if block.place is Place.FORWARD)


def _body(entry: Entry, client: Client, blocks: tuple[Block, ...], holes: dict[str, str]) -> bytes:
    parts = []
    if client.look:
        parts.append(_plain(entry, client, drawn(blocks, client.look)).octets())
    if client.skin or entry.html:
        # A program of plain text sends HTML beside it when its writer wants it.
        parts.append(_html(entry, client, blocks, holes).octets())
    boundary = _filled(client.boundary, holes)
    text = parts[0]
    if len(parts) > 1:
        text = multipart("alternative", boundary, parts, client.preamble)
    if not entry.parts:
        return text
    beside = [further(part.type, part.text, part.name) for part in entry.parts]
    return multipart(entry.multipart, f"mixed{boundary}", [text, *beside])


def _plain(entry: Entry, client: Client, text: str) -> Part:
    charset = entry.charset or client.pick_charset(text, language_of(entry))
    return Part(
        subtype="plain",
        text=text,
        charset=charset,
        declared=_declared(entry, client, charset),
        transport=entry.transport or client.plain_transport,
        parameters=client.plain_parameters,
        quoted_charset=client.quoted_charset,
    )


def _html(entry: Entry, client: Client, blocks: tuple[Block, ...], holes: dict[str, str]) -> Part:
    skin = client.skin or Skin()
    drawing = page(blocks, skin, "{charset}").replace("{hex8}", holes["hex8"])
    charset = entry.charset or client.pick_charset(drawing, language_of(entry))
    declared = _declared(entry, client, charset)
    return Part(
        subtype="html",
        text=drawing.replace("{charset}", declared or "us-ascii"),
        charset=charset,
        declared=declared,
        transport=entry.transport or client.html_transport,
        quoted_charset=client.quoted_charset,
    )


def _declared(entry: Entry, client: Client, charset: str) -> str:
    if entry.declared_charset is not None:
        return entry.declared_charset
    return client.utf8 if charset == "utf-8" else charset


def _fields(entry: Entry, client: Client, holes: dict[str, str]) -> str:
    given = {name.lower(): (name, value) for name, value in entry.headers.items()}
    path = given.pop("return-path", ("", f"<{_reverse_path(entry)}>"))
    fields = [("Return-Path", path[1]), ("Received", _received(entry, holes))]
    for name, template in (*client.fields, *_threading(entry, given, holes)):
        fields.append(given.pop(name.lower(), (name, _filled(template, holes))))
    fields.extend(given.values())
    return "".join(f"{name}: {_ascii(value)}{CRLF}" for name, value in fields)


def _received(entry: Entry, holes: dict[str, str]) -> str:
    lines = (
        "from mail.example.org (mail.example.org [192.0.2.10])",
        f"by mx.chirper.example (Postfix) with ESMTPS id {holes['hex8']}",
        f"for <{name_and_address(entry.to)[1]}>; {DATE}",
    )
    return f"{CRLF}\t".join(lines)


def _ascii(value: str) -> str:
    """Leave what is ready for the wire as it is."""
    return value if value.isascii() else header_words(value)


def _reverse_path(entry: Entry) -> str:
    if entry.reverse_path is not None:
        return entry.reverse_path.strip("<>")
    return name_and_address(entry.sender)[1]


def _threading(
    entry: Entry, given: dict[str, tuple[str, str]], holes: dict[str, str]
) -> tuple[tuple[str, str], ...]:
    """Name the mail that is answered, unless the writer did or the token in To says it."""
    if {"in-reply-to", "references"} & set(given):
        return ()
    _, quoted = name_and_address(entry.quoted_from)
    domain = quoted.rpartition("@")[2]
    if entry.kind is MailKind.REPLY and "+" not in entry.to:
        answered = f"<receipt.{holes['number']}@{OWN_DOMAIN}>"
    elif entry.quoted and domain != OWN_DOMAIN:
        answered = f"<{holes['hex16']}@mail.{domain}>"
    else:
        return ()
    return (("In-Reply-To", answered), ("References", answered))


def _holes(entry: Entry) -> dict[str, str]:
    """Fill what is different in each mail, and yet the same whenever it is made again."""
    digest = hashlib.sha256(f"{entry.name}\n{entry.words}".encode()).hexdigest()
    name, address = name_and_address(entry.sender)
    charset = _header_charset(entry)
    uuid = "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32]))
    to_name, to_address = name_and_address(entry.to)
    return {
        "from": mailbox(name, address, charset),
        "to": mailbox(to_name, to_address, charset),
        "subject": header_words(_subject(entry), charset),
        "date": DATE,
        "domain": "mail.example.org",
        "language": language_of(entry),
        "hex": digest[:32],
        "HEX": digest[:30].upper(),
        "hex8": digest[:8],
        "hex8b": digest[8:16],
        "HEX8": digest[:8].upper(),
        "HEX8b": digest[8:16].upper(),
        "hex16": digest[:16],
        "hex24": digest[:24],
        "UUID": uuid.upper(),
        "number": str(int(digest[:8], 16)),
        "base64": base64.b64encode(bytes.fromhex(digest[:36])).decode().strip("="),
    }


def _subject(entry: Entry) -> str:
    """Put the program's mark before the subject of a forward, unless the writer did."""
    if not entry.forward or _SUBJECT_MARK.match(entry.subject):
        return entry.subject
    mark = phrases.block("mark", CLIENTS[entry.client].style.mark, language_of(entry))
    return f"{mark} {entry.subject}"


def _header_charset(entry: Entry) -> str:
    if entry.declared_charset is not None or entry.charset is None:
        return "utf-8"
    # What is no charset of single characters cannot be cut into words.
    return "utf-8" if entry.charset.lower().startswith("utf") else entry.charset


def _filled(template: str, holes: dict[str, str]) -> str:
    for name, value in holes.items():
        template = template.replace(f"{{{name}}}", value)
    return template
