from __future__ import annotations

from base64 import b64encode

import pytest

from ingest.reading.encoded_words import decoded_words, sound_words
from ingest.reading.mime import open_mail


def b64(octets: bytes) -> str:
    return b64encode(octets).decode("ascii")


JAPANESE = "通報です".encode("iso-2022-jp")
SUBJECTS = [
    (f"=?utf-8?B?{b64(b'Pr' + bytes([0xC3]))}?= =?utf-8?B?{b64(bytes([0xBC]) + b'f')}?=", "Prüf"),
    ("=?utf-8?Q?Pr=C3?=\n =?utf-8?Q?=BCf?=", "Prüf"),
    ("=?utf-8?Q?Pr=C3=BC?==?utf-8?Q?f?=", "Prüf"),
    ("=?utf-8?Q?Pr=C3=BCf das Konto?=", "Prüf das Konto"),
    ("=?utf-8?B?UHLDvGY?=", "Prüf"),
    ("=?utf-8?B?UHLD\n vGY=?=", "Prüf"),
    ("=?utf-8*de?Q?Pr=C3=BCf?=", "Prüf"),
    ('=?"utf-8"?Q?Pr=C3=BCf?=', "Prüf"),
    ("=? utf-8 ?Q?Pr=C3=BCf?=", "Prüf"),
    ("=?x-unknown?Q?Pr=C3=BCf?=", "Prüf"),
    ("=?us-ascii?Q?Pr=FCf?=", "Prüf"),
    ("=?utf-8?Q?Pr=FCf?=", "Prüf"),
    ("=?utf-8?Q?Pru=CC=88f?=", "Prüf"),
    ("=?utf-7?Q?Pr+APw-f?=", "Prüf"),
    ("Re:=?utf-8?Q?Pr=C3=BCf?=x", "Re:Prüfx"),
    ("=?utf-8?Q?a_b=5Fc?=", "a b_c"),
    ("=?utf-8?Q??= a", "a"),
    ("=?utf-8?Q?=3D=3Futf-8=3FQ=3FPr=3DC3=3DBCf=3F=3D?=", "Prüf"),
    (f"=?ISO-2022-JP?B?{b64(JAPANESE)}?=", "通報です"),
    (f"=?ISO-2022-JP?B?{b64(JAPANESE[:7])}?= =?ISO-2022-JP?B?{b64(JAPANESE[7:])}?=", "通報です"),
    (f"=?shift_jis?B?{b64('通報です'.encode('cp932'))}?=", "通報です"),
    (f"=?koi8-r?B?{b64('проверьте'.encode('koi8-r'))}?=", "проверьте"),
    ("=?utf-8?Q?one?= two =?utf-8?Q?three?=", "one two three"),
    ("=?utf-8?Q?one?= =?utf-8?Q?broken", "one =?utf-8?Q?broken"),
    ("no =?words here", "no =?words here"),
]


@pytest.mark.parametrize(("value", "text"), SUBJECTS)
def test_encoded_words_are_read_as_they_were_meant(value: str, text: str) -> None:
    assert open_mail(f"Subject: {value}\n\nx".encode()).value("subject") == text


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ('"=?utf-8?Q?J=C3=B6rg?=" <j@example.org>', "Jörg"),
        (f"=?utf-8?B?{b64(b'Berg, Anna')}?= <j@example.org>", "Berg, Anna"),
        ("=?us-ascii?Q?J=F6rg?= <j@example.org>", "Jörg"),
        ("=?gb2312?B?sLLEyA==?= <j@example.org>", "安娜"),
        ("Jörg <j@example.org>", "Jörg"),
    ],
)
def test_names_of_senders_are_decoded(value: str, name: str) -> None:
    assert open_mail(f"From: {value}\n\nx".encode()).addresses("from") == [(name, "j@example.org")]


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("filename*=utf-8''pr%C3%BCf.png", "prüf.png"),
        ("filename*=iso-8859-1'de'pr%FCf.png", "prüf.png"),
        ("filename*=pr%C3%BCf.png", "prüf.png"),
        ("filename*0*=utf-8''pr%C3; filename*1*=%BCf.png", "prüf.png"),
        ("filename*1*=f.png; filename*0*=utf-8''pr%C3%BC", "prüf.png"),
        ("filename=\"utf-8''pr%C3%BCf.png\"", "prüf.png"),
        ('filename="=?utf-8?Q?pr=C3=BCf.png?="', "prüf.png"),
        ("filename==?utf-8?Q?pr=C3=BCf.png?=", "prüf.png"),
        ('filename="prüf.png"', "prüf.png"),
        ('filename="prüf.png', "prüf.png"),
    ],
)
def test_names_of_files_are_decoded(value: str, name: str) -> None:
    raw = f"Content-Type: image/png\nContent-Disposition: attachment; {value}\n\nxx"
    (part,) = open_mail(raw.encode()).evidence()
    assert part.filename == name


@pytest.mark.timeout(20)
@pytest.mark.parametrize("piece", ["=?", "=?a?q?", "=?a?b?", "=?utf-8?q?a?= ", "=?=?", "?="])
def test_very_many_words_cost_little(piece: str) -> None:
    for times in (10, 1_000, 6_000):
        assert isinstance(decoded_words(piece * times), str)
        assert isinstance(sound_words(piece * times), str)
