"""Names that nothing announces, but that look like handles."""

from __future__ import annotations

import pytest

from ingest.reading.accounts.find import find_accounts
from ingest.reading.rules import ReadingRules


def handles(text: str, language: str) -> list[str | None]:
    named = find_accounts(
        subject="", text=text, signature="", links=(), rules=ReadingRules(), language=language
    )
    return [each.account.handle for each in named.sightings]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("友達はriver_o3ちゃん、絡んでるのはmr_meadow88。", "ja", ["river_o3", "mr_meadow88"]),
        ("通りすがりの者です。おすすめのusagi_no_niwaさん。", "ja", ["usagi_no_niwa"]),
        ("那个人是shan_shui7,一直问孩子。", "zh", ["shan_shui7"]),
        ("账号分别为qingcao_he、xingkong_88。", "zh", ["qingcao_he", "xingkong_88"]),
        ("제 친구 haneul_06가 걱정돼요.", "ko", ["haneul_06"]),
        ("garam_byeol하고 nuri_ssaem이 문자를 보내요.", "ko", ["garam_byeol", "nuri_ssaem"]),
        ("It was quiet_heron who wrote to her.", "en", ["quiet_heron"]),
        ("Ему угрожает quiet_heron: пишет, что знает школу.", "ru", ["quiet_heron"]),
        (
            "・ディスコード：quiet_heron\n・インスタグラム：quiet.heron.jp",
            "ja",
            ["quiet_heron", "quiet.heron.jp"],
        ),
    ],
)
def test_a_name_with_an_underscore_is_an_account_in_any_script(
    text: str, language: str, expected: list[str]
) -> None:
    assert handles(text, language) == expected


def test_the_name_of_a_platform_is_nobodys_handle() -> None:
    text = "让他装Telegram继续聊,Telegram账号是 @quiet_heron 。"
    assert handles(text, "zh") == ["quiet_heron"]


def test_a_word_of_one_language_that_names_in_another_announces_nothing() -> None:
    assert handles('Ten "kolega" to dorosły mężczyzna.', "pl") == []
    assert handles('Nó tên "quietheron".', "vi") == ["quietheron"]


@pytest.mark.parametrize(
    "text",
    [
        "é_heron7 wrote",
        "the file path/quiet_heron",
        "quiet_heron@example.org",
        "写真はIMG_2041.jpgです。",
        "設定はuser_name=anna",
        "привет_heron7ом",
        "quiet_heron: 7",
        "- quiet_heron: 7",
        "quiet_heron:7",
        "タグは#quiet_heronです",
        "関数quiet_heron()を呼ぶ",
    ],
)
def test_a_piece_of_something_longer_is_none(text: str) -> None:
    assert handles(text, "en") == []


@pytest.mark.parametrize(
    "text",
    [
        "ລາວຊື່quiet_heronແລະ",
        "គាត់ឈ្មោះquiet_heronហើយ",
        "သူ့နာမည်quiet_heronပါ",
        "時々quiet_heronさんが書く",
        "佐々木quiet_heron",
        "quiet_heronㅋㅋ라고",
    ],
)
def test_scripts_without_spaces_may_stand_beside_a_name(text: str) -> None:
    assert handles(text, "ja") == ["quiet_heron"]
