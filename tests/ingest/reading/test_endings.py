from __future__ import annotations

import pytest

from ingest.reading.endings import cut_footers, without_legal

OWN = ["This account worries me: @dark_wolf", ""]
FOOTERS = [
    "Sent from my iPhone",
    "Von meinem iPhone gesendet",
    "Envoyé de mon iPhone",
    "Enviado desde mi iPhone",
    "Inviato da iPhone",
    "Enviado do meu iPhone",
    "Verstuurd vanaf mijn iPhone",
    "Wysłane z iPhone’a",
    "iPhone’umdan gönderildi",
    "Отправлено с iPhone",
    "Надіслано з iPhone",
    "أُرسلت من الـ iPhone",
    "मेरे iPhone से भेजा गया",
    "iPhoneから送信",
    "나의 iPhone에서 보냄",
    "发自我的iPhone",
    "Dikirim dari iPhone saya",
    "Đã gửi từ iPhone của tôi",
    "Sent from my Samsung Galaxy smartphone.",
    "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.",
    "Envoyé depuis mon appareil Android avec K-9 Mail. Veuillez excuser ma brièveté.",
    "Enviado desde mi dispositivo Android con K-9 Mail. Por favor, disculpa mi brevedad.",
    "Inviato dal mio dispositivo Android con K-9 Mail. Perdonate la brevità.",
    "Enviado do meu celular Samsung.",
    "Verzonden vanaf mijn Android-apparaat met K-9 Mail.",
    "Wysłane z mojego urządzenia Android za pomocą K-9 Mail.",
    "Android cihazımdan K-9 Mail ile gönderildi.",
    "Отправлено с устройства Android с помощью K-9 Mail. Прошу прощения за краткость.",
    "Надіслано з мого пристрою Android за допомогою K-9 Mail.",
    "تم الإرسال من هاتف Samsung Galaxy الذكي.",
    "मेरे Android फ़ोन से भेजा गया",
    "私のGalaxyから送信",
    "내 Galaxy에서 보냄",
    "来自我的华为手机",
    "Dikirim dari ponsel cerdas Samsung Galaxy saya.",
    "Đã gửi từ điện thoại Galaxy của tôi",
    "Get Outlook for Android<https://aka.ms/AAb9ysg>",
    "Gesendet von Outlook für Android<https://aka.ms/AAb9ysg>",
    "Télécharger Outlook pour Android<https://aka.ms/AAb9ysg>",
    "Obtener Outlook para Android<https://aka.ms/AAb9ysg>",
    "Ottieni Outlook per Android<https://aka.ms/AAb9ysg>",
    "Obter o Outlook para Android<https://aka.ms/AAb9ysg>",
    "Outlook voor Android downloaden<https://aka.ms/AAb9ysg>",
    "Pobierz aplikację Outlook dla systemu Android<https://aka.ms/AAb9ysg>",
    "Android için Outlook’u edinin<https://aka.ms/AAb9ysg>",
    "Скачать Outlook для Android<https://aka.ms/AAb9ysg>",
    "Завантажити Outlook для Android<https://aka.ms/AAb9ysg>",
    "الحصول على Outlook for Android<https://aka.ms/AAb9ysg>",
    "Android के लिए Outlook प्राप्त करें<https://aka.ms/AAb9ysg>",
    "Android 版 Outlook を入手<https://aka.ms/AAb9ysg>",
    "Android용 Outlook 다운로드<https://aka.ms/AAb9ysg>",
    "获取 Outlook for Android<https://aka.ms/AAb9ysg>",
    "Dapatkan Outlook untuk Android<https://aka.ms/AAb9ysg>",
    "Tải Outlook cho Android<https://aka.ms/AAb9ysg>",
    "Sent from Yahoo Mail on Android",
    "Yahoo Mail: Search, Organize, Conquer",
    "Gesendet von Yahoo Mail auf Android",
    "Enviado desde Yahoo Mail para Android",
    "Envoyé à partir de Yahoo Mail pour Android",
    "Inviato da Yahoo Mail su Android",
    "Enviado do Yahoo Mail no Android",
    "Android'de Yahoo Postadan gönderildi",
    "Dikirim dari Yahoo Mail di Android",
    "Được gửi từ Yahoo Mail trên Android",
    "AndroidのYahoo!メールから送信",
    "Отправлено из Яндекс.Почты для мобильных",
    "Надіслано з мобільної пошти UKR.NET",
    "發自我的 iPad",
    "Android용 네이버 메일에서 보냄",
    "Wysłane z poczty WP",
    "Verzonden via Yahoo Mail op Android",
    "أُرسلت من بريد Yahoo على Android",
    "Android पर Yahoo मेल से भेजा गया",
    "Virus-free. www.avast.com",
    "Virenfrei.www.avast.com",
    "Garanti sans virus. www.avast.com",
    "Libre de virus. www.avast.com",
    "Privo di virus. www.avast.com",
    "Livre de vírus. www.avast.com",
    "Virusvrij. www.avast.com",
    "Wolny od wirusów. www.avast.com",
    "Virüs bulunmuyor. www.avast.com",
    "Без вирусов. www.avast.com",
    "Без вірусів. www.avast.com",
    "ウイルス フリー。 www.avast.com",
    "바이러스가 없음. www.avast.com",
    "无病毒。www.avast.com",
    "Bebas virus. www.avast.com",
    "Không có virus. www.avast.com",
    "خالٍ من الفيروسات. www.avast.com",
    "वायरस-मुक्त। www.avast.com",
    "Sent with Proton Mail secure email.",
    "Sent from Outlook",
    "Sent from my mobile device",
    "Gesendet mit der GMX Mail App",
    "Gesendet mit der WEB.DE Mail App",
    "Sent from Mail for Windows",
    "Gesendet von Mail für Windows 10",
    "Envoyé depuis l’application Mail Orange",
    "Get BlueMail for Android",
    "Please consider the environment before printing this e-mail.",
    "<https://aka.ms/o0ukef>",
]
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
OTHER_LINES = [
    "Sent from his iPhone, she says, were all of these: @dark_wolf",
    "Von meiner Tochter weiß ich es.",
    "Von meinem Sohn ist das Handy weg.",
    "通过QQ联系她。",
    "मेरे फ़ोन पर वह लिखता है",
    "Nhận điện thoại của anh ta mỗi tối",
    "https://chirper.example/dark_wolf",
    "Anna",
    "Please get back to me by phone.",
]


@pytest.mark.parametrize("footer", FOOTERS)
def test_the_footer_of_a_program_is_cut(footer: str) -> None:
    assert cut_footers([*OWN, footer, ""]) == (OWN[:1], [footer])


@pytest.mark.parametrize("line", OTHER_LINES)
def test_the_last_line_of_a_person_is_not(line: str) -> None:
    assert cut_footers([*OWN, line])[0] == [*OWN, line]


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
