from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from notifier import commands
from notifier.follow_ups import WINDOW
from notifier.outcomes import Refused
from store.model import Case, Disposition, EventKind, OutboxKind, Severity
from store.states import AcknowledgementState, CaseState

if TYPE_CHECKING:
    from tests.notifier.house import House

LEASE = timedelta(hours=4)


def taken(house: House, actor: str = "anna") -> Case:
    case = house.opened()
    return commands.take(house.store, case.reference, actor, LEASE, house.clock)


def reply(house: House, case: Case) -> None:
    """Have the reporter of a case write again, as ingest notes it."""
    with house.store.transaction() as work:
        (first, *_) = work.reports.of_case(case.reference)
        details = {"report": first.reference, "reason": "the reporter answered"}
        kind = EventKind.REPLY_RECEIVED
        work.history.append(
            case.id, kind, actor="ingest", at=house.clock(), details=details, plan=True
        )
        work.commit()
    house.planner.step()


def told(house: House) -> list[str]:
    return [message.mail.recipient for message in house.outbox(OutboxKind.FOLLOW_UP)]


def test_whoever_has_taken_the_case_is_told_of_a_reply_at_once(house: House) -> None:
    case = taken(house, "ben")
    reply(house, case)
    (message,) = house.outbox(OutboxKind.FOLLOW_UP)
    assert (message.mail.recipient, message.next_attempt_at) == (
        "ben@chirper.example",
        house.clock(),
    )
    assert house.events(case)[-1] is EventKind.FOLLOW_UP_QUEUED
    text = message.mail.content.decode()
    assert case.reference in text
    assert f"References: <case.{case.reference}@tip.chirper.example>" in text


def test_of_a_case_taken_by_nobody_we_know_those_alerted_last_are_told(house: House) -> None:
    reply(house, taken(house, "root"))
    assert told(house) == ["anna@chirper.example"]


def test_of_a_snoozed_case_those_alerted_last_are_told(house: House) -> None:
    case = house.opened()
    commands.snooze(house.store, case.reference, "anna", LEASE, house.clock)
    reply(house, case)
    assert told(house) == ["anna@chirper.example"]


def test_a_case_that_alerts_soon_needs_no_further_mail(house: House) -> None:
    reply(house, house.opened())
    assert told(house) == []


def test_a_reply_to_a_closed_case_is_left_to_its_opening_again(house: House) -> None:
    case = taken(house)
    with house.store.transaction() as work:
        work.cases.close(work.cases.get(case.id), "anna", Disposition.NO_VIOLATION, house.clock())
        work.commit()
    reply(house, case)
    assert (house.case(case).state, told(house)) == (CaseState.CLOSED, [])


@pytest.mark.parametrize("replies", [2, 7])
def test_many_replies_within_ten_minutes_are_two_mails(house: House, replies: int) -> None:
    case = taken(house)
    for _ in range(replies):
        reply(house, case)
    first, second = house.outbox(OutboxKind.FOLLOW_UP)
    assert first.next_attempt_at == house.clock()
    assert second.next_attempt_at is not None
    assert house.clock() < second.next_attempt_at <= house.clock() + WINDOW


def test_a_reply_later_is_told_again(house: House) -> None:
    case = taken(house)
    reply(house, case)
    house.clock.turn(minutes=11)
    reply(house, case)
    assert len(told(house)) == 2


def test_a_reply_that_raises_the_severity_alerts_as_well(house: House) -> None:
    case = taken(house)
    reply(house, case)
    house.report(severity=Severity.CRITICAL)
    house.planner.step()
    assert house.tick() == ["anna@chirper.example"]


def test_a_mail_about_a_reply_that_cannot_be_delivered_goes_to_the_fallback_address(
    house: House,
) -> None:
    case = taken(house, "ben")
    reply(house, case)
    house.courier.outcome = Refused(detail="550 no such user")
    house.deliverer.step()
    house.planner.step()
    assert told(house) == ["ben@chirper.example", "ops@chirper.example"]
    assert EventKind.MAIL_FAILED in house.events(case)
    house.deliverer.step()
    house.planner.step()
    assert len(told(house)) == 2


def test_a_decision_that_cannot_be_delivered_shows_in_the_history(house: House) -> None:
    report, case = house.report()
    disposition = Disposition.NO_VIOLATION
    commands.close(house.store, case.reference, "anna", disposition, house.clock)
    house.planner.step()
    house.deliverer.step()
    house.clock.turn(hours=1)
    house.courier.outcome = Refused(detail="550 no such user")
    house.deliverer.step()
    assert house.events(case)[-1] is EventKind.MAIL_FAILED
    assert house.reread(report).acknowledgement is AcknowledgementState.SENT
