from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.frames import packed, unpacked
from ingest.reading import ReadingRules, read_message
from ingest.reading.explained import ExplainedMessage, read_explained, unexplained
from ingest.reading.parsed import ParsedMessage, unreadable_message

CORPUS = sorted((Path(__file__).parents[2] / "corpus").glob("*.eml"))
RULES = ReadingRules()


def part(message: ExplainedMessage, name: str) -> str:
    texts = {
        "subject": message.subject,
        "text": message.text,
        "signature": message.signature,
        "from": message.sender_name,
    }
    return texts[name]


def explained(name: str) -> ExplainedMessage:
    (path,) = [path for path in CORPUS if path.stem == name]
    return read_explained(path.read_bytes(), None, RULES)


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_what_is_explained_is_what_is_read(path: Path) -> None:
    raw = path.read_bytes()

    message = read_explained(raw, None, RULES)

    parsed = read_message(raw, None, RULES)
    for each in fields(ParsedMessage):
        assert getattr(message, each.name) == getattr(parsed, each.name)
    assert unpacked(packed(message)) == message
    for account in message.sightings:
        if account.part in {"subject", "text", "signature", "from"}:
            assert part(message, account.part)[slice(*account.span)].strip()
    for skipped in message.skipped:
        if skipped.part != "link":
            assert part(message, skipped.part)[slice(*skipped.span)].strip()


@given(st.binary(max_size=400))
def test_any_bytes_are_explained(raw: bytes) -> None:
    message = read_explained(raw, None, RULES)

    assert message.kind
    assert not any("how it was read" in defect for defect in message.defects)


def test_the_signs_are_those_that_counted() -> None:
    assert {"null reverse-path", "wording: daemon"} <= set(explained("bounce_plain").signs)
    assert "list-id" in explained("list_post").signs
    assert "from staff" in explained("staff_reply").signs
    assert {"no subject", "no text"} <= set(explained("gmail_empty").signs)


@pytest.mark.parametrize(
    ("raw", "by"),
    [
        (b"Subject: x\n\nDieses Konto macht mir Sorgen, bitte schauen Sie.", "its words"),
        (b"Subject: Dieses Konto macht mir Sorgen\n\n@x_y", "its subject"),
        (b"Content-Language: de\n\n@x_y", "its Content-Language field"),
        (b"Subject: x\n\n", ""),
    ],
)
def test_it_is_told_what_told_the_language(raw: bytes, by: str) -> None:
    assert read_explained(raw, None, RULES).language_by == by


def test_a_mail_that_was_not_read_is_not_explained_further() -> None:
    message = unexplained(unreadable_message(None, "could not be read"))

    assert (message.defects, message.signs, message.lines) == (("could not be read",), (), 0)


def test_of_each_account_the_words_are_told_that_made_it_whose_it_is() -> None:
    raw = (
        b"From: anna@example.org\r\nSubject: a worry\r\n\r\nFor a week somebody called @river_77 "
        b"has been writing to my daughter, who is @quorra_9.\r\n"
    )
    message = read_explained(raw, None, RULES)
    assert [each.account.handle for each in message.sightings] == ["river_77", "quorra_9"]
    assert "daughter" in " ".join(message.whose[1].words)
    assert not any(
        "quorra" in word or "river" in word for each in message.whose for word in each.words
    )
