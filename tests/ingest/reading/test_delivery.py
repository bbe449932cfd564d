from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.reading.delivery import Delivery, DeliveryAction, read_delivery
from ingest.reading.mime import open_mail

FAILED, DELAYED, DELIVERED = (
    DeliveryAction.FAILED,
    DeliveryAction.DELAYED,
    DeliveryAction.DELIVERED,
)
NOTIFICATION = """\
From: Mail Delivery System <MAILER-DAEMON@mx.example>
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b

{text}
--b
Content-Type: {kind}

Reporting-MTA: dns; mx.example
Arrival-Date: Sun, 22 Nov 2026 03:00:00 +0000

{fields}
--b
Content-Type: message/rfc822

Subject: neutral

550 5.7.1 these words are of the mail that came back
--b--
"""


def notification(
    fields: str, text: str = "a notice", kind: str = "message/delivery-status"
) -> bytes:
    filled = NOTIFICATION.format(fields=fields, text=text, kind=kind)
    return filled.replace("\n", "\r\n").encode()


def read(raw: bytes) -> Delivery | None:
    return read_delivery(open_mail(raw))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("Final-Recipient: rfc822; a@x\nAction: failed\nStatus: 5.1.1", (FAILED, "5.1.1")),
        ("action: Failed\nSTATUS: 4.4.7 (expired)", (FAILED, "4.4.7")),
        ("Action: delayed\nStatus: 4.4.1", (DELAYED, "4.4.1")),
        ("Action: delivered\nStatus: 2.0.0", (DELIVERED, "2.0.0")),
        ("Action: relayed\nStatus: 2.0.0", (DELIVERED, "2.0.0")),
        ("Action: expanded\nStatus: 2.0.0", (DELIVERED, "2.0.0")),
        ("Status: 5.2.2", (FAILED, "5.2.2")),
        ("Status: 4.2.2", (DELAYED, "4.2.2")),
        ("Action: failed", (FAILED, None)),
        ("Action: delayed\nStatus: 4.0.0\n\nAction: failed\nStatus: 5.0.0", (FAILED, "5.0.0")),
        ("Action: failed\nStatus: 5.0.0\n\nAction: delayed\nStatus: 4.0.0", (FAILED, "5.0.0")),
        ("Action: failed\nStatus: 4.0.0\n\nAction: failed\nStatus: 5.0.0", (FAILED, "5.0.0")),
    ],
)
@pytest.mark.parametrize("kind", ["message/delivery-status", "message/global-delivery-status"])
def test_a_delivery_status_notification_is_read(
    fields: str, expected: tuple[DeliveryAction, str | None], kind: str
) -> None:
    delivery = read(notification(fields, kind=kind))
    assert delivery is not None
    assert (delivery.action, delivery.status) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<a@x.example>: host mx said: 550 5.1.1 unknown user", (FAILED, "5.1.1")),
        ("Sorry, no mailbox here by that name. (#5.1.1)", (FAILED, "5.1.1")),
        ("Remote host said: 550 no such user here", (FAILED, "5.0.0")),
        ("I'm not going to try again; in the queue too long. (#4.4.1)", (FAILED, "4.4.1")),
        ("450 4.2.1 mailbox busy; we will keep trying for two days", (DELAYED, "4.2.1")),
        ("Your message has not been delivered yet: 550 something", (DELAYED, None)),
        ("I am away until Monday, call room 550 or 5123", None),
        ("the version is 5.1 of 2026", None),
        ("", None),
    ],
)
def test_a_bounce_that_is_only_text_is_read_by_its_codes(
    text: str, expected: tuple[DeliveryAction, str | None] | None
) -> None:
    delivery = read(b"Subject: failure\r\n\r\n" + text.encode())
    assert ((delivery.action, delivery.status) if delivery else None) == expected


@pytest.mark.parametrize(
    ("delivery", "permanent"),
    [
        (Delivery(action=FAILED, status="5.1.1"), True),
        (Delivery(action=FAILED, status="4.4.7"), False),
        (Delivery(action=FAILED), False),
        (Delivery(action=DELAYED, status="5.0.0"), False),
    ],
)
def test_only_a_failure_of_class_five_is_for_good(delivery: Delivery, *, permanent: bool) -> None:
    assert delivery.is_permanent is permanent


@given(st.binary(max_size=300))
def test_any_octets_are_read(octets: bytes) -> None:
    read(notification("X").replace(b"X\r\n", octets))
    read(octets)
