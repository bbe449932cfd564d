"""Whatever people do and however long nothing runs: no open case is without a next step."""

from __future__ import annotations

import random
import re
from contextlib import suppress
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from notifier import commands
from notifier.auditor import Auditor
from notifier.courier import Deferred, Refused, Sent
from store.errors import Forbidden
from store.model import Case, Disposition, OutboxKind, Severity
from store.states import CaseState
from tests.notifier.house import House

ACTIONS = ("report", "take", "release", "snooze", "close", "reopen", "time", "relay")


def act(house: House, chance: random.Random, cases: list[Case]) -> None:
    """Do one thing somebody might do."""
    case, span = chance.choice(cases), timedelta(minutes=chance.choice([1, 20, 600]))
    who = chance.choice(["anna", "ben"])
    store, reference, clock = house.store, case.reference, house.clock
    match chance.choice(ACTIONS):
        case "report" if house.case(case).state is not CaseState.CLOSED:
            house.report(severity=chance.choice(list(Severity)), account=case.account)
        case "take":
            commands.take(store, reference, who, span, clock)
        case "release":
            commands.release(store, reference, who, clock)
        case "snooze":
            commands.snooze(store, reference, who, span, clock)
        case "close":
            commands.close(store, reference, who, Disposition.NO_VIOLATION, clock)
        case "reopen":
            commands.reopen(store, house.directory, reference, who, clock)
        case "time":
            house.clock.now += span
        case "relay":
            outcomes = [Sent(), Deferred(detail="451 later"), Refused(detail="550 no")]
            house.courier.outcome = chance.choice(outcomes)
        case _:
            pass


@pytest.mark.parametrize("seed", range(4))
def test_no_open_case_is_without_a_next_step(house: House, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test is repeatable
    auditor = Auditor(
        store=house.store, directory=house.directory, composer=house.composer, clock=house.clock
    )
    cases = [house.report()[1], house.report(account=None)[1]]
    for _ in range(40):
        with suppress(Forbidden):
            act(house, chance, cases)
        house.planner.step()
        house.escalator.step()
        house.deliverer.step()
        for case in map(house.case, cases):
            assert (case.next_alert_at is None) == (case.state is CaseState.CLOSED)
            assert case.next_alert_at is None or case.next_alert_at >= house.clock()
    kinds = {finding.kind for finding in auditor.step()}
    assert not kinds & {"case_without_next_step", "escalation_overdue", "receipts_late"}
    alarms = " ".join(message.mail.dedupe_key for message in house.outbox(OutboxKind.ALARM))
    assert not re.search("escalation_failed|escalating_failed|summary_failed", alarms)


def test_a_relay_that_was_down_all_night_brings_one_alert_each(house: House) -> None:
    house.opened()
    house.courier.outcome = Deferred(detail="451 later")
    for _ in range(100):
        house.clock.turn(minutes=5)
        house.escalator.step()
        house.deliverer.step()
    house.courier.outcome, house.courier.seen = Sent(), []
    house.clock.turn(minutes=5)
    while house.deliverer.step():
        pass
    told = [m.mail.recipient for m in house.courier.seen if m.mail.kind is OutboxKind.ALERT]
    assert sorted(told) == ["anna@chirper.example", "ben@chirper.example", "lead@chirper.example"]


def test_what_the_log_tells_is_named_by_noun_and_verb(house: House) -> None:
    with capture_logs() as logs:
        house.opened()
        house.deliverer.step()
        house.courier.outcome = Refused(detail="550 no")
        house.tick(minutes=15)
        house.deliverer.step()
    told = {line["event"] for line in logs}
    assert {"escalation.started", "alert.queued", "receipt.queued", "message.sent"} <= told
    assert all(re.fullmatch(r"[a-z]+\.[a-z_]+", event) for event in told)
