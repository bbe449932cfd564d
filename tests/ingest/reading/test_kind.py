from __future__ import annotations

from typing import Any

import pytest

from ingest.reading import ReadingRules, read_message
from ingest.reading.kind import KindFacts, decide_kind
from ingest.reading.machines import MachineSigns
from store.model import MailKind, MailTraits

FAILED = MachineSigns(bounce_subject=True, bounce_text=True)


def kind_of(*headers: tuple[str, str], **facts: Any) -> MailKind:
    traits = {
        name: facts.pop(name)
        for name in ("reverse_path", "from_addresses", "content_type", "report_type")
        if name in facts
    }
    traits = {"reverse_path": "anna@example.org", **traits}
    return decide_kind(KindFacts(traits=MailTraits(headers=headers, **traits), **facts))[0]


@pytest.mark.parametrize(
    "value",
    [
        "auto-replied",
        "Auto-Replied",
        'auto-generated; owner-email="a@example.org"',
        "(comment (nested)) auto-replied (more)",
        "auto-notified",
        "something-new",
    ],
)
def test_auto_submitted_with_any_keyword_but_no_is_automatic(value: str) -> None:
    assert kind_of(("auto-submitted", value)) is MailKind.AUTO_REPLY


@pytest.mark.parametrize(
    "header",
    [
        ("auto-submitted", "no"),
        ("auto-submitted", "No; x=y"),
        ("auto-submitted", "(auto-replied) no"),
        ("x-auto-response-suppress", "All"),
        ("precedence", "bulk"),
        ("precedence", "junk"),
        ("list-unsubscribe", "<mailto:a@example.org>"),
        ("x-loop", "somebody"),
        ("x-spam-status", "Yes, score=9"),
        ("feedback-id", "1:2:3"),
        ("x-autoreply", "no"),
    ],
)
def test_one_odd_header_field_does_not_make_a_machine(header: tuple[str, str]) -> None:
    assert kind_of(header) is MailKind.REPORT


@pytest.mark.parametrize(
    "header",
    [
        ("x-autoreply", "yes"),
        ("x-autorespond", "Out of office"),
        ("x-autoresponder", "5.0"),
        ("precedence", "auto_reply"),
        ("x-precedence", "auto_reply"),
        ("delivered-to", "autoresponder"),
        ("x-fc-machinegenerated", "true"),
    ],
)
def test_a_responder_is_known_by_its_fields(header: tuple[str, str]) -> None:
    assert kind_of(header, answers_us=True) is MailKind.AUTO_REPLY


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ([("list-id", "<safety.example.net>")], MailKind.LIST),
        ([("list-post", "<mailto:safety@example.net>")], MailKind.LIST),
        ([("precedence", "bulk"), ("list-unsubscribe", "<mailto:a@b.example>")], MailKind.LIST),
        ([("auto-submitted", "auto-generated"), ("list-id", "<l.example.net>")], MailKind.LIST),
        ([("x-mailing-list", "safety@example.net")], MailKind.LIST),
        ([("precedence", "bulk"), ("sender", "list-owner")], MailKind.LIST),
        ([("list-unsubscribe", "<mailto:a@b.example>"), ("feedback-id", "1")], MailKind.LIST),
        ([("sender", "list-owner")], MailKind.REPORT),
    ],
)
def test_a_list_is_known_by_its_fields(headers: list[tuple[str, str]], kind: MailKind) -> None:
    assert kind_of(*headers) is kind


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({"content_type": "multipart/report", "report_type": "delivery-status"}, MailKind.BOUNCE),
        (
            {"content_type": "multipart/report", "report_type": "feedback-report"},
            MailKind.FEEDBACK_REPORT,
        ),
        (
            {"content_type": "multipart/report", "report_type": "disposition-notification"},
            MailKind.AUTO_REPLY,
        ),
        ({"reverse_path": "", "has_delivery_status": True}, MailKind.BOUNCE),
        ({"signs": MachineSigns(daemon=True)}, MailKind.BOUNCE),
        ({"signs": MachineSigns(perhaps_daemon=True)}, MailKind.REPORT),
        ({"signs": MachineSigns(perhaps_daemon=True, bounce_text=True)}, MailKind.BOUNCE),
        ({"reverse_path": "", "signs": MachineSigns(bounce_subject=True)}, MailKind.BOUNCE),
        ({"signs": MachineSigns(bounce_text=True)}, MailKind.REPORT),
        ({"signs": MachineSigns(bounce_subject=True)}, MailKind.REPORT),
        ({"signs": MachineSigns(bounce_subject=True, bounce_text=True)}, MailKind.BOUNCE),
        ({"signs": FAILED, "urgent": True}, MailKind.REPORT),
        ({"signs": FAILED, "names_home_account": True}, MailKind.REPORT),
        ({"signs": MachineSigns(auto_subject=True)}, MailKind.AUTO_REPLY),
        ({"signs": MachineSigns(auto_subject=True), "urgent": True}, MailKind.REPORT),
        ({"signs": MachineSigns(away_subject=True)}, MailKind.REPORT),
        ({"reverse_path": "", "signs": MachineSigns(away_subject=True)}, MailKind.AUTO_REPLY),
        ({"reverse_path": "", "from_addresses": ("anna@example.org",)}, MailKind.REPORT),
        ({"has_delivery_status": True}, MailKind.REPORT),
        ({"feedback_type": "xarf"}, MailKind.XARF),
        ({"feedback_type": "abuse"}, MailKind.FEEDBACK_REPORT),
        ({"xarf": "XARF 4"}, MailKind.XARF),
        ({"answers_us": True}, MailKind.REPLY),
        ({"answers_us": True, "from_staff": True}, MailKind.STAFF_REPLY),
        ({"answers_us": True, "answers_alert": True}, MailKind.REPLY),
        ({"from_staff": True}, MailKind.REPORT),
        ({"has_subject": False, "has_text": False}, MailKind.EMPTY),
        ({"has_subject": False, "has_text": False, "has_attachments": True}, MailKind.REPORT),
    ],
)
def test_the_kind_follows_from_the_facts(facts: dict[str, Any], kind: MailKind) -> None:
    assert kind_of(**facts) is kind


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({}, MailKind.SPAM),
        ({"names_home_account": True}, MailKind.REPORT),
        ({"urgent": True}, MailKind.REPORT),
        ({"answers_us": True}, MailKind.REPLY),
    ],
)
def test_a_report_is_never_lost_as_spam(facts: dict[str, Any], kind: MailKind) -> None:
    assert kind_of(("x-spam-flag", "YES"), **facts) is kind


@pytest.mark.parametrize(
    ("reference", "kind"),
    [
        (b"<receipt.1@chirper.example>", MailKind.REPLY),
        (b"receipt.1@chirper.example", MailKind.REPLY),
        (b"<x@mail.chirper.example.evil.example>", MailKind.REPORT),
        (b"<x@example.org>", MailKind.REPORT),
    ],
)
def test_a_reply_names_an_id_of_ours(reference: bytes, kind: MailKind) -> None:
    raw = b"From: a@example.org\nSubject: Re: x\nReferences: " + reference + b"\n\nhello"
    assert read_message(raw, None, ReadingRules()).kind is kind


@pytest.mark.parametrize(
    "body",
    [
        b"X-XARF: PLAIN\n\nhello",
        b"X-ARF: YES\n\nhello",
        b'Content-Type: application/json\n\n{"Version": "3", "ReporterInfo": {}}',
        b"Content-Type: message/feedback-report\n\nFeedback-Type: xarf\nVersion: 1\n",
    ],
)
def test_x_arf_is_recognised_in_each_shape(body: bytes) -> None:
    raw = b"From: a@example.org\nSubject: x\n" + body
    assert read_message(raw, None, ReadingRules()).kind is MailKind.XARF


def test_deep_json_is_not_parsed() -> None:
    raw = b"From: a@example.org\nContent-Type: application/json\n\n" + b'{"xarf_version":' * 90_000
    assert read_message(raw, None, ReadingRules()).kind is MailKind.REPORT
