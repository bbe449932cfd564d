from __future__ import annotations

from base64 import b64encode

import pytest

from ingest.match import severity_of
from ingest.reading import ParsedMessage, ReadingRules, read_message
from ingest.reading.unread import ENCRYPTED, PART_ENCRYPTED, SIGNED
from store.model import MailKind, Severity

HEAD = b"From: anna@example.org\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\n"
ARMOURED = b"-----BEGIN PGP MESSAGE-----\n\nhQEMA\n=abcd\n-----END PGP MESSAGE-----\n"


def read(raw: bytes) -> ParsedMessage:
    return read_message(raw, None, ReadingRules())


def html(markup: str) -> bytes:
    return HEAD + b"Content-Type: text/html\n\n" + markup.encode()


def in_base64(octets: bytes) -> bytes:
    return HEAD + b"Content-Transfer-Encoding: base64\n\n" + b64encode(octets)


@pytest.mark.parametrize(
    "raw",
    [
        HEAD + b"Content-Transfer-Encoding: base64\n\n!!!!",
        HEAD + b"Subject: help\nContent-Transfer-Encoding: base64\n\n!!!!",
        HEAD + b"X-Spam-Flag: YES\nContent-Transfer-Encoding: base64\n\n!!!!",
        HEAD + b"Content-Type: multipart/mixed; boundary=never\n\n",
        HEAD + b"Content-Type: multipart/mixed; boundary=never\n\n\n--other\n\n--other--\nwords\n",
        MIXED + b"\n--b\n\n\n--b--\nwords after the last part",
        HEAD + b"\n\x01\x02",
        html('<p style="display:none">unseen words</p>'),
        html('<img src="cid:1">'),
    ],
)
def test_a_body_without_words_is_an_unreadable_report(raw: bytes) -> None:
    message = read(raw)
    assert (message.text, message.kind) == ("", MailKind.REPORT)
    assert (message.traits.readable, severity_of(message)) == (False, Severity.HIGH)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n \r\n",
        HEAD + b"\n \n\t\n",
        in_base64(b"\r\n"),
        html('<div dir="ltr"><br></div>'),
        html("<html><head><style>p {}</style></head><body>&nbsp;<p> </p></body></html>"),
        MIXED + b"\nThis is a multi-part message in MIME format.\n--b\n\n--b--\n",
    ],
)
def test_only_white_space_is_an_empty_mail(raw: bytes) -> None:
    message = read(raw)
    assert (message.kind, message.traits.readable) == (MailKind.EMPTY, True)


def smime(kind: str) -> bytes:
    return HEAD + b"Content-Type: application/pkcs7-mime" + kind.encode() + b"\n\n\x30\x82\n"


def pgp_mime(inner: bytes) -> bytes:
    parts = b"--c\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n"
    parts += b"--c\nContent-Type: application/octet-stream\n\n" + inner + b"--c--\n"
    return b'Content-Type: multipart/encrypted; boundary="c"\n\n' + parts


@pytest.mark.parametrize(
    ("raw", "defect"),
    [
        (smime("; smime-type=enveloped-data; name=smime.p7m"), ENCRYPTED),
        (smime("; smime-type=authEnveloped-data"), ENCRYPTED),
        (smime(""), ENCRYPTED),
        (smime("; smime-type=signed-data"), SIGNED),
        (HEAD + pgp_mime(ARMOURED), ENCRYPTED),
        (MIXED + b"\n--b\n" + pgp_mime(ARMOURED) + b"--b\n\nfooter of a list\n--b--\n", ENCRYPTED),
        (HEAD + b"\n" + ARMOURED, ENCRYPTED),
        (HEAD + b"\n" + ARMOURED[:40], ENCRYPTED),
    ],
)
def test_an_encrypted_mail_is_unreadable_and_says_why(raw: bytes, defect: str) -> None:
    message = read(raw)
    assert (message.kind, message.traits.readable) == (MailKind.REPORT, False)
    assert defect in message.defects


@pytest.mark.parametrize(
    "raw",
    [
        HEAD + b"\nThis account worries me: @heron7\n\n" + ARMOURED,
        MIXED
        + b"\n--b\n\nThis account worries me: @heron7\n"
        + b"--b\nContent-Type: application/pkcs7-mime\n\n\x30\n--b--\n",
    ],
)
def test_words_beside_something_encrypted_are_read(raw: bytes) -> None:
    message = read(raw)
    assert message.traits.readable
    assert PART_ENCRYPTED in message.defects


def test_a_programs_answer_to_us_is_not_called_unreadable() -> None:
    raw = HEAD + b"Auto-Submitted: auto-generated\nIn-Reply-To: <1@chirper.example>\n"
    message = read(raw + b"\n" + ARMOURED)
    assert (message.kind, message.traits.readable) == (MailKind.AUTO_REPLY, True)
