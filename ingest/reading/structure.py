"""Which texts of a mail belong together: the parts that say the same twice, and the others.

Programs send the same words as plain text and as HTML (RFC 2046 section 5.1.4); what stands in
``multipart/mixed`` is read one after the other. Attached files are no texts of the mail.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ingest.reading.parts import Part
from ingest.reading.repair import BODY_TYPES
from ingest.reading.texts import octets_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """A passage of a mail, as plain text, as HTML, or as both."""

    plain: str = ""
    markup: str = ""


def passages(root: Part) -> list[Passage]:
    """Give the passages of a repaired tree in their order."""
    return list(_passages(root))


def _passages(part: Part) -> Iterator[Passage]:
    if not part.is_multipart():
        yield from _of_leaf(part)
        return
    if part.get_content_disposition() == "attachment":
        return
    found = [each for child in part.get_payload() for each in _passages(child)]
    if part.get_content_subtype() == "alternative" and len(found) > 1:
        yield Passage(
            plain="\n\n".join(each.plain for each in found if each.plain),
            markup="\n".join(each.markup for each in found if each.markup),
        )
    else:
        yield from found


def _of_leaf(part: Part) -> Iterator[Passage]:
    text = text_of(part)
    if not text:
        return
    if part.get_content_type() == "text/html" or _is_markup(text):
        yield Passage(markup=text)
    else:
        yield Passage(plain=text)


def text_of(part: Part) -> str:
    """Give the text of a repaired part, or "" if it is a file."""
    if part.get_content_type() not in BODY_TYPES:
        return ""
    disposition = part.get_content_disposition()
    if disposition not in (None, "inline") or (disposition is None and part.get_filename()):
        return ""
    return octets_of(part).decode("utf-8", "replace") if part.text is None else part.text


def _is_markup(text: str) -> bool:
    """Tell whether a text is HTML that its program calls plain."""
    return (
        text[:200].lstrip("\ufeff \t\r\n").lower().startswith(("<html", "<!doctype html", "<body"))
    )
