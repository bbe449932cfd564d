from __future__ import annotations

import re

import pytest

from ingest.reading.marks import ATTRIBUTED, ORIGINAL, QUOTED
from ingest.reading.quotes import is_forward_mark, part_quotes

OWN = ["This account worries me: @dark_wolf", ""]
QUOTE = ["> Thank you.", "> Your report has arrived."]
TEAM = "Chirper Child Protection"
SENDER = "Chirper Child Protection <cp@chirper.example>"
# How programs write the line above a quote, by language.
ATTRIBUTIONS = [
    f"On Mon, Nov 2, 2026 at 9:14 PM {SENDER} wrote:",
    f"El lun, 2 nov 2026 a las 21:14, {TEAM} (<cp@chirper.example>) escribió:",
    f"Em seg., 2 de nov. de 2026 às 21:14, {SENDER} escreveu:",
    f"Le lun. 2 nov. 2026 à 21:14, {SENDER} a écrit :",
    f"Am Mo., 2. Nov. 2026 um 21:14 Uhr schrieb {SENDER}:",
    f"Il giorno lun 2 nov 2026 alle ore 21:14 {SENDER} ha scritto:",
    f"Op ma 2 nov 2026 om 21:14 schreef {SENDER}:",
    f"pon., 2 lis 2026 o 21:14 {SENDER} napisał(a):",
    f"{SENDER}, 2 Kas 2026 Pzt, 21:14 tarihinde şunu yazdı:",
    f"пн, 2 нояб. 2026 г. в 21:14, {SENDER}:",
    f"пн, 2 лист. 2026 р. о 21:14 {SENDER} пише:",
    f"في الاثنين، 2 نوفمبر 2026 في 9:14 م تمت كتابة ما يلي بواسطة {SENDER}:",
    f"सोम, 2 नव॰ 2026 को 9:14 pm बजे को {SENDER} ने लिखा:",
    f"2026年11月2日(月) 21:14 {SENDER}:",
    f"2026년 11월 2일 (월) 오후 9:14, {SENDER}님이 작성:",
    f"{SENDER} 于2026年11月2日周一 21:14写道：",
    f"Pada Sen, 2 Nov 2026 pukul 21.14 {SENDER} menulis:",
    f"Vào Th 2, 2 thg 11, 2026 vào lúc 21:14 {SENDER} đã viết:",
    f"On 02/11/2026 21:14, {TEAM} wrote:",
    f"El 2/11/26 a las 21:14, {TEAM} escribió:",
    f"Às 21:14 de 02/11/2026, {TEAM} escreveu:",
    f"Le 02/11/2026 à 21:14, {TEAM} a écrit :",
    f"Am 02.11.26 um 21:14 schrieb {TEAM}:",
    f"Il 02/11/2026 21:14, {TEAM} ha scritto:",
    f"Op 02-11-2026 om 21:14 schreef {TEAM}:",
    f"W dniu 2.11.2026 o 21:14, {TEAM} pisze:",
    f"2.11.2026 21:14 tarihinde {TEAM} yazdı:",
    f"02.11.2026 21:14, {TEAM} пишет:",
    f"02.11.26 21:14, {TEAM} пише:",
    f"في 2/11/26 21:14، كتب {TEAM}:",
    f"On 02/11/26 21:14, {TEAM} wrote:",
    f"On 2026/11/02 21:14, {TEAM} wrote:",
    f"2026-11-02 오후 9:14에 {TEAM} 이(가) 쓴 글:",
    f"在 2026/11/2 21:14, {TEAM} 写道:",
    f"Pada 02/11/2026 21:14, {TEAM} menulis:",
    f"Vào 02/11/2026 21:14, {TEAM} đã viết:",
    f"On 2 Nov 2026, at 21:14, {SENDER} wrote:",
    f"El 2 nov 2026, a las 21:14, {SENDER} escribió:",
    f"Em 2 de nov. de 2026, à(s) 21:14, {SENDER} escreveu:",
    f"Le 2 nov. 2026 à 21:14, {SENDER} a écrit :",
    f"Am 02.11.2026 um 21:14 schrieb {SENDER}:",
    f"Il giorno 2 nov 2026, alle ore 21:14, {SENDER} ha scritto:",
    f"Op 2 nov 2026 om 21:14 heeft {SENDER} het volgende geschreven:",
    f"Wiadomość napisana przez {SENDER} w dniu 2 lis 2026, o godz. 21:14:",
    f"{SENDER} şunları yazdı (2 Kas 2026 21:14):",
    f"2 нояб. 2026 г., в 21:14, {SENDER} написал(а):",
    f"2 лист. 2026 р. о 21:14 {SENDER} написав(-ла):",
    f"في ٢ نوفمبر ٢٠٢٦، الساعة ٩:١٤ م، كتب {SENDER}:",
    f"2 नव॰ 2026 को रात 9:14 बजे, {SENDER} ने लिखा:",
    f"2026/11/02 21:14、{SENDER}のメール:",
    f"2026. 11. 2. 오후 9:14, {SENDER} 작성:",
    f"2026年11月2日 下午9:14，{SENDER} 写道：",
    f"Pada 2 Nov 2026, pukul 21.14, {SENDER} menulis:",
    f"Vào 21:14 Th 2, 2 thg 11, 2026 {SENDER} đã viết:",
    f"On Monday, November 2, 2026 at 09:14:05 PM GMT+1, {SENDER} wrote:",
    f"El lunes, 2 de noviembre de 2026, 21:14:05 CET, {SENDER} escribió:",
    f"Em segunda-feira, 2 de novembro de 2026 21:14:05 BRT, {SENDER} escreveu:",
    f"Le lundi 2 novembre 2026 à 21:14:05 UTC+1, {SENDER} a écrit :",
    f"Am Montag, 2. November 2026 um 21:14:05 MEZ hat {SENDER} Folgendes geschrieben:",
    f"In data lunedì 2 novembre 2026 21:14:05 CET, {SENDER} ha scritto:",
    f"Pada Senin, 2 November 2026 pukul 21.14.05 WIB, {SENDER} menulis:",
    f"Vào Thứ Hai, 2 tháng 11, 2026 lúc 21:14:05 GMT+7, {SENDER} đã viết:",
    '02.11.2026, 21:14, "Chirper" <cp@chirper.example>:',
    "Понедельник, 2 ноября 2026, 21:14 +03:00 от Chirper <cp@chirper.example>:",
    'At 2026-11-02 21:14:05, "Chirper" <cp@chirper.example> wrote:',
    "On Mon, Nov 02, 2026 at 09:14:05PM +0100, Chirper wrote:",
    "In a message dated 11/2/2026 9:14:05 P.M. Pacific Standard Time, cp@chirper.example writes:",
    "---- On Mon, 02 Nov 2026 21:14:05 +0100 Chirper <cp@chirper.example> wrote ----",
]
HEADERS = [
    ("From", "Sent", "To", "Subject"),
    ("De", "Enviado", "Para", "Asunto"),
    ("De", "Enviado", "Para", "Assunto"),
    ("De", "Envoyé", "À", "Objet"),
    ("Von", "Gesendet", "An", "Betreff"),
    ("Da", "Inviato", "A", "Oggetto"),
    ("Van", "Verzonden", "Aan", "Onderwerp"),
    ("Od", "Wysłane", "Do", "Temat"),
    ("Gönderen", "Gönderildi", "Kime", "Konu"),
    ("От", "Отправлено", "Кому", "Тема"),
    ("Від", "Надіслано", "Кому", "Тема"),
    ("من", "تم الإرسال", "إلى", "الموضوع"),
    ("प्रेषक", "भेजा गया", "प्रति", "विषय"),
    ("差出人", "送信日時", "宛先", "件名"),
    ("보낸 사람", "보낸 날짜", "받는 사람", "제목"),
    ("发件人", "发送时间", "收件人", "主题"),
    ("Dari", "Dikirim", "Kepada", "Subjek"),
    ("Từ", "Đã gửi", "Đến", "Chủ đề"),
]
RULERS = [
    "-----Original Message-----",
    "-----Ursprüngliche Nachricht-----",
    "-----Message d'origine-----",
    "-----Mensaje original-----",
    "-----Messaggio originale-----",
    "-----Mensagem original-----",
    "-----Oorspronkelijk bericht-----",
    "-----Oryginalna wiadomość-----",
    "-----Özgün İleti-----",
    "-----Исходное сообщение-----",
    "-----Вихідне повідомлення-----",
    "-----الرسالة الأصلية-----",
    "-----मूल संदेश-----",
    "-----元のメッセージ-----",
    "-----원본 메시지-----",
    "-----原始邮件-----",
    "-----Pesan Asli-----",
    "-----Thư gốc-----",
    "------------------&nbsp;原始邮件&nbsp;------------------",
    "-------- Original message --------",
]
FORWARDS = [
    "---------- Forwarded message ---------",
    "-------- Weitergeleitete Nachricht --------",
    "-------- Message transféré --------",
    "-------- Mensaje reenviado --------",
    "-------- Messaggio Inoltrato --------",
    "-------- Mensagem encaminhada --------",
    "-------- Doorgestuurd bericht --------",
    "-------- Przekazana wiadomość --------",
    "-------- Yönlendirilmiş Mesaj --------",
    "-------- Пересылаемое сообщение --------",
    "-------- Переслане повідомлення --------",
    "-------- الرسالة المعاد توجيهها --------",
    "-------- अग्रेषित संदेश --------",
    "-------- 転送メッセージ --------",
    "-------- 전달된 메시지 --------",
    "-------- 转发的邮件 --------",
    "-------- Pesan Terusan --------",
    "-------- Thư được chuyển tiếp --------",
    "Begin forwarded message:",
    "============ Forwarded message ============",
    "----- Forwarded by Anna/Example on 02.11.2026 21:14 -----",
]


def own(lines: list[str], *, is_reply: bool = True) -> list[str]:
    return [line for line in part_quotes(lines, is_reply=is_reply, is_forward=False).own if line]


@pytest.mark.parametrize("line", ATTRIBUTIONS)
def test_the_line_above_a_quote_goes_with_it(line: str) -> None:
    assert own([*OWN, line, "", *QUOTE]) == OWN[:1]
    assert own([line, *QUOTE, "", *OWN]) == OWN[:1]


@pytest.mark.parametrize("line", ATTRIBUTIONS)
def test_below_it_a_quote_needs_no_marks(line: str) -> None:
    assert own([*OWN, line, "", "Thank you.", "Your report has arrived."]) == OWN[:1]


@pytest.mark.parametrize("line", ATTRIBUTIONS)
def test_it_may_be_broken_over_lines(line: str) -> None:
    if " <" in line and not line.startswith("--"):
        assert own([*OWN, *re.sub(" <", "\n<", line).split("\n"), "", *QUOTE]) == OWN[:1]


@pytest.mark.parametrize("names", HEADERS)
@pytest.mark.parametrize("form", ["{}: {}", "{} : {}", "*{}:* {}", "{}： {}"])
def test_a_header_block_begins_a_quote_in_a_reply_and_else_a_forward(
    names: tuple[str, ...], form: str
) -> None:
    values = (SENDER, "2 Nov 2026 21:14", "anna@example.org", "hello")
    block = [form.format(*each) for each in zip(names, values, strict=True)]
    assert own([*OWN, *block, "", "quoted"]) == OWN[:1]
    parted = part_quotes([*OWN, *block, "", "words"], is_reply=False, is_forward=False)
    assert (parted.own, parted.forwarded) == (OWN, [*block, "", "words"])


@pytest.mark.parametrize("ruler", RULERS)
def test_a_ruler_begins_a_quote_in_a_reply_and_else_a_forward(ruler: str) -> None:
    assert own([*OWN, ruler, "quoted"]) == OWN[:1]
    parted = part_quotes([*OWN, ruler, "words"], is_reply=False, is_forward=False)
    assert parted.forwarded == [ruler, "words"]


@pytest.mark.parametrize("mark", FORWARDS)
@pytest.mark.parametrize("is_reply", [True, False])
def test_a_forward_mark_begins_a_forward_in_any_mail(mark: str, is_reply: bool) -> None:  # noqa: FBT001 - a table
    assert is_forward_mark(mark)
    parted = part_quotes([*OWN, mark, "> words"], is_reply=is_reply, is_forward=False)
    assert parted.forwarded == [mark, "> words"]


@pytest.mark.parametrize(
    "line",
    [
        "On 2 April he wrote to her:",
        "From: the park",
        "@dark_wolf wrote to my daughter:",
        "The original message is gone.",
        "I forwarded message after message.",
        "2 of them are 14 years old:",
        "From what I know, to date: nothing",
    ],
)
def test_what_a_person_tells_is_no_quote(line: str) -> None:
    lines = ["hello", "", line, "", "hello there", "", "please look"]
    assert own(lines) == [each for each in lines if each]


def test_what_markup_says_needs_no_words() -> None:
    lines = ["own", f"{ATTRIBUTED}anything", f"{QUOTED}quoted", "below"]
    assert own(lines) == ["own", "below"]
    assert own(["own", ORIGINAL, "anything", "quoted"]) == ["own"]


def test_a_ruler_above_the_head_of_a_quote_goes_too() -> None:
    assert own(["own", "____________", "From: a", "Sent: b", "To: c", "quoted"]) == ["own"]


def test_words_below_an_answered_block_of_quoted_lines_are_kept() -> None:
    block = ["-----Original Message-----", "From: a", "Sent: b", "To: c", "", "> quoted", "", "own"]
    assert own(block) == ["own"]


def test_what_stands_below_the_head_of_an_answered_mail_is_no_forward() -> None:
    lines = ["own", "From: a", "Sent: b", "To: c", "---- Forwarded message ----", "quoted"]
    assert own(lines) == ["own"]
    assert part_quotes(lines, is_reply=True, is_forward=False).forwarded == []


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "line",
    ["On ", "From: a", "2026 <a@b.example>", "> ", "-" * 300, "21:14 wrote", "a" * 300 + ":"],
)
def test_very_many_lines_of_a_kind_cost_little(line: str) -> None:
    assert part_quotes([line] * 20_000, is_reply=True, is_forward=False).forwarded == []
