"""Which charset octets look like when nothing, or nothing true, says it.

Escapes and NULs speak for themselves, UTF-8 proves itself; the others are told by how many of
the characters they give are ones that their languages use most. Only a sample is looked at.
"""

from __future__ import annotations

import re
from typing import Final

# Octets looked at when guessing.
SAMPLE_SIZE: Final = 8192
# Likeness below which a guess is not believed.
BELIEVED: Final = 0.3

STATEFUL: Final = re.compile(rb"\x1b[$(][@BIJD]?")
_LATIN = frozenset("äöüßéèêëàâçñáíóúãõôîïûùœæøåÄÖÜÉÀÇÑØÅ¡¿«»’‘“”–—…€°§·ìòºª\u00a0")  # noqa: RUF001 - the letters that count
# The letters most used; the same octets are rarer letters in a kindred charset.
_CYRILLIC = frozenset("оеаинтсрвлкмдпуі")
_GREEK = frozenset("αοιετσνηυρπκμλςάέίόή")


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
    if STATEFUL.search(sample) and strictly(octets, "iso2022_jp_ext") is not None:
        return "iso2022_jp_ext"
    if is_wide(octets):
        return "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"
    if strictly(octets, "utf-8") is not None:
        return "utf-8"
    scored = [(_likeness(sample, name), name) for name in _SCORERS]
    best, name = max(scored, key=lambda pair: pair[0])
    return name if best > BELIEVED and strictly(octets, name) is not None else "cp1252"


def _likeness(sample: bytes, name: str) -> float:
    text = sample.decode(name, "replace")
    foreign = [char for char in text if char > "\x7f"]
    if not foreign:
        return 0.0
    if text.count("\ufffd") > 1:
        return 0.0
    base, common, rare = _SCORERS[name]
    hits = sum(1.0 if char in common else rare if char.isalpha() else 0.0 for char in foreign)
    crowded = name == "cp1252" and len(foreign) * 2 > sum(char.isalpha() for char in text)
    return base * (0.3 if crowded else 1.0) * hits / len(foreign)


_KANA = frozenset(chr(code) for code in (*range(0x3041, 0x30FF), 0x3001, 0x3002))
_HAN = frozenset("的一是不了在人有我他这中大来上国个到说们为子和你地出道也时年日本に、。，！？")  # noqa: RUF001 - the letters that count
_HANGUL = frozenset(chr(code) for code in range(0xAC00, 0xD7A4))
# Charset -> (weight, characters that speak for it, worth of any other letter).
_SCORERS: Final = {
    "cp1252": (1.0, _LATIN, 0.2),
    "cp1251": (1.0, _CYRILLIC, 0.4),
    "koi8-r": (0.99, _CYRILLIC, 0.4),
    "cp1253": (0.98, _GREEK, 0.4),
    "cp932": (1.0, _KANA, 0.45),
    "euc_jp": (1.0, _KANA, 0.5),
    "euc_kr": (0.9, _HANGUL, 0.1),
    "gb18030": (1.0, _HAN, 0.5),
    "big5": (0.98, _HAN, 0.5),
}
