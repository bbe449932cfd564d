"""A better copy by another door decides on the receipt; a worse or strange one changes nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from notifier.copies import Copies, better_traits
from notifier.manners import Manners
from store.evidence import SealedBody
from store.inbox import NewMessage
from store.model import Door, Envelope, MailKind, MailTraits, OutboxKind, Report
from store.states import AcknowledgementState, InboxState, RepeatState
from tests.notifier.house import START, House

SERVER = "mx.chirper.example"
MARIA = "maria@mail.example"
UNKNOWN = MailTraits(reverse_path=MARIA, from_addresses=(MARIA,), message_id="<1@mail.example>")
PASS = replace(UNKNOWN, authentication=(f"{SERVER}; dmarc=pass header.from=mail.example",))
FAIL = replace(UNKNOWN, authentication=(f"{SERVER}; dmarc=fail header.from=mail.example",))
ARCHIVED = replace(UNKNOWN, archived=True)
EVE = "eve@mail.example"


@pytest.fixture
def house(house: House) -> House:
    house.planner._copies = Copies(house.store, Manners(trusted_servers=frozenset({SERVER})))
    house.planner._receipts._manners = house.planner._copies._manners
    return house


def copied(house: House, report: Report, traits: MailTraits) -> None:
    """Have a copy of a report come by another door."""
    envelope = Envelope(reverse_path="", recipients=(), door=Door.LMTP, received_at=START)
    new = NewMessage(envelope=envelope, digest="1" * 64, size=1, body=SealedBody(inline=b"sealed"))
    with house.store.transaction() as work:
        first = work.inbox.get(report.inbound_id)
        if first.state is InboxState.RECEIVED:
            work.inbox.finish(first, InboxState.FILED, MailKind.REPORT, "", None)
        (number,) = work.inbox.add([new])
        work.repeats.add(number, report.inbound_id, traits)
        work.commit()


def outcome(house: House, report: Report) -> RepeatState | None:
    with house.store.snapshot() as work:
        return work.repeats.deliveries(report.inbound_id)[-1].outcome


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        (FAIL, "unauthenticated"),
        (ARCHIVED, "archived"),
        (replace(UNKNOWN, reverse_path=""), "null_return_path"),
    ],
)
def test_a_receipt_withheld_for_the_way_goes_when_a_better_copy_comes(
    house: House, first: MailTraits, reason: str
) -> None:
    report, _ = house.report(traits=first)
    house.planner.step()
    assert house.reread(report).acknowledgement_reason == reason

    copied(house, report, PASS)
    house.planner.step()

    assert house.reread(report).acknowledgement is AcknowledgementState.QUEUED
    assert outcome(house, report) is RepeatState.COUNTS
    (receipt,) = house.outbox(OutboxKind.ACKNOWLEDGEMENT)
    assert receipt.mail.recipient == MARIA


def test_a_copy_that_comes_before_the_decision_counts_in_it(house: House) -> None:
    report, _ = house.report(traits=FAIL)
    copied(house, report, PASS)
    house.planner.step()
    assert house.reread(report).acknowledgement is AcknowledgementState.QUEUED


def test_there_is_never_a_second_receipt(house: House) -> None:
    report, _ = house.report(traits=UNKNOWN)
    house.planner.step()
    for traits in (PASS, ARCHIVED, PASS):
        copied(house, report, traits)
        house.planner.step()
    assert len(house.outbox(OutboxKind.ACKNOWLEDGEMENT)) == 1


@pytest.mark.parametrize("copy", [FAIL, ARCHIVED, UNKNOWN])
def test_a_worse_copy_changes_nothing(house: House, copy: MailTraits) -> None:
    report, _ = house.report(traits=FAIL if copy is FAIL else PASS)
    copied(house, report, copy)
    house.planner.step()
    assert outcome(house, report) is RepeatState.NOTHING
    assert house.reread(report).traits == report.traits


def test_who_sends_a_mail_of_another_again_gets_no_letter(house: House) -> None:
    report, _ = house.report(traits=FAIL)
    copied(house, report, replace(PASS, reverse_path=EVE))
    house.planner.step()
    assert house.reread(report).acknowledgement is AcknowledgementState.WITHHELD
    assert house.outbox(OutboxKind.ACKNOWLEDGEMENT) == []


def test_signs_of_a_machine_in_one_copy_count_against_all(house: House) -> None:
    report, _ = house.report(traits=FAIL)
    copied(house, report, replace(PASS, headers=(("auto-submitted", "auto-replied"),)))
    house.planner.step()
    assert house.reread(report).acknowledgement is AcknowledgementState.WITHHELD


def test_what_was_withheld_for_the_mail_itself_stays_so(house: House) -> None:
    machine = replace(FAIL, headers=(("auto-submitted", "auto-replied"),))
    report, _ = house.report(traits=machine)
    house.planner.step()
    copied(house, report, PASS)
    house.planner.step()
    assert house.reread(report).acknowledgement_reason == "auto_submitted"


def test_a_copy_waits_until_its_first_is_filed(house: House) -> None:
    envelope = Envelope(reverse_path="", recipients=(), door=Door.LMTP, received_at=START)
    body = SealedBody(inline=b"sealed")
    with house.store.transaction() as work:
        new = NewMessage(envelope=envelope, digest="2" * 64, size=1, body=body)
        first, second = work.inbox.add([new, new])
        work.repeats.add(second, first, PASS)
        work.commit()
    assert house.planner._copies.step() == 0


def test_the_door_itself_leaves_no_sign() -> None:
    copy = replace(PASS, headers=(("delivered-to", "cp@chirper.example"),))
    better = better_traits(UNKNOWN, copy, {SERVER})
    assert better == PASS
