from __future__ import annotations

import hashlib

import pytest
from mailparser import MailParser

from ingest.reading.evidence import safe_name
from ingest.reading.mime import open_mail
from ingest.reading.parts import Part

PLAIN = "Content-Type: text/plain; charset="


def words(raw: bytes) -> str:
    return "\n".join(open_mail(raw).texts("plain"))


@pytest.mark.parametrize("encoding", ["", "7bit", "8bit"])
def test_an_iso_2022_jp_body_is_decoded(encoding: str) -> None:
    """mail-parser 4.8.0 leaves it undecoded under these transfer encodings."""
    header = f"{PLAIN}iso-2022-jp\n"
    header += f"Content-Transfer-Encoding: {encoding}\n" if encoding else ""
    assert words(header.encode() + b"\n" + "心配です".encode("iso-2022-jp")) == "心配です"


def test_a_sender_is_found_behind_an_unclosed_quote() -> None:
    """mail-parser 4.8.0 finds none."""
    mail = open_mail(b'From: "Anna <anna@Example.ORG>\n\nhello')
    assert mail.addresses("from") == [("Anna", "anna@example.org")]


@pytest.mark.parametrize(
    "octets", ["YWJ", "YWJj", "YWJjZ", "YWJjZ==", "Y", "=", "!!!!!", "YW!!Jj!Z!"]
)
def test_a_bad_encoded_word_in_a_field_costs_only_itself(octets: str) -> None:
    """mail-parser 4.8.0 gives up the whole mail for base64 of one character too many."""
    mail = open_mail(f"From: =?utf-8?b?{octets}?= <anna@example.org>\n\nhello".encode())
    assert mail.parser is not None
    assert [sender for _, sender in mail.addresses("from")] == ["anna@example.org"]


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_body_of_two_octets_a_character_needs_no_transfer_encoding(charset: str) -> None:
    head = f"Subject: x\n{PLAIN}{charset}\nContent-Transfer-Encoding: binary\n\n".encode()
    assert words(head + "first line\nsecond line\n".encode(charset)).split("\n")[:2] == [
        "first line",
        "second line",
    ]


def test_words_that_only_claim_to_be_base64_are_read() -> None:
    raw = b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\nplease look at this one"
    assert words(raw) == "please look at this one"


@pytest.mark.parametrize(
    ("octets", "subject"),
    [
        ("prüfen".encode(), "prüfen"),
        ("prüfen".encode("latin-1"), "prüfen"),
        ("проверьте профиль".encode("koi8-r"), "проверьте профиль"),
        ("prüfen =?utf-8?q?gr=C3=BC=C3=9Fe?=".encode("latin-1"), "prüfen grüße"),
    ],
)
def test_raw_8_bit_octets_in_a_subject_are_kept(octets: bytes, subject: str) -> None:
    """mail-parser 4.8.0 drops them."""
    assert open_mail(b"Subject: " + octets + b"\n\nhello").value("subject") == subject


@pytest.mark.parametrize(
    ("value", "subject"),
    [
        ("=?utf-8?q?caf=C3=A9?=", "café"),
        ("=?iso-2022-jp?b?GyRCRExKcxsoQg==?=", "通報"),
        ("=?x-unknown?q?plain?=", "plain"),
        ("=?utf-8?b?broken", "=?utf-8?b?broken"),
        ("=?gb2312?b?uLTR/Q==?=", "复妖"),
        ("one\n two", "one two"),
        ("a\x00b\x1b[1m", "ab[1m"),
        ("\u202eevil", "evil"),
    ],
)
def test_subjects_are_decoded_and_made_printable(value: str, subject: str) -> None:
    raw = f"Subject: {value}\n\nhello".encode()
    assert open_mail(raw).value("subject") == subject


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("anna@example.org", [("", "anna@example.org")]),
        ("Anna <anna@example.org>", [("Anna", "anna@example.org")]),
        ('"B., Anna" <anna@example.org>', [("B., Anna", "anna@example.org")]),
        ("=?utf-8?q?J=C3=B6rg?= <j@example.org>", [("Jörg", "j@example.org")]),
        ("a@b.example <anna@example.org>", [("a@b.example", "anna@example.org")]),
        ("Anna <anna@example.org", [("Anna", "anna@example.org")]),
        ("(c):", []),
        ("undisclosed-recipients:;", []),
        ("", []),
    ],
)
def test_addresses_are_read_from_wild_fields(field: str, expected: list[tuple[str, str]]) -> None:
    assert open_mail(f"From: {field}\n\nhello".encode()).addresses("from") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Mon, 02 Nov 2026 21:14:05 +0100", "2026-11-02T20:14:05+00:00"),
        ("2 Nov 2026 20:14:05 GMT", "2026-11-02T20:14:05+00:00"),
        ("Mon, 2 Nov 2026 21:14:05 -0000 (comment)", "2026-11-02T21:14:05+00:00"),
        ("yesterday", None),
        ("", None),
        ("Mon, 99 Nov 2026 99:14:05 +0100", None),
    ],
)
def test_dates_are_aware_or_none(value: str, expected: str | None) -> None:
    found = open_mail(f"Date: {value}\n\nhello".encode()).date()
    assert (found.isoformat() if found else None) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.png", "a.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\a\\b.png", "b.png"),
        ("evil\u202egnp.exe", "evilgnp.exe"),
        ("a\x00b\n.png", "ab .png"),
        ("..", None),
        ("", None),
        ("a" * 300 + ".png", "a" * 116 + ".png"),
    ],
)
def test_names_of_attachments_are_safe_to_print(name: str, expected: str | None) -> None:
    assert safe_name(name) == expected


@pytest.mark.parametrize(
    ("header", "body", "octets"),
    [
        (b"Content-Transfer-Encoding: base64", b"AAEC", b"\x00\x01\x02"),
        (b"Content-Transfer-Encoding: BASE64 ", b"AAEC", b"\x00\x01\x02"),
        (b"Content-Transfer-Encoding: binary", b"\x00\xff\x80", b"\x00\xff\x80"),
        (b"Content-Transfer-Encoding: quoted-printable", b"=00=FF", b"\x00\xff"),
        (b"X-No: encoding", b"plain", b"plain"),
    ],
)
def test_the_digest_is_over_the_octets_of_an_attachment(
    header: bytes, body: bytes, octets: bytes
) -> None:
    raw = b"Content-Type: image/png; name=a.png\n" + header + b"\n\n" + body
    (part,) = open_mail(raw).evidence()
    assert (part.size, part.sha256) == (len(octets), hashlib.sha256(octets).hexdigest())


def test_a_part_without_a_name_is_listed_all_the_same() -> None:
    raw = (
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: image/png\n\nxx\n--b--\n"
    )
    (part,) = open_mail(raw).evidence()
    assert (part.filename, part.content_type) == (None, "image/png")


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: multipart/mixed\n\n--b\nContent-Type: text/plain\n\nhello\n--b--\n",
        b'Content-Type: multipart/mixed; boundary="x"\n\n--b\n\nhello\n--b--\n',
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhello",
        b"Content-Type: multipart/mixed; boundary=b\n\nhello",
        b"Content-Type: text/plain; name*\n\nhello",
        b"Content-Type: text/plain; charset*0*=x'y\n\nhello",
        b"Content-Type: text/enriched\n\nhello",
        b"Content-Type: text/plain; name=a.txt\nContent-Disposition: attachment\n\nhello",
        b"Content-Type: \n\nhello",
        b"Content-Type: text\n\nhello",
        b"\xef\xbb\xbfSubject: x\n\nhello",
        b"\r\n\r\nSubject: x\r\n\r\nhello",
        b"From nobody Mon Jan  1 00:00:00 2024\nSubject: x\n\nhello",
        b"Subject: x\nno field\nFrom: a@example.org\n\nhello",
        b"Subject: x\rFrom: a@example.org\r\rhello",
    ],
)
def test_text_is_found_in_broken_structures(raw: bytes) -> None:
    assert words(raw).strip() == "hello"


def test_a_nested_mail_stays_closed() -> None:
    raw = b"Content-Type: message/rfc822\n\nSubject: inner\n\ninner words"
    mail = open_mail(raw)
    assert (mail.texts("plain"), len(mail.evidence())) == ([], 1)


@pytest.mark.parametrize(
    ("raw", "defect"),
    [
        (
            b"".join(
                b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (at, at)
                for at in range(500)
            ),
            "parts are nested deeper than 30; no more were opened",
        ),
        (
            b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\na\n" * 2_000,
            "the mail has more than 500 parts; no more were read",
        ),
        (
            b"X-Field: a\n" * 3_000 + b"\nhello",
            "a header has more than 2000 fields; no more were read",
        ),
        (
            b"Subject: " + b"a" * 20_000 + b"\n\nhello",
            "a header field was cut after 16384 characters",
        ),
    ],
)
def test_a_mail_is_read_to_its_bounds_and_says_so(raw: bytes, defect: str) -> None:
    assert defect in open_mail(raw).defects


def test_parts_within_the_bounds_are_all_read() -> None:
    depth, parts = 29, 400
    nested = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (at, at) for at in range(depth)
    )
    mail = open_mail(nested + b"\nhello")
    assert ([text.strip() for text in mail.texts("plain")], mail.root.beyond) == (["hello"], set())
    many = open_mail(b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\na\n" * parts)
    assert (len(many.texts("plain")), many.root.beyond) == (parts, set())


def test_parts_are_read_though_mail_parser_fails_on_the_header(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fussy(root: Part) -> MailParser:
        if "from" in root:
            raise ValueError("a field nobody foresaw")
        return MailParser(root)

    monkeypatch.setattr("ingest.reading.mime.MailParser", fussy)
    mail = open_mail(b"From: Anna <anna@example.org>\nSubject: x\n\nhello")
    assert mail.texts("plain") == ["hello"]
    assert (mail.value("subject"), mail.addresses("from")) == ("x", [("Anna", "anna@example.org")])
