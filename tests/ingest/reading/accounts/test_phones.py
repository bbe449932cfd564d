from __future__ import annotations

import pytest

from ingest.reading.accounts.phones import MAX_NUMBERS, find_phones, regions_of
from ingest.reading.accounts.platforms import platforms_for
from ingest.reading.rules import CHIRPER

PLATFORMS = platforms_for(CHIRPER)


def numbers(text: str, regions: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    return [(number, key) for number, key, _ in find_phones(text, PLATFORMS, regions)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("WhatsApp +49 1512 3456789", ("+4915123456789", "whatsapp")),
        ("his WhatsApp number is 0049 (0)1512 3456789.", ("+4915123456789", "whatsapp")),
        ("WhatsApp: +49-1512-345.6789", ("+4915123456789", "whatsapp")),
        ("on Signal as +1 (202) 555-0143", ("+12025550143", "signal")),
        ("Signal: +1 202-555-0143", ("+12025550143", "signal")),
        ("+44 7700 900123 (WhatsApp)", ("+447700900123", "whatsapp")),
        ("+44 7700 900123 on Telegram", ("+447700900123", "telegram")),
        ("ватсап +7 912 345-67-89", ("+79123456789", "whatsapp")),
        ("вайбер: +380 67 123 4567", ("+380671234567", "viber")),
        ("واتساب +966 50 123 4567", ("+966501234567", "whatsapp")),
        ("व्हाट्सएप +91 98765 43210", ("+919876543210", "whatsapp")),
        ("왓츠앱 +82 10-1234-5678", ("+821012345678", "whatsapp")),
        ("WhatsApp:+852\n5500 1234.", ("+85255001234", "whatsapp")),
        ("WhatsApp +852 5500\n1234.", ("+85255001234", "whatsapp")),
        ("Zalo: +84 912 345 678", ("+84912345678", "zalo")),
        ("Er will zu WhatsApp. Die Nummer ist +49 1512 3456789", ("+4915123456789", "whatsapp")),
        (
            "Er will auf WhatsApp wechseln. Seine Nummer: +49 1512 3456789. Auf Telegram auch.",
            ("+4915123456789", "whatsapp"),
        ),
        (
            "Er will zu WhatsApp wechseln. Die Nummer, von der er schreibt, ist +49 1512 3456789.",
            ("+4915123456789", "whatsapp"),
        ),
        ("WhatsApp'a geçelim demiş. Numarası +90 532 555 01 47.", ("+905325550147", "whatsapp")),
    ],
)
def test_a_number_beside_such_a_platform_is_an_account(
    text: str, expected: tuple[str, str]
) -> None:
    assert numbers(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "+49 1512 3456789",
        "LINE: +81 90 1234 5678",
        "We met on WhatsApp. My number is +49 1512 3456789",
        "He is on WhatsApp. The number of our school here is +49 1512 3456789",
        "WhatsApp: 01512 3456789",
        "a WhatsApp message of 12.05.2026",
        "WhatsApp, 2026-05-12 10:30",
        "WhatsApp case 1234567890",
        "Telegram id 1234567890",
        "WhatsApp +49 12",
        "WhatsApp 1234567890123456789012",
        "WhatsApp costs 1.234.567,00 €",
        "the signal was lost at +49 1512 3456789",
    ],
)
def test_other_figures_are_no_account(text: str) -> None:
    assert numbers(text) == []


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("WhatsApp: 01512 3456789", "de", "+4915123456789"),
        ("WhatsApp : 06 12 34 56 78", "fr", "+33612345678"),
        ("WhatsApp 0532 123 45 67", "tr", "+905321234567"),
        ("WhatsApp 8 912 345-67-89", "ru", "+79123456789"),
        ("WhatsApp 07700 900417", "en", "+447700900417"),
    ],
)
def test_a_national_number_is_read_by_the_regions_of_the_language(
    text: str, language: str, expected: str
) -> None:
    assert numbers(text, regions_of(language)) == [(expected, "whatsapp")]


def test_an_unknown_language_has_no_regions() -> None:
    assert numbers("WhatsApp: 01512 3456789", regions_of(None)) == []


def test_the_span_is_the_number_as_written() -> None:
    text = "WhatsApp +49 1512 3456789, please"
    ((_, _, span),) = find_phones(text, PLATFORMS)
    assert text[slice(*span)] == "+49 1512 3456789"


def test_numbers_are_bounded() -> None:
    text = "WhatsApp +49 1512 3456789\n" * (MAX_NUMBERS + 50)
    assert len(numbers(text)) == MAX_NUMBERS


@pytest.mark.parametrize(
    ("text", "region", "expected"),
    [
        ("他的WhatsApp是+8613800138000", "CN", "+8613800138000"),
        ("他在WhatsApp上的号码是13800138000。", "CN", "+8613800138000"),
        ("彼のWhatsAppは+819012345678です", "JP", "+819012345678"),
        ("왓츠앱 번호는 010-1234-5678번입니다", "KR", "+821012345678"),
        ("เขาใช้WhatsAppเบอร์+66812345678ครับ", "TH", "+66812345678"),
    ],
)
def test_scripts_without_spaces_may_stand_beside_a_number(
    text: str, region: str, expected: str
) -> None:
    assert numbers(text, (region,)) == [(expected, "whatsapp")]


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("WhatsApp上花了13800138000元", "CN"),
        ("WhatsAppで09012345678円を払った", "JP"),
        ("WhatsAppの注文番号は09012345678です", "JP"),
        ("WhatsApp订单号13800138000", "CN"),
        ("WhatsApp é13800138000", "CN"),
    ],
)
def test_prices_and_orders_beside_such_scripts_are_no_numbers(text: str, region: str) -> None:
    assert numbers(text, (region,)) == []
