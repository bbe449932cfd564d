# ruff: noqa: RUF001 - letters of many scripts are the point
from __future__ import annotations

import pytest

from ingest.reading.language import detect


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I would like to report this account, it writes to people it does not know.", "en"),
        ("Ich möchte dieses Konto melden, es schreibt Leuten, die es nicht kennt.", "de"),
        ("Je voudrais signaler ce compte, il écrit à des gens qu'il ne connaît pas.", "fr"),
        ("Quiero denunciar esta cuenta, escribe a personas que no conoce.", "es"),
        ("Vorrei segnalare questo account, scrive a persone che non conosce.", "it"),
        ("Chciałbym zgłosić to konto, pisze do osób, których nie zna.", "pl"),
        ("Bu hesabı bildirmek istiyorum, tanımadığı insanlara yazıyor.", "tr"),
        ("Пожалуйста, проверьте этот профиль, он пишет незнакомым людям.", "ru"),
        ("このアカウントが心配です", "ja"),
        ("이 계정이 걱정됩니다", "ko"),
        ("请检查这个账号，我很担心。他每天晚上都写信。", "zh"),
        ("أود الإبلاغ عن هذا الحساب فهو يكتب لأشخاص لا يعرفهم", "ar"),
        ("https://chirper.example/dark_wolf @dark_wolf anna@example.org", None),
        ("ok", None),
        ("", None),
        ("12345 67890 :-)", None),
    ],
)
def test_the_language_of_a_text(text: str, language: str | None) -> None:
    assert detect(text) == language
