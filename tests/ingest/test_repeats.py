"""The same mail by two doors: one report, two deliveries; and what only looks like it."""

from __future__ import annotations

import pytest

from store.evidence import Evidence
from store.model import Door, InboundId
from store.references import reply_token
from store.repeats import Delivery
from store.states import InboxState
from store.unit_of_work import Store
from tests.ingest.desk import KEY, PROFILE, Desk, mail

DATE = {"Date": "Sun, 22 Nov 2026 10:00:00 +0000"}
TEXT = f"This account worries me: {PROFILE}"


@pytest.fixture
def desk(store: Store, evidence: Evidence) -> Desk:
    return Desk(store, evidence)


def received(by: str, **fields: str) -> bytes:
    """Write the one mail as a door received it."""
    trace = f"Received: from mail.example by {by}.chirper.example; now\r\n"
    return trace.encode() + mail(**DATE | fields)


def deliveries(desk: Desk, first: InboundId) -> list[Delivery]:
    with desk.store.snapshot() as work:
        return work.repeats.deliveries(first)


def test_the_same_mail_by_two_doors_is_one_report_and_two_deliveries(desk: Desk) -> None:
    first = desk.file(received("mx1"))
    again = desk.file(
        b"Delivered-To: abuse@chirper.example\r\n" + received("imap"),
        sender="",
        door=Door.LMTP,
        recipients=("abuse@chirper.example",),
        peer="192.0.2.7:4711",
    )

    assert (again.state, again.reason) == (
        InboxState.RECORDED,
        f"repeat: the same mail as message {first.id}",
    )
    assert desk.case().reports == 1
    told = [one.message.envelope for one in deliveries(desk, first.id)]
    assert [(each.door, each.recipients) for each in told] == [
        (Door.SMTP, ("cp@chirper.example",)),
        (Door.LMTP, ("abuse@chirper.example",)),
    ]
    assert desk.planned() == ["opened"]


@pytest.mark.parametrize(
    "changes",
    [
        {"text": f"{TEXT}\n-- \nthe list's footer"},
        {"Subject": "[group] please look"},
        {"From": "Maria <maria@other.example>"},
        {"Message_ID": "<2@mail.example>"},
    ],
)
def test_what_is_not_the_same_mail_is_a_report_of_its_own(
    desk: Desk, changes: dict[str, str]
) -> None:
    desk.file(received("mx1"))
    assert desk.file(received("mx2", **changes)).state is InboxState.FILED
    assert desk.case().reports == 2


def test_a_forged_message_id_swallows_nobodys_report(desk: Desk) -> None:
    forged = received("mx1", text="nothing at all", From="Eve <eve@mail.example>")
    desk.file(forged, sender="eve@mail.example")
    assert desk.file(received("mx1")).state is InboxState.FILED


def test_a_copy_that_one_door_took_for_spam_keeps_no_other_away(desk: Desk) -> None:
    no_account = {"text": "something here worries me"}
    spam = desk.file(b"X-Spam-Flag: YES\r\n" + received("mx1", **no_account))
    clean = desk.file(received("mx2", **no_account))
    assert (spam.state, clean.state) == (InboxState.RECORDED, InboxState.FILED)


def test_a_copy_taken_for_spam_later_belongs_to_its_report(desk: Desk) -> None:
    no_account = {"text": "something here worries me"}
    first = desk.file(received("mx2", **no_account))
    spam = desk.file(b"X-Spam-Flag: YES\r\n" + received("mx1", **no_account))
    assert spam.reason == f"repeat: the same mail as message {first.id}"


def test_to_the_reply_address_and_ours_is_one_answer(desk: Desk) -> None:
    desk.file(received("mx1"))
    token = reply_token(desk.reports()[0].reference, KEY)
    answer = {"Message_ID": "<2@mail.example>", "In_Reply_To": "<x@tip.example>"}
    desk.file(received("a", **answer), recipients=(f"cp+{token}@chirper.example",))
    desk.file(received("b", **answer), recipients=("cp@chirper.example",))
    assert desk.events(desk.case()) == ["opened", "reply_received"]


def test_a_copy_of_a_copy_is_one_of_the_first(desk: Desk) -> None:
    # The first is put back, so that the second, by another door, is filed before it.
    early = desk.accept(received("mx1"))
    desk.readers.failure = None
    with desk.store.transaction() as work:
        work.inbox.retry_later(early, "later", desk.clock.now.replace(hour=4))
        work.commit()
    filed = desk.file(received("mx2"))
    same_octets = desk.file(received("mx1"))
    assert same_octets.reason == f"repeat: the same mail as message {early}"
    desk.clock.now = desk.clock.now.replace(hour=5)
    desk.pipeline.step()

    assert desk.message(early).reason == f"repeat: the same mail as message {filed.id}"
    assert [one.message.id for one in deliveries(desk, filed.id)] == [early, filed.id, 3]
    assert desk.case().reports == 1


def test_a_mail_of_an_archive_that_came_live_before_is_a_delivery_of_it(desk: Desk) -> None:
    first = desk.file(received("mx1"))
    desk.file(received("backup"), sender="", door=Door.ARCHIVE, recipients=(), peer="a.mbox#1")
    assert [one.message.envelope.door for one in deliveries(desk, first.id)] == [
        Door.SMTP,
        Door.ARCHIVE,
    ]
