from __future__ import annotations

import pytest

from ingest.reading.language import choose, detect

# Of each language: a sentence with a handle, one in small letters without accents as phones write
# them, and one of a few words.
SENTENCES = {
    "en": [
        "The account @x worries me, please have a look.",
        "idk who else to tell about this guy",
        "fake profile",
    ],
    "es": [
        "La cuenta @x me preocupa, por favor revísenla.",
        "no se a quien mas escribir",
        "cuenta falsa",
    ],
    "pt": [
        "A conta @x me preocupa, por favor verifiquem.",
        "nao sei com quem mais falar",
        "conta falsa",
    ],
    "fr": [
        "Le compte @x m'inquiète, merci de vérifier.",
        "je ne sais pas a qui parler",
        "faux compte",
    ],
    "de": [
        "Das Konto @x macht mir Sorgen, bitte prüfen.",
        "ich weiss nicht wem ich es sagen soll",
        "falsches Profil",
    ],
    "it": [
        "L'account @x mi preoccupa, per favore controllate.",
        "non so con chi altro parlare",
        "profilo falso",
    ],
    "nl": [
        "Het account @x baart mij zorgen, graag nakijken.",
        "ik weet niet wie ik het anders moet vertellen",
        "nep account",
    ],
    "pl": [
        "Konto @x mnie niepokoi, proszę o sprawdzenie.",
        "nie wiem komu o tym powiedziec",
        "fałszywe konto",
    ],
    "tr": [
        "@x hesabı beni endişelendiriyor, lütfen inceleyin.",
        "kime soyleyecegimi bilmiyorum",
        "sahte hesap",
    ],
    "ru": [
        "Аккаунт @x меня беспокоит, проверьте пожалуйста.",
        "не знаю кому еще рассказать",
        "жалоба на профиль",
    ],
    "uk": [
        "Акаунт @x мене непокоїть, будь ласка, перевірте.",
        "не знаю кому ще розповісти",
        "скарга на профіль",
    ],
    "ar": ["الحساب @x يقلقني، يرجى التحقق منه.", "لا اعرف لمن اقول", "حساب مزيف"],
    "hi": ["खाता @x मुझे चिंतित करता है, कृपया देखें।", "पता नहीं किसे बताऊँ", "नकली खाता"],
    "ja": ["アカウント@xが心配です。確認してください。", "誰に言えばいいか分からない", "通報"],
    "ko": ["@x 계정이 걱정됩니다. 확인해 주세요.", "누구에게 말해야 할지 모르겠어요", "가짜 계정"],
    "zh": ["账号@x让我担心,请查看。", "關於一個帳號，請檢查", "举报用户"],
    "id": [
        "Akun @x membuat saya khawatir, mohon diperiksa.",
        "gmn cara lapor akun kyk gini min",
        "akun palsu",
    ],
    "vi": [
        "Tài khoản @x làm tôi lo lắng, vui lòng kiểm tra.",
        "toi khong biet noi voi ai",
        "tài khoản giả",
    ],
    # Not answered in, but not to be taken for one that is.
    "sv": ["Det här kontot oroar mig, kan ni titta på det?"],
    "da": ["Min datter får beskeder fra denne person."],
    "no": ["Datteren min får meldinger fra denne personen."],
    "cs": ["Tento účet mě znepokojuje, podívejte se na něj prosím."],
    "ro": ["Contul acesta mă îngrijorează, vă rog să verificați."],
    "hu": ["Ez a fiók aggaszt engem, kérem nézzék meg."],
    "bg": ["Този профил ме притеснява, моля проверете го."],
    "sr": ["Овај налог ме брине, молим вас погледајте га."],
    "el": ["Αυτός ο λογαριασμός με ανησυχεί"],
    "he": ["החשבון הזה מדאיג אותי"],
    "th": ["บัญชีนี้ทำให้ฉันกังวล"],
    "fa": ["این حساب من را نگران می‌کند، لطفا بررسی کنید"],
    "ur": ["یہ اکاؤنٹ مجھے پریشان کرتا ہے، براہ کرم دیکھیں"],
    "mr": ["हे खाते मला काळजीत टाकते, कृपया तपासा"],
    "af": ["Hierdie rekening bekommer my, kyk asseblief daarna"],
}
ALL = [(language, text) for language, texts in SENTENCES.items() for text in texts]


@pytest.mark.parametrize(("language", "text"), ALL)
def test_a_few_words_tell_their_language(language: str, text: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Bitte https://www.example.org/the/account/of/this/person ansehen", "de"),
        ("il profilo the.dark.wolf su Instagram e TikTok mi preoccupa", "it"),
        ("Mon fils joue à Roblox et Discord avec @the_account_of_this_person", "fr"),
        ("私の娘がInstagramで the account というユーザーと話しています", "ja"),
        ("这个 TikTok user 的 profile 很奇怪", "zh"),
    ],
)
def test_addresses_and_names_of_services_do_not_count(text: str, language: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize(
    "text",
    ["https://chirper.example/dark_wolf @dark_wolf anna@example.org", "ok", "", "1234 567 :-)"],
)
def test_where_nothing_speaks_no_language_is_named(text: str) -> None:
    assert detect(text) is None


@pytest.mark.parametrize(
    ("text", "subject", "stated", "charset", "language"),
    [
        ("@x", "This account worries me", "", "", "en"),
        ("https://example.org", "", "de-DE", "", "de"),
        ("https://example.org", "", "pt_BR, en", "", "pt"),
        ("https://example.org", "", "x; nonsense", "", None),
        ("https://example.org", "", "", "ISO-2022-JP", "ja"),
        ("https://example.org", "", "", "ks_c_5601-1987", "ko"),
        ("https://example.org", "", "", "GB18030", "zh"),
        ("https://example.org", "", "", "koi8-u", "uk"),
        ("https://example.org", "", "", "utf-8", None),
        # What the words say counts more than what a program states.
        ("Bitte prüfen Sie dieses Konto", "", "en-US", "iso-2022-jp", "de"),
        # Words in Han characters alone may be of two languages.
        ("安全", "", "", "shift_jis", "ja"),
        ("安全", "", "", "big5", "zh"),
        ("", "", "", "", None),
    ],
)
def test_the_subject_and_the_header_help_out(
    text: str, subject: str, stated: str, charset: str, language: str | None
) -> None:
    assert choose(text, subject, stated, charset) == language


@pytest.mark.parametrize("text", ["\ud800 hello there my friend", "a" * 100_000, "\0" * 5_000])
def test_wild_texts_are_read_to_some_end(text: str) -> None:
    assert detect(text) in {"en", None, "hu", "sq"}
