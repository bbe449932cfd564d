from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from notifier.directory import Directory
from notifier.dossier import dossier
from notifier.local_time import Hours
from store.model import Case, Severity
from tests.notifier.house import START, House

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
