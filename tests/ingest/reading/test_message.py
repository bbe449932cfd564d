from __future__ import annotations

import json
import pickle
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.reading import ParsedMessage, ReadingRules, read_message, unreadable_message
from store.model import Door, Envelope, MailKind, Sighting

CORPUS = Path(__file__).parents[2] / "corpus"
MAILS = sorted(CORPUS.glob("*.eml"))
RULES = ReadingRules()


def an_envelope(reverse_path: str = "anna@example.org", *recipients: str) -> Envelope:
    return Envelope(
        reverse_path=reverse_path,
        recipients=recipients or ("cp@chirper.example",),
        door=Door.SMTP,
        received_at=datetime(2026, 11, 2, tzinfo=UTC),
    )


def read(raw: bytes, envelope: Envelope | None = None) -> ParsedMessage:
    return read_message(raw, envelope, RULES)


def plain(message: ParsedMessage, field: str) -> object:
    if field == "accounts":
        return [
            [each.account.platform, account_of(each), each.role.value] for each in message.sightings
        ]
    if field == "attachments":
        return [[each.filename, each.content_type, each.size] for each in message.attachments]
    value = getattr(message, field)
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def account_of(sighting: Sighting) -> str | None:
    account = sighting.account
    return account.handle or account.user_id or account.url


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.stem)
def test_each_mail_of_the_corpus_is_read_as_expected(path: Path) -> None:
    expected = json.loads(path.with_suffix(".expected.json").read_text(encoding="utf-8"))
    message = read(path.read_bytes())
    assert {field: plain(message, field) for field in expected} == expected


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.stem)
def test_each_mail_of_the_corpus_has_its_line_in_the_readme(path: Path) -> None:
    readme = (CORPUS / "README.md").read_text(encoding="utf-8")
    assert f"| `{path.stem}` |" in readme


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=3000))
def test_any_bytes_give_a_message(raw: bytes) -> None:
    assert is_whole(read(raw))


PIECES = st.sampled_from(
    [
        b"\x00", b"\xff\xfe", b"=?utf-8?b?", b"=?x?q?=ZZ?=", b'"', b"(", b"<", b"\r", b"\n\n",
        b"--", b"*0*=", b";", b"charset=undefined", b"charset=idna", b"charset=utf-16",
        b"name*=x'y'%zz",
        b"Content-Type: message/rfc822\n", b"Content-Type: multipart/mixed\n", b"\x1b$B", b"<div>",
        b"From: (c):\n", b"Content-Transfer-Encoding: base64\n", b"http://[", b"@" * 20,
    ],
)  # fmt: skip


@st.composite
def damaged_mails(draw: st.DrawFn) -> bytes:
    raw = bytearray(draw(st.sampled_from(MAILS)).read_bytes())
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, len(raw)))
        match draw(st.sampled_from(["insert", "cut", "end", "replace"])):
            case "insert":
                raw[place:place] = draw(PIECES)
            case "cut":
                del raw[place : place + draw(st.integers(1, 60))]
            case "end":
                del raw[place:]
            case _:
                raw[place : place + 1] = draw(st.binary(min_size=1, max_size=4))
    return bytes(raw)


@settings(max_examples=250, suppress_health_check=[HealthCheck.too_slow])
@given(damaged_mails())
def test_a_damaged_mail_gives_a_message(raw: bytes) -> None:
    message = read(raw)
    assert is_whole(message)
    assert "reading failed" not in " ".join(message.defects)


def is_whole(message: ParsedMessage) -> bool:
    """Tell whether every field can be written down and travel."""
    json.dumps(asdict(message), default=str, ensure_ascii=False).encode("utf-8")
    return pickle.loads(pickle.dumps(message)) == message  # noqa: S301 - our own bytes


def test_a_mail_whose_reading_died_is_an_unreadable_report() -> None:
    message = unreadable_message(an_envelope(), "the reader ran out of time")
    assert message.kind is MailKind.REPORT
    assert (message.traits.readable, message.defects) == (False, ("the reader ran out of time",))


def test_the_envelope_outranks_the_header() -> None:
    raw = b"Return-Path: <other@example.net>\nFrom: anna@example.org\n\nhello"
    assert read(raw, an_envelope("")).traits.reverse_path == ""


@pytest.mark.parametrize(
    ("header", "reverse_path"),
    [
        (b"Return-Path: <>\nFrom: anna@example.org", ""),
        (b"Return-Path: <anna@Example.ORG>\nFrom: other@example.net", "anna@example.org"),
        (b"From: Anna <anna@example.org>", "anna@example.org"),
        (b"Subject: no sender", ""),
    ],
)
def test_without_an_envelope_the_header_tells_the_reverse_path(
    header: bytes, reverse_path: str
) -> None:
    assert read(header + b"\n\nhello").traits.reverse_path == reverse_path


def test_the_reply_token_comes_from_the_envelope_when_there_is_one() -> None:
    raw = b"From: anna@example.org\nTo: cp+header@chirper.example\n\nhello"
    assert read(raw, an_envelope("a@example.org", "CP+env@chirper.example")).reply_token == "env"
    assert read(raw, an_envelope("a@example.org")).reply_token is None
    assert read(raw).reply_token == "header"


def test_defects_do_not_quote_the_mail() -> None:
    raw = b'From: "secretword <x\nContent-Type: text/plain; charset=secretword\n\n\xffsecretword'
    assert "secretword" not in " ".join(read(raw).defects)


def test_the_traits_hold_automation_fields_only() -> None:
    raw = b"From: a@example.org\nX-Loop: a@b.example\nX-Private: secret\nList-Id: <l>\n\nhello"
    assert read(raw).traits.headers == (("x-loop", "a@b.example"), ("list-id", ""))


def of(parts: str) -> str:
    """Read the text of a mail made of parts divided by ``--b``."""
    raw = f"From: a@example.org\nContent-Type: multipart/mixed; boundary=b\n\n{parts}--b--\n"
    return read(raw.encode()).text


def test_html_that_calls_itself_plain_is_read_as_html() -> None:
    assert read(b"Subject: x\n\n<html><body><p>hello</p></body></html>").text == "hello"


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ("--b\n\none\n--b\n\ntwo\n", "one\n\ntwo"),
        ("--b\nContent-Type: text/html\n\n<p>one</p>\n--b\n\ntwo\n", "one\n\ntwo"),
        ("--b\n\none\n--b\nContent-Type: text/html\n\n<p>two</p>\n", "one\n\ntwo"),
    ],
)
def test_several_texts_are_read_in_their_order(parts: str, text: str) -> None:
    assert of(parts) == text


def test_of_an_alternative_the_plain_text_is_read_once() -> None:
    inner = 'Content-Type: multipart/alternative; boundary="c"\n\n'
    inner += "--c\n\nhello\n--c\nContent-Type: text/html\n\n<p>hello</p>\n--c--\n"
    assert of(f"--b\n{inner}") == "hello"


def test_a_stub_beside_html_is_not_the_text() -> None:
    inner = 'Content-Type: multipart/alternative; boundary="c"\n\n--c\n\nPlease use HTML\n'
    inner += f"--c\nContent-Type: text/html\n\n<p>{'words ' * 30}</p>\n--c--\n"
    assert of(f"--b\n{inner}").startswith("words words")


def test_a_file_between_the_lines_is_no_text() -> None:
    raw = b"Subject: x\n\nhello\n\nbegin 644 a.bin\n#0V%T\n`\nend\n\nbye"
    assert read(raw).text == "hello\n\nbye"
