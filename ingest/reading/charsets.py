"""Octets to text, whatever the label says.

``decode`` never raises and never gives lone surrogates. It believes a declared charset as far as
the octets bear it out, and guesses only when they do not: mail without a charset, or with a wrong
one, is common (RFC 2045 section 5.2 makes US-ASCII the default, few clients mean it).
"""

from __future__ import annotations

import codecs
import re
from typing import Final

from ingest.reading.charset_guess import guess, is_stateful, is_wide, likeness, strictly

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
    "unicode-1-1-utf-8": "utf-8",
    "utf8-mac": "utf-8",
    "koi8": "koi8-r",
    "koi8r": "koi8-r",
    "koi8u": "koi8-u",
    "x-euc-jp": "euc_jp",
    "x-euc": "euc_jp",
    "iso-2022-jp-ms": "iso2022_jp_ext",
    "x-mac-japanese": "cp932",
    "x-windows-949": "cp949",
    "ks_c_5601": "cp949",
    "x-gb18030": "gb18030",
    "hz-gb-2312": "hz",
    "dos-874": "cp874",
    "ucs-2": "utf-16",
    "iso-10646-ucs-2": "utf-16",
    "visual": "iso-8859-8",
    "logical": "iso-8859-8",
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
_BEYOND_ASCII: Final = bytes(range(0x80, 0x100))
# What slips of the pen leave around a label.
_NOISE = re.compile(r"^charset\s{0,5}=|[\s\"'=?,<>()\x00]")
_CODE_PAGE = re.compile(r"(?:x-)?(?:windows|win|cp|ms|ibm|dos)[-_]?(\d{3,5})(?:[^\d].{0,20})?")
_ISO_8859 = re.compile(r"(?:x-)?iso[-_]?8859[-_]?(\d{1,2})")
_UTF_8 = re.compile(r"utf[-_\u2010-\u2015]?8")
# Labels that programs write without a look at the text.
_BY_DEFAULT: Final = frozenset({"cp1252", "iso-8859-15"})
# What a label set by default is worth if it is not believed, how much better a guess has to be,
# and how many characters have to speak for it.
DOUBTED: Final = 0.5
BETTER: Final = 0.3
TELLING: Final = 7
# A declared charset is kept when at most this share of the text is damaged.
DAMAGE_BORNE: Final = 0.02


def canonical(label: str | None) -> str | None:
    """Name the codec of a charset label; None if there is none that turns octets into text."""
    name = _NOISE.sub("", (label or "")[: 2 * MAX_LABEL].lower().split(";")[0])
    name = ALIASES.get(name) or _code_page(name)
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


def _code_page(name: str) -> str:
    """Name a code page or a part of ISO 8859 as Python does, however a label spells it."""
    if found := _CODE_PAGE.fullmatch(name):
        return f"cp{found[1]}"
    if found := _ISO_8859.fullmatch(name):
        return f"iso-8859-{found[1]}"
    return "utf-8" if _UTF_8.fullmatch(name) else name


def decode(octets: bytes, label: str | None = None) -> tuple[str, str | None]:
    """Turn octets into text; the second value says what was wrong, None if nothing."""
    name = canonical(label)
    text = _marked(octets) or (_declared(octets, name) if name else None)
    if text is not None:
        return text, None
    guessed = guess(octets)
    if octets.isascii() or (name is None and not label and guessed == "utf-8"):
        return strictly(octets, guessed) or "", None
    mended = None if _speaks_against(octets, name or "") else _mended(octets, name)
    if mended is not None:
        return mended, f"some octets do not belong to the charset {name}"
    fallback = strictly(octets, guessed)
    if fallback is None:
        fallback = octets.decode(guessed, "replace")
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
        if name in _BY_DEFAULT and _looks_otherwise(octets):
            return None
    text = strictly(octets, name)
    return text if text is not None else (_loose_latin(octets) if name == "cp1252" else None)


def _looks_otherwise(octets: bytes) -> bool:
    """Tell whether a text labelled as western is plainly of another script or charset."""
    if len(octets) - len(octets.translate(None, _BEYOND_ASCII)) < TELLING:
        return False
    worth = likeness(octets, "cp1252")
    return worth < DOUBTED and likeness(octets, guess(octets)) - worth > BETTER


def _speaks_against(octets: bytes, name: str) -> bool:
    """Tell whether escapes or NULs show another charset than the one declared."""
    if name.startswith(("utf-16", "utf-32", "utf_16", "utf_32")):
        return False
    stateful = name.startswith(("iso2022", "iso-2022", "hz", "csiso2022"))
    return (not stateful and is_stateful(octets)) or is_wide(octets)


def _loose_latin(octets: bytes) -> str:
    """Windows-1252 has five holes; ISO 8859-1 has none."""
    return octets.decode("cp1252", "replace").replace("\ufffd", " ")


def _mended(octets: bytes, name: str | None) -> str | None:
    """Decode by the label all the same if that damages little, and most is borne out."""
    if name is None or name == "cp1252":
        return None
    try:
        text = _sound(octets.decode(name, "replace"))
    except (LookupError, ValueError):
        return None
    if name == "utf-8" and text.replace("\ufffd", "").isascii():
        return None
    borne = max(2, int(len(text) * DAMAGE_BORNE))
    return text if text.count("\ufffd") <= borne else None
