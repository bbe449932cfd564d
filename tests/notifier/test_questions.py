from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.compose import Composer
from notifier.correspondence import Correspondence
from notifier.letters import TEMPLATES
from notifier.questions import MAX_LENGTH, ask, make_reachable, question_lines, question_values
from store.errors import Forbidden, NotFound
from store.model import EventKind, MailKind, MailTraits, OutboxKind, Report
from store.references import read_reply_token
from store.unreachable import Mark
from tests.notifier.house import IDENTITY, START
from tests.notifier.test_decisions import KEY, LANGUAGES, traits

if TYPE_CHECKING:
    from tests.notifier.house import House

QUESTION = "Which account do you mean?\n\nThe one with two underscores, or with one?"


def put(house: House, report: Report, text: str = QUESTION, actor: str = "anna") -> None:
    from notifier.manners import Manners  # noqa: PLC0415 - what the house has, made anew

    correspondence = Correspondence(composer=house.composer, manners=Manners(), reply_key=KEY)
    ask(house.store, correspondence, report.reference, actor, text, house.clock)


def question(house: House) -> EmailMessage:
    (message,) = house.outbox(OutboxKind.QUESTION)
    mail = message_from_bytes(message.mail.content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def test_staff_ask_the_reporter_without_showing_who_they_are(house: House) -> None:
    report, case = house.report()
    put(house, report)
    mail = question(house)
    body = mail.get_body(("plain",))
    assert body is not None
    assert QUESTION in body.get_content().replace("\r\n", "\n")
    assert str(mail["From"]) == "Chirper Child Protection <cp@chirper.example>"
    assert b"anna" not in bytes(mail)
    with house.store.snapshot() as work:
        asked = work.history.of_case(case.id)[-1]
    assert (asked.kind, asked.actor, asked.details["report"]) == (
        EventKind.QUESTION_ASKED,
        "anna",
        report.reference,
    )


def test_a_question_comes_from_where_the_reporter_wrote_to(house: House) -> None:
    ours = {"safety@chirper.example": "Safety@chirper.example"}
    house.composer = Composer(replace(IDENTITY, senders=ours))
    report, _ = house.report(address="safety@chirper.example")
    put(house, report)
    assert question(house)["From"].addresses[0].addr_spec == "Safety@chirper.example"


def test_the_answer_comes_to_the_same_report(house: House) -> None:
    report, _ = house.report()
    put(house, report)
    tag = str(question(house)["Reply-To"]).partition("+")[2].partition("@")[0]
    assert read_reply_token(tag, KEY) == report.reference


def test_whoever_replied_can_be_asked_as_well(house: House) -> None:
    reply, _ = house.report(kind=MailKind.REPLY)
    put(house, reply)
    assert question(house)["To"] == "maria@mail.example"


@pytest.mark.parametrize(
    ("reporter", "why"),
    [
        (traits(""), "no address to answer to"),
        (traits(headers=(("list-id", ""),)), "mailing_list"),
        (traits(from_addresses=("maria@other.example",)), "may not come from"),
    ],
)
def test_who_cannot_be_written_to_is_not_asked(
    house: House, reporter: MailTraits, why: str
) -> None:
    report, case = house.report(traits=reporter)
    with pytest.raises(Forbidden, match=why):
        put(house, report)
    assert house.outbox(OutboxKind.QUESTION) == []
    assert EventKind.QUESTION_ASKED not in house.events(case)


def test_the_same_question_is_asked_once_a_day(house: House) -> None:
    report, _ = house.report()
    put(house, report)
    with pytest.raises(Forbidden, match="the same today already"):
        put(house, report)
    put(house, report, "And what does the picture beside the name show?")
    house.clock.turn(days=1)
    put(house, report)
    assert len(house.outbox(OutboxKind.QUESTION)) == 3


def test_an_unreachable_reporter_is_asked_after_the_mark_is_taken_off(house: House) -> None:
    report, case = house.report()
    house.planner.step()
    (receipt,) = house.outbox(OutboxKind.ACKNOWLEDGEMENT)
    with house.store.transaction() as work:
        mark = Mark(at=START, outbox_id=receipt.id, reason="5.1.1")
        work.unreachable.mark(report.traits.reverse_path, mark)
        work.commit()
    with pytest.raises(Forbidden, match="came back"):
        put(house, report)
    make_reachable(house.store, report.reference, "ben", house.clock)
    put(house, report)
    assert house.events(case)[-2:] == [EventKind.REPORTER_REACHABLE, EventKind.QUESTION_ASKED]
    with pytest.raises(Forbidden, match="has come back"):
        make_reachable(house.store, report.reference, "ben", house.clock)


def test_an_unknown_report_is_told(house: House) -> None:
    with pytest.raises(NotFound):
        make_reachable(house.store, "R-00000-00000", "ben", house.clock)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        (" \n\r\n ", "empty"),
        ("x" * (MAX_LENGTH + 1), "longer than"),
        ("a\x00b", "control character"),
        ("a\x1b[2Jb", "control character"),
        ("look at https://chirper.example/name", "link"),
        ("look at HXXP://chirper.example/name", "link"),
        ("is it www.chirper.example ?", "link"),
        ("is it chirper.example/name ?", "link"),
    ],
)
def test_a_text_that_cannot_be_sent_is_refused_in_words(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        question_lines(text)


@pytest.mark.parametrize(
    "text",
    ["Is it 3/4 or 1/2?", "The name ends in .x, doesn't it?", "At 10:30/11:00?", "e.g. this"],
)
def test_ordinary_words_are_no_links(text: str) -> None:
    assert question_lines(text) == (text,)


@given(st.text(max_size=200))
def test_no_text_of_staff_reaches_a_header_field(text: str) -> None:
    try:
        lines = question_lines(text + "\r\nBcc: everybody@mail.example")
    except ValueError:
        return
    assert all("\n" not in line and "\r" not in line for line in lines)


def test_a_header_field_in_a_question_stays_in_its_text(house: House) -> None:
    report, _ = house.report()
    put(house, report, "Which account?\r\nBcc: everybody@mail.example\r\n\r\nSubject: other")
    mail = question(house)
    assert (mail["Bcc"], len(mail.get_all("Subject", []))) == (None, 1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_question_is_framed_in_every_language(house: House, language: str) -> None:
    assert (TEMPLATES / language / "question.txt.j2").exists()
    lines = ("# First line.", "", "Last line.")
    values = partial(question_values, house.composer, "R-00000-00000", lines)
    letter = house.composer.letters.write_marked("question", (language,), values)
    assert "\n\nFirst line.\n\nLast line.\n" in letter.text
    assert letter.language == language
    assert "R-00000-00000" in letter.text
    assert "R-00000-00000" in letter.subject
