from __future__ import annotations

from email.message import EmailMessage
from email.mime.application import MIMEApplication
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest

from ingest.reading.body import Body, read_body
from ingest.reading.mime import open_mail

OWN = "This account worries me: @dark_wolf writes to my daughter every evening."
OURS = ("cp@chirper.example",)
PART = MIMEText


def read(mail: object, *, is_reply: bool = False, is_forward: bool = False) -> Body:
    opened = open_mail(bytes(mail))  # type: ignore[call-overload]  # any message
    return read_body(opened, is_reply=is_reply, is_forward=is_forward, ours=OURS)


def alternative(plain: str, markup: str) -> EmailMessage:
    mail = EmailMessage()
    mail.set_content(plain)
    mail.add_alternative(markup, subtype="html")
    return mail


def mixed(*parts: MIMEText | MIMEMessage | MIMEMultipart | MIMEApplication) -> MIMEMultipart:
    mail = MIMEMultipart("mixed")
    for part in parts:
        mail.attach(part)
    return mail


def a_mail(text: str, sender: str = "wolf@example.net", **headers: str) -> MIMEText:
    mail = MIMEText(text, "plain", "utf-8")
    mail["From"] = sender
    for name, value in headers.items():
        mail[name] = value
    return mail


@pytest.mark.parametrize(
    "plain",
    [
        "",
        " \n",
        "This message is in HTML format.",
        "Your e-mail program does not support HTML messages.",
        "Please view this email in your browser.",
    ],
)
def test_html_is_read_where_the_plain_part_is_a_stub(plain: str) -> None:
    assert read(alternative(plain, f"<p>{OWN}</p>")).words.text == OWN


def test_of_words_said_twice_the_plain_ones_are_taken() -> None:
    assert read(alternative(OWN, f"<p>{OWN}!</p>")).words.text == OWN


def test_html_tells_what_is_quoted_where_the_plain_part_does_not() -> None:
    quoted = "Thank you for your report. A person reads it and looks at the accounts in it."
    markup = f"<p>{OWN}</p><blockquote type=cite>{quoted}</blockquote>"
    assert read(alternative(f"{OWN}\n\n{quoted}", markup), is_reply=True).words.text == OWN


def test_html_tells_what_is_a_signature_where_the_plain_part_does_not() -> None:
    markup = f'<p>{OWN}</p><div id="Signature">Anna B<br>Example Street 1<br>@anna_b</div>'
    mail = alternative(f"{OWN}\n\nAnna B\nExample Street 1\n@anna_b", markup)
    words = read(mail).words
    assert (words.text, words.signature) == (OWN, "Anna B\nExample Street 1\n@anna_b")


def test_texts_around_an_attachment_are_read_in_their_order() -> None:
    mail = mixed(
        PART("first", "plain"),
        PART("<p>second</p>", "html"),
        MIMEApplication(b"xx"),
        PART("third", "plain"),
    )
    assert read(mail).words.text.split() == ["first", "second", "third"]


def test_each_alternative_is_chosen_by_itself() -> None:
    first = MIMEMultipart("alternative")
    first.attach(PART("first", "plain"))
    first.attach(PART("<p>first</p>", "html"))
    assert read(mixed(first, PART("<p>second</p>", "html"))).words.text.split() == [
        "first",
        "second",
    ]


def test_other_forms_of_the_same_words_are_left_alone() -> None:
    mail = MIMEMultipart("alternative")
    mail.attach(PART(OWN, "plain"))
    mail.attach(PART("<!doctype html><html amp4email><body>other</body></html>", "x-amp-html"))
    mail.attach(PART(f"<p>{OWN}</p>", "html"))
    assert read(mail).words.text == OWN
    assert open_mail(bytes(mail)).evidence() == ()


def test_words_come_out_composed() -> None:
    assert read(PART("pru\u0308fen", "plain", "utf-8")).words.text == "pr\u00fcfen"


def test_a_mail_forwarded_as_attachment_is_read_below_the_words() -> None:
    inner = mixed(PART("inner words", "plain"), MIMEMessage(a_mail("innermost words")))
    inner["From"] = "wolf@example.net"
    words = read(mixed(PART(OWN, "plain"), MIMEMessage(inner))).words
    assert words.text == f"{OWN}\n\ninner words\n\ninnermost words"


def test_a_mail_forwarded_as_a_file_is_read_too() -> None:
    file = MIMEApplication(bytes(a_mail("inner words")), name="hello.eml")
    assert read(mixed(PART(OWN, "plain"), file)).words.text == f"{OWN}\n\ninner words"


@pytest.mark.parametrize(
    "sender",
    ["cp@chirper.example", "Chirper <CP+r-abc@chirper.example>", '"C" <cp@chirper.example>'],
)
def test_our_own_mail_forwarded_as_attachment_is_not(sender: str) -> None:
    inner = MIMEMessage(a_mail("Thank you. Your report has arrived.", sender))
    assert read(mixed(PART(OWN, "plain"), inner)).words.text == OWN


def test_what_a_mail_server_returns_is_no_forward() -> None:
    mail = MIMEMultipart("report")
    mail.attach(PART("It could not be delivered.", "plain"))
    mail.attach(MIMEMessage(a_mail("what was sent")))
    assert read(mail).words.text == "It could not be delivered."


def test_mails_are_opened_to_a_depth_and_a_number() -> None:
    inner = a_mail("level 9")
    for level in range(8, 0, -1):
        inner = mixed(PART(f"level {level}", "plain"), MIMEMessage(inner))
    assert read(inner).words.text.split("\n\n") == ["level 1", "level 2", "level 3"]
    many = mixed(*(MIMEMessage(a_mail(f"mail {at}")) for at in range(40)))
    assert len(read(many).words.text.split("\n\n")) == 10


def test_an_invitation_without_other_words_is_read() -> None:
    text = "BEGIN:VCALENDAR\nSUMMARY:meet @dark_\n wolf\nDTSTART:20261102T211400Z\n"
    mail = PART(
        f"{text}DESCRIPTION;LANGUAGE=en:at the park\\, at nine\nEND:VCALENDAR\n", "calendar"
    )
    assert read(mixed(mail)).words.text == "meet @dark_wolf\nat the park, at nine"
    assert read(mixed(PART(OWN, "plain"), mail)).words.text == OWN


def test_a_card_without_other_words_is_read() -> None:
    text = "BEGIN:VCARD\nFN:Wolf\nX-SOCIALPROFILE;type=chirper:https://chirper.example/dark_wolf\n"
    words = read(mixed(PART(f"{text}TEL:+1 555 0100\nEND:VCARD\n", "vcard"))).words.text
    assert words == "Wolf\nhttps://chirper.example/dark_wolf"


BLOCK = "From: {}\nSent: Monday, 2 November 2026 21:14\nTo: anna@example.org\nSubject: hello\n\n"


def test_a_forward_is_part_of_the_words_but_our_receipt_is_not() -> None:
    theirs = f"{OWN}\n\n{BLOCK.format('Wolf <wolf@example.net>')}inner words"
    ours = f"{OWN}\n\n{BLOCK.format('Chirper <cp+r-1@chirper.example>')}your report has arrived"
    assert read(PART(theirs), is_forward=True).words.text.endswith("inner words")
    assert read(PART(ours), is_forward=True).words.text == OWN
    assert read(PART(ours)).words.text == OWN


def test_a_block_of_our_address_only_as_recipient_is_forwarded() -> None:
    text = f"{OWN}\n\n{BLOCK.format('wolf@example.net').replace('anna@', 'cp@chirper.')}inner words"
    assert (
        "inner words"
        in read(PART(text.replace("chirper.example.org", "chirper.example"))).words.text
    )
