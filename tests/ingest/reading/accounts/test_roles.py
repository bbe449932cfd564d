"""Roles by the words around a handle, in all languages.

In every text ``bad_*`` is reported, ``kid_*`` a child's, ``own_*`` the writer's and ``pal_*`` only
mentioned.
"""

from __future__ import annotations

import pytest

from ingest.reading.accounts import find_accounts
from ingest.reading.rules import ReadingRules
from store.model import Role

EXPECTED = {
    "bad": Role.REPORTED,
    "kid": Role.VICTIM,
    "own": Role.REPORTER,
    "pal": Role.MENTIONED,
}
TEXTS = {
    "en": [
        "@bad_1 keeps writing to my son (@kid_1).",
        "@bad_1 keeps messaging @kid_1 and won't stop.",
        "Please look at @bad_1. My daughter, @kid_1, is 12.",
        "I'm worried about my daughter, @bad_1 keeps messaging her.",
        "@kid_1 is my daughter's account, the man is @bad_1",
        "@kid_1 is my niece. @bad_1 follows her everywhere.",
        "My account here is @own_1 if you need it. It is about @bad_1.",
        "@own_1 is me, @bad_1 is the one who wrote.",
        "Her friend @pal_1 saw it too. The account is @bad_1.",
        "@bad_1, not to be confused with @pal_1 who is nice",
        "Please check @bad_1 (not @pal_1).",
        "@kid_1 gets messages from @bad_1 every night.",
        "A man writes to my daughter. His account is @bad_1.",
        "My daughter's account is @kid_1 and the stranger's is @bad_1",
        "@bad_1 is after my daughter",
        "there is a fake profile of my daughter: @bad_1",
        "@bad_1 pretends to be my daughter @kid_1",
        "@bad_1 and @bad_2 contact children.",
        "The children are @kid_1, @kid_2 and @kid_3. The account is @bad_1.",
        "Victim: @kid_1\nReported user: @bad_1\nReporter: @own_1",
        "@pal_1 told me about @bad_1.",
        "@bad_1 is my daughter's ex boyfriend",
        "he keeps texting my little girl @kid_1, his name there is @bad_1",
        "my 13 year old son uses @kid_1, @bad_1 asked him for photos",
    ],
    "de": [
        "@bad_1 schreibt dauernd meiner Tochter (@kid_1).",
        "@bad_1 schreibt @kid_1 ständig an.",
        "@kid_1 ist meine Tochter, @bad_1 belästigt sie.",
        "@kid_1 ist das Konto meines Sohnes. Es geht um @bad_1.",
        "Mein eigenes Konto ist @own_1. Gemeldet wird @bad_1.",
        "@own_1 bin ich. Bitte schauen Sie sich @bad_1 an.",
        "Ihre Freundin @pal_1 hat es auch gesehen. Es ist @bad_1.",
        "Es geht um @bad_1, nicht um @pal_1.",
        "@kid_1 wird von @bad_1 belästigt.",
        "Ein Mann schreibt meiner Tochter. Sein Konto ist @bad_1.",
        "Jemand schreibt meiner Tochter, ihr Profil ist @kid_1, der Mann heißt @bad_1.",
        "Das ist ein Fake-Profil von meiner Tochter: @bad_1",
        "@bad_1 gibt sich als meine Tochter @kid_1 aus",
        "unser Sohn (@kid_1, 11 Jahre) bekommt Nachrichten von @bad_1",
    ],
    "fr": [
        "@bad_1 écrit sans arrêt à ma fille (@kid_1).",
        "@kid_1 est le compte de ma fille, l'homme est @bad_1",
        "Mon compte est @own_1. Je signale @bad_1.",
        "@own_1 c'est moi, je signale @bad_1",
        "Son amie @pal_1 l'a vu aussi. Le compte : @bad_1",
        "Il s'agit de @bad_1, à ne pas confondre avec @pal_1.",
        "@kid_1 reçoit des messages de @bad_1 tous les soirs.",
        "Un homme contacte mon fils. Son compte est @bad_1.",
        "faux profil de ma fille : @bad_1",
        "@bad_1 harcèle @kid_1 depuis lundi",
        "mon fils @kid_1 et ma fille @kid_2 reçoivent des messages de @bad_1",
    ],
    "es": [
        "@bad_1 le escribe todo el tiempo a mi hija (@kid_1).",
        "@kid_1 es la cuenta de mi hijo, la otra es @bad_1",
        "Mi cuenta es @own_1. Denuncio a @bad_1.",
        "@own_1 soy yo. Miren a @bad_1",
        "Su amiga @pal_1 también lo vio. La cuenta es @bad_1.",
        "Hablo de @bad_1, no confundir con @pal_1.",
        "@kid_1 recibe mensajes de @bad_1 cada noche.",
        "Un hombre le escribe a mi hija. Su cuenta es @bad_1.",
        "@bad_1 acosa a @kid_1",
        "hay un perfil falso de mi hija: @bad_1",
        "mi sobrina de 12 años, @kid_1, recibió mensajes de @bad_1",
    ],
    "it": [
        "@bad_1 scrive di continuo a mia figlia (@kid_1).",
        "@kid_1 è l'account di mio figlio, l'altro è @bad_1",
        "Il mio account è @own_1. Segnalo @bad_1.",
        "@own_1 sono io, guardate @bad_1",
        "La sua amica @pal_1 l'ha visto. L'account è @bad_1.",
        "Parlo di @bad_1, da non confondere con @pal_1.",
        "@kid_1 riceve messaggi da @bad_1 ogni sera.",
        "Un uomo scrive a mio figlio. Il suo account è @bad_1.",
        "@bad_1 molesta @kid_1",
    ],
    "nl": [
        "@bad_1 stuurt steeds berichten naar mijn dochter (@kid_1).",
        "@kid_1 is het account van mijn zoon, het gaat om @bad_1",
        "Mijn eigen account is @own_1. Ik meld @bad_1.",
        "@own_1 ben ik, kijk naar @bad_1",
        "Haar vriendin @pal_1 zag het ook. Het account is @bad_1.",
        "Het gaat om @bad_1, niet te verwarren met @pal_1.",
        "@kid_1 krijgt berichten van @bad_1.",
        "Een man schrijft mijn dochter. Zijn account is @bad_1.",
        "@bad_1 bedreigt @kid_1",
    ],
    "pt": [
        "@bad_1 manda mensagens para minha filha (@kid_1) todo dia.",
        "@kid_1 é a conta do meu filho, a outra é @bad_1",
        "Minha conta é @own_1. Denuncio @bad_1.",
        "@own_1 sou eu, vejam @bad_1",
        "A amiga dela @pal_1 também viu. A conta é @bad_1.",
        "É o @bad_1, não confundir com @pal_1.",
        "@kid_1 recebe mensagens de @bad_1 toda noite.",
        "Um homem escreve para minha filha. O perfil dele é @bad_1. O perfil dela é @kid_1.",
        "@bad_1 assedia @kid_1",
    ],
    "pl": [
        "@bad_1 ciągle pisze do mojej córki (@kid_1).",
        "@kid_1 to konto mojego syna, chodzi o @bad_1",
        "Moje konto to @own_1. Zgłaszam @bad_1.",
        "@own_1 to ja, proszę sprawdzić @bad_1",
        "Jej koleżanka @pal_1 też to widziała. Konto to @bad_1.",
        "Chodzi o @bad_1, proszę nie mylić z @pal_1.",
        "@kid_1 dostaje wiadomości od @bad_1.",
        "Jakiś mężczyzna pisze do mojej córki. Jego konto to @bad_1.",
        "@bad_1 nęka @kid_1",
    ],
    "tr": [
        "@bad_1 sürekli kızıma (@kid_1) yazıyor.",
        "@kid_1 kızımın hesabı. Şikayet ettiğim hesap @bad_1",
        "Benim hesabım @own_1. Şikayetim @bad_1 hakkında.",
        "@own_1 benim hesabım, lütfen @bad_1 hesabına bakın.",
        "Arkadaşı @pal_1 da gördü. Hesap: @bad_1",
        "@bad_1, oğlumun hesabına (@kid_1) mesaj atıyor",
        "@bad_1 adlı kullanıcı @kid_1'e yazıyor",
        "Oğlum @kid_1 için endişeliyim, @bad_1 onu rahatsız ediyor.",
    ],
    "ru": [
        "@bad_1 постоянно пишет моей дочери (@kid_1).",
        "@kid_1 - это аккаунт моего сына, жалуюсь на @bad_1",
        "Мой аккаунт @own_1. Прошу проверить @bad_1.",
        "@own_1 это я, посмотрите @bad_1",
        "Её подруга @pal_1 тоже это видела. Аккаунт: @bad_1",
        "Речь о @bad_1, не путать с @pal_1.",
        "@kid_1 получает сообщения от @bad_1 каждый вечер.",
        "Мужчина пишет моей дочери. Его аккаунт @bad_1. Её аккаунт @kid_1.",
        "@bad_1 преследует @kid_1",
    ],
    "uk": [
        "@bad_1 постійно пише моїй доньці (@kid_1).",
        "@kid_1 - це акаунт мого сина, скаржуся на @bad_1",
        "Мій акаунт @own_1. Прошу перевірити @bad_1.",
        "@own_1 це я, подивіться @bad_1",
        "Її подруга @pal_1 теж це бачила. Акаунт: @bad_1",
        "Йдеться про @bad_1, не плутати з @pal_1.",
        "@kid_1 отримує повідомлення від @bad_1 щовечора.",
        "@bad_1 переслідує @kid_1",
    ],
    "ar": [
        "@bad_1 يراسل ابنتي (@kid_1) باستمرار.",
        "@kid_1 هو حساب ابني، والحساب الآخر @bad_1",
        "حسابي هو @own_1. أبلغ عن @bad_1.",
        "صديقتها @pal_1 رأت ذلك. الحساب @bad_1",
        "الأمر يتعلق بـ @bad_1 وليس @pal_1",
        "@kid_1 تتلقى رسائل من @bad_1 كل ليلة.",
        "@bad_1 يضايق @kid_1",
    ],
    "hi": [
        "@bad_1 मेरी बेटी (@kid_1) को बार-बार मैसेज करता है।",
        "@kid_1 मेरे बेटे का अकाउंट है। शिकायत @bad_1 की है।",
        "मेरा अकाउंट @own_1 है। @bad_1 को देखिए।",
        "@bad_1 मेरी बेटी @kid_1 को परेशान कर रहा है",
        "उसकी दोस्त @pal_1 ने भी देखा। अकाउंट @bad_1 है।",
        "@bad_1 लगातार @kid_1 को मैसेज भेज रहा है",
    ],
    "ja": [
        "@bad_1 が娘(@kid_1)に何度もメッセージを送っています。",
        "@kid_1 は娘のアカウントです。通報したいのは @bad_1 です。",
        "私のアカウントは @own_1 です。@bad_1 を確認してください。",
        "娘の友達の @pal_1 さんも見ました。アカウントは @bad_1 です。",
        "@bad_1 が @kid_1 にメッセージを送り続けています。",
        "息子のアカウント @kid_1 に @bad_1 から連絡が来ます。",
        "私は @bad_1 を通報します。",
    ],
    "ko": [
        "@bad_1 가 제 딸(@kid_1)에게 계속 메시지를 보냅니다.",
        "@kid_1 은 제 아들 계정입니다. 신고하려는 계정은 @bad_1 입니다.",
        "제 계정은 @own_1 입니다. @bad_1 을 확인해 주세요.",
        "친구 @pal_1 도 봤습니다. 계정은 @bad_1 입니다.",
        "@bad_1 이 @kid_1 에게 계속 연락합니다.",
        "저는 @bad_1 을 신고합니다.",
    ],
    "zh": [
        "@bad_1 一直给我女儿（@kid_1）发消息。",
        "@kid_1 是我儿子的账号，我要举报的是 @bad_1",
        "我的账号是 @own_1。请查看 @bad_1。",
        "她的朋友 @pal_1 也看到了。账号是 @bad_1。",
        "是 @bad_1，不是 @pal_1。",
        "@bad_1 一直骚扰 @kid_1",
        "@kid_1 是我女兒的帳號，騷擾她的是 @bad_1",
    ],
    "id": [
        "@bad_1 terus mengirim pesan ke anak saya (@kid_1).",
        "@kid_1 adalah akun anak saya, yang saya laporkan @bad_1",
        "Akun saya @own_1. Saya melaporkan @bad_1.",
        "Temannya @pal_1 juga melihatnya. Akunnya @bad_1.",
        "Ini tentang @bad_1, bukan @pal_1.",
        "@kid_1 menerima pesan dari @bad_1 setiap malam.",
        "@bad_1 mengganggu @kid_1",
    ],
    "vi": [
        "@bad_1 liên tục nhắn tin cho con gái tôi (@kid_1).",
        "@kid_1 là tài khoản của con trai tôi, tôi báo cáo @bad_1",
        "Tài khoản của tôi là @own_1. Tôi báo cáo @bad_1.",
        "Bạn của cháu là @pal_1 cũng thấy. Tài khoản là @bad_1.",
        "Đó là @bad_1, không phải @pal_1.",
        "@kid_1 nhận được tin nhắn từ @bad_1 mỗi tối.",
        "@bad_1 quấy rối @kid_1",
    ],
}
CASES = [(language, text) for language, texts in TEXTS.items() for text in texts]


@pytest.mark.parametrize(("language", "text"), CASES)
def test_words_around_a_handle_tell_its_role(language: str, text: str) -> None:
    named = find_accounts(
        subject="", text=text, signature="", links=(), rules=ReadingRules(), language=language
    )
    roles = {each.account.handle: each.role for each in named.sightings}
    assert roles == {name: EXPECTED[name[:3]] for name in sorted(roles)}
    assert all(name in roles for name in ("bad_1",))
    assert {name for name in roles if name} == set(_names(text))


def _names(text: str) -> list[str]:
    words = text.replace("'", " ").split("@")[1:]
    return [word[:5] for word in words]


@pytest.mark.parametrize("language", [None, "sv"])
def test_an_unknown_language_is_read_with_all_words(language: str | None) -> None:
    named = find_accounts(
        subject="",
        text="@bad_1 schreibt meiner Tochter @kid_1",
        signature="",
        links=(),
        rules=ReadingRules(),
        language=language,
    )
    assert [each.role for each in named.sightings] == [Role.REPORTED, Role.VICTIM]
