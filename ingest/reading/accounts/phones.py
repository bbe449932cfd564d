"""Telephone numbers as accounts of WhatsApp, Signal and their like.

A number is an account only where the name of such a platform stands beside it. Numbers are read
as people write them: ``+49 170 ...``, ``0049 ...``, ``(0)``, and national ones if the region is
known. Dates, prices, ids and numbers of cases are no telephone numbers.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache
from typing import Final

import phonenumbers

from ingest.reading.accounts.platform_words import PlatformWord, find_platform_words
from ingest.reading.accounts.platforms import Platforms
from ingest.reading.accounts.scripts import UNSPACED

# Platforms whose accounts are telephone numbers.
BY_PHONE: Final = ("whatsapp", "signal", "telegram", "viber", "zalo")
# Characters between a number and the name of its platform.
MAX_BETWEEN: Final = 60
# Numbers looked at in one text.
MAX_NUMBERS: Final = 200

# A script without spaces may stand on both sides, if it does not count or price what is there.
_END: Final = (
    rf"(?![^\W{UNSPACED}]|[円圆圓元원人年回次个個件万萬億亿点點명개@%€$£]|บาท|[.\-/:,][0-9])"
)
_NUMBER = re.compile(
    rf"(?<![^\W{UNSPACED}])(?<![@+./#\-])(?:(?<!:)|(?=\+))(?P<number>(?P<plus>\+|00)? ?\(?"
    rf"[0-9](?:[ .()/\-\u2010-\u2013]{{0,3}}[0-9]){{6,16}}){_END}"
)
# A line that a mail program broke behind the number of a country.
_BROKEN = re.compile(r"(?<![0-9])(\+[0-9]{1,3}) ?\n(?=[0-9])")
# The rest of a number that a mail program broke over two lines.
_NEXT_LINE = re.compile(rf"\n(?P<rest>[0-9](?:[ .()/\-]?[0-9]){{1,9}}){_END}")
_ON: Final = "on|via|auf|über|sur|en|in|su|op|no|na|w|у|в|на|per"  # noqa: RUF001
_SMALL = re.compile(
    rf"(?<!\w)(?:(?:{_ON}) signal(?=[^\n+]{{0,30}}\+[0-9])|signal(?=[ :]{{1,3}}\+[0-9])"
    r"|(wa)(?= ?(?:nya|no)?[ :]{1,3}\+[0-9]))",
    re.IGNORECASE,
)
_DATE = re.compile(r"(?:[0-9]{1,4}[./\-–]){2}[0-9]{1,4}|(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}.*")  # noqa: RUF001
_TRUNK = re.compile(r"\(0\)")
_PARTED = re.compile(r"[.!?](?=\s)|[。！？।؟]|\n\s*\n")  # noqa: RUF001
# "Asked him to write on WhatsApp. His number is", where the sentence in between has ended.
_HIS_NUMBER = re.compile(
    r"[.!?。！？।؟]\s{0,3}"  # noqa: RUF001
    r"(?!(?:my|our|meine?|unsere?|mi|mon|notre|meu|mijn|m[oó]j|мой|мій|मेरा|我的|私の|제|내)\b)"
    r"(?:\w{1,8}\s){0,2}(?:number|(?:ruf|handy|telefon)?nummer|n[uú]m[eé]ro|numeru?|numarası|nomor(?:nya)?"  # noqa: RUF001
    r"|номер|رقمه|رقمها|الرقم|番号|번호는?|号码|號碼|नंबर|số)(?:,[^,.\n]{1,40},)?"
    r"(?:\W{0,3}\w{1,10}){0,2}[ :：,]{1,3}\Z",  # noqa: RUF001
    re.IGNORECASE,
)
# Words before a number that make it something else.
_OTHER_NUMBER = re.compile(
    r"(?:\b(?:id|uid|case|ticket|order|ref|reference|fall|vorgang|aktenzeichen|nr|invoice|iban|konto)"
    r"|#|№|заявк\w{0,3}|номер дела"
    r"|(?:编|編|订单|訂單|工单|案件|注文|受付|会員|整理|주문|접수|회원)(?:号|號|番号|번호)?)"
    r"[\s.:：#]{0,3}[是は은는]?[\s:：]{0,2}\Z",  # noqa: RUF001
    re.IGNORECASE,
)


@cache
def load_countries() -> None:
    """Load how numbers look in every country, before the library wants to by itself."""
    phonenumbers.PhoneMetadata.load_all()


def find_phones(
    text: str, platforms: Platforms, regions: tuple[str, ...] = ()
) -> Iterator[tuple[str, str, tuple[int, int]]]:
    """Give each number (E.164), the key of the platform it is an account of, and its span."""
    words = [word for word in find_platform_words(text, platforms) if word.key in BY_PHONE]
    words = sorted([*words, *_small_names(text)], key=lambda word: word.start)
    if not words:
        return
    left = MAX_NUMBERS
    text = _BROKEN.sub(lambda broken: broken[1].ljust(len(broken[0])), text)
    for found in _NUMBER.finditer(text):
        start, end = found.span("number")
        key = _platform_of(text, start, end, words)
        if key is None or _is_something_else(text, found):
            continue
        left -= 1
        number = _e164(found["number"], regions)
        rest = None if number else _NEXT_LINE.match(text, end)
        if rest:
            number, end = _e164(f"{found['number']} {rest['rest']}", regions), rest.end()
        if number:
            yield number, key, (start, end)
        if not left:
            return


def _small_names(text: str) -> list[PlatformWord]:
    """Find names that are common words, where a number with its country follows close by."""
    return [
        PlatformWord("whatsapp" if found[1] else "signal", *found.span())
        for found in _SMALL.finditer(text)
    ]


def regions_of(language: str | None) -> tuple[str, ...]:
    """Give the regions that numbers without a country may be of, the likeliest first."""
    return _REGIONS.get(language or "", ())


_REGIONS: Final = {
    "ar": ("SA", "EG", "AE", "MA"),
    "de": ("DE", "AT", "CH"),
    "en": ("GB", "US", "AU", "IE"),
    "es": ("ES", "MX", "AR", "CO", "CL", "PE"),
    "fr": ("FR", "BE", "CH", "CA"),
    "hi": ("IN",),
    "id": ("ID",),
    "it": ("IT",),
    "ja": ("JP",),
    "ko": ("KR",),
    "nl": ("NL", "BE"),
    "pl": ("PL",),
    "pt": ("BR", "PT"),
    "ru": ("RU", "KZ"),
    "tr": ("TR",),
    "uk": ("UA",),
    "vi": ("VN",),
    "zh": ("CN", "TW", "HK"),
}


def _platform_of(text: str, start: int, end: int, words: list[PlatformWord]) -> str | None:
    """Give the key of the nearest such platform in the same sentence, or the one before."""
    at = bisect_left(words, start, key=lambda word: word.start)
    beside = [
        (max(word.start - end, start - word.end), word) for word in words[max(0, at - 1) : at + 1]
    ]
    near = sorted((each for each in beside if each[0] <= MAX_BETWEEN), key=lambda each: each[0])
    tied = (word.key for _, word in near if _is_tied(text, start, end, word))
    return next(tied, None)


def _is_tied(text: str, start: int, end: int, word: PlatformWord) -> bool:
    """Tell whether a number and a name stand in one sentence, or the number explains the name."""
    is_before = word.end <= start
    between = text[word.end : start] if is_before else text[end : word.start]
    return not _PARTED.search(between) or (is_before and bool(_HIS_NUMBER.search(between)))


def _is_something_else(text: str, found: re.Match[str]) -> bool:
    number = found["number"]
    before = text[max(0, found.start() - 24) : found.start()]
    return bool(_DATE.fullmatch(number) or (not found["plus"] and _OTHER_NUMBER.search(before)))


def _e164(written: str, regions: tuple[str, ...]) -> str | None:
    plain = _TRUNK.sub("", written).lstrip()
    if plain.startswith(("+", "00")):
        return _in_region(f"+{plain[2:]}" if plain.startswith("00") else plain, None, valid=False)
    found = (_in_region(plain, region, valid=True) for region in regions)
    number = next((each for each in found if each), None)
    # Numbers set aside for examples and fiction are of no network.
    trunk = plain.startswith("0") and regions
    return number or (_in_region(plain, regions[0], valid=False) if trunk else None)


def _in_region(plain: str, region: str | None, *, valid: bool) -> str | None:
    try:
        number = phonenumbers.parse(plain, region)
    except phonenumbers.NumberParseException:
        return None
    fits = phonenumbers.is_valid_number if valid else phonenumbers.is_possible_number
    if not fits(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
