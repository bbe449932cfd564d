from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from ingest.reading.urgency import RULES
from notifier import commands
from notifier.directory import Directory
from notifier.dossier import HISTORY, WHYS, Dossier, ToldWhen, dossier
from notifier.local_time import Hours
from store.model import Case, EventKind, MailTraits, OutboxKind, Report, Severity
from tests.notifier.house import START, House

HOUR = timedelta(hours=1)


def known(house: House, case: Case) -> Dossier:
    with house.store.snapshot() as work:
        return dossier(work, house.directory, work.cases.get(case.id))


def test_every_rule_of_urgency_has_a_place_among_the_reasons() -> None:
    assert set(RULES) <= set(WHYS)


def test_who_is_told_next_and_when_follows_from_the_policy(house: House) -> None:
    case = house.opened()
    found = known(house, case)
    assert (found.next_names, found.next_at) == (("Ben",), START + timedelta(minutes=15))
    house.tick(minutes=15)
    later = known(house, case)
    assert later.next_names == ("lead at chirper[.]example",)


def test_nobody_is_next_while_somebody_has_the_case(house: House) -> None:
    case = house.opened()
    commands.take(house.store, case.reference, "anna", HOUR, house.clock)
    found = known(house, case)
    assert (found.next_names, found.next_at) == ((), START + HOUR)


def test_who_got_an_alert_is_named_once_with_the_last_time(house: House) -> None:
    case = house.opened()
    assert known(house, case).told == ()
    house.deliverer.step()
    house.tick(minutes=15)
    house.deliverer.step()
    house.tick(minutes=45)
    house.deliverer.step()
    assert known(house, case).told == (
        ToldWhen(name="Anna", at=START),
        ToldWhen(name="Ben", at=START + timedelta(minutes=15)),
        ToldWhen(name="lead at chirper[.]example", at=START + timedelta(minutes=60)),
    )


def test_who_has_several_addresses_is_named_once(house: House) -> None:
    anna = replace(house.directory.people["anna"], more_addresses=("anna@phone.example",))
    everybody = replace(house.directory, people={**house.directory.people, "anna": anna})
    house = House(house.store, everybody)
    case = house.opened()
    house.settle()
    assert len(house.outbox(OutboxKind.ALERT)) == 2
    assert known(house, case).told == (ToldWhen(name="Anna", at=START),)


def test_the_history_is_the_latest_of_what_helps(house: House) -> None:
    case = house.opened()
    for number in range(HISTORY):
        house.clock.turn(minutes=1)
        commands.note(house.store, case.reference, "anna", f"noteword {number}", house.clock)
    commands.take(house.store, case.reference, "root", HOUR, house.clock)
    found = known(house, case).history
    assert [each.what for each in found] == [EventKind.NOTE] * (HISTORY - 1) + [EventKind.TAKEN]
    assert [found[0].who, found[-1].who] == ["Anna", "root"]
    assert "noteword" not in repr(found)


READABLE = MailTraits(reverse_path="maria@mail.example", from_addresses=("maria@mail.example",))


@pytest.mark.parametrize(
    ("severity", "traits", "why"),
    [
        (Severity.NORMAL, READABLE, ""),
        (Severity.HIGH, READABLE, "stated"),
        (Severity.HIGH, replace(READABLE, readable=False), "unreadable"),
    ],
)
def test_a_case_tells_why_it_is_severe(
    house: House, severity: Severity, traits: MailTraits, why: str
) -> None:
    _, case = house.report(severity=severity, traits=traits)
    assert known(house, case).why == why


def test_a_case_many_reported_is_more_severe_than_any_report(house: House) -> None:
    _, case = house.report(severity=Severity.NORMAL)
    with house.store.transaction() as work:
        work.cases.raise_severity(case.id, Severity.HIGH)
        work.commit()
    assert known(house, case).why == "reporters"


def test_the_phrase_behind_it_is_of_our_own_tables(house: House) -> None:
    report, case = house.report(severity=Severity.CRITICAL)
    assert isinstance(report, Report)
    with house.store.transaction() as work:
        work._connection.exec_driver_sql(
            "UPDATE reports SET urgency = 'meeting_planned', urgency_reason = 'meet at'"
        )
        work.commit()
    found = known(house, case)
    assert (found.why, found.phrase) == ("meeting_planned", "meet at")


# Eight in the morning in Berlin.
OPENS = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)


def next_of(house: House, case: Case) -> tuple[datetime | None, tuple[str, ...]]:
    with house.store.snapshot() as work:
        found = dossier(work, house.directory, case)
    return found.next_at, found.next_names


def test_whom_an_alert_goes_to_next_is_whom_an_override_puts_there(house: House) -> None:
    case = house.opened()
    assert next_of(house, case) == (START + timedelta(minutes=15), ("Ben",))
    with house.store.transaction() as work:
        until = START + timedelta(hours=1)
        work.duty.override("night", "cleo", START, until, made_by="anna", made_at=START)
        work.commit()

    assert next_of(house, case) == (START + timedelta(minutes=15), ("Cleo",))


def with_hours(everybody: Directory) -> Directory:
    """Have the second step wait for the day."""
    high = everybody.policy(Severity.HIGH)
    first, second, *rest = high.steps
    day = Hours(spans=((time(8), time(20)),), time_zone="Europe/Berlin")
    steps = (first, replace(second, only_between=day), *rest)
    policies = dict(everybody.policies) | {Severity.HIGH: replace(high, steps=steps)}
    return replace(everybody, policies=policies)


def test_a_step_that_waits_for_its_hours_is_named_with_when_they_begin(house: House) -> None:
    waiting = House(house.store, with_hours(house.directory))
    case = waiting.opened()

    # Eight o'clock is when the rota hands over, too.
    assert next_of(waiting, case) == (OPENS, ("Cleo",))


def test_an_address_for_what_is_urgent_is_a_reason_of_its_own(house: House) -> None:
    house.directory = replace(house.directory, least={"safety@x.example": Severity.HIGH})
    _, case = house.report(severity=Severity.HIGH, address="safety@x.example")
    assert known(house, case).why == "address"
    _, other = house.report(severity=Severity.CRITICAL, address="safety@x.example", account=None)
    assert known(house, other).why == "stated"


def test_an_alert_says_by_when_and_that_it_is_overdue(house: House) -> None:
    house.opened()
    house.settle()
    first = house.outbox(OutboxKind.ALERT)[0].mail.content.decode()
    assert "Look at it by 2026-11-23 03:00 UTC." in first
    house.tick(hours=25)
    last = house.outbox(OutboxKind.ALERT)[-1].mail.content.decode()
    assert "OVERDUE: to be looked at by 2026-11-23 03:00 UTC." in last
