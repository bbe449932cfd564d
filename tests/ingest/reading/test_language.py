# ruff: noqa: RUF001 - letters of many scripts are the point
from __future__ import annotations

import pytest

from ingest.reading.language import choose, detect


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


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The account @x worries me, please have a look."),
        ("es", "La cuenta @x me preocupa, por favor revísenla."),
        ("pt", "A conta @x me preocupa, por favor verifiquem."),
        ("fr", "Le compte @x m'inquiète, merci de vérifier."),
        ("de", "Das Konto @x macht mir Sorgen, bitte prüfen."),
        ("it", "L'account @x mi preoccupa, per favore controllate."),
        ("nl", "Het account @x baart mij zorgen, graag nakijken."),
        ("pl", "Konto @x mnie niepokoi, proszę o sprawdzenie."),
        ("tr", "@x hesabı beni endişelendiriyor, lütfen inceleyin."),
        ("ru", "Аккаунт @x меня беспокоит, проверьте пожалуйста."),
        ("uk", "Акаунт @x мене непокоїть, будь ласка, перевірте."),
        ("ar", "الحساب @x يقلقني، يرجى التحقق منه."),
        ("hi", "खाता @x मुझे चिंतित करता है, कृपया देखें।"),
        ("ja", "アカウント@xが心配です。確認してください。"),
        ("ko", "@x 계정이 걱정됩니다. 확인해 주세요."),
        ("zh", "账号@x让我担心,请查看。"),
        ("id", "Akun @x membuat saya khawatir, mohon diperiksa."),
        ("vi", "Tài khoản @x làm tôi lo lắng, vui lòng kiểm tra."),
    ],
)
def test_a_sentence_is_enough_in_each_language(language: str, text: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize(
    ("text", "subject", "stated", "language"),
    [
        ("@x", "This account worries me", "", "en"),
        ("https://example.org", "", "de-DE", "de"),
        ("https://example.org", "", "x; nonsense", None),
        ("", "", "", None),
    ],
)
def test_the_subject_and_the_header_help_out(
    text: str, subject: str, stated: str, language: str | None
) -> None:
    assert choose(text, subject, stated) == language
