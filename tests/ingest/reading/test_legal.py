from __future__ import annotations

import pytest

from ingest.reading.legal import without_legal

OWN = ["This account worries me: @dark_wolf", ""]
# One of each language: what lawyers put below a mail.
NOTICES = [
    (
        "This e-mail and any attachments are confidential and intended solely for the "
        "addressee. If you have received this message in error, please notify the sender "
        "and delete it."
    ),
    (
        "Diese E-Mail enthält vertrauliche und/oder rechtlich geschützte Informationen. "
        "Wenn Sie nicht der richtige Adressat sind oder diese E-Mail irrtümlich erhalten "
        "haben, informieren Sie bitte sofort den Absender und vernichten Sie diese Mail. "
        "Das unerlaubte Kopieren sowie die unbefugte Weitergabe dieser Mail ist nicht "
        "gestattet."
    ),
    (
        "Ce message et ses pièces jointes sont confidentiels et destinés exclusivement à "
        "leur destinataire. Si vous avez reçu ce message par erreur, merci d'en avertir "
        "l'expéditeur et de le détruire."
    ),
    (
        "Este mensaje y sus archivos adjuntos son confidenciales y van dirigidos "
        "exclusivamente a su destinatario. Si lo ha recibido por error, le rogamos que lo"
        " comunique al remitente y lo elimine."
    ),
    (
        "Il presente messaggio e gli eventuali allegati sono riservati e destinati "
        "esclusivamente al destinatario. Se avete ricevuto questo messaggio per errore, "
        "vi preghiamo di avvisare il mittente e di cancellarlo."
    ),
    (
        "Esta mensagem e seus anexos são confidenciais e dirigidos exclusivamente ao "
        "destinatário. Se você a recebeu por engano, por favor avise o remetente e "
        "apague-a."
    ),
    (
        "Dit e-mailbericht en de bijlagen zijn vertrouwelijk en uitsluitend bestemd voor "
        "de geadresseerde. Indien u dit bericht ten onrechte hebt ontvangen, verzoeken "
        "wij u de afzender te informeren en het te verwijderen."
    ),
    (
        "Niniejsza wiadomość oraz załączniki są poufne i przeznaczone wyłącznie dla "
        "adresata. Jeżeli otrzymali Państwo tę wiadomość omyłkowo, prosimy o "
        "powiadomienie nadawcy i jej usunięcie."
    ),
    (
        "Bu e-posta ve ekleri gizlidir ve yalnızca alıcısı içindir. Bu mesajı yanlışlıkla"
        " aldıysanız, lütfen göndereni bilgilendirin ve mesajı silin."
    ),
    (
        "Данное сообщение и вложения к нему являются конфиденциальными и предназначены "
        "исключительно для адресата. Если вы получили это сообщение по ошибке, уведомите "
        "отправителя и удалите его."
    ),
    (
        "Це повідомлення та вкладення є конфіденційними і призначені виключно для "
        "адресата. Якщо ви отримали його помилково, повідомте відправника та видаліть "
        "його."
    ),
    (
        "هذه الرسالة ومرفقاتها سرية ومخصصة للمرسل إليه فقط. إذا استلمت هذه الرسالة عن "
        "طريق الخطأ، يرجى إبلاغ المرسل وحذفها فورًا."
    ),
    (
        "यह ईमेल और इसके अनुलग्नक गोपनीय हैं और केवल प्राप्तकर्ता के लिए हैं। यदि आपको यह"
        " गलती से मिला है तो कृपया प्रेषक को सूचित करें और इसे हटा दें।"
    ),
    "このメールには機密情報が含まれている場合があります。誤って受信された場合は、送信者に通知し、本メールを削除してください。無断の複製は禁止されています。",
    (
        "본 메일은 지정된 수신인만을 위한 것이며 기밀 정보를 "
        "포함할 수 있습니다. 잘못 수신한 경우 발신인에게 알려"
        " 주시고 삭제해 주시기 바랍니다."
    ),
    "本邮件及其附件含有保密信息，仅限于发送给上面地址中列出的个人。禁止任何其他人以任何形式使用。如果您错收了本邮件，请立即通知发件人并删除本邮件。",
    (
        "Email ini dan lampirannya bersifat rahasia dan hanya ditujukan untuk penerima. "
        "Jika Anda menerima email ini karena kesalahan, mohon beri tahu pengirim dan "
        "hapus email ini."
    ),
    (
        "Email này và các tệp đính kèm là thông tin bảo mật và chỉ dành cho người nhận. "
        "Nếu bạn nhận được email này do nhầm lẫn, vui lòng thông báo cho người gửi và xóa"
        " email này."
    ),
]


@pytest.mark.parametrize("notice", NOTICES)
def test_a_legal_notice_is_no_word_of_the_writer(notice: str) -> None:
    for above in ([], ["_" * 40], ["Disclaimer:", ""]):
        assert without_legal([*OWN, *above, notice]) == OWN
    forwarded = without_legal([*OWN, "Begin forwarded message:", "words", "", notice, "", "more"])
    assert [line for line in forwarded if line][-1] == "more"
    assert notice not in forwarded


@pytest.mark.parametrize(
    "paragraph",
    [
        "Please treat this message as confidential and do not notify the sender.",
        (
            "I did not delete the attachment. The sender of this message is @dark_wolf, the"
            " recipient my daughter. It was intended for nobody else. Please notify me."
        ),
        "Wichtiger Hinweis: das Konto @dark_wolf",
        "Important notice: dark_wolf is back.",
    ],
)
def test_a_paragraph_of_a_person_is_no_legal_notice(paragraph: str) -> None:
    assert without_legal([*OWN, paragraph]) == [*OWN, paragraph]


def test_a_mail_that_begins_like_a_legal_notice_is_kept() -> None:
    assert without_legal([NOTICES[0], "", "own"]) == [NOTICES[0], "", "own"]


def test_a_sentence_right_above_a_legal_notice_is_kept() -> None:
    for notice in NOTICES:
        assert without_legal(["own", "", "Please look.", notice])[:3] == ["own", "", "Please look."]


def test_words_right_above_a_notice_are_kept_though_they_begin_the_mail() -> None:
    assert without_legal(["please look at dark_wolf", NOTICES[0]])[0] == "please look at dark_wolf"


@pytest.mark.timeout(20)
@pytest.mark.parametrize("line", ["", "x", "--", "Disclaimer:", NOTICES[0], "-----"])
def test_very_many_lines_of_a_kind_cost_little(line: str) -> None:
    assert without_legal(["own", *[line, ""] * 10_000])[0] == "own"
