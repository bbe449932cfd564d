from __future__ import annotations

import json
from typing import Any

import pytest

from store.evidence import Evidence
from store.model import MailKind, Severity
from store.states import InboxState
from store.unit_of_work import Store
from tests.ingest.desk import Desk

NUMBER = "550e8400-e29b-41d4-a716-446655440000"
CONTACT = {"org": "Hotline", "contact": "a@hotline.example", "domain": "hotline.example"}
REPORT: dict[str, Any] = {
    "xarf_version": "4.2.0",
    "report_id": NUMBER,
    "timestamp": "2026-11-02T20:14:05Z",
    "reporter": CONTACT,
    "sender": CONTACT,
    "source_identifier": "198.51.100.7",
    "category": "content",
    "type": "csem",
    "url": "https://chirper.example/dark_wolf",
    "reporting_obligations": ["NCMEC"],
}


@pytest.fixture
def desk(store: Store, evidence: Evidence) -> Desk:
    return Desk(store, evidence)


def xarf(number: int, sender: str = "reports@hotline.example", **changes: Any) -> bytes:
    head = f"From: {sender}\r\nMessage-ID: <{number}@hotline.example>\r\nSubject: a report\r\n"
    kind = "Content-Type: application/json; name=xarf.json\r\n\r\n"
    return f"{head}{kind}{json.dumps({**REPORT, **changes})}\r\n".encode()


def arf(uri: str) -> bytes:
    head = "From: loop@mail.example\r\nContent-Type: multipart/report; "
    head += "report-type=feedback-report; boundary=b\r\n\r\n--b\r\n\r\nwords\r\n--b\r\n"
    part = "Content-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n"
    part += f"User-Agent: a/1\r\nVersion: 1\r\nReported-URI: {uri}\r\n"
    return f"{head}{part}--b--\r\n".encode()


def test_a_report_in_x_arf_is_filed_with_its_senders_number(desk: Desk) -> None:
    message = desk.file(xarf(1))
    (report,) = desk.reports()
    assert (message.state, message.kind) == (InboxState.FILED, MailKind.XARF)
    assert report.external_id == f"hotline.example:{NUMBER}"
    assert desk.case().account is not None
    assert desk.case().severity is Severity.HIGH


def test_what_its_sender_says_goes_into_the_history(desk: Desk) -> None:
    desk.file(xarf(1))
    with desk.store.snapshot() as work:
        (opened,) = work.history.of_case(desk.case().id)
    assert (opened.details["form"], opened.details["obligations"]) == ("XARF 4", "NCMEC")


def test_the_same_number_again_brings_the_case_up_to_date(desk: Desk) -> None:
    desk.file(xarf(1))
    message = desk.file(xarf(2, sender="night@hotline.example", url="https://x.com/dark_wolf"))
    assert "update of" in (message.reason or "")
    ours, other = sorted(desk.cases(), key=lambda case: case.id)
    assert (ours.reports, other.reports) == (2, 1)
    assert desk.events(ours) == ["opened", "joined"]


@pytest.mark.parametrize(
    "again",
    [
        xarf(2, sender="reports@elsewhere.example", url="https://x.com/other_wolf"),
        xarf(2, report_id="another", url="https://x.com/other_wolf"),
    ],
)
def test_only_its_sender_may_bring_a_report_up_to_date(desk: Desk, again: bytes) -> None:
    desk.file(xarf(1))
    desk.file(again)
    assert [case.reports for case in desk.cases()] == [1, 1]


@pytest.mark.parametrize(
    ("uri", "state"),
    [
        ("https://chirper.example/dark_wolf", InboxState.FILED),
        ("https://shop.example/page", InboxState.RECORDED),
    ],
)
def test_a_feedback_report_is_filed_if_it_names_an_account_of_ours(
    desk: Desk, uri: str, state: InboxState
) -> None:
    message = desk.file(arf(uri))
    assert (message.kind, message.state) == (MailKind.FEEDBACK_REPORT, state)
