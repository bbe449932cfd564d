from __future__ import annotations

from datetime import timedelta

from notifier import commands
from notifier.promises import Deadline, Promises, deadline
from store.model import Case, Disposition, OutboxKind
from tests.notifier.house import START, House

DAY = timedelta(days=1)
PROMISES = Promises(look_within=DAY, decide_within=7 * DAY)


def owed(house: House, case: Case, promises: Promises = PROMISES) -> Deadline | None:
    with house.store.snapshot() as work:
        return deadline(work, work.cases.get(case.id), promises)


def test_a_case_is_to_be_looked_at_then_to_be_decided(house: House) -> None:
    case = house.opened()
    assert owed(house, case) == Deadline(at=START + DAY)
    house.clock.turn(hours=1)
    commands.take(house.store, case.reference, "anna", DAY, house.clock)
    assert owed(house, case) == Deadline(at=START + 7 * DAY, decides=True)
    commands.release(house.store, case.reference, "anna", house.clock)
    # It was looked at, and only the decision is owed.
    assert owed(house, case) == Deadline(at=START + 7 * DAY, decides=True)
    assert owed(house, case, Promises(look_within=DAY)) is None
    commands.close(house.store, case.reference, "anna", Disposition.REFERRED, house.clock)
    assert owed(house, case) is None


def test_a_case_that_is_opened_again_is_to_be_looked_at_again(house: House) -> None:
    case = house.opened()
    commands.take(house.store, case.reference, "anna", DAY, house.clock)
    commands.close(house.store, case.reference, "anna", Disposition.REFERRED, house.clock)
    house.clock.turn(days=2)
    commands.reopen(house.store, house.directory, case.reference, "anna", house.clock)
    assert owed(house, case) == Deadline(at=START + 3 * DAY)
    house.tick(minutes=5)
    # It waits since then, and not since it was opened for the first time.
    told = house.outbox(OutboxKind.ALERT)[-1].mail.content.decode()
    assert "Waiting 5 min." in told
