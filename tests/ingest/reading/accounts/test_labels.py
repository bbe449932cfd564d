"""Names and ids announced by words, in all languages; ``sunny_77`` or ``sunny`` is meant."""

from __future__ import annotations

import pytest

from ingest.reading.accounts.find import find_accounts
from ingest.reading.rules import ReadingRules
from store.model import Sighting

TEXTS = {
    "en": [
        "username: sunny_77",
        "Username sunny_77 worries me.",
        "the user called sunny",
        "a user named sunny writes",
        "an account with the username sunny_77",
        "nick: sunny",
        "the profile sunny_77 should be checked",
        "the sunny_77 account should be checked",
        'the account "sunny"',
        "someone who goes by sunny_77",
        "The handle is sunny_77.",
        "Reported account | sunny_77 | yesterday",
        "account name = sunny",
        "his name on chirper is sunny_77",
    ],
    "de": [
        "Benutzername: sunny_77",
        "Benutzername sunny_77",
        "der Nutzer namens sunny",
        "ein Account mit dem Namen sunny",
        "das Profil sunny_77 bitte prüfen",
        "Das Konto heißt sunny_77",
        "das Konto „sunny“",
        "Nick: sunny",
        "der User sunny_77",
    ],
    "fr": [
        "nom d'utilisateur : sunny_77",
        "le pseudo est sunny_77",
        "l'utilisateur nommé sunny",
        "un compte au nom de sunny",
        "compte « sunny »",
        "le profil sunny_77",
        "Pseudo : sunny",
    ],
    "es": [
        "nombre de usuario: sunny_77",
        "la cuenta se llama sunny",
        "el usuario llamado sunny",
        "la cuenta sunny_77",
        "un perfil con el nombre de sunny",
        "usuario: sunny",
    ],
    "it": [
        "nome utente: sunny_77",
        "l'utente chiamato sunny",
        "il profilo si chiama sunny",
        "l'account sunny_77",
        "utente: sunny",
    ],
    "nl": [
        "gebruikersnaam: sunny_77",
        "de gebruiker genaamd sunny",
        "een account met de naam sunny",
        "het profiel sunny_77",
        "het account heet sunny",
    ],
    "pt": [
        "nome de usuário: sunny_77",
        "o usuário chamado sunny",
        "uma conta com o nome sunny",
        "a conta se chama sunny",
        "o perfil sunny_77",
    ],
    "pl": [
        "nazwa użytkownika: sunny_77",
        "użytkownik o nazwie sunny",
        "konto o nazwie sunny",
        "konto sunny_77",
        "nick: sunny",
        "konto nazywa się sunny",
    ],
    "tr": [
        "kullanıcı adı: sunny_77",
        "sunny adlı kullanıcı",
        "sunny_77 isimli hesap",
        "sunny_77 hesabı",
        "hesap: sunny",
    ],
    "ru": [
        "имя пользователя: sunny_77",
        "пользователь под ником sunny",
        "аккаунт sunny_77",
        "аккаунт под именем sunny",
        "ник: sunny",
        "пользователь с ником sunny_77",
        "аккаунт называется sunny",
    ],
    "uk": [
        "ім'я користувача: sunny_77",
        "користувач під ніком sunny",
        "акаунт sunny_77",
        "нік: sunny",
        "акаунт називається sunny",
    ],
    "ar": ["اسم المستخدم: sunny_77", "حساب باسم sunny_77", "المستخدم sunny_77", "الحساب: sunny"],
    "hi": [
        "यूज़रनेम: sunny_77",
        "sunny_77 नाम का अकाउंट",
        "अकाउंट sunny_77",
        "sunny नाम का यूज़र",
        "अकाउंट का नाम sunny_77 है",
    ],
    "ja": [
        "ユーザー名:sunny_77",
        "ユーザー名はsunny_77です",
        "アカウント名：sunny",
        "「sunny」というアカウント",
        "sunny_77というユーザー",
        "アカウント「sunny_77」を確認してください",
    ],
    "ko": [
        "사용자 이름: sunny_77",
        "아이디: sunny",
        "아이디는 sunny_77 입니다",
        "sunny_77 라는 계정",
        "sunny라는 사용자",
        "계정 sunny_77 을 확인해 주세요",
    ],
    "zh": [
        "用户名：sunny_77",
        "用户名是sunny_77",
        "一个叫sunny_77的用户",
        "账号sunny_77",
        "名为sunny的账号",
        "帳號：sunny",
        "用戶「sunny_77」",
    ],
    "id": [
        "nama pengguna: sunny_77",
        "akun bernama sunny",
        "akun sunny_77",
        "pengguna dengan nama sunny",
        "username: sunny",
    ],
    "vi": [
        "tên người dùng: sunny_77",
        "tài khoản sunny_77",
        "tài khoản tên là sunny",
        "người dùng có tên sunny",
        "nick: sunny_77",
    ],
}
CASES = [(language, text) for language, texts in TEXTS.items() for text in texts]


def named(text: str, language: str) -> list[str | None]:
    found = find_accounts(
        subject="", text=text, signature="", links=(), rules=ReadingRules(), language=language
    )
    return [each.account.handle or each.account.user_id for each in found.sightings]


@pytest.mark.parametrize(("language", "text"), CASES)
def test_a_label_announces_a_name(language: str, text: str) -> None:
    assert named(text, language) == ["sunny_77" if "sunny_77" in text else "sunny"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "This account worries me."),
        ("en", "The user is new and the profile was private."),
        ("en", "My account was fine. The user keeps writing."),
        ("en", "Profile picture: changed yesterday by someone else"),
        ("en", "She has an iPhone13 and the account is on her phone."),
        ("en", "I saw the user on 2.11.2026 at 10pm, room b12."),
        ("en", "user agent, account holder, profile photo"),
        ("de", "Dieses Konto macht mir Sorgen."),
        ("de", "Der Nutzer schreibt Kindern, das Profil ist privat."),
        ("fr", "Ce compte m'inquiète. L'utilisateur est inconnu."),
        ("es", "Esta cuenta me preocupa mucho, el usuario es desconocido."),
        ("it", "Questo profilo mi preoccupa. L'utente è anonimo."),
        ("nl", "Dit account baart mij zorgen, de gebruiker is onbekend."),
        ("pt", "Esta conta me preocupa. O usuário é desconhecido."),
        ("pl", "To konto mnie niepokoi. Użytkownik jest nieznany."),
        ("tr", "Bu hesap beni endişelendiriyor. Kullanıcı sahte."),
        ("ru", "Этот аккаунт меня беспокоит. Пользователь неизвестен."),
        ("uk", "Цей акаунт мене турбує."),
        ("ar", "هذا الحساب يقلقني. المستخدم مجهول."),
        ("hi", "यह अकाउंट मुझे चिंतित करता है।"),
        ("ja", "このアカウントが心配です。"),
        ("ko", "이 계정이 걱정됩니다."),
        ("zh", "这个账号让我担心。用户是陌生人。"),
        ("id", "Akun ini membuat saya khawatir. Penggunanya tidak dikenal."),
        ("vi", "Tài khoản này làm tôi lo lắng. Người dùng là người lạ."),
    ],
)
def test_plain_words_are_no_names(language: str, text: str) -> None:
    assert named(text, language) == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "user id 4711234"),
        ("en", "ID: 4711234 on chirper, user ID: 4711234"),
        ("de", "Benutzer-ID: 4711234"),
        ("fr", "id utilisateur : 4711234"),
        ("es", "id de usuario: 4711234"),
        ("ru", "id пользователя: 4711234"),
        ("ja", "ユーザーID：4711234"),
        ("zh", "用户ID：4711234"),
        ("ko", "사용자 ID: 4711234"),
        ("ar", "معرف المستخدم: 4711234"),
        ("hi", "यूज़र आईडी: 4711234"),
    ],
)
def test_a_label_announces_an_id(language: str, text: str) -> None:
    assert named(text, language) == ["4711234"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("my username is fennaflipt", "en"),
        ("his account on Chirper is fennaflipt and he writes to children", "en"),
        ("mein Konto ist fennaflipt.", "de"),
        ("mi usuario es fennaflipt", "es"),
        ("mon pseudo c'est fennaflipt", "fr"),
        ("mijn account is fennaflipt", "nl"),
        ("мой аккаунт fennaflipt", "ru"),
        ("її акаунт — fennaflipt", "uk"),
        ("他的账号是fennaflipt", "zh"),
    ],
)
def test_a_name_of_plain_letters_that_is_no_word_is_found_unsurely(
    text: str, language: str
) -> None:
    (found,) = find_in(text, language)
    assert (found.account.handle, found.method) == ("fennaflipt", "label")
    assert found.confidence < 0.8


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("my account is blocked", "en"),
        ("his profile is private and hidden", "en"),
        ("mein Konto ist gesperrt", "de"),
        ("mi cuenta es privada", "es"),
        ("mon compte est bloqué", "fr"),
        ("mijn account is geblokkeerd", "nl"),
        ("my account is Fennaflipt", "en"),
        ("this account fennaflipt", "en"),
    ],
)
def test_an_ordinary_word_behind_a_label_is_none(text: str, language: str) -> None:
    assert find_in(text, language) == ()


def find_in(text: str, language: str) -> tuple[Sighting, ...]:
    return find_accounts(
        subject="", text=text, signature="", links=(), rules=ReadingRules(), language=language
    ).sightings
