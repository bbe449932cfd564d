"""Where HTML says by its structure what is quoted, what is a signature, and what is not shown.

Programs name the pieces they put together: Gmail ``gmail_quote``, Thunderbird ``moz-cite-prefix``,
Outlook ``divRplyFwdMsg`` and so on. ``prepare`` drops what a reader of the mail would not see, and
puts marks around such pieces, in one walk over the tree.
"""

from __future__ import annotations

import re
from typing import Any, Final, TypeAlias

from lxml import etree

from ingest.reading.marks import ATTRIBUTED, BEGINS, ENDS, ORIGINAL, QUOTED, SIGNED
from ingest.reading.quotes import is_forward_mark

Element: TypeAlias = Any

# Where a quoted mail says, at its head, that it is a forwarded one.
FORWARD_HEAD: Final = 300
# Marks put into one text; what has more is no mail of a person.
MAX_MARKS: Final = 2_000

_UNSEEN: Final = frozenset(
    {"script", "style", "head", "title", "template", "noscript", "object", "iframe", "svg"}
    | {"select", "textarea", "audio", "video", "canvas"}
)
_LAYOUT: Final = ("align", "valign", "rowspan", "colspan", "width", "height", "style")
_HIDING: Final = re.compile(
    r"display:none|visibility:hidden|mso-hide:all|max-height:0|opacity:0(?:\.0{1,9})?[;!]"
    r"|font-size:0(?:\.0{1,9})?(?:px|pt|em|rem|%)?[;!]"
)
_QUOTE_NAMES: Final = re.compile(
    r"yahoo_quoted|protonmail_quote|tutanota_quote|gmail_quote|zmail_extra|mail_quote|quoted-?text"
    r"|moz-email-headers-table|reply-?content|isreplycontent|blockquote_zmail|quote-container"
)
_SIGNATURE_NAMES: Final = re.compile(
    r"gmail_signature|moz-signature|protonmail_signature|k9mail-signature|applemailsignature"
    r"|ms-outlook-mobile-signature|composer_signature|ydp[0-9a-f]{1,20}signature|zm-_id_-sgn"
    r"|ymail_android_signature|ms-outlook-ios-signature|mail-signature|email-?signature"
    r"|tutanota_signature|lineBreakAtBeginningOfSignature"
)
_ATTRIBUTION_NAMES: Final = re.compile(r"moz-cite-prefix|gmail_attr|yahoo-quoted-begin")
_ORIGINAL_NAMES: Final = re.compile(
    r"divrplyfwdmsg|mail-editor-reference-message-container|outlookmessageheader"
    r"|olk_src_body_section"
)
# The rule that Outlook draws above the header of what it quotes.
_DRAWN_ABOVE: Final = re.compile(r"border-top:(?:solid|[\d.]{1,5}pt solid|#?\w{1,20} [\d.]{1,5}pt)")
_HEADER_FIELDS: Final = 3


def prepare(tree: Element) -> None:
    """Drop what is not shown, take all lay-out off, mark the pieces."""
    unseen: list[Element] = []
    marked: list[tuple[Element, str]] = []
    for element in tree.iter(etree.Element):
        tag = element.tag
        if tag in _UNSEEN:
            unseen.append(element)
        attributes = element.attrib
        if attributes:
            style = _style(attributes)
            if "hidden" in attributes or (style and _HIDING.search(style)):
                unseen.append(element)
            elif mark := _mark_of(element, tag, attributes, style):
                marked.append((element, mark))
            _flatten(attributes, style)
        elif tag == "blockquote":
            marked.append((element, QUOTED))
    _put_marks(marked)
    for element in unseen:
        if element is not tree and element.getparent() is not None:
            element.drop_tree()


def _style(attributes: Element) -> str:
    style = attributes.get("style")
    return (
        " ".join(style[:2000].lower().split())
        .replace(": ", ":")
        .replace("; ", ";")
        .replace(" :", ":")
        + ";"
        if style
        else ""
    )


def _flatten(attributes: Element, style: str) -> None:
    """Take all lay-out off but kept line ends: a margin of a billion would become spaces."""
    for name in _LAYOUT:
        if name in attributes:
            del attributes[name]
    if "white-space:pre" in style or "white-space:break-spaces" in style:
        attributes["style"] = "white-space: pre"


def _mark_of(element: Element, tag: str, attributes: Element, style: str) -> str:
    names = f"{attributes.get('class', '')} {attributes.get('id', '')}"[:500].lower()
    if tag == "blockquote":
        return QUOTED if _is_quote(attributes, style, names) else ""
    if tag in {"html", "body", "tr", "td", "tbody"}:
        return ""
    smart = attributes.get("data-smartmail") == "gmail_signature"
    if smart or _SIGNATURE_NAMES.search(names) or attributes.get("id") == "Signature":
        return SIGNED
    if _ORIGINAL_NAMES.search(names) or (style and _is_drawn_header(element, style)):
        return ORIGINAL
    if _ATTRIBUTION_NAMES.search(names):
        return ATTRIBUTED
    quoted = attributes.get("name") == "quote" or (
        _QUOTE_NAMES.search(names) and "gmail_quote" not in names
    )
    return QUOTED if quoted else ""


def _is_quote(attributes: Element, style: str, names: str) -> bool:
    """Tell a quoted mail from a passage that was set in by hand."""
    if "cite" in attributes or attributes.get("type") == "cite":
        return True
    if _QUOTE_NAMES.search(names) or "border-left" in style:
        return True
    return not style


def _is_drawn_header(element: Element, style: str) -> bool:
    if not _DRAWN_ABOVE.search(style):
        return False
    return _head(element).count(":") >= _HEADER_FIELDS


def _head(element: Element) -> str:
    head = []
    length = 0
    for text in element.itertext():
        head.append(text)
        length += len(text)
        if length > FORWARD_HEAD:
            break
    return "\n".join(head)[:FORWARD_HEAD]


def _put_marks(marked: list[tuple[Element, str]]) -> None:
    for element, mark in marked[:MAX_MARKS]:
        if mark == ORIGINAL:
            _begin(element, ORIGINAL)
        elif mark == SIGNED or not _is_forward(element):
            _begin(element, BEGINS[mark])
            _line(element, ENDS[mark])


def _is_forward(element: Element) -> bool:
    """Tell whether a forward mark stands at the head of a quote."""
    return any(is_forward_mark(line.strip()) for line in _head(element).splitlines())


def _begin(element: Element, mark: str) -> None:
    line = etree.Element("div")
    line.text = mark
    line.tail, element.text = element.text, None
    element.insert(0, line)


def _line(element: Element, mark: str) -> None:
    line = etree.SubElement(element, "div")
    line.text = mark
