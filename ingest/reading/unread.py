"""Whether a mail says something that nobody could read: that is more urgent than what was read.

A mail is empty only if there is nothing in it but white space. One that holds octets of which no
words come out, or that is encrypted, is unreadable; so is one whose defects leave that open.
"""

from __future__ import annotations

import re
from typing import Final

from ingest.reading.fields import unfold
from ingest.reading.parts import Part, stated_type
from ingest.reading.repair import leaves
from ingest.reading.texts import octets_of

ENCRYPTED: Final = "the mail is encrypted"
PART_ENCRYPTED: Final = "a part of the mail is encrypted"
SIGNED: Final = "the text stands within a signature and was not read"

_SEALED_TYPES: Final = ("application/pkcs7-mime", "application/x-pkcs7-mime")
# Kinds of S/MIME (RFC 8551 section 3.2.2) that hide no text.
_NO_TEXT: Final = frozenset({"certs-only"})
_PGP_MESSAGE: Final = re.compile(
    r"-----BEGIN PGP MESSAGE-----[^\x00]*?(?:-----END PGP MESSAGE-----|\Z)",
)
# Parts of HTML that show nothing, and tags of it that do not by themselves: programs write them
# for an empty mail, too.
_UNSHOWN: Final = (("<!--", "-->"), ("<head", "</head>"), ("<style", "</style>"))
_NOTHING_SHOWN: Final = re.compile(
    r"<!doctype[^<>]{0,300}>|&nbsp;|&#160;"
    r"|</?(?:html|head|style|body|meta|div|p|br|span|font|b|i|u|o:p)\b[^<>]{0,2000}>",
    re.IGNORECASE,
)
MAX_LOOKED_AT: Final = 100_000


def holds_something(root: Part) -> bool:
    """Tell whether a mail, as it came, has more in its body than white space."""
    return any(map(_leaf_holds, leaves(root))) or any(map(_holds_beside_parts, root.walk()))


def encryption(root: Part, text: str) -> tuple[bool, str | None]:
    """Tell whether encryption hides what a mail says, and what is to be noted about it.

    ``text`` are the words that were read of it.
    """
    armoured = "-----BEGIN PGP MESSAGE-----" in text
    has_words = bool((_PGP_MESSAGE.sub("", text) if armoured else text).strip())
    sealed = [kind for part in root.walk() if (kind := _sealed_by(part))]
    if not sealed and not armoured:
        return False, None
    whole = "pgp" in sealed or bool(_sealed_by(root))
    if has_words and not whole:
        return False, PART_ENCRYPTED
    if sealed and not armoured and {*sealed} == {"signed-data"}:
        return True, SIGNED
    return True, ENCRYPTED


def _sealed_by(part: Part) -> str | None:
    """Name what seals a part: ``pgp`` (RFC 3156), or the kind of S/MIME."""
    kind = stated_type(part)
    if kind == "multipart/encrypted":
        return "pgp"
    if kind not in _SEALED_TYPES:
        return None
    stated = part.get_param("smime-type")
    way = unfold(stated, 40).lower() if isinstance(stated, str) else "enveloped-data"
    return None if way in _NO_TEXT else way


def _leaf_holds(part: Part) -> bool:
    stored = part.stored()
    if not stored.strip():
        return False
    octets = octets_of(part)
    if not octets:
        # An encoding that cannot be undone.
        return True
    text = octets[:MAX_LOOKED_AT].decode("utf-8", "replace")
    if stated_type(part) == "text/html" and len(octets) <= MAX_LOOKED_AT:
        text = _NOTHING_SHOWN.sub("", _without_unshown(text))
    return bool(text.strip()) or len(octets) > MAX_LOOKED_AT


def _without_unshown(markup: str) -> str:
    for begin, end in _UNSHOWN:
        kept, at = [], 0
        # A letter that grows when it is made small would shift what follows.
        lower = small if len(small := markup.lower()) == len(markup) else markup
        while (start := lower.find(begin, at)) >= 0 and (stop := lower.find(end, start)) >= 0:
            kept.append(markup[at:start])
            at = stop + len(end)
        markup = "".join([*kept, markup[at:]])
    return markup


def _holds_beside_parts(part: Part) -> bool:
    """Tell whether words stand before or after the parts, where programs show none."""
    if not part.is_multipart():
        return False
    before = part.preamble or ""
    # Programs write a line there for those of 1992.
    before = "" if "mime" in before.lower() else before
    return bool(f"{before}{part.epilogue or ''}".strip())
