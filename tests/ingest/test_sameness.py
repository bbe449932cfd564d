from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.sameness import mail_digest

MAIL = (
    b"Message-ID: <1@mail.example>\r\nFrom: Mia <mia@mail.example>\r\n"
    b"Subject: please\r\n look\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\n\r\nthis worries me\r\n"
)


@pytest.mark.parametrize(
    "copy",
    [
        b"Received: from a by b; Sun, 22 Nov 2026 10:00:01 +0000\r\n" + MAIL,
        b"X-Keywords: abuse\r\nDelivered-To: cp@chirper.example\r\n" + MAIL,
        MAIL.replace(b"please\r\n look", b"please look"),
        MAIL.replace(b"Message-ID", b"Message-Id"),
    ],
)
def test_what_servers_add_makes_no_other_mail(copy: bytes) -> None:
    assert mail_digest(copy) == mail_digest(MAIL)


@pytest.mark.parametrize(
    "other",
    [
        MAIL.replace(b"<1@", b"<2@"),
        MAIL.replace(b"worries", b"frightens"),
        MAIL.replace(b"please", b"urgent"),
        MAIL.replace(b"Mia <mia", b"Leo <leo"),
        MAIL.replace(b"10:00:00", b"11:00:00"),
        MAIL.replace(b"Message-ID", b"X-Message-ID"),
    ],
)
def test_what_a_writer_changes_makes_another(other: bytes) -> None:
    assert mail_digest(other) != mail_digest(MAIL)


def test_mails_without_a_message_id_are_compared_octet_by_octet() -> None:
    unnamed = MAIL.partition(b"\r\n")[2]

    assert mail_digest(unnamed) == mail_digest(bytes(unnamed))
    assert mail_digest(b"X-Any: x\r\n" + unnamed) != mail_digest(unnamed)


@given(st.binary(max_size=400), st.binary(max_size=400))
def test_whatever_comes_has_a_digest_and_bodies_count(head: bytes, body: bytes) -> None:
    raw = head + b"\r\n\r\n" + body

    assert len(mail_digest(raw)) == 64
    assert mail_digest(raw) != mail_digest(raw + b".")


def test_a_header_of_any_length_is_compared_quickly() -> None:
    raw = b"Subject:" + b" x\r\n" * 500_000 + b"\r\n\r\nbody"

    assert len(mail_digest(raw)) == 64
