from __future__ import annotations

from base64 import encodebytes

import pytest

from ingest.reading import ParsedMessage, ReadingRules, read_message
from ingest.reading.bounds import MAX_TEXT, ends

HEAD = b"From: anna@example.org\n"
LINE = "this account worries me\n"
END = "@heron7 is in danger\n"


def read(
    text: str, kind: str = "text/plain; charset=utf-8", encoding: str = "utf-8"
) -> ParsedMessage:
    head = HEAD + f"Content-Type: {kind}\n".encode()
    body = text.encode(encoding)
    if encoding == "utf-16":
        head, body = head + b"Content-Transfer-Encoding: base64\n", encodebytes(body)
    return read_message(head + b"\n" + body, None, ReadingRules())


@pytest.mark.parametrize("length", [0, 99, 100, 101, 5000])
def test_no_more_than_the_limit_stays_and_both_ends_do(length: int) -> None:
    text = "a" + "b" * length + "c"
    kept = ends(text, 100)
    assert (len(kept) <= 100, kept[0], kept[-1]) == (True, "a", "c")
    assert (kept == text) is (len(text) <= 100)


@pytest.mark.parametrize("times", [23_000, 60_000])
@pytest.mark.parametrize(
    ("kind", "encoding"),
    [
        ("text/plain; charset=utf-8", "utf-8"),
        ("text/plain", "utf-8"),
        ("text/plain; charset=utf-16", "utf-16"),
        ("text/plain; charset=iso-2022-jp", "iso-2022-jp"),
        ("text/html; charset=utf-8", "utf-8"),
    ],
)
def test_what_stands_at_the_end_of_a_long_text_is_found(
    kind: str, encoding: str, times: int
) -> None:
    message = read(LINE * times + END, kind, encoding)
    assert (message.urgency, len(message.text) <= MAX_TEXT) == ("imminent_danger", True)
    assert [sighting.account.handle for sighting in message.sightings] == ["heron7"]
    assert any(defect.startswith("the text was cut after") for defect in message.defects)


def test_the_end_of_html_is_read_even_if_its_beginning_ends_in_a_comment() -> None:
    message = read("<p>hello</p><!--" + "x" * 400_000 + f"--><p>{END}</p>", "text/html")
    assert message.urgency == "imminent_danger"


def test_a_picture_within_html_is_not_counted() -> None:
    picture = f'<img src="data:image/png;base64,{"A" * 400_000}">'
    message = read(f"<p>hello</p>{picture}<p>{END}</p>", "text/html")
    assert (message.text.split()[:1], message.defects) == (["hello"], ())


def test_both_texts_are_read_to_their_ends() -> None:
    parts = ("text/html", f"<p>{LINE * 9000}@first1</p>"), ("text/plain", LINE * 15_000 + "@last2")
    body = "".join(f"--b\nContent-Type: {kind}\n\n{text}\n" for kind, text in parts)
    message = read(f"{body}--b--\n", "multipart/mixed; boundary=b")
    assert [sighting.account.handle for sighting in message.sightings] == ["first1", "last2"]
    assert message.defects != ()
