from __future__ import annotations

import tomllib
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.reading import ReadingRules, read_message
from ingest.reading.first_look import LOOKED_AT, look

CORPUS = Path(__file__).parents[2] / "corpus"
CASES = tomllib.loads(
    (Path(__file__).parent / "urgency" / "cases.toml").read_text(encoding="utf-8")
)
URGENT = "He wants to meet her tonight, she is in danger."


def mail(text: str, **content: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["Subject"] = "maria@mail.example", "please look"
    message.set_content(text, **content)
    return message


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
@pytest.mark.parametrize("language", CASES)
def test_it_looks_urgent_in_each_language_however_it_is_encoded(
    language: str, encoding: str
) -> None:
    texts = [text for _, text in CASES[language]["urgent"]]
    missed = [t for t in texts if not look(mail(t, cte=encoding).as_bytes()).urgency]
    assert missed == []


def test_no_mail_of_the_corpus_that_is_urgent_looks_calm() -> None:
    mails = {path.name: path.read_bytes() for path in CORPUS.rglob("*.eml")}
    urgent = {n for n, raw in mails.items() if read_message(raw, None, ReadingRules()).urgency}
    assert urgent
    assert {name for name in urgent if not look(mails[name]).urgency} == set()


def test_tags_and_entities_do_not_hide_it() -> None:
    html = "<p>Ma fille est&nbsp;en <b>danger</b></p>"
    assert look(mail(html, subtype="html").as_bytes()).urgency == "imminent_danger"


def test_the_subject_counts() -> None:
    message = mail("see above")
    message.replace_header("Subject", "=?utf-8?b?5pWR5ZG9?= she is in danger")
    assert look(message.as_bytes()).urgency == "imminent_danger"


def test_a_forwarded_mail_counts() -> None:
    message = mail("please see")
    message.add_attachment(mail(URGENT))
    assert look(message.as_bytes()).urgency


def test_a_text_before_a_large_attachment_counts_and_one_far_behind_does_not() -> None:
    message = mail(URGENT)
    message.add_attachment(bytes(LOOKED_AT), maintype="image", subtype="png", filename="x.png")
    assert look(message.as_bytes()).urgency
    assert look(mail("x" * LOOKED_AT + URGENT).as_bytes()).urgency is None


def test_nothing_of_the_mail_but_the_rule_comes_out() -> None:
    seen = look(mail(URGENT).as_bytes())
    assert (seen.subject, seen.text, seen.sender, seen.message_id) == ("", "", None, None)


@given(st.binary(max_size=300))
def test_whatever_the_octets_are_a_look_comes_to_an_end(raw: bytes) -> None:
    assert look(raw).text == ""
