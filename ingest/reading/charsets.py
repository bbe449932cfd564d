"""Octets to text, whatever the label says.

``decode`` never raises and never gives lone surrogates. It believes a declared charset as far as
the octets bear it out, and guesses only when they do not: mail without a charset, or with a wrong
one, is common (RFC 2045 section 5.2 makes US-ASCII the default, few clients mean it).
"""

from __future__ import annotations

import codecs
from typing import Final

from ingest.reading.charset_guess import STATEFUL, guess, is_wide, strictly

# What clients write, and what they mean. The web's reading of old labels (WHATWG Encoding,
# section 4.2) is a superset of each and loses nothing.
ALIASES: Final = {
    "ansi": "cp1252",
    "ascii": "utf-8",
    "us-ascii": "utf-8",
    "ansi_x3.4-1968": "utf-8",
    "utf8mb4": "utf-8",
    "unicode": "utf-8",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "windows-874": "cp874",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "x-sjis": "cp932",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "windows-31j": "cp932",
    "cp50220": "iso2022_jp_ext",
    "iso-2022-jp": "iso2022_jp_ext",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "euc-cn": "gb18030",
    "big5": "big5hkscs",
    "x-big5": "big5hkscs",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "ksc5601": "cp949",
    "unicode-1-1-utf-7": "utf-7",
    "koi8-ru": "koi8-u",
    "macintosh": "mac-roman",
    "x-mac-roman": "mac-roman",
    "x-mac-cyrillic": "mac-cyrillic",
}
# Codecs of Python that are no charsets, or that warn about their input.
NOT_CHARSETS: Final = frozenset(
    {"idna", "punycode", "undefined", "unicode_escape", "unicode-escape", "raw_unicode_escape"}
    | {"raw-unicode-escape", "mbcs", "oem", "unicode_internal"},
)
MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
MAX_LABEL: Final = 40
# A declared charset is kept when at most this share of the text is damaged.
DAMAGE_BORNE: Final = 0.02


def canonical(label: str | None) -> str | None:
    """Name the codec of a charset label; None if there is none that turns octets into text."""
    name = (label or "").strip(" \t\r\n\"'").lower()
    name = ALIASES.get(name, name)
    if not name or name in NOT_CHARSETS or len(name) > MAX_LABEL:
        return None
    try:
        # Python decodes nothing by any name at all, so it takes an octet to find out.
        b"a".decode(name)
        real = codecs.lookup(name).name
    except UnicodeError:
        # One octet is half a character in UTF-16.
        return name if name.startswith("utf") else None
    except (LookupError, ValueError, TypeError):
        return None
    return None if real in NOT_CHARSETS or real.replace("-", "_") in NOT_CHARSETS else name


def decode(octets: bytes, label: str | None = None) -> tuple[str, str | None]:
    """Turn octets into text; the second value says what was wrong, None if nothing."""
    name = canonical(label)
    text = _marked(octets) or (_declared(octets, name) if name else None)
    if text is not None:
        return text, None
    guessed = guess(octets)
    if octets.isascii() or (name is None and not label and guessed == "utf-8"):
        return strictly(octets, guessed) or "", None
    mended = _mended(octets, name)
    if mended is not None:
        return mended, f"some octets do not belong to the charset {name}"
    fallback = strictly(octets, guessed)
    if fallback is None:
        fallback = octets.decode(name or "cp1252", "replace")
    return _sound(fallback), f"the charset was missing or wrong; read as {guessed}"


def _sound(text: str) -> str:
    """Replace lone surrogates, which no UTF-8 output can carry."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _marked(octets: bytes) -> str | None:
    for mark, name in MARKS:
        if octets.startswith(mark):
            return strictly(octets, name)
    return None


def _declared(octets: bytes, name: str) -> str | None:
    """Decode by the declared charset, unless the octets are plainly something else."""
    if _speaks_against(octets, name):
        return None
    if name in {"utf-8", "cp1252"} or name.startswith(("iso-8859", "cp125", "iso8859")):
        as_utf8 = strictly(octets, "utf-8")
        if as_utf8 is not None:
            return as_utf8
    text = strictly(octets, name)
    return text if text is not None else (_loose_latin(octets) if name == "cp1252" else None)


def _speaks_against(octets: bytes, name: str) -> bool:
    """Tell whether escapes or NULs show another charset than the one declared."""
    if name.startswith(("utf-16", "utf-32", "utf_16", "utf_32")):
        return False
    escapes = not name.startswith("iso2022") and not name.startswith("iso-2022")
    return bool(escapes and STATEFUL.search(octets)) or is_wide(octets)


def _loose_latin(octets: bytes) -> str:
    """Windows-1252 has five holes; ISO 8859-1 has none."""
    return octets.decode("cp1252", "replace").replace("\ufffd", " ")


def _mended(octets: bytes, name: str | None) -> str | None:
    if name is None:
        return None
    try:
        text = _sound(octets.decode(name, "replace"))
    except (LookupError, ValueError):
        return None
    borne = max(2, int(len(text) * DAMAGE_BORNE))
    return text if text.count("\ufffd") <= borne else None
