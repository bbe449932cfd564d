from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes

from notifier import commands
from notifier.actions import ActionLinks
from notifier.reminders import write_reminder
from notifier.summaries import Reader
from store.model import Case, EventKind, OutboxKind, StaffAction
from store.states import CaseState
from tests.notifier.house import START, House
from tests.notifier.mails import CASE, COMPOSER

ANNA = "anna@chirper.example"
BEN = "ben@chirper.example"


def taken(house: House, by: str = "anna", hours: float = 4) -> Case:
    case = house.opened()
    house.settle()
    commands.take(house.store, case.reference, by, timedelta(hours=hours), house.clock)
    return case


def test_whoever_does_nothing_is_reminded_and_then_the_others_are_alerted(house: House) -> None:
    case = taken(house)
    assert house.tick(minutes=59) == []
    assert house.tick(minutes=1) == [ANNA]
    reminder = house.outbox(OutboxKind.ALERT)[-1].mail
    assert "nothing noted since" in reminder.subject
    assert reminder.case_id == case.id
    assert house.tick(minutes=14) == []
    assert house.case(case).state is CaseState.TAKEN
    assert house.tick(minutes=1) == [BEN]
    assert house.case(case).state is CaseState.OPEN
    kinds = house.events(case)
    assert kinds[-3:] == [EventKind.NO_PROGRESS, EventKind.LEASE_EXPIRED, EventKind.ALERT_QUEUED]


def test_a_reminder_can_be_answered_with_a_note_where_that_is_allowed() -> None:
    case = replace(CASE, state=CaseState.TAKEN, taken_by="anna", taken_at=START)
    links = ActionLinks(
        reply_to="cp+a.token@chirper.example", allowed=frozenset({StaffAction.NOTE})
    )
    posting = COMPOSER.posting(OutboxKind.ALERT, ANNA, "1", START)
    mails = [
        write_reminder(COMPOSER, case, Reader(), posting, goes_on_at=START, actions=each)
        for each in (links, None)
    ]
    answerable, plain = [message_from_bytes(mail.content) for mail in mails]
    assert answerable["Reply-To"] == links.reply_to
    assert 'like "note' in answerable.get_payload()
    assert plain["Reply-To"] is None
    assert "answer this mail" not in plain.get_payload()


def test_a_note_is_progress_and_each_silence_is_reminded_anew(house: House) -> None:
    case = taken(house)
    house.tick(minutes=50)
    commands.note(house.store, case.reference, "anna", "looked at it", house.clock)
    assert house.tick(minutes=59) == []
    assert house.tick(minutes=1) == [ANNA]
    commands.note(house.store, case.reference, "anna", "still at it", house.clock)
    assert house.tick(minutes=59) == []
    assert house.tick(minutes=1) == [ANNA]
    assert house.case(case).state is CaseState.TAKEN


def test_taking_it_again_is_progress(house: House) -> None:
    case = taken(house)
    house.tick(minutes=60)
    commands.take(house.store, case.reference, "anna", timedelta(hours=4), house.clock)
    assert house.tick(minutes=59) == []
    assert house.tick(minutes=1) == [ANNA]


def test_somebody_unknown_cannot_be_reminded_and_gives_the_case_back(house: House) -> None:
    case = taken(house, by="a login name")
    assert house.tick(minutes=60) == [BEN]
    assert house.case(case).state is CaseState.OPEN


def test_a_lease_that_runs_out_sooner_wins(house: House) -> None:
    case = taken(house, hours=0.5)
    assert house.tick(minutes=30) == [BEN]
    assert EventKind.NO_PROGRESS not in house.events(case)


def test_a_reminder_that_was_refused_is_no_silence(house: House) -> None:
    case = taken(house)
    house.tick(minutes=60)
    with house.store.transaction() as work:
        (mail,) = [m for m in work.outbox.listing() if "nothing noted" in m.mail.subject]
        work.alerts.fail(mail.id)
        work.commit()
    house.settle()
    assert EventKind.ALERT_FAILED in house.events(case)
    assert house.outbox(OutboxKind.ALERT)[-1].mail.recipient == "ops@chirper.example"
