from __future__ import annotations

import pytest

from ingest.reading.accounts.clean import clean
from ingest.reading.accounts.mentions import find_mentions
from ingest.reading.accounts.nearby import platform_names, platform_nearby
from ingest.reading.accounts.platforms import platforms_for
from ingest.reading.rules import CHIRPER

PLATFORMS = platforms_for(CHIRPER)


def platforms_of(text: str) -> str:
    cleaned = clean(text, PLATFORMS).text
    return " ".join(
        platform_nearby(cleaned, *mention.span, PLATFORMS).key for mention in find_mentions(cleaned)
    )


ROWS = [
    ("@one on Instagram, @two on TikTok", "instagram tiktok"),
    ("Instagram: @one, @two and @three", "instagram instagram instagram"),
    ("@one (Instagram), @two (Snapchat)", "instagram snapchat"),
    ("Chirper @one, Instagram @two", "chirper instagram"),
    ("@one and @two on Instagram", "instagram instagram"),
    ("@one on Instagram and @two", "instagram chirper"),
    ("@one asked her to go on to Snapchat", "chirper"),
    ("his Instagram is @one", "instagram"),
    ("On Instagram he calls himself @one", "instagram"),
    ("On TikTok. Here it is @one", "chirper"),
    ("@one'in Instagram hesabı", "instagram"),
    ("@one Instagramda yazıyor", "instagram"),
    ("Instagram'da @one", "instagram"),
    ("インスタの@one", "instagram"),
    ("@oneさん（インスタ）", "instagram"),
    ("인스타에서 @one", "instagram"),
    ("@one이 인스타그램에서", "instagram"),
    ("в инстаграме @one", "instagram"),
    ("@one в телеграме", "telegram"),
    ("na Instagramie @one", "instagram"),
    ("@one auf Insta", "instagram"),
    ("sein Snap ist @one", "snapchat"),
    ("ktoś, kto na Discordzie ma nick @one, a u was @two", "discord chirper"),
    ("su Instagram scrive, ma qui è @one", "chirper"),
    ("IG 是 @one", "instagram"),
    ("Da voi è @one, su Instagram invece è @two", "chirper instagram"),
    ("@one, on Instagram and @two", "instagram chirper"),
    ("the signal was bad, @one wrote", "chirper"),
    ("on Signal @one", "signal"),
    ("Signal: @one", "signal"),
    ("kick him @one", "chirper"),
    ("ok @one", "chirper"),
    ("on X he is @one", "x"),
    ("X: @one", "x"),
    ("@one on X", "x"),
    ("@one sur X", "x"),
    ("Medium-sized @one", "chirper"),
    ("on Medium as @one", "medium"),
    ("LINEの@one", "line"),
    ("オンラインで@one", "chirper"),
    ("LINE @one", "line"),
    ("online @one", "chirper"),
    ("over the line @one", "chirper"),
    ("انستغرام @one", "instagram"),
    ("على الانستا @one", "instagram"),
    ("@one على تيليجرام", "telegram"),
    ("वह इंस्टाग्राम पर @one है", "instagram"),
    ("@one इंस्टाग्राम पर", "instagram"),
    ("微信 @one", "wechat"),
    ("@one 在抖音上", "douyin"),
    ("Instagram:\n@one\n@two", "instagram instagram"),
    ("- Instagram: @one\n- TikTok: @two", "instagram tiktok"),
    ("| Instagram | @one |\n| Chirper | @two |", "instagram chirper"),
    ("I know her from Instagram but @one wrote to me here", "chirper"),
    (
        "we talked on Instagram and my friend told me that the account of this person is\n@one",
        "instagram",
    ),
    ("Instagram\n@one", "instagram"),
    ("My ig is @one", "instagram"),
    ("ig: @one", "instagram"),
    ("@one (snap)", "snapchat"),
    ("snap: @one", "snapchat"),
    ("oh snap @one", "chirper"),
    ("his steam is @one", "steam"),
    ("gathering steam, @one", "chirper"),
    ("@one is on Discord", "discord"),
    ("@one is an Instagram account", "instagram"),
    ("@one, Instagram", "instagram"),
    ("tg: @one", "telegram"),
    ("tg @one", "telegram"),
    ("@one trên Facebook", "facebook"),
    ("di Instagram @one", "instagram"),
    ("threads like this, @one", "chirper"),
    ("@one sur Threads", "threads"),
    ("user@instagram.com wrote about @one", "chirper"),
    ("@one#1234 on Discord", "discord"),
    ("@one writes on Chirper, on Instagram it is @two", "chirper instagram"),
    ("@one on Chirper, @two on Instagram", "chirper instagram"),
    ("@one, @two, @three (alle Instagram)", "instagram instagram instagram"),
    ("インスタントで@one", "chirper"),
    ("X @one", "x"),
    ("Mr X wrote. @one", "chirper"),
    ("the face of @one", "chirper"),
    ("his face @one", "chirper"),
    ("Instagram account @one", "instagram"),
    ("instagram user: @one", "instagram"),
    ("@one — Instagram", "instagram"),
    ("Ihr Instagram-Name ist @one", "instagram"),
    ("@one schreibt ihr auf Instagram", "chirper"),
    ("@one контактує в інстаграмі", "chirper"),
    ("vk @one", "vk"),
    ("вк: @one", "vk"),
    ("@one в вк", "vk"),
    ("ТГ @one", "telegram"),
    ("Аккаунт в Телеграм: @one", "telegram"),
    ("X (@one), on Threads (@two) and Chirper (@three)", "x threads chirper"),
    ("Instagram - @one\nSnapchat - @two", "instagram snapchat"),
    ("@one\nInstagram: @two", "chirper instagram"),
    ("@one\non Instagram", "instagram"),
    ("Username: @one\nPlatform: Instagram", "instagram"),
    ("Platform: Instagram\nUser: @one\nPlatform: TikTok\nUser: @two", "instagram tiktok"),
    ("Instagram @one / TikTok @two / Snap @three", "instagram tiktok snapchat"),
    ("@one|Instagram", "instagram"),
    ("on Instagram (@one) and here @two", "instagram chirper"),
    ("@one WhatsApp +44 7700 900123", "chirper"),
    ("ツイッターの@oneさんとTikTokの@twoさん", "x tiktok"),
]


@pytest.mark.parametrize(("text", "keys"), ROWS)
def test_the_platform_of_a_handle(text: str, keys: str) -> None:
    assert platforms_of(text) == keys


@pytest.mark.parametrize("word", ["line", "medium", "signal", "kick", "ok", "x", "snap", "face"])
def test_common_words_are_no_names_by_themselves(word: str) -> None:
    assert word not in platform_names(PLATFORMS)
    assert platforms_of(f"it was bad, the {word} of @one") == "chirper"
    assert platforms_of(f"they {word}, @one") == "chirper"
