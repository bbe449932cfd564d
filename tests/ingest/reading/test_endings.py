from __future__ import annotations

import pytest

from ingest.reading.endings import cut_footers, cut_list_footer

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


@pytest.mark.timeout(20)
@pytest.mark.parametrize("line", ["", FOOTERS[0], "<https://aka.ms/x>", "_" * 100])
def test_very_many_lines_of_a_kind_cost_little(line: str) -> None:
    assert cut_footers(["own", *[line] * 50_000, "x"])[0][0] == "own"


@pytest.mark.parametrize(
    "below",
    [
        "He is in the friends list of https://chirper.example/dark_wolf",
        "The list of all of them: https://chirper.example/dark_wolf",
        "Listen, this is him: https://chirper.example/dark_wolf",
        "Parents mailing list, where @dark_wolf writes: https://lists.example/parents",
    ],
)
def test_what_people_write_below_a_ruler_is_no_footer_of_a_list(below: str) -> None:
    lines = [*OWN, "-" * 30, below]
    assert cut_list_footer(lines) == lines


@pytest.mark.parametrize(
    "below",
    [
        "Parents mailing list\nhttps://lists.example/mailman/listinfo/parents",
        "https://lists.example/parents",
        "To unsubscribe: https://school.example/leave",
    ],
)
def test_the_footer_of_a_list_is_cut(below: str) -> None:
    assert cut_list_footer([*OWN, "_" * 47, *below.split("\n")]) == OWN
