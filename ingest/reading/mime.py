"""One mail as mail-parser reads it, with every access wrapped.

``open_mail`` is total. mail-parser decides what is text and what is an attachment, decodes names,
addresses and dates; ``parts`` and ``repair`` see to it that it gets a tree it can read. Should it
fail all the same, the same questions are answered from the tree itself, less well.
"""

from __future__ import annotations

import logging
import re
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, TypeVar

from mailparser import MailParser
from mailparser.utils import decode_header_part

from ingest.reading import evidence, fields
from ingest.reading.encoded_words import decoded_words
from ingest.reading.evidence import attempt
from ingest.reading.fingerprint import content_digest
from ingest.reading.parts import Part, stated_type
from ingest.reading.repair import BODY_TYPES, leaves, open_tree, repair
from ingest.reading.structure import text_of
from ingest.reading.texts import octets_of
from ingest.reading.unread import holds_something
from store.model import EvidencePart

MAX_DEFECTS: Final = 30
MAX_EVIDENCE: Final = 200
MAX_VALUE_LENGTH: Final = 4000

_CAPITAL = re.compile(r"([A-Z])")

Answer = TypeVar("Answer")


@dataclass(frozen=True, kw_only=True, slots=True)
class Mail:
    """A mail, opened.

    ``parser`` is None when mail-parser could not read it; ``holds_something`` tells whether the
    body, as it came, is more than white space, ``is_blank`` that not even a header is there.
    ``content`` is a digest of all its parts, None where it is not all read.
    """

    root: Part
    parser: Any
    defects: list[str] = field(default_factory=list)
    holds_something: bool = False
    is_blank: bool = False
    content: str | None = None

    def values(self, name: str) -> list[str]:
        """Give the decoded values of a header field, unfolded, in the order of the mail."""
        return [fields.unfold(_decoded(value), MAX_VALUE_LENGTH) for value in self.raw_values(name)]

    def raw_values(self, name: str) -> list[str]:
        """Give the values of a header field as they came, in the order of the mail."""
        return attempt(lambda: [str(value) for value in self.root.get_all(name, [])], [])

    def value(self, name: str) -> str:
        """Give the first value of a header field that says something, or ""."""
        return next((value for value in self.values(name) if value), "")

    def addresses(self, name: str) -> list[tuple[str, str]]:
        """Give (display name, address) of each mailbox in an address field.

        mail-parser reads the field; where it finds none (an unclosed quote), the address that
        is plainly there is taken (RFC 5322 section 3.4).
        """
        found: list[object] = attempt(
            lambda: list(getattr(self.parser, name.replace("-", "_"))), []
        )
        if pairs := [pair for each in found if (pair := _mailbox(each))]:
            return pairs
        return [
            (_display_name(value), plain)
            for value in self.values(name)
            if (plain := fields.address(value))
        ]

    def texts(self, subtype: str) -> list[str]:
        """Give the texts of a subtype, ``plain`` or ``html``, that are the mail's own."""
        found = (part for part in leaves(self.root) if part.get_content_subtype() == subtype)
        return [text for part in found if (text := attempt(lambda: text_of(part), ""))]  # noqa: B023 - asked at once

    def date(self) -> datetime | None:
        """Tell when the mail says it was written (RFC 5322 section 3.6.1), aware, in UTC."""
        found = attempt(lambda: self.parser.date, None)
        if not isinstance(found, datetime):
            found = attempt(lambda: parsedate_to_datetime(self.value("date")), None)
        if found is None:
            return None
        aware: datetime = found if found.tzinfo else found.replace(tzinfo=UTC)
        return attempt(lambda: aware.astimezone(UTC), None)

    def evidence(self) -> tuple[EvidencePart, ...]:
        """List the attachments: name made safe, type, size and digest; never opened."""
        found = attempt(lambda: list(self.parser.attachments), None)
        if found is None or self.root.bulk.left_out:
            parts = self._sealed_parts()[:MAX_EVIDENCE]
            return tuple(evidence.of_part(part, self.root.bulk) for part in parts)
        return tuple(evidence.of_attachment(attachment) for attachment in found[:MAX_EVIDENCE])

    def sealed(self, *types: str) -> list[bytes]:
        """Give the octets of the parts of some types, as they are."""
        return [octets_of(part) for part in leaves(self.root) if stated_type(part) in types]

    def json_parts(self, limit: int) -> list[bytes]:
        """Give the octets of the parts that are JSON by type or name, about a limit at most."""
        return [
            evidence.octets_within(part, self.root.bulk, limit)
            for part in leaves(self.root)
            if stated_type(part).endswith(("/json", "+json"))
            or str(part.get_filename() or "").lower().endswith(".json")
        ]

    def _sealed_parts(self) -> list[Part]:
        return [
            part
            for part in leaves(self.root)
            if part.get_filename() or stated_type(part) not in BODY_TYPES
        ]


def open_mail(raw: bytes) -> Mail:
    """Open a mail from any octets; never raises."""
    # Its log lines quote the mail.
    logging.getLogger("mailparser").setLevel(logging.CRITICAL)
    root = open_tree(raw)
    # Repairing changes what is there.
    holds = attempt(lambda: holds_something(root), True)
    content = content_digest(root)
    defects = repair(root) + _structure_defects(root)
    parser = attempt(lambda: MailParser(root), None)
    if parser is None:
        defects.append("mail-parser could not read the header")
        parser = attempt(lambda: MailParser(_without_header(root)), None)
    if parser is None:
        defects.append("mail-parser could not read the mail")
    else:
        categories: list[str] = attempt(lambda: list(parser.defects_categories), [])
        defects += map(_sentence, sorted(categories))
    return Mail(
        root=root,
        parser=parser,
        defects=list(dict.fromkeys(defects))[:MAX_DEFECTS],
        holds_something=holds,
        is_blank=not raw.strip(),
        content=content,
    )


def _without_header(root: Part) -> Part:
    """Copy a root with only the fields that mail-parser needs for the parts."""
    bare = copy(root)
    for name in {name.lower() for name in root}:
        if not name.startswith("content-"):
            del bare[name]
    return bare


def _structure_defects(root: Part) -> list[str]:
    """Name the defects the standard library saw, and clear them.

    mail-parser would look for parts in the epilogue of a mail that has none, and fail.
    """
    names: dict[str, None] = {}
    for part in root.walk():
        names |= dict.fromkeys(type(defect).__name__ for defect in part.defects)
        part.defects = []
    return [*map(_sentence, names)]


def _sentence(name: str) -> str:
    """Say the name of a defect in words: CloseBoundaryNotFoundDefect, close boundary not found."""
    return _CAPITAL.sub(r" \1", name.removesuffix("Defect")).strip().lower()


def _decoded(value: str) -> str:
    # Some programs encode what is encoded already.
    return decoded_words(attempt(lambda: str(decode_header_part(value)), value))


def _mailbox(found: object) -> tuple[str, str] | None:
    """Take what mail-parser found for a mailbox: of fields it does not know it gives strings."""
    if not isinstance(found, tuple) or len(found) != 2:  # noqa: PLR2004 - name and address
        return None
    normal = fields.normal_address(str(found[1]))
    if not normal or not fields.address(normal):
        return None
    # In a quoted string they are no encoded words (RFC 2047 section 5), but programs write them.
    return fields.unfold(decoded_words(str(found[0])), 200), normal


def _display_name(value: str) -> str:
    return fields.unfold(value.split("<", maxsplit=1)[0].strip(" \"'"), 200) if "<" in value else ""
