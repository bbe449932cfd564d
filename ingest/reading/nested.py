"""Mails within a mail: what somebody forwarded as an attachment is part of what they report.

Each stays listed as evidence; its words are read too, to a depth and a size. What a mail server
returns, and our own mails, are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ingest.reading.parts import Part, stated_type
from ingest.reading.repair import leaves, open_tree, repair
from ingest.reading.texts import octets_of

MAX_NESTED: Final = 10
MAX_NESTED_DEPTH: Final = 2
# Octets of a nested mail; a larger one is a file to look at.
MAX_NESTED_OCTETS: Final = 2_000_000

_MAIL_TYPES: Final = frozenset({"message/rfc822", "message/global"})
_FILE_TYPES: Final = frozenset({"application/octet-stream", "application/eml", "text/eml"})


def nested_mails(root: Part, ours: re.Pattern[str] | None) -> list[Part]:
    """Open the mails attached to a mail, outermost first, those within them too."""
    if _is_returned(root):
        return []
    found: list[Part] = []
    level = [root]
    for _ in range(MAX_NESTED_DEPTH):
        level = [mail for parent in level for mail in _opened(parent)]
        level = [mail for mail in level if not _is_from(mail, ours)][: MAX_NESTED - len(found)]
        found += level
    return found


def _opened(root: Part) -> Iterator[Part]:
    for part in leaves(root):
        if _is_mail(part):
            octets = octets_of(part)
            if len(octets) <= MAX_NESTED_OCTETS:
                mail = open_tree(octets)
                repair(mail)
                yield mail


def _is_mail(part: Part) -> bool:
    kind = stated_type(part)
    if kind in _MAIL_TYPES:
        return True
    return kind in _FILE_TYPES and str(part.get_filename() or "").lower().endswith(".eml")


def _is_returned(root: Part) -> bool:
    """Tell whether a mail is a server's report, which returns what somebody sent."""
    subtypes = {part.get_content_type() for part in root.walk()}
    return bool(subtypes & {"multipart/report", "multipart/digest", "sealed/delivery-status"})


def _is_from(mail: Part, ours: re.Pattern[str] | None) -> bool:
    return ours is not None and bool(ours.search(str(mail.get("From", "")).lower()))
