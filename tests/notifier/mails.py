"""Whole mails for tests of what they say, and the reading of them."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

from notifier.alerts import AlertFacts, write_alert
from notifier.compose import Composer, Posting
from notifier.receipts import ReceiptFacts, write_receipt
from store.model import (
    AccountReference,
    Case,
    CaseId,
    InboundId,
    MailKind,
    MailTraits,
    OutgoingMail,
    Report,
    ReportId,
    Severity,
)
from store.states import AcknowledgementState, CaseState
from tests.notifier.house import IDENTITY, START

COMPOSER = Composer(IDENTITY)
REPORT = Report(
    id=ReportId(7),
    reference="R-4F7KM-2Q9XH",
    inbound_id=InboundId(1),
    reporter="maria@mail.example",
    received_at=START,
    language="en",
    kind=MailKind.REPORT,
    severity=Severity.HIGH,
    urgency=None,
    message_id="<1@mail.example>",
    traits=MailTraits(
        reverse_path="maria@mail.example",
        from_addresses=("maria@mail.example",),
        message_id="<1@mail.example>",
        references=("<0@mail.example>",),
    ),
    acknowledgement=AcknowledgementState.PENDING,
    acknowledgement_reason=None,
)
CASE = Case(
    id=CaseId(3),
    reference="C-4F7KM-2Q9XH",
    state=CaseState.OPEN,
    severity=Severity.HIGH,
    account=AccountReference(
        platform="chirper", handle="Name", user_id="123", url="https://chirper.example/Name"
    ),
    opened_at=START - timedelta(minutes=15),
    reports=2,
    reporters=1,
)
FACTS = AlertFacts(step=1, steps=3, repeats=0, next_alert_at=START + timedelta(minutes=15))
POSTING = Posting(
    recipient="maria@mail.example",
    message_id="<receipt.1@tip.chirper.example>",
    dedupe_key="receipt:7",
    at=START,
)
REPLY_TO = "cp+token@chirper.example"


def parsed(mail: OutgoingMail) -> EmailMessage:
    return email.message_from_bytes(mail.content, policy=email.policy.default)  # type: ignore[return-value]  # the default policy makes these


def text(mail: EmailMessage) -> str:
    return part(mail, "plain")


def part(mail: EmailMessage, subtype: str) -> str:
    body = mail.get_body((subtype,))
    assert body is not None
    content: str = body.get_content()
    return content.replace("\r\n", "\n")


NOTHING_UNDERSTOOD = ReceiptFacts()


def receipt(facts: ReceiptFacts = NOTHING_UNDERSTOOD, **changes: Any) -> EmailMessage:
    return parsed(write_receipt(COMPOSER, replace(REPORT, **changes), facts, POSTING, REPLY_TO))


def alert(facts: AlertFacts = FACTS, **changes: Any) -> EmailMessage:
    return parsed(write_alert(COMPOSER, replace(CASE, **changes), facts, POSTING))
