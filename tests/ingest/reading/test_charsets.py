from __future__ import annotations

import pytest

from ingest.reading.charsets import canonical, decode

RUSSIAN = "Пожалуйста, проверьте этот профиль, он пишет незнакомым людям каждый вечер."
JAPANESE = "このアカウントが心配です。確認してください。"
CHINESE = "请检查这个账号，我很担心。他每天晚上都给不认识的人写信。"
KOREAN = "이 계정이 걱정됩니다. 확인해 주세요."
GERMAN = "Bitte prüfen Sie dieses Konto, es schreibt täglich Fremden. Viele Grüße"
POLISH = "To konto mnie niepokoi: ktoś pisze do mojej córki co wieczór. Proszę sprawdzić."
TURKISH = "Bu hesap beni endişelendiriyor, her akşam kızıma yazıyor. Lütfen bakın."
UKRAINIAN = "Цей акаунт мене турбує, він пише моїй доньці щовечора. Перевірте, будь ласка."
ARABIC = "هذا الحساب يقلقني، إنه يكتب إلى ابنتي كل مساء. يرجى النظر فيه."
TAIWANESE = "這個帳號讓我擔心，每天晚上給我女兒發訊息。請盡快查看。"
SPANISH = "Esta cuenta me preocupa: escribe a mi hija cada noche. ¿Pueden revisarla mañana?"
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
        (RUSSIAN, "iso-8859-5"), (RUSSIAN, "cp866"), (UKRAINIAN, "koi8-u"),
        (UKRAINIAN, "windows-1251"), (POLISH, "windows-1250"), (POLISH, "iso-8859-2"),
        (TURKISH, "windows-1254"), (ARABIC, "windows-1256"), (TAIWANESE, "big5"),
        (SPANISH, "windows-1252"), (SPANISH, "macroman"), (KOREAN, "iso-2022-kr"),
        (CHINESE, "hz"), (GERMAN, "utf-16-be"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("label", [None, "us-ascii", "x-unknown", "unknown-8bit", "undefined"])
def test_without_a_true_label_the_charset_is_guessed(
    text: str, charset: str, label: str | None
) -> None:
    assert decode(text.encode(charset), label)[0] == text


def test_utf_8_under_a_latin_label_is_seen() -> None:
    assert decode(GERMAN.encode(), "iso-8859-1") == (GERMAN, None)


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        (RUSSIAN, "koi8-r"), (RUSSIAN, "windows-1251"), (UKRAINIAN, "windows-1251"),
        (JAPANESE, "shift_jis"), (JAPANESE, "euc-jp"), (CHINESE, "gb18030"), (TAIWANESE, "big5"),
        (KOREAN, "euc-kr"), (ARABIC, "windows-1256"), (GREEK, "iso-8859-7"), (GERMAN, "utf-16-le"),
        (TURKISH, "windows-1254"), (CHINESE, "hz"), (JAPANESE, "iso-2022-jp"),
    ],
)  # fmt: skip
def test_a_western_label_that_is_plainly_wrong_is_not_believed(text: str, charset: str) -> None:
    assert decode(text.encode(charset), "iso-8859-1")[0] == text


@pytest.mark.parametrize("text", [GERMAN, SPANISH, "ÄÖÜ ÉÈÇ", "£ 5 ½", "naïve café", "æ ø å"])
def test_a_western_label_that_may_be_right_is_believed(text: str) -> None:
    assert decode(text.encode("latin-1"), "iso-8859-1") == (text, None)


@pytest.mark.parametrize("text", [GERMAN, SPANISH, "café"])
@pytest.mark.parametrize("label", ["utf-8", "us-ascii"])
def test_latin_under_the_label_of_utf_8_loses_no_letter(text: str, label: str) -> None:
    assert decode(text.encode("latin-1"), label)[0] == text


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("utf8", "utf-8"),
        ("UTF_8", "utf-8"),
        ("'utf-8'", "utf-8"),
        ("charset=utf-8", "utf-8"),
        ("unicode-1-1-utf-8", "utf-8"),
        ("ISO-8859-1; format=flowed", "cp1252"),
        ("iso8859-15", "iso-8859-15"),
        ("windows1251", "cp1251"),
        ("x-cp1251", "cp1251"),
        ("win-1251", "cp1251"),
        ("Windows-1252http-equiv", "cp1252"),
        ("koi8", "koi8-r"),
        ("x-sjis", "cp932"),
        ("big5-hkscs", "big5-hkscs"),
    ],
)
def test_a_label_may_be_spelled_badly(label: str, name: str) -> None:
    assert canonical(label) == name


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
