from __future__ import annotations

import pytest

from ingest.reading.accounts.platform_words import find_platform_words, platform_names
from ingest.reading.accounts.platforms import platforms_for
from ingest.reading.rules import CHIRPER

PLATFORMS = platforms_for(CHIRPER)


def keys(text: str) -> list[str]:
    return [word.key for word in find_platform_words(text, PLATFORMS)]


@pytest.mark.parametrize(
    "text",
    [
        "Instagram",
        "INSTAGRAM",
        "insta",
        "on instagram.",
        "na Instagramie",
        "Instagramu",
        "Insta'da",
        "Instagram'da",
        "инстаграме",
        "в инсте",
        "в інстаграмі",
        "インスタグラムで",
        "インスタの",
        "인스타그램에서",
        "인스타에서",
        "इंस्टाग्राम पर",
        "على انستغرام",
        "بالانستغرام",
        "Instagram-Konto",
        "(Instagram)",
        "Instagram,",
        "IG: @one",
        "mein ig",
        "私のInstagramは",
    ],
)
def test_a_name_is_found_in_all_its_forms(text: str) -> None:
    assert keys(text) == ["instagram"]


@pytest.mark.parametrize(
    "text",
    [
        "@instagram",
        "user@instagram.com",
        "#instagram",
        "instagram@example.org",
        "インスタントな",
        "オンラインで",
        "the signal was lost",
        "cross a line",
        "a medium size",
        "kick him out",
        "ok then",
        "face to face",
        "discords of old",
        "la discorde",
        "she twitched",
        "es gab Streit",
        "gathering steam",
        "loose threads",
        "REPORT OF ACCOUNT",
        "Face ID",
        "ins Profil",
        "mój profil",
        "Kakao trinken",
        "oh snap",
        "X",
        "in case x is",
        "an epic name",
        "whats up",
    ],
)
def test_other_words_are_no_names(text: str) -> None:
    assert keys(text) == []


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("on X", "x"),
        ("auf X", "x"),
        ("в X", "x"),
        ("X account", "x"),
        ("X: @one", "x"),
        ("su Line", "line"),
        ("LINEで", "line"),
        ("LINE account", "line"),
        ("on Signal", "signal"),
        ("Signal: @one", "signal"),
        ("my snap", "snapchat"),
        ("his Kik", "kik"),
        ("sein Kik", "kik"),
        ("on Threads", "threads"),
        ("on Kick", "kick"),
        ("tg: @one", "telegram"),
        ("в вк", "vk"),
        ("her steam", "steam"),
        ("sur Medium", "medium"),
        ("微信号", "wechat"),
        ("QQ: 12345", "qq"),
    ],
)
def test_a_common_word_is_a_name_where_another_bears_it_out(text: str, key: str) -> None:
    assert keys(text) == [key]


def test_the_home_platform_has_its_name() -> None:
    assert keys("on Chirper") == ["chirper"]


def test_names_are_listed_as_folded_text_spells_them_too() -> None:
    names = platform_names(PLATFORMS)
    assert names["твиттер"] == names["twitter"] == "x"
    assert "signal" not in names
