from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.joining import ANSWERED_AGAIN
from ingest.receptions import Receptions
from store.evidence import Evidence
from store.model import (
    Case,
    Disposition,
    Door,
    EvidencePart,
    MailKind,
    OutboxKind,
    Severity,
    Treatment,
)
from store.references import REPORT_PREFIX, new_reference, reply_token
from store.states import CaseState, InboxState
from store.unit_of_work import DATABASE_NAME, Store, UnitOfWork
from tests.ingest.desk import KEY, PROFILE, RULES, Clock, Desk, Readers, mail
from tests.store.samples import NOW, outgoing

ANSWER = {"Subject": "Re: your report", "In_Reply_To": "<key@chirper.example>"}


@pytest.fixture
def desk(store: Store, evidence: Evidence) -> Desk:
    return Desk(store, evidence)


def another(number: int) -> dict[str, str]:
    """Give the header fields of a mail of its own."""
    return {"Message_ID": f"<{number}@mail.example>", "From": f"p{number}@mail.example"}


def change(desk: Desk, step: Callable[[UnitOfWork, Case], Any]) -> Case:
    with desk.store.transaction() as work:
        step(work, desk.case())
        work.commit()
    return desk.case()


def take(work: UnitOfWork, case: Case) -> None:
    work.cases.take(case, "anna", NOW, NOW)


def close(work: UnitOfWork, case: Case) -> None:
    work.cases.close(case, "anna", Disposition.NO_VIOLATION, NOW)


def queue(desk: Desk, kind: OutboxKind, **about: Any) -> None:
    """Note one of our own mails, of which ``ANSWER`` is the answer."""
    with desk.store.transaction() as work:
        work.outbox.queue(outgoing("key", kind, message_id="<key@chirper.example>", **about), NOW)
        work.commit()


def test_a_report_opens_a_case_and_asks_for_a_plan(desk: Desk) -> None:
    message = desk.file(mail())
    case = desk.case()
    assert (message.state, message.kind) == (InboxState.FILED, MailKind.REPORT)
    assert case.reference in (message.reason or "")
    assert (case.account and case.account.handle, desk.planned()) == ("Alex_1", ["opened"])


def test_a_second_report_of_the_account_joins_its_case(desk: Desk) -> None:
    desk.file(mail())
    desk.file(mail("please look at @alex_1 on Chirper", **another(2)))
    assert (desk.case().reports, desk.case().reporters) == (2, 2)
    assert desk.events(desk.case()) == ["opened", "joined"]


def test_joining_starts_no_second_escalation(desk: Desk) -> None:
    desk.file(mail())
    desk.file(mail(**another(2)))
    assert desk.planned() == ["opened"]


def test_the_third_reporter_raises_the_severity(desk: Desk) -> None:
    for number in (1, 2, 3):
        desk.file(mail(**another(number)))
    assert desk.case().severity is Severity.HIGH
    assert desk.planned() == ["opened", "severity_raised"]


def test_one_reporter_writing_often_raises_nothing(desk: Desk) -> None:
    for number in (1, 2, 3, 4):
        desk.file(mail(Message_ID=f"<{number}@mail.example>"))
    assert (desk.case().reports, desk.case().severity) == (4, Severity.NORMAL)


def test_a_report_of_two_accounts_is_in_two_cases(desk: Desk) -> None:
    desk.file(mail(f"These accounts worry me: {PROFILE} and https://chirper.example/Sam_2"))
    assert {case.account.handle for case in desk.cases() if case.account} == {"Alex_1", "Sam_2"}
    assert len(desk.reports()[0].case_references) == 2


@pytest.mark.parametrize("step", [None, take])
def test_an_open_or_taken_case_is_joined_as_it_is(
    desk: Desk, step: Callable[[UnitOfWork, Case], None] | None
) -> None:
    desk.file(mail())
    before = change(desk, step) if step else desk.case()
    desk.file(mail(**another(2)))
    assert (desk.case().state, desk.case().taken_by) == (before.state, before.taken_by)
    assert "reopened" not in desk.events(desk.case())


def test_a_closed_case_is_opened_again_and_planned_again(desk: Desk) -> None:
    desk.file(mail())
    change(desk, close)
    desk.file(mail(**another(2)))
    assert (desk.case().state, desk.case().disposition) == (CaseState.OPEN, None)
    assert (desk.case().reports, desk.planned()) == (2, ["opened", "closed", "reopened"])


def test_a_case_opened_again_by_a_more_urgent_report_is_planned_once(desk: Desk) -> None:
    for number in (1, 2):
        desk.file(mail(**another(number)))
    change(desk, close)
    desk.file(mail(**another(3)))
    assert desk.case().severity is Severity.HIGH
    assert desk.planned() == ["opened", "closed", "reopened"]


def test_a_report_that_names_no_account_gets_a_case_of_its_own(desk: Desk) -> None:
    for number in (1, 2):
        desk.file(mail("something here worries me", **another(number)))
    assert [case.account for case in desk.cases()] == [None, None]


def test_an_empty_mail_is_a_case_too(desk: Desk) -> None:
    message = desk.file(b"")
    assert (message.state, desk.case().account) == (InboxState.FILED, None)


def test_an_unreadable_mail_is_an_urgent_case_with_its_reason(desk: Desk) -> None:
    desk.readers.unreadable = b"worries"
    desk.file(mail())
    assert desk.case().severity is Severity.HIGH
    assert desk.reports()[0].reporter == "maria@mail.example"


def test_the_same_mail_again_is_written_down_and_changes_nothing(desk: Desk) -> None:
    first = desk.file(mail())
    again = desk.file(mail())
    assert (again.state, again.reason) == (
        InboxState.RECORDED,
        f"repeat: the same mail as message {first.id}",
    )
    assert desk.case().reports == 1


def test_the_same_mail_from_another_sender_is_a_report_of_its_own(desk: Desk) -> None:
    desk.file(mail())
    desk.file(mail(), sender="li@mail.example")
    assert desk.case().reports == 2


@pytest.mark.parametrize("spelled", [str, str.upper])
def test_an_answer_with_our_token_joins_the_report_it_answers(
    desk: Desk, spelled: Callable[[str], str]
) -> None:
    desk.file(mail())
    token = spelled(reply_token(desk.reports()[0].reference, KEY))
    recipients = (f"cp+{token}@chirper.example",)
    desk.file(mail("more to say", **another(2), **ANSWER), recipients=recipients)
    assert desk.events(desk.case()) == ["opened", "reply_received"]
    assert desk.reports()[1].kind is MailKind.REPLY


@pytest.mark.parametrize("key", [b"forged" * 6, KEY])
def test_a_forged_token_or_one_of_a_lost_report_makes_a_report_of_its_own(
    desk: Desk, key: bytes
) -> None:
    desk.file(mail())
    lost = new_reference(REPORT_PREFIX) if key == KEY else desk.reports()[0].reference
    recipients = (f"cp+{reply_token(lost, key)}@chirper.example",)
    message = desk.file(mail("more to say", **another(2), **ANSWER), recipients=recipients)
    assert message.state is InboxState.FILED
    assert [case.reports for case in desk.cases()] == [1, 1]


@pytest.mark.parametrize(
    ("sender", "joins"), [("maria@mail.example", True), ("li@x.example", False)]
)
def test_an_answer_without_token_joins_only_if_its_writer_is_known(
    desk: Desk, sender: str, *, joins: bool
) -> None:
    desk.file(mail())
    queue(desk, OutboxKind.ACKNOWLEDGEMENT, report_id=desk.reports()[0].id)
    desk.file(mail("more to say", From=sender, Message_ID="<2@mail.example>", **ANSWER))
    assert (len(desk.cases()) == 1) is joins


OTHER_ADDRESS = {"From": "me@work.example", "Message_ID": "<2@mail.example>"}


def receipt_id(desk: Desk, number: int = 0, key: bytes = KEY) -> str:
    """Write the Message-ID of a report's receipt."""
    token = reply_token(desk.reports()[number].reference, key)
    return f"<receipt.0123456789abcdef01234567.{token}@chirper.example>"


def test_an_answer_to_a_receipt_joins_by_the_token_in_its_id_from_any_address(desk: Desk) -> None:
    desk.file(mail())
    thread = f"<1@mail.example> {receipt_id(desk)} <later@other.example>"
    message = desk.file(mail("more to say", References=thread, **OTHER_ADDRESS))
    assert (message.kind, desk.case().reports) == (MailKind.REPLY, 2)
    assert desk.reports()[1].answers == desk.reports()[0].reference


def test_a_forged_token_in_an_id_makes_a_report_of_its_own(desk: Desk) -> None:
    desk.file(mail())
    forged = receipt_id(desk, key=b"forged" * 6)
    message = desk.file(mail("more to say", In_Reply_To=forged, **OTHER_ADDRESS))
    assert (message.kind, len(desk.cases())) == (MailKind.REPORT, 2)


def test_the_subject_alone_joins_nothing(desk: Desk) -> None:
    desk.file(mail())
    subject = f"Re: We have received your report ({desk.reports()[0].reference})"
    desk.file(mail("more to say", Subject=subject, Message_ID="<2@mail.example>"))
    assert len(desk.cases()) == 2


def test_of_several_receipts_in_a_thread_the_newest_counts(desk: Desk) -> None:
    desk.file(mail("one thing worries me"))
    desk.file(mail("another thing worries me", Message_ID="<0@mail.example>"))
    thread = f"{receipt_id(desk, 0)} {receipt_id(desk, 1)}"
    desk.file(mail("more to say", References=thread, **OTHER_ADDRESS))
    assert [case.reports for case in desk.cases()] == [1, 2]


def test_somebody_of_staff_answering_their_own_receipt_joins_their_report(desk: Desk) -> None:
    (staff,) = RULES.staff_addresses
    desk.file(mail(From=staff), staff)
    fields = {"From": staff, "Message_ID": "<2@mail.example>", "In_Reply_To": receipt_id(desk)}
    message = desk.file(mail("more to say", **fields), staff)
    assert (message.kind, desk.case().reports) == (MailKind.REPLY, 2)


def test_a_reply_goes_before_the_notifier_and_gets_no_receipt_of_its_own(desk: Desk) -> None:
    desk.file(mail())
    desk.file(mail("more to say", In_Reply_To=receipt_id(desk), **OTHER_ADDRESS))
    assert desk.planned() == ["opened", "reply_received"]


@pytest.mark.parametrize(("days", "opens"), [(150, True), (200, False)])
def test_a_reply_opens_a_decided_case_again_for_six_months(
    desk: Desk, days: int, *, opens: bool
) -> None:
    desk.file(mail("something here worries me"))
    change(desk, close)
    desk.clock.now += timedelta(days=days)
    message = desk.file(mail("it is not over", In_Reply_To=receipt_id(desk), **OTHER_ADDRESS))
    first = desk.cases()[0]
    assert (first.state is CaseState.OPEN) is opens
    assert (len(desk.cases()), message.kind) == (
        (1, MailKind.REPLY) if opens else (2, MailKind.REPORT)
    )
    assert desk.reports()[1].answers == desk.reports()[0].reference


def test_a_case_opened_again_by_a_reply_says_so_and_is_planned(desk: Desk) -> None:
    desk.file(mail())
    change(desk, close)
    desk.file(mail("it is still there", In_Reply_To=receipt_id(desk), **OTHER_ADDRESS))
    with desk.store.snapshot() as work:
        reopened = work.history.of_case(desk.case().id)[-1]
    assert (reopened.kind, reopened.details["reason"]) == ("reopened", ANSWERED_AGAIN)
    assert desk.planned() == ["opened", "closed", "reopened"]


def test_a_reply_to_a_notice_opens_only_the_case_that_it_tells_of(desk: Desk) -> None:
    desk.file(mail(f"These accounts worry me: {PROFILE} and https://chirper.example/Sam_2"))
    first, second = desk.cases()
    notice = receipt_id(desk)
    with desk.store.transaction() as work:
        for case in (first, second):
            close(work, case)
        about = {"report_id": desk.reports()[0].id, "case_id": second.id}
        work.outbox.queue(outgoing("key", OutboxKind.DECISION, message_id=notice, **about), NOW)
        work.commit()
    desk.file(mail("look again", In_Reply_To=notice, **OTHER_ADDRESS))
    assert [case.state for case in desk.cases()] == [CaseState.CLOSED, CaseState.OPEN]


def test_a_reply_of_danger_raises_the_severity(desk: Desk) -> None:
    desk.file(mail("something here worries me"))
    desk.file(mail(URGENT, In_Reply_To=receipt_id(desk), **OTHER_ADDRESS))
    assert desk.case().severity is Severity.CRITICAL
    assert desk.planned() == ["opened", "reply_received", "severity_raised"]


def test_an_answer_to_a_closed_case_opens_it_again(desk: Desk) -> None:
    desk.file(mail())
    change(desk, close)
    queue(desk, OutboxKind.ACKNOWLEDGEMENT, report_id=desk.reports()[0].id)
    desk.file(mail("it is still there", Message_ID="<2@mail.example>", **ANSWER))
    assert desk.case().state is CaseState.OPEN


def test_the_answer_of_a_duty_officer_goes_into_the_history(desk: Desk) -> None:
    desk.file(mail())
    queue(desk, OutboxKind.ALERT, case_id=desk.case().id)
    (staff,) = RULES.staff_addresses
    message = desk.file(mail("take", From=staff, Message_ID="<2@mail.example>", **ANSWER), staff)
    assert (message.state, message.kind) == (InboxState.RECORDED, MailKind.STAFF_REPLY)
    assert desk.case().reference in (message.reason or "")
    assert desk.events(desk.case()) == ["opened", "staff_reply"]


def test_staff_answering_nothing_of_ours_write_a_report(desk: Desk) -> None:
    (staff,) = RULES.staff_addresses
    desk.file(mail(From=staff, **ANSWER), staff)
    assert desk.case().reports == 1


def test_an_automatic_answer_is_written_down_and_makes_no_case(desk: Desk) -> None:
    message = desk.file(mail(f"I am away. You wrote: {PROFILE}", Auto_Submitted="auto-replied"))
    assert (message.state, message.kind) == (InboxState.RECORDED, MailKind.AUTO_REPLY)
    assert (desk.cases(), bool(message.reason)) == ([], True)


def test_a_web_form_that_names_an_account_is_a_report(desk: Desk) -> None:
    message = desk.file(mail(Auto_Submitted="auto-generated"))
    assert message.state is InboxState.FILED
    assert desk.case().account is not None


def test_a_web_form_that_names_no_account_of_ours_is_written_down(desk: Desk) -> None:
    message = desk.file(mail("your quota is nearly used up", Auto_Submitted="auto-generated"))
    assert message.state is InboxState.RECORDED


LIST = {"List_Id": "<parents.school.example>"}
FORM = {"Auto_Submitted": "auto-generated"}
URGENT = "a child of our school is in danger"
RECEIPT = "> IS SOMEBODY IN DANGER NOW?\n> Call your local emergency number: 112 in Europe"


@pytest.mark.parametrize("fields", [LIST, FORM, {"X_Spam_Flag": "YES"}])
def test_machine_mail_that_speaks_of_danger_is_a_case(desk: Desk, fields: dict[str, str]) -> None:
    message = desk.file(mail(URGENT, **fields))
    assert (message.state, desk.case().severity) == (InboxState.FILED, Severity.CRITICAL)


def test_a_feedback_report_that_speaks_of_danger_is_a_case(desk: Desk) -> None:
    report = "Content-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n"
    parts = (
        f"--b\r\n\r\n{URGENT}\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\nVersion: 1\r\n"
    )
    message = desk.file(f"From: loop@mail.example\r\n{report}{parts}--b--\r\n".encode())
    assert message.kind is MailKind.FEEDBACK_REPORT
    assert (message.state, desk.case().severity) == (InboxState.FILED, Severity.CRITICAL)


@pytest.mark.parametrize("fields", [LIST, FORM])
def test_machine_mail_that_nobody_could_read_is_a_case(desk: Desk, fields: dict[str, str]) -> None:
    raw = mail("words", **fields).replace(b"Encoding: 7bit", b"Encoding: base64")
    message = desk.file(raw.replace(b"words", b"!!!!"))
    assert (message.state, desk.case().severity) == (InboxState.FILED, Severity.HIGH)


@pytest.mark.parametrize("fields", [LIST, FORM])
def test_machine_mail_that_is_not_urgent_is_written_down(
    desk: Desk, fields: dict[str, str]
) -> None:
    message = desk.file(mail(f"the summer feast is on Friday\n{RECEIPT}", **fields))
    assert (message.state, desk.cases()) == (InboxState.RECORDED, [])


@pytest.mark.parametrize(
    "fields",
    [
        {"Auto_Submitted": "auto-replied"},
        {"X_Autoreply": "yes"},
        {"Auto_Submitted": "auto-generated", "In_Reply_To": "<key@chirper.example>"},
    ],
)
@pytest.mark.parametrize("words", [RECEIPT, f"{URGENT}: {PROFILE}"])
def test_a_programs_answer_is_written_down_whatever_it_says(
    desk: Desk, fields: dict[str, str], words: str
) -> None:
    message = desk.file(mail(f"I am away.\n{words}", **fields))
    assert (message.state, message.kind) == (InboxState.RECORDED, MailKind.AUTO_REPLY)
    assert desk.cases() == []


def test_a_receipt_quoted_below_an_answer_is_not_urgent(desk: Desk) -> None:
    desk.file(mail())
    queue(desk, OutboxKind.ACKNOWLEDGEMENT, report_id=desk.reports()[0].id)
    desk.file(mail(f"thank you\n\n{RECEIPT[2:]}", Message_ID="<2@mail.example>", **ANSWER))
    assert desk.case().severity is Severity.NORMAL


def test_words_are_kept_sealed_and_nowhere_in_clear(desk: Desk, state_dir: Path) -> None:
    desk.file(mail(f"CANARY {PROFILE}", Subject="CANARY", **{"X-Other": "CANARY"}))
    with desk.store.snapshot() as work:
        sealed = work.contents.sealed_words(desk.reports()[0].id)
    assert desk.evidence.open_words(sealed).subject == "CANARY"
    dump = sqlite3.connect(state_dir / DATABASE_NAME)
    assert [line for line in dump.iterdump() if "CANARY" in line] == []
    dump.close()


def test_attachments_are_listed_with_their_digests(desk: Desk) -> None:
    boundary = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nworries me\r\n--b\r\n"
    part = "Content-Type: image/png; name=a.png\r\nContent-Disposition: attachment\r\n\r\nxyz\r\n"
    desk.file(f"From: maria@mail.example\r\n{boundary}{part}--b--\r\n".encode())
    with desk.store.snapshot() as work:
        (found,) = work.contents.evidence(desk.reports()[0].id)
    assert isinstance(found, EvidencePart)
    assert (found.content_type, found.filename, len(found.sha256)) == ("image/png", None, 64)


def test_a_mail_from_an_archive_waits_for_no_receipt(desk: Desk) -> None:
    silent = Treatment(answer=False)
    desk.file(mail(), sender="", door=Door.ARCHIVE, recipients=(), treatment=silent)
    (report,) = desk.reports()
    assert (report.traits.archived, report.reporter) == (True, "maria@mail.example")


# What damaged mails are made of.
PIECES = [
    *(b"\r\n", b"\r\n\r\n", b"\0", b"\xff\xfe", b"--b", b"a@b.example", b"=?x?b?//?="),
    *(
        b"From: ",
        b"Subject: =?utf-8?q?=ff?=",
        b"Message-ID: <\xed\xa0\x80@x>",
        b"References: <a@b>",
    ),
    b'Content-Type: multipart/mixed; boundary="\xed\xb3\xbf"',
    *(PROFILE.encode(), b"@Alex_1 "),
]
octets = st.sampled_from(PIECES) | st.binary(max_size=20)


@given(st.lists(octets, max_size=20).map(b"".join))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_mail_holds_it_can_be_filed(
    store: Store, evidence: Evidence, raw: bytes
) -> None:
    desk = Desk(store, evidence, Readers())
    desk.clock = Clock()
    message = desk.file(raw)
    assert (message.attempts, message.state in {InboxState.FILED, InboxState.RECORDED}) == (0, True)


SAFETY = "safety@chirper.example"


def with_defaults(desk: Desk) -> Desk:
    desk.receptions = Receptions(
        addresses=("cp@chirper.example", SAFETY), least={SAFETY: Severity.HIGH}
    )
    desk.pipeline = desk.new_pipeline("here")
    return desk


def test_what_comes_to_an_address_is_at_least_as_severe_as_it_says(desk: Desk) -> None:
    with_defaults(desk).file(mail(PROFILE), recipients=("safety+web@chirper.example",))
    (report,) = desk.reports()
    assert (report.address, report.severity) == (SAFETY, Severity.HIGH)
    case = desk.case()
    assert case.severity is Severity.HIGH
    with desk.store.snapshot() as work:
        (opened,) = work.history.of_case(case.id)
    assert opened.details["severity"] == f"at least high, as it came to {SAFETY}"


def test_what_is_more_severe_by_itself_stays_so(desk: Desk) -> None:
    urgent = mail(f"{PROFILE} He is on his way to her school to meet her, she is in danger now.")
    with_defaults(desk).file(urgent, recipients=(SAFETY,))
    assert desk.case().severity is Severity.CRITICAL
    with desk.store.snapshot() as work:
        (opened,) = work.history.of_case(desk.case().id)
    assert "severity" not in opened.details


def test_what_comes_to_other_addresses_is_as_severe_as_it_is(desk: Desk) -> None:
    with_defaults(desk).file(mail(PROFILE))
    (report,) = desk.reports()
    assert (report.address, report.severity) == ("cp@chirper.example", Severity.NORMAL)


def test_a_report_to_an_urgent_address_makes_the_case_it_joins_more_severe(desk: Desk) -> None:
    with_defaults(desk).file(mail(PROFILE))
    desk.file(mail(PROFILE, **another(2)), recipients=(SAFETY,))
    assert desk.case().severity is Severity.HIGH
    with desk.store.snapshot() as work:
        assert work.reports.addresses_of_case(desk.case().id) == ("cp@chirper.example", SAFETY)


def test_a_reply_counts_as_come_to_the_address_its_report_came_to(desk: Desk) -> None:
    desk.receptions = Receptions(
        addresses=("cp@chirper.example", "abuse@chirper.example"),
        least={"cp@chirper.example": Severity.CRITICAL},
    )
    desk.pipeline = desk.new_pipeline("here")
    desk.file(mail(To="abuse@chirper.example"), recipients=("abuse@chirper.example",))
    before = desk.case().severity
    token = reply_token(desk.reports()[0].reference, KEY)
    to = f"cp+{token}@chirper.example"
    desk.file(mail("Thank you!", To=to, Message_ID="<2@mail.example>"), recipients=(to,))
    assert [each.address for each in desk.reports()] == ["abuse@chirper.example"] * 2
    assert desk.case().severity is before


def test_who_sends_a_reply_to_an_urgent_address_as_well_means_it(desk: Desk) -> None:
    with_defaults(desk).file(mail(PROFILE))
    to = f"cp+{reply_token(desk.reports()[0].reference, KEY)}@chirper.example"
    raw = mail("Thank you!", To=to, Cc=SAFETY, Message_ID="<2@mail.example>")
    desk.file(raw, recipients=(to, SAFETY))
    assert desk.case().severity is Severity.HIGH
