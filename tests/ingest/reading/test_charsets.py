from __future__ import annotations

import pytest

from ingest.reading.charsets import canonical, decode

# ruff: noqa: RUF001 - letters of many scripts are the point
RUSSIAN = "Пожалуйста, проверьте этот профиль, он пишет незнакомым людям каждый вечер."
JAPANESE = "このアカウントが心配です。確認してください。"
CHINESE = "请检查这个账号，我很担心。他每天晚上都给不认识的人写信。"
KOREAN = "이 계정이 걱정됩니다. 확인해 주세요."
GERMAN = "Bitte prüfen Sie dieses Konto, es schreibt täglich Fremden. Viele Grüße"
GREEK = "Παρακαλώ ελέγξτε αυτόν τον λογαριασμό, γράφει σε αγνώστους."


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        (RUSSIAN, "koi8-r"), (RUSSIAN, "windows-1251"), (RUSSIAN, "iso-8859-5"),
        (JAPANESE, "shift_jis"), (JAPANESE, "euc-jp"), (JAPANESE, "iso-2022-jp"),
        (JAPANESE, "utf-16"), (RUSSIAN, "utf-8"),
        (CHINESE, "gb2312"), (CHINESE, "gb18030"), (CHINESE, "utf-7"), (KOREAN, "euc-kr"),
        (KOREAN, "iso-2022-kr"), (GERMAN, "iso-8859-1"), (GERMAN, "iso-8859-15"), (GERMAN, "cp850"),
        (GREEK, "iso-8859-7"), (CHINESE, "hz-gb-2312"),
    ],
)  # fmt: skip
def test_a_true_label_is_believed(text: str, charset: str) -> None:
    assert decode(text.encode(charset), charset) == (text, None)


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        (RUSSIAN, "koi8-r"), (RUSSIAN, "windows-1251"), (RUSSIAN, "utf-8"), (RUSSIAN, "utf-16-le"),
        (JAPANESE, "shift_jis"), (JAPANESE, "euc-jp"), (JAPANESE, "iso-2022-jp"),
        (CHINESE, "gb2312"),
        (KOREAN, "euc-kr"), (GERMAN, "iso-8859-1"), (GERMAN, "utf-8"), (GREEK, "windows-1253"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("label", [None, "us-ascii", "x-unknown", "unknown-8bit", "undefined"])
def test_without_a_true_label_the_charset_is_guessed(
    text: str, charset: str, label: str | None
) -> None:
    assert decode(text.encode(charset), label)[0] == text


def test_utf_8_under_a_latin_label_is_seen() -> None:
    assert decode(GERMAN.encode(), "iso-8859-1") == (GERMAN, None)


def test_a_cut_off_character_costs_only_itself() -> None:
    text, defect = decode(GERMAN.encode()[:10] + b"\xc3", "utf-8")
    assert text == "Bitte prü\ufffd"
    assert defect


@pytest.mark.parametrize(
    "label",
    [
        "idna",
        "punycode",
        "undefined",
        "rot13",
        "base64",
        "unicode_escape",
        "",
        "x" * 99,
        "a\x00b",
        None,
    ],
)
def test_codecs_that_are_no_charsets_are_refused(label: str | None) -> None:
    assert canonical(label) is None


@pytest.mark.parametrize(
    "label", [None, "utf-8", "utf-16", "utf-7", "cp932", "iso-2022-jp", "cp1252"]
)
def test_any_octets_give_text_that_can_be_written(label: str | None) -> None:
    decode(bytes(range(256)) * 3 + b"\xd8\x00", label)[0].encode("utf-8")
