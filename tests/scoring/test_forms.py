from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart
from html import unescape

import pytest

from store.model import MailKind
from tests.scoring import phrases
from tests.scoring.clients.microsoft import code_page
from tests.scoring.entry import LANGUAGES, Entry
from tests.scoring.forms import CLIENTS, render
from tests.scoring.letter import parted
from tests.scoring.wire import FormError

# Invented and neutral; with what each language brings along of its own.
WORDS = {
    "en": "Hello,\n\nthe account @dark_wolf worries me. Please look at it – it’s odd.",
    "es": "Hola:\n\nme preocupa la cuenta @dark_wolf. ¿Podrían mirarla, señores?",
    "pt": "Olá,\n\na conta @dark_wolf me preocupa. Não sei o que fazer.",
    "fr": "Bonjour,\n\nle compte @dark_wolf m’inquiète. Pouvez-vous vérifier ?",
    "de": "Guten Tag,\n\ndas Konto @dark_wolf beunruhigt mich. Bitte prüfen Sie es.",
    "it": "Buongiorno,\n\nl'account @dark_wolf mi preoccupa. Perché è ancora lì?",
    "nl": "Hallo,\n\nhet account @dark_wolf baart mij zorgen. Graag één keer bekijken.",
    "pl": "Dzień dobry,\n\nniepokoi mnie konto @dark_wolf. Proszę o sprawdzenie.",
    "tr": "Merhaba,\n\n@dark_wolf hesabı beni endişelendiriyor. Lütfen bakın, iyi günler.",
    "ru": "Здравствуйте!\n\nМеня беспокоит аккаунт @dark_wolf. Проверьте, пожалуйста.",
    "uk": "Добрий день!\n\nМене непокоїть акаунт @dark_wolf. Перевірте його, будь ласка.",
    "ar": "مرحبا،\n\nالحساب @dark_wolf يقلقني. أرجو التحقق منه.",
    "hi": "नमस्ते,\n\nमुझे खाता @dark_wolf चिंतित करता है। कृपया देखें।",
    "ja": "こんにちは。\n\nアカウント @dark_wolf が心配です。確認をお願いします。",
    "ko": "안녕하세요.\n\n@dark_wolf 계정이 걱정됩니다. 확인 부탁드립니다.",
    "zh": "您好：\n\n账号 @dark_wolf 让我担心，请查看。",
    "id": "Halo,\n\nakun @dark_wolf membuat saya khawatir. Mohon diperiksa.",
    "vi": "Xin chào,\n\ntài khoản @dark_wolf làm tôi lo lắng. Xin hãy kiểm tra.",
}
LONG_URL = f"https://chirper.example/dark_wolf?utm_source={'a1b2c3d4' * 14}"
SENTENCE = (
    "Das Konto schreibt jeden Abend vielen Leuten, die es gar nicht kennt, und fragt sie aus. "
)
QUOTED = "Danke für Ihre Nachricht.\n\nWir sehen sie an."


def an_entry(client: str, language: str = "de", **fields: object) -> Entry:
    values = {"name": "a_mail", "subject": "Konto", "words": WORDS[language], **fields}
    return Entry.model_validate({"client": client, "language": language, **values})


def opened(entry: Entry) -> EmailMessage:
    """Read a mail as the standard library does, which knows nothing of our reading."""
    message = message_from_bytes(render(entry).raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def html_of(entry: Entry) -> str:
    part = opened(entry).get_body(("html",))
    return str(part.get_content()) if part else ""


def texts(message: EmailMessage) -> list[str]:
    """Give the text of each part, on one line, as a program shows it."""
    return [" ".join(shown(part).split()) for part in message.walk() if not part.is_multipart()]


def shown(part: MIMEPart) -> str:
    content = str(part.get_content()).replace("\r\n", "\n")
    if part.get_content_type() == "text/html":
        content = re.sub(r"(?s)<style.*?</style>|<title>.*?</title>|<!--.*?-->", "", content)
        return unescape(re.sub(r"<[^>]*>", " ", content))
    return joined(content, deletes=part.get_param("delsp") == "yes") if is_flowed(part) else content


def is_flowed(part: MIMEPart) -> bool:
    return part.get_param("format") == "flowed"


def joined(text: str, *, deletes: bool) -> str:
    """Join flowed lines (RFC 3676 section 4)."""
    lines = [line.removeprefix(" ") for line in text.split("\n")]
    return "".join(
        (line[:-1] if deletes else line) if line.endswith(" ") and line != "-- " else f"{line}\n"
        for line in lines
    )


def unmarked(text: str) -> str:
    return " ".join(re.sub(r"(^|\s)>+(?=\s)", " ", text).split())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("client", CLIENTS)
def test_every_form_gives_the_standard_library_the_same_words(client: str, language: str) -> None:
    found = texts(opened(an_entry(client, language)))
    assert found
    assert all(each == " ".join(WORDS[language].split()) for each in found)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("client", CLIENTS)
def test_words_come_before_signature_footer_and_quote(client: str, language: str) -> None:
    entry = an_entry(client, language, signature="Anna B", footer="Sent so", quoted="Thanks 4711")
    for text in texts(opened(entry)):
        own, _, rest = unmarked(text).partition("Anna B")
        assert " ".join(WORDS[language].split()) in own
        assert "Sent so" in rest
        assert "Thanks 4711" in rest


@pytest.mark.parametrize("client", CLIENTS)
def test_a_footer_is_in_the_language_of_the_mail(client: str) -> None:
    style = CLIENTS[client].style
    for language in LANGUAGES:
        text = texts(opened(an_entry(client, language, footer=True)))[0]
        assert " ".join(phrases.footer(style.footer, language).split()) in unmarked(text)


@pytest.mark.parametrize("client", CLIENTS)
def test_a_quote_stands_below_a_line_or_a_block_that_names_its_writer(client: str) -> None:
    entry = an_entry(client, quoted=QUOTED, quoted_from="Ben Klein <ben@example.net>")
    for text in texts(opened(entry)):
        above, _, _ = text.partition("Danke für")
        assert "Ben Klein" in above


@pytest.mark.parametrize("client", CLIENTS)
def test_between_the_lines_each_paragraph_follows_what_it_answers(client: str) -> None:
    entry = an_entry(client, words="Eins.\n\nZwei.", quoted=QUOTED, quoting="interleaved")
    for text in texts(opened(entry)):
        places = [text.index(each) for each in ("Danke", "Eins.", "Wir sehen", "Zwei.")]
        assert places == sorted(places)


@pytest.mark.parametrize("client", CLIENTS)
def test_an_answer_below_follows_the_quote(client: str) -> None:
    for text in texts(opened(an_entry(client, words="Eins.", quoted=QUOTED, quoting="bottom"))):
        assert text.index("Wir sehen") < text.index("Eins.")


@pytest.mark.parametrize("client", CLIENTS)
def test_a_forward_stands_below_its_fields(client: str) -> None:
    entry = an_entry(
        client, forward="Hallo Anna, sieh dir das an.", quoted_from="Ben <b@x.example>"
    )
    rendered = render(entry)
    for text in texts(opened(entry)):
        assert text.index("beunruhigt") < text.index("b@x.example") < text.index("Hallo Anna")
    assert rendered.forwarded == "Hallo Anna, sieh dir das an."
    assert any("Ben" in line for line in rendered.head_lines)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("transport", ["quoted-printable", "base64", "8bit"])
def test_long_lines_and_urls_survive_every_transport(client: str, transport: str) -> None:
    words = f"{SENTENCE * 3}\n\n{LONG_URL}"
    for text in texts(opened(an_entry(client, words=words, transport=transport))):
        assert text == " ".join(words.split())


@pytest.mark.parametrize(
    ("language", "charset"),
    [
        ("ru", "koi8-r"),
        ("ru", "windows-1251"),
        ("pl", "iso-8859-2"),
        ("tr", "iso-8859-9"),
        ("ja", "iso-2022-jp"),
        ("ja", "shift_jis"),
        ("ko", "euc-kr"),
        ("zh", "gb18030"),
        ("zh", "big5"),
        ("ar", "windows-1256"),
        ("de", "utf-16"),
        ("de", "iso-8859-15"),
    ],
)
def test_a_mail_is_written_in_its_charset(language: str, charset: str) -> None:
    words = "您好" if charset == "big5" else WORDS[language]
    message = opened(an_entry("plain", language, words=words, charset=charset))
    assert message.get_content_charset() == charset
    assert texts(message) == [" ".join(words.split())]


def test_a_charset_may_be_declared_wrongly_or_not_at_all() -> None:
    wrong = render(an_entry("plain", "ru", charset="koi8-r", declared_charset="utf-8")).raw
    assert b"charset=utf-8" in wrong
    assert "беспокоит".encode("koi8-r") in wrong or b"base64" in wrong
    assert b"charset" not in render(an_entry("plain", "ru", declared_charset="")).raw


def test_words_that_a_charset_has_not_are_refused() -> None:
    with pytest.raises(FormError, match="cannot be written in koi8-r"):
        render(an_entry("plain", "ja", charset="koi8-r"))


def test_an_unknown_client_is_refused() -> None:
    with pytest.raises(FormError, match="there is no client pigeon"):
        render(an_entry("pigeon"))


@pytest.mark.parametrize("client", CLIENTS)
def test_names_and_subjects_that_are_not_ascii_can_be_read(client: str) -> None:
    subject = "Meldung eines Kontos – bitte sehr gründlich prüfen, es eilt 日本語 🙂"
    entry = an_entry(client, subject=subject, **{"from": "Müller, Jörg <joerg@example.org>"})
    message = opened(entry)
    assert message["Subject"] == subject
    assert message["From"].addresses[0].addr_spec == "joerg@example.org"
    assert message["From"].addresses[0].display_name == "Müller, Jörg"


def test_fields_of_the_entry_replace_those_of_the_client() -> None:
    headers = {"Auto-Submitted": "auto-replied", "X-Mailer": "Other", "Return-Path": "<>"}
    message = opened(an_entry("outlook", headers=headers))
    assert message["Auto-Submitted"] == "auto-replied"
    assert message.get_all("X-Mailer") == ["Other"]
    assert message.get_all("Return-Path") == ["<>"]


def test_the_reverse_path_is_the_sender_unless_it_is_given() -> None:
    assert opened(an_entry("plain"))["Return-Path"] == "<anna@example.org>"
    assert opened(an_entry("plain", reverse_path=""))["Return-Path"] == "<>"


def test_a_reply_names_a_mail_of_ours_and_a_quote_the_mail_that_it_quotes() -> None:
    reply = opened(an_entry("gmail_web", kind=MailKind.REPLY))
    assert reply["In-Reply-To"].endswith("@chirper.example>")
    other = opened(an_entry("gmail_web", quoted="Hi", quoted_from="Ben <ben@example.net>"))
    assert other["In-Reply-To"].endswith("@mail.example.net>")
    ours = opened(an_entry("gmail_web", quoted="Hi", quoted_from="cp@chirper.example"))
    assert ours["In-Reply-To"] is None


@pytest.mark.parametrize(
    ("client", "subject", "expected"),
    [
        ("outlook", "Konto", "WG: Konto"),
        ("gmail_web", "Konto", "Fwd: Konto"),
        ("outlook", "TR: Konto", "TR: Konto"),
        ("apple_mail", "转发：Konto", "转发：Konto"),
    ],
)
def test_a_forward_has_the_mark_of_its_program(client: str, subject: str, expected: str) -> None:
    message = opened(an_entry(client, subject=subject, forward="Hallo"))
    assert message["Subject"] == expected


@pytest.mark.parametrize("client", CLIENTS)
def test_further_parts_stand_beside_the_text(client: str) -> None:
    card = {"type": "text/vcard", "name": "anna.vcf", "text": "BEGIN:VCARD\nEND:VCARD"}
    message = opened(an_entry(client, parts=[card]))
    (file,) = message.iter_attachments()
    assert (file.get_content_type(), file.get_filename()) == ("text/vcard", "anna.vcf")
    assert file.get_content().split() == ["BEGIN:VCARD", "END:VCARD"]
    body = message.get_body(("plain", "html"))
    assert body is not None
    assert " ".join(shown(body).split()) == " ".join(WORDS["de"].split())


def test_a_machine_reports_in_parts_of_its_own() -> None:
    parts = [
        {"type": "message/feedback-report", "text": "Feedback-Type: abuse\nVersion: 1"},
        {"type": "message/rfc822", "text": "From: a@example.org\nSubject: x\n\ny"},
    ]
    entry = an_entry("plain", parts=parts, multipart="report; report-type=feedback-report")
    message = opened(entry)
    assert message.get_content_type() == "multipart/report"
    assert message.get_param("report-type") == "feedback-report"
    _, report, mail = list(message.iter_parts())
    assert list(report.walk())[1]["Feedback-Type"] == "abuse"
    assert list(mail.walk())[1]["Subject"] == "x"


def test_html_of_the_entry_stands_beside_its_words() -> None:
    html = '<a href="https://chirper.example/dark_wolf">dieses Konto</a>'
    entry = an_entry("gmail_web", words="dieses Konto", html=html)
    assert html in html_of(entry)
    assert texts(opened(an_entry("mutt", words="dieses Konto", html=html))) == ["dieses Konto"] * 2


def test_a_url_becomes_a_link_without_the_end_of_its_sentence() -> None:
    entry = an_entry("gmail_web", words="Sehen Sie https://chirper.example/dark_wolf.")
    html = html_of(entry)
    assert (
        '<a href="https://chirper.example/dark_wolf">https://chirper.example/dark_wolf</a>.' in html
    )


def test_delsp_breaks_within_a_url() -> None:
    raw = render(an_entry("flowed_delsp", words=LONG_URL)).raw
    assert LONG_URL.encode() not in raw
    assert b"delsp=yes" in raw


@pytest.mark.parametrize("client", CLIENTS)
def test_no_line_is_longer_than_the_wire_allows(client: str) -> None:
    entry = an_entry(client, words=SENTENCE * 20, quoted=QUOTED, footer=True)
    assert all(len(line) <= 998 for line in render(entry).raw.split(b"\r\n"))


@pytest.mark.parametrize(
    ("text", "language", "charset"),
    [
        ("it’s", "en", "windows-1252"),
        ("беспокоит", "ru", "koi8-r"),
        ("心配です", "ja", "iso-2022-jp"),
        ("नमस्ते", "hi", "utf-8"),
        ("🙂", "ru", "utf-8"),
    ],
)
def test_outlook_takes_the_code_page_of_the_country(text: str, language: str, charset: str) -> None:
    assert code_page(text, language) == charset


@pytest.mark.parametrize(
    ("forward", "pieces"),
    [
        ("Just text", ("", "", "Just text")),
        ("Note: one line is no block", ("", "", "Note: one line is no block")),
        ("Von: A\nAn: B\n\nText", ("", "Von: A\nAn: B", "Text")),
        ("De : A\nÀ : B\n\nText", ("", "De : A\nÀ : B", "Text")),
        ("-----Original Message-----\nFrom: A\nTo: B\n\nText",
         ("-----Original Message-----", "From: A\nTo: B", "Text")),
    ],
)  # fmt: skip
def test_a_forward_may_bring_its_own_fields(forward: str, pieces: tuple[str, str, str]) -> None:
    assert parted(forward) == pieces


@pytest.mark.parametrize("program", ["gmail", "apple", "yahoo"])
def test_the_large_programs_quote_in_every_language(program: str) -> None:
    assert all(phrases.has_language(program, language) for language in LANGUAGES)
