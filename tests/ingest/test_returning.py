from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from store.alerts import NewAlert
from store.evidence import Evidence
from store.model import TO_REPORTERS, InboundMessage, MailKind, OutboxKind, OutboxMessage
from store.states import AcknowledgementState, InboxState, OutboxState
from store.tokens import return_token
from store.unit_of_work import Store
from tests.ingest.desk import KEY, PROFILE, Desk, mail
from tests.ingest.reading.test_delivery import notification
from tests.store.samples import NOW, outgoing

REPORTER = "maria@mail.example"
GONE = "Action: failed\nStatus: 5.1.1"
LATE = "Action: delayed\nStatus: 4.4.1"
EXPIRED = "Action: failed\nStatus: 4.4.7"


@pytest.fixture
def desk(store: Store, evidence: Evidence) -> Desk:
    desk = Desk(store, evidence)
    desk.file(mail())
    return desk


def sent(desk: Desk, kind: OutboxKind, key: str = "key", **about: Any) -> OutboxMessage:
    """Note a mail of ours that went out."""
    if kind in TO_REPORTERS:
        about = {"report_id": desk.reports()[0].id, "recipient": REPORTER}
    with desk.store.transaction() as work:
        number = work.outbox.queue(outgoing(key, kind, **about), NOW)
        assert number is not None
        work.commit()
        return work.outbox.get(number)


def came_back(
    desk: Desk, message: OutboxMessage, raw: bytes, *, days: int = 0, key: bytes = KEY
) -> InboundMessage:
    """File what comes to the return address of a mail of ours."""
    token = return_token(message.id, key, desk.clock() - timedelta(days=days))
    return desk.file(raw, "", recipients=(f"cp+{token}@chirper.example",))


def state(desk: Desk, message: OutboxMessage) -> OutboxState:
    with desk.store.snapshot() as work:
        return work.outbox.get(message.id).state


def is_marked(desk: Desk, address: str = REPORTER) -> bool:
    with desk.store.snapshot() as work:
        return work.unreachable.of(address) is not None


@pytest.mark.parametrize("kind", [OutboxKind.ACKNOWLEDGEMENT, OutboxKind.DECISION])
def test_a_mail_to_a_reporter_that_comes_back_for_good_marks_their_address(
    desk: Desk, kind: OutboxKind
) -> None:
    message = sent(desk, kind)
    back = came_back(desk, message, notification(GONE))
    assert (back.state, back.kind) == (InboxState.RECORDED, MailKind.BOUNCE)
    assert f"outgoing message {message.id}" in (back.reason or "")
    assert is_marked(desk, REPORTER.upper())
    assert state(desk, message) is OutboxState.BOUNCED
    assert "reporter_unreachable" in desk.events(desk.case())


def test_the_receipt_that_came_back_shows_with_its_report(desk: Desk) -> None:
    came_back(desk, sent(desk, OutboxKind.ACKNOWLEDGEMENT), notification(GONE))
    report = desk.reports()[0]
    assert (report.acknowledgement, report.acknowledgement_reason) == (
        AcknowledgementState.FAILED,
        "came back: 5.1.1",
    )


def test_what_is_queued_to_an_address_that_is_gone_is_cancelled(desk: Desk) -> None:
    other, alert = sent(desk, OutboxKind.QUESTION, "other"), sent(desk, OutboxKind.ALERT, "alert")
    came_back(desk, sent(desk, OutboxKind.ACKNOWLEDGEMENT), notification(GONE))
    assert state(desk, other) is OutboxState.CANCELLED
    assert state(desk, alert) is OutboxState.QUEUED


@pytest.mark.parametrize("fields", [EXPIRED, "Action: failed"])
def test_a_failure_that_may_pass_marks_nobody(desk: Desk, fields: str) -> None:
    message = sent(desk, OutboxKind.ACKNOWLEDGEMENT)
    came_back(desk, message, notification(fields))
    assert (is_marked(desk), state(desk, message)) == (False, OutboxState.BOUNCED)


@pytest.mark.parametrize("fields", [LATE, "Action: delivered\nStatus: 2.0.0"])
def test_a_delay_or_a_delivery_changes_nothing(desk: Desk, fields: str) -> None:
    message = sent(desk, OutboxKind.ACKNOWLEDGEMENT)
    back = came_back(desk, message, notification(fields))
    assert (back.state, back.kind) == (InboxState.RECORDED, MailKind.BOUNCE)
    assert (is_marked(desk), state(desk, message)) == (False, OutboxState.QUEUED)


def carried(desk: Desk, **about: Any) -> OutboxMessage:
    """Note an alert about the case, and the mail to the person on duty that carries it."""
    case, address = desk.case(), "anna@chirper.example"
    message = sent(desk, OutboxKind.ALERT, "alert", recipient=address, **about)
    with desk.store.transaction() as work:
        escalation = work.escalations.start(case.id, {}, NOW, NOW)
        alert = NewAlert(
            case_id=case.id,
            escalation_id=escalation,
            step=0,
            round=0,
            address=address,
            severity=case.severity,
        )
        work.alerts.add(alert, NOW)
        work.carrying.carry(address, message.id, NOW)
        work.commit()
    return message


def failed(desk: Desk) -> list[str]:
    with desk.store.snapshot() as work:
        return [alert.address for alert in work.unheard.failed(10)]


@pytest.mark.parametrize("fields", [GONE, EXPIRED])
def test_the_alerts_in_a_mail_that_comes_back_have_failed(desk: Desk, fields: str) -> None:
    message = carried(desk)
    came_back(desk, message, notification(fields))
    assert failed(desk) == ["anna@chirper.example"]
    assert (state(desk, message), is_marked(desk, "anna@chirper.example")) == (
        OutboxState.BOUNCED,
        False,
    )


def test_a_bounce_of_words_alone_fails_an_alert_and_marks_no_reporter(desk: Desk) -> None:
    words = mail(
        "Your message could not be delivered to this recipient.",
        From="Mail Delivery System <mailer-daemon@mx.example>",
        Subject="Undelivered mail returned to sender",
        Message_ID="<2@mx.example>",
    )
    came_back(desk, carried(desk), words)
    assert failed(desk) == ["anna@chirper.example"]
    receipt = sent(desk, OutboxKind.ACKNOWLEDGEMENT)
    came_back(desk, receipt, words.replace(b"<2@mx", b"<3@mx"))
    assert (state(desk, receipt), is_marked(desk)) == (OutboxState.BOUNCED, False)


def test_a_delayed_alert_has_not_failed(desk: Desk) -> None:
    came_back(desk, carried(desk), notification(LATE))
    assert failed(desk) == []


def test_the_same_failure_told_twice_counts_once(desk: Desk) -> None:
    message = sent(desk, OutboxKind.FOLLOW_UP, case_id=desk.case().id)
    for text in ("one server", "another server"):
        came_back(desk, message, notification(GONE, text))
    assert desk.events(desk.case()) == ["opened", "mail_failed"]
    assert desk.planned() == ["opened", "mail_failed"]


def test_an_absence_note_to_a_return_address_is_an_answer_and_does_nothing(desk: Desk) -> None:
    message = carried(desk)
    note = mail("I am away. 5.1.1", Auto_Submitted="auto-replied", Message_ID="<2@mail.example>")
    back = came_back(desk, message, note)
    assert (back.state, back.kind) == (InboxState.RECORDED, MailKind.AUTO_REPLY)
    assert (state(desk, message), failed(desk)) == (OutboxState.QUEUED, [])


@pytest.mark.parametrize(
    "text", ["user unknown", f"> This account worries me: {PROFILE}", "a child is in danger"]
)
def test_whatever_comes_to_a_return_address_is_no_report(desk: Desk, text: str) -> None:
    message = sent(desk, OutboxKind.ACKNOWLEDGEMENT)
    back = came_back(desk, message, mail(text, Message_ID="<2@mail.example>"))
    assert back.state is InboxState.RECORDED
    assert (len(desk.reports()), is_marked(desk)) == (1, False)


@pytest.mark.parametrize("change", [{"key": b"forged" * 6}, {"days": 15}])
def test_a_forged_or_expired_return_address_makes_ordinary_mail(
    desk: Desk, change: dict[str, Any]
) -> None:
    message = sent(desk, OutboxKind.ACKNOWLEDGEMENT)
    back = came_back(desk, message, notification(GONE), **change)
    assert (back.state, back.kind) == (InboxState.RECORDED, MailKind.BOUNCE)
    assert (is_marked(desk), state(desk, message)) == (False, OutboxState.QUEUED)
    written = mail("this worries me too", Message_ID="<2@mail.example>")
    assert came_back(desk, message, written, **change).state is InboxState.FILED


def test_a_return_address_of_a_message_that_is_gone_makes_ordinary_mail(desk: Desk) -> None:
    message = sent(desk, OutboxKind.ACKNOWLEDGEMENT)
    token = return_token(message.id + 1, KEY, desk.clock())
    raw = mail("this worries me too", Message_ID="<2@mail.example>")
    back = desk.file(raw, recipients=(f"cp+{token}@chirper.example",))
    assert back.state is InboxState.FILED
