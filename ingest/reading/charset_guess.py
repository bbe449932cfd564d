"""Which charset octets look like when nothing, or nothing true, says it.

Escapes and NULs speak for themselves, UTF-8 proves itself; of the others each is tried, and the
text it gives is weighed: letters that their languages use most speak for it, a sign in the midst
of a word, a capital within one or two scripts in one word speak against it. Only a sample is
looked at.
"""

from __future__ import annotations

import re
from typing import Final

# Octets looked at when guessing, and characters beyond ASCII that are weighed.
SAMPLE_SIZE: Final = 8192
WEIGHED: Final = 500
# Likeness below which a guess is not believed.
BELIEVED: Final = 0.3
# Worth of the capital of a letter that speaks for a charset.
_CAPITAL: Final = 0.7
_NORTHERN: Final = 0.6

STATEFUL: Final = re.compile(rb"\x1b[$(][@BIJD]?")
_KOREAN_ESCAPE: Final = b"\x1b$)C"
# Chinese between tildes (RFC 1843).
_HZ = re.compile(rb"~\{(?:[!-w][!-~]){1,2000}~\}")

_WEST = frozenset("äöüßéèêëàâçñáíóúãõôîïûùœìòÄÖÜÉÀÈÇÑÓÁÍÚÂÊÔÃ")
# Letters of languages that are rarer here, in the same charset.
_NORTH = frozenset("æøåÆØÅ")
_CENTRAL = frozenset("ąćęłńóśźżĄĆĘŁŃÓŚŹŻáčďéěíňřšťúůýžÁČŠŽäöüőű")
_TURKISH = frozenset("ışğüöçİŞĞÜÖÇâîû")
_VIETNAMESE = frozenset("ăâđêôơưĂÂĐÊÔƠƯàáèéìíòóùúý\u0300\u0301\u0303\u0309\u0323")
# The letters most used; the same octets are rarer letters in a kindred charset.
_CYRILLIC = frozenset("оеаинтсрвлкмдпуіяьї")
_GREEK = frozenset("αοιετσνηυρπκμλςάέίόήγδθωχφβύώ")
_HEBREW = frozenset(chr(code) for code in range(0x5D0, 0x5EB))
_ARABIC = frozenset("المنيتبرسعدهحكقفشجصخذةىأإءطغضثزظو")
# Signs that stand beside words in any language; the first may stand within one.
_SIGNS = frozenset("’«»“”„‘–—…€°§·¡¿º\u00a0\u00ad№‚£¥¢½¼¾±×÷©®™²³")  # noqa: RUF001 - the signs that count
_KANA = frozenset(chr(code) for code in (*range(0x3041, 0x30FF), 0x3001, 0x3002))
_HAN = frozenset("的一是不了在人有我他这中大来上国个到说们为子和你地出道也时年日本に、。，！？")  # noqa: RUF001 - the letters that count
_HANGUL = frozenset(chr(code) for code in range(0xAC00, 0xD7A4))

# Charset of one octet a character -> (weight, characters that speak for it, worth of any other
# letter). Of those that give the same text the first stands.
_SINGLE: Final = {
    "cp1252": (1.0, _WEST, 0.2),
    "cp1254": (0.97, _TURKISH, 0.1),
    "cp1250": (0.94, _CENTRAL, 0.1),
    "iso8859-2": (0.93, _CENTRAL, 0.1),
    "cp1258": (0.9, _VIETNAMESE, 0.1),
    "mac-roman": (0.9, _WEST, 0.1),
    "cp850": (0.9, _WEST, 0.1),
    "cp852": (0.85, _CENTRAL, 0.1),
    "cp1251": (1.0, _CYRILLIC, 0.4),
    "koi8-u": (0.99, _CYRILLIC, 0.4),
    "iso8859-5": (0.97, _CYRILLIC, 0.4),
    "cp866": (0.97, _CYRILLIC, 0.4),
    "mac-cyrillic": (0.96, _CYRILLIC, 0.4),
    "cp1253": (0.98, _GREEK, 0.4),
    "cp1256": (0.97, _ARABIC, 0.2),
    "iso8859-6": (0.96, _ARABIC, 0.2),
    "cp1255": (0.97, _HEBREW, 0.2),
}
_MULTIPLE: Final = {
    "cp932": (1.0, _KANA, 0.45),
    "euc_jp": (1.0, _KANA, 0.5),
    "euc_kr": (0.9, _HANGUL, 0.1),
    "gb18030": (1.0, _HAN, 0.5),
    "big5hkscs": (0.98, _HAN, 0.5),
}


def strictly(octets: bytes, name: str) -> str | None:
    """Decode without any damage; None if that cannot be done."""
    try:
        text = octets.decode(name)
        text.encode("utf-8")
    except (LookupError, UnicodeError):
        return None
    return text


def is_wide(octets: bytes) -> bool:
    """Tell whether text looks like UTF-16 without a mark."""
    sample = octets[:SAMPLE_SIZE]
    halves = sample[::2].count(0), sample[1::2].count(0)
    return len(octets) % 2 == 0 and max(halves) * 16 > len(sample) and min(halves) * 8 < max(halves)


def guess(octets: bytes) -> str:
    """Name the charset the octets most look like."""
    sample = octets[:SAMPLE_SIZE]
    if (name := _by_escapes(octets, sample)) is not None:
        return name
    if is_wide(octets):
        return "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"
    if strictly(octets, "utf-8") is not None:
        return "utf-8"
    ranked = sorted(_likenesses(sample), key=lambda pair: -pair[0])
    fitting = (name for worth, name in ranked if worth > BELIEVED and _fits(octets, name))
    return next(fitting, "cp1252")


def likeness(octets: bytes, name: str) -> float:
    """Weigh how much the octets look like text in a charset; 1 is as good as any can be."""
    return _likeness(octets[:SAMPLE_SIZE], name)


def is_stateful(octets: bytes) -> bool:
    """Tell whether escapes show a charset that switches between sets of characters."""
    sample = octets[:SAMPLE_SIZE]
    return bool(STATEFUL.search(octets)) or _by_escapes(octets, sample) is not None


def _by_escapes(octets: bytes, sample: bytes) -> str | None:
    if _KOREAN_ESCAPE in sample and strictly(octets, "iso2022_kr") is not None:
        return "iso2022_kr"
    if STATEFUL.search(sample) and strictly(octets, "iso2022_jp_ext") is not None:
        return "iso2022_jp_ext"
    if (
        b"~{" in sample
        and _HZ.search(sample)
        and octets.isascii()
        and strictly(octets, "hz") is not None
    ):
        return "hz"
    return None


def _fits(octets: bytes, name: str) -> bool:
    """Tell whether a whole text can be read so; a hole of a Windows code page is no hindrance."""
    return name in _SINGLE or strictly(octets, name) is not None


def _likenesses(sample: bytes) -> list[tuple[float, str]]:
    return [(_likeness(sample, name), name) for name in (*_SINGLE, *_MULTIPLE)]


def _likeness(sample: bytes, name: str) -> float:
    text = sample.decode(name, "replace")
    if name in _MULTIPLE:
        return _of_many_octets(text, *_MULTIPLE[name])
    return _of_one_octet(text, *_SINGLE[name]) if name in _SINGLE else 0.0


def _of_many_octets(text: str, base: float, common: frozenset[str], rare: float) -> float:
    foreign = [char for char in text if char > "\x7f"]
    if not foreign or text.count("\ufffd") > 1:
        return 0.0
    hits = sum(1.0 if char in common else rare if char.isalpha() else 0.0 for char in foreign)
    return base * hits / len(foreign)


def _of_one_octet(text: str, base: float, common: frozenset[str], rare: float) -> float:
    latin = "é" in common or "ş" in common
    places = [at for at, char in enumerate(text) if char > "\x7f"][:WEIGHED]
    if not places:
        return 0.0
    worth = sum(_worth(text, at, common, rare, latin=latin) for at in places)
    # Latin languages have few letters beyond ASCII; text full of them is another script.
    letters = sum(char.isalpha() for char in text)
    crowded = latin and len(places) < WEIGHED and len(places) * 2 > letters
    return base * (0.3 if crowded else 1.0) * worth / len(places)


def _worth(text: str, at: int, common: frozenset[str], rare: float, *, latin: bool) -> float:
    """Weigh one character beside its neighbours."""
    char = text[at]
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if char in common or (char.isalpha() and char.lower() in common):
        foreign_word = not latin and (_is_ascii_letter(before) or _is_ascii_letter(after))
        capital_within = char.isupper() and before.islower()
        if foreign_word or capital_within:
            return -1.0
        return 1.0 if char in common else _CAPITAL
    if char in _NORTH and "é" in common:
        return _NORTHERN
    if char.isalpha():
        return -0.5 if char.isupper() and before.islower() else rare
    within = before.isalpha() and after.isalpha()
    if char in _SIGNS:
        return -1.0 if within and char != "’" else 1.0  # noqa: RUF001 - an apostrophe
    return -1.0 if within or char < "\xa0" or char == "\ufffd" else 0.0


def _is_ascii_letter(char: str) -> bool:
    return char.isascii() and char.isalpha()
