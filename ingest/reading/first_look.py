"""Whether a mail looks urgent at first sight, so that it is read before others that wait.

The phrases are those of ``urgency``, but they are sought in all that stands at the beginning of the
mail, quotes and signatures as well, and nothing else is read. That takes a small part of the time
that reading takes. It decides about an order and nothing more: what a mail is, and how severe, is
told when it is read.
"""

from __future__ import annotations

import html
import re
import warnings
from collections.abc import Iterator
from typing import Final

from ingest.reading import fields
from ingest.reading.form import perhaps_urgent_in
from ingest.reading.mime import Mail
from ingest.reading.nested import nested_mails
from ingest.reading.parsed import ParsedMessage
from ingest.reading.parts import Part
from ingest.reading.repair import leaves, open_tree, repair
from ingest.reading.structure import text_of
from store.model import MailKind

# Octets of the mail, and characters of its text, that are looked at.
LOOKED_AT: Final = 256 * 1024
SOUGHT_IN: Final = 20_000
_REASON: Final = "a first look"
_TAGS: Final = re.compile(r"<[^<>]{0,2000}>")


def look(raw: bytes) -> ParsedMessage:
    """Tell whether a mail looks urgent (``urgency``), and nothing else of it; never raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = perhaps_urgent_in(_text(raw[:LOOKED_AT]))
        except Exception:  # noqa: BLE001 - what cannot be looked at is read in its turn
            found = None
    rule = found.rule if found else None
    return ParsedMessage(kind=MailKind.REPORT, kind_reason=_REASON, urgency=rule)


def _text(raw: bytes) -> str:
    root = open_tree(raw)
    repair(root)
    subject = Mail(root=root, parser=None).value("subject")
    texts = [text for mail in (root, *nested_mails(root, None)) for text in _texts(mail)]
    return "\n".join([fields.unfold(subject, 1000), *texts])[:SOUGHT_IN]


def _texts(root: Part) -> Iterator[str]:
    for part in leaves(root):
        text = text_of(part)
        is_html = part.get_content_subtype() == "html"
        yield html.unescape(_TAGS.sub(" ", text)) if is_html else text
