"""Large mails: what is left out is measured as if it were there, and nothing of the words is."""

from __future__ import annotations

import hashlib
from email.message import EmailMessage

import pytest

from ingest.reading import ReadingRules, read_message
from ingest.reading.bulk import LARGE, MAX_BOUNDARIES, base64_decoded, folded

CONTENT = hashlib.shake_128(b"invented").digest(LARGE)
WORDS = "This account worries me: https://chirper.example/Alex_1\n"


def mail_with(content: bytes, encoding: str, kind: str = "image/png", count: int = 1) -> bytes:
    message = EmailMessage()
    message["From"] = "maria@mail.example"
    message.set_content(WORDS)
    maintype, subtype = kind.split("/")
    for number in range(count):
        message.add_attachment(
            content, maintype=maintype, subtype=subtype, filename=f"{number}.png", cte=encoding
        )
    return message.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def test_an_ordinary_mail_is_not_touched() -> None:
    raw = mail_with(bytes(100_000), "base64")
    assert folded(raw)[0] is raw


@pytest.mark.parametrize("count", [1, 3])
def test_a_large_attachment_has_its_whole_size_and_digest(count: int) -> None:
    raw = mail_with(CONTENT, "base64", count=count)
    read = read_message(raw, None, ReadingRules())
    assert len(folded(raw)[0]) < LARGE // 10
    assert read.defects == ()
    assert [part.size for part in read.attachments] == [len(CONTENT)] * count
    assert {part.sha256 for part in read.attachments} == {hashlib.sha256(CONTENT).hexdigest()}
    assert [sighting.account.handle for sighting in read.sightings] == ["Alex_1"]


def test_a_large_attachment_that_is_not_encoded_has_its_whole_digest() -> None:
    content = b"some line of a file\r\n" * 400_000
    raw = mail_with(b"x", "8bit").replace(b"\r\n\r\nx\r\n", b"\r\n\r\n" + content + b"\r\n")
    (part,) = read_message(raw, None, ReadingRules()).attachments
    assert part.size == len(content)
    assert part.sha256 == hashlib.sha256(content).hexdigest()


def test_of_a_large_text_the_beginning_and_the_end_are_read() -> None:
    raw = b"From: maria@mail.example\r\n\r\nlook at @first_1 please\r\n"
    raw += b"word word word word\r\n" * 500_000 + b"and at https://chirper.example/last_1\r\n"
    read = read_message(raw, None, ReadingRules())
    assert [sighting.account.handle for sighting in read.sightings] == ["first_1", "last_1"]
    assert "~!" not in read.text


def test_boundaries_without_end_are_looked_for_only_so_often() -> None:
    raw = b"--b\r\n" * (MAX_BOUNDARIES * 100)
    assert len(folded(raw)[0]) < len(raw) // 2


@pytest.mark.parametrize("size", [1, 2, 3, 4, 100])
def test_base64_in_pieces_is_what_it_is_in_one(size: int) -> None:
    octets = b"QUJD\r\nREVG RA=="
    pieces = [octets[at : at + size] for at in range(0, len(octets), size)]
    assert b"".join(base64_decoded(pieces)) == b"ABCDEFD"
