from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

from notifier import commands
from store.model import Case, Disposition, OutboxKind
from tests.notifier.house import House
from tests.notifier.mails import text

HOUR = timedelta(hours=1)


def told(house: House) -> list[EmailMessage]:
    """Plan what waits, and give the notices queued so far."""
    while house.planner.step():
        pass
    return [
        message_from_bytes(each.mail.content, EmailMessage, policy=policy.default)
        for each in house.outbox(OutboxKind.STAFF_NOTICE)
    ]


def alerted(house: House) -> Case:
    """Open a case of which Anna and Ben have got an alert, and the lead has not."""
    case = house.opened()
    house.deliverer.step()
    assert house.tick(minutes=15) == ["ben@chirper.example"]
    house.deliverer.step()
    return case


def take(house: House, case: Case, actor: str) -> None:
    commands.take(house.store, case.reference, actor, HOUR, house.clock)


def test_the_others_are_told_once_who_has_the_case(house: House) -> None:
    case = alerted(house)
    take(house, case, "ben")
    (notice,) = told(house)
    assert notice["To"] == "anna@chirper.example"
    assert notice["Subject"] == f"{case.reference} taken by Ben"
    assert "nothing to do for you" in text(notice)
    assert notice["Auto-Submitted"] == "auto-generated"
    take(house, case, "ben")
    assert len(told(house)) == 1


def test_a_colleague_of_no_configuration_is_named_as_typed(house: House) -> None:
    case = alerted(house)
    take(house, case, "root")
    notices = told(house)
    assert sorted(notice["To"] for notice in notices) == [
        "anna@chirper.example",
        "ben@chirper.example",
    ]
    assert notices[0]["Subject"].endswith("taken by root")


def test_who_is_alerted_again_is_told_again(house: House) -> None:
    case = alerted(house)
    take(house, case, "ben")
    assert len(told(house)) == 1
    commands.release(house.store, case.reference, "ben", house.clock)
    house.clock.turn(minutes=1)
    house.tick()
    house.deliverer.step()
    house.clock.turn(minutes=1)
    take(house, case, "anna")
    assert [notice["To"] for notice in told(house)[1:]] == [
        "ben@chirper.example",
        "lead@chirper.example",
    ]


def test_who_was_alerted_about_a_case_that_is_closed_is_told(house: House) -> None:
    case = alerted(house)
    disposition = Disposition.NO_VIOLATION
    commands.close(house.store, case.reference, "ben", disposition, house.clock)
    (notice,) = told(house)
    assert notice["Subject"] == f"{case.reference} closed by Ben"


def test_nobody_is_told_what_is_over(house: House) -> None:
    case = alerted(house)
    take(house, case, "ben")
    commands.release(house.store, case.reference, "ben", house.clock)
    assert told(house) == []


def test_who_never_got_an_alert_is_not_told(house: House) -> None:
    case = house.opened()
    take(house, case, "ben")
    assert told(house) == []
