from __future__ import annotations

import base64
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.reading import ReadingRules, read_message

RULES = ReadingRules()
BODY = "This account worries me:\n\nhttps://chirper.example/Alex_1\n"
PICTURE = bytes(range(256)) * 20
# What doors put on top of a mail, each its own.
TRACES = b"""Return-Path: <maria@mail.example>
Delivered-To: cp@chirper.example
Received: from mx2.chirper.example by imap.chirper.example with LMTP;
 Sun, 22 Nov 2026 10:00:09 +0000
ARC-Seal: i=1; a=rsa-sha256; d=chirper.example; b=abc
DKIM-Signature: v=1; a=rsa-sha256; d=mail.example; b=abc
Authentication-Results: mx2.chirper.example; dmarc=pass header.from=mail.example
X-Spam-Status: No, score=-1.0
"""


def mail(text: str = BODY, **fields: str) -> EmailMessage:
    message = EmailMessage()
    defaults = {
        "From": "Maria <maria@mail.example>",
        "To": "cp@chirper.example",
        "Subject": "please look",
        "Message_ID": "<1@mail.example>",
        "Date": "Sun, 22 Nov 2026 10:00:00 +0000",
    }
    for name, value in (defaults | fields).items():
        if value:
            message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def fingerprint(raw: bytes) -> str | None:
    return read_message(raw, None, RULES).fingerprint


def with_picture() -> EmailMessage:
    message = mail()
    message.add_attachment(PICTURE, maintype="image", subtype="png", filename="a.png")
    return message


FIRST = fingerprint(mail().as_bytes())


def test_what_doors_put_on_top_makes_no_other_mail() -> None:
    assert FIRST is not None
    assert fingerprint(TRACES + mail().as_bytes()) == FIRST


@pytest.mark.parametrize("end", [b"\r\n", b"\n\n\n", b"\r\n \r\n"])
def test_line_ends_and_what_trails_make_no_other_mail(end: bytes) -> None:
    assert fingerprint(mail().as_bytes().replace(b"\n", b"\r\n") + end) == FIRST


@pytest.mark.parametrize("encoding", ["7bit", "quoted-printable", "base64"])
def test_a_text_encoded_anew_makes_no_other_mail(encoding: str) -> None:
    message = mail()
    message.set_content(BODY, cte=encoding)
    assert fingerprint(message.as_bytes()) == FIRST


def test_another_boundary_makes_no_other_mail() -> None:
    first, second = with_picture(), with_picture()
    first.set_boundary("one")
    second.set_boundary("two")
    assert fingerprint(first.as_bytes()) == fingerprint(second.as_bytes()) is not None


def test_to_whom_a_copy_is_addressed_makes_no_other_mail() -> None:
    assert fingerprint(mail(To="abuse@chirper.example").as_bytes()) == FIRST


@pytest.mark.parametrize(
    "fields",
    [
        {"Message_ID": "<2@mail.example>"},
        {"From": "Eve <eve@mail.example>"},
        {"Subject": "please do not look"},
        {"Date": "Sun, 22 Nov 2026 10:00:01 +0000"},
        # The same mail sent again by hand: the account is still there.
        {"Resent_Date": "Sun, 29 Nov 2026 10:00:00 +0000"},
        {"Resent_Message_ID": "<9@mail.example>"},
    ],
)
def test_what_the_author_wrote_above_it_makes_another_mail(fields: dict[str, str]) -> None:
    assert fingerprint(mail(**fields).as_bytes()) not in {FIRST, None}


@pytest.mark.parametrize(
    "text", [BODY + "-- \nthe list's footer\n", BODY.replace("Alex_1", "Alex_2"), "x"]
)
def test_another_text_with_the_same_name_is_another_mail(text: str) -> None:
    assert fingerprint(mail(text).as_bytes()) not in {FIRST, None}


def test_another_attachment_makes_another_mail() -> None:
    plain = fingerprint(with_picture().as_bytes())
    changed = mail()
    changed.add_attachment(PICTURE[1:], maintype="image", subtype="png", filename="a.png")
    assert len({FIRST, plain, fingerprint(changed.as_bytes())}) == 3


def test_an_attachment_in_which_only_the_line_ends_differ_is_another() -> None:
    found = set()
    for octets in (b"a\nb", b"a\r\nb"):
        message = mail()
        message.add_attachment(octets, maintype="application", subtype="x", filename="a")
        found.add(fingerprint(message.as_bytes()))
    assert len(found) == 2


@pytest.mark.parametrize("missing", ["Message_ID", "Date"])
def test_a_mail_without_name_or_date_may_come_again_and_mean_it(missing: str) -> None:
    assert fingerprint(mail(**{missing: ""}).as_bytes()) is None


def test_a_mail_that_is_not_read_to_its_end_is_like_no_other() -> None:
    parts = b"".join(b"--b\n\npart %d\n" % number for number in range(600))
    head = mail().as_bytes().partition(b"Content-Type")[0]
    assert fingerprint(head + b'Content-Type: multipart/mixed; boundary="b"\n\n' + parts) is None


@pytest.mark.parametrize("changed", [0, 6_000_000, 8_999_999])
def test_of_a_large_mail_every_octet_counts(changed: int) -> None:
    octets = bytearray(b"lorem ipsum\n" * 750_000)
    head = mail().as_bytes().partition(b"Content-Type")[0]
    found = []
    for _ in range(2):
        coded = base64.encodebytes(octets)
        field = b"Content-Type: application/x\nContent-Transfer-Encoding: base64\n\n"
        found.append(fingerprint(head + field + coded))
        octets[changed] ^= 1
    assert None not in found
    assert found[0] != found[1]


@given(st.binary(max_size=2000))
def test_any_octets_have_one_or_none(octets: bytes) -> None:
    told = fingerprint(mail().as_bytes() + octets)
    assert told is None or len(told) == 64
