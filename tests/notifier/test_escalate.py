from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from notifier import commands
from notifier.courier import Deferred
from notifier.escalate import Move, decide
from notifier.policy import EscalationPolicy, Step, Target, TargetKind
from store.model import (
    Case,
    CaseId,
    Disposition,
    Escalation,
    EscalationId,
    EventKind,
    OutboxKind,
    Severity,
)
from store.states import CaseState, EscalationState, OutboxState
from tests.notifier.house import START, House

ANNA = "anna@chirper.example"
BEN = "ben@chirper.example"
CLEO = "cleo@chirper.example"
LEAD = "lead@chirper.example"
OPS = "ops@chirper.example"

CASE = Case(
    id=CaseId(1),
    reference="C-00000-00000",
    state=CaseState.OPEN,
    severity=Severity.HIGH,
    account=None,
    opened_at=START,
    reports=1,
    reporters=1,
)
RUNNING = Escalation(
    id=EscalationId(1),
    case_id=CaseId(1),
    state=EscalationState.RUNNING,
    policy={},
    step=0,
    rounds=0,
    started_at=START,
    next_at=START,
)
PAUSED = replace(RUNNING, state=EscalationState.PAUSED)


@pytest.mark.parametrize(
    ("state", "taken_until", "escalation", "move"),
    [
        (CaseState.OPEN, None, RUNNING, Move.FIRE),
        (CaseState.OPEN, None, PAUSED, Move.FIRE),
        (CaseState.TAKEN, START, PAUSED, Move.EXPIRE),
        (CaseState.TAKEN, None, PAUSED, Move.EXPIRE),
        (CaseState.TAKEN, START + timedelta(seconds=1), PAUSED, Move.WATCH),
        (CaseState.TAKEN, START + timedelta(seconds=1), RUNNING, Move.TELL),
        (CaseState.CLOSED, None, RUNNING, Move.END),
    ],
)
def test_what_is_due_is_decided_by_the_case(
    state: CaseState, taken_until: datetime | None, escalation: Escalation, move: Move
) -> None:
    assert decide(replace(CASE, state=state, taken_until=taken_until), escalation, START) is move


def test_alerts_go_step_by_step_and_the_last_one_repeats(house: House) -> None:
    house.report()
    house.planner.step()
    told = [(after, house.tick(minutes=after)) for after in (0, 14, 1, 44, 1, 29, 1, 30)]
    assert told == [
        (0, [ANNA]),
        (14, []),
        (1, [BEN]),
        (44, []),
        (1, [LEAD]),
        (29, []),
        (1, [LEAD]),
        (30, [LEAD]),
    ]


def test_the_rota_is_asked_when_the_alert_goes_out(house: House) -> None:
    # The hand-over is at 8 in Berlin, which is 7 in UTC.
    house.clock.turn(hours=3, minutes=50)
    house.opened()
    assert house.tick(minutes=15) == [CLEO]


def test_an_outage_is_caught_up_with_one_alert(house: House) -> None:
    house.opened()
    assert house.tick(hours=10) == [CLEO]
    assert house.tick() == []
    assert house.tick(minutes=45) == [LEAD]


def test_a_step_is_done_once_by_two_escalators(house: House) -> None:
    _, case = house.report()
    house.planner.step()
    with house.store.snapshot() as work:
        (due,) = work.escalations.due(house.clock(), 10)
    house.escalator.step()
    assert house.escalator._attend_all([due]) == 0
    assert len(house.outbox(OutboxKind.ALERT)) == 1
    assert house.events(case).count(EventKind.ALERT_QUEUED) == 1


def test_every_alert_leaves_an_event(house: House) -> None:
    case = house.opened()
    with house.store.snapshot() as work:
        event = work.history.of_case(case.id)[-1]
    assert (event.kind, event.actor) == (EventKind.ALERT_QUEUED, "tipline")
    assert event.details == {"step": 1, "round": 0, "addresses": 1, "told": ["anna"]}


def test_a_lease_that_runs_out_gives_the_case_back_and_alerts(house: House) -> None:
    case = house.opened()
    commands.take(house.store, case.reference, "anna", timedelta(hours=1), house.clock)
    assert house.tick(minutes=59) == []
    assert house.tick(minutes=1) == [BEN]
    assert house.case(case).state is CaseState.OPEN
    assert EventKind.LEASE_EXPIRED in house.events(case)
    assert house.tick(minutes=45) == [LEAD]


def test_a_snooze_that_is_over_alerts_the_next_step(house: House) -> None:
    case = house.opened()
    commands.snooze(house.store, case.reference, "anna", timedelta(hours=2), house.clock)
    assert house.tick(minutes=119) == []
    assert house.tick(minutes=1) == [BEN]


def test_a_step_nobody_is_on_duty_for_goes_to_the_next_at_once(house: House) -> None:
    object.__setattr__(house.directory, "people", {})
    case = house.opened()
    alerts, alarms = house.outbox(OutboxKind.ALERT), house.outbox(OutboxKind.ALARM)
    assert [m.mail.recipient for m in alerts + alarms] == [LEAD, OPS]
    assert b"step 1, 2; step 3 is told now" in alarms[0].mail.content
    assert house.events(case).count(EventKind.NOBODY_ON_DUTY) == 2
    assert house.tick(minutes=29) == []
    assert house.tick(minutes=1) == [LEAD]


def test_when_no_step_finds_anybody_the_fallback_address_is_told(house: House) -> None:
    policy = house.directory.policies[Severity.HIGH]
    nobody = EscalationPolicy(key="high", steps=policy.steps[:2], repeat=policy.repeat)
    object.__setattr__(house.directory, "policies", dict.fromkeys(Severity, nobody))
    object.__setattr__(house.directory, "people", {})
    case = house.opened()
    alerts, alarms = house.outbox(OutboxKind.ALERT), house.outbox(OutboxKind.ALARM)
    assert [m.mail.recipient for m in alerts + alarms] == [OPS, OPS]
    assert b"Nobody was on duty" in alerts[0].mail.content
    assert house.events(case).count(EventKind.NOBODY_ON_DUTY) == 2


def test_a_closed_case_ends_what_still_runs(house: House) -> None:
    case = house.opened()
    with house.store.transaction() as work:
        work.cases.close(case, "anna", Disposition.NO_VIOLATION, house.clock())
        work.commit()
    assert house.tick(hours=1) == []
    assert house.escalation(case) is None


def test_one_case_that_cannot_be_alerted_holds_up_no_other(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, first = house.report()
    _, second = house.report(account=None)
    house.planner.step()
    next_at = first.id
    fire = house.escalator._fire.next_step

    def fail_once(work: object, case: Case, *rest: object) -> list[str]:
        if case.id == next_at:
            raise RuntimeError("broken")
        return fire(work, case, *rest)  # type: ignore[arg-type]  # passed through

    monkeypatch.setattr(house.escalator._fire, "next_step", fail_once)
    house.escalator.step()
    assert [m.mail.case_id for m in house.outbox(OutboxKind.ALERT)] == [second.id]
    assert len(house.outbox(OutboxKind.ALARM)) == 1
    escalation = house.escalation(first)
    assert escalation is not None
    assert escalation.next_at == house.clock() + timedelta(minutes=1)


def test_an_unreadable_snapshot_falls_back_to_the_policy_of_today(house: House) -> None:
    _, case = house.report()
    house.planner.step()
    with house.store.transaction() as work:
        running = work.escalations.active(case.id)
        assert running is not None
        work.escalations.end(running)
        work.escalations.start(case.id, {"version": 99}, house.clock(), house.clock())
        work.commit()
    assert house.tick() == [ANNA]


def test_a_changed_policy_leaves_running_cases_alone(house: House) -> None:
    house.opened()
    policies = dict(house.directory.policies)
    steps = policies[Severity.HIGH].steps[:1]
    shorter = EscalationPolicy(key="high", steps=steps, repeat=timedelta(minutes=1))
    object.__setattr__(house.directory, "policies", policies | {Severity.HIGH: shorter})
    assert house.tick(minutes=1) == []
    assert house.tick(minutes=14) == [BEN]


def test_while_nothing_can_be_sent_the_newest_alert_takes_the_place_of_older_ones(
    house: House,
) -> None:
    house.courier.outcome = Deferred(detail="the relay is away")
    house.opened()
    for _ in range(40):
        house.tick(minutes=10)
    waiting = [m for m in house.outbox(OutboxKind.ALERT) if m.state is OutboxState.QUEUED]
    assert [message.mail.recipient for message in waiting] == [ANNA, BEN, LEAD]


def test_repeats_do_not_drift_by_the_tick(house: House) -> None:
    policies = dict(house.directory.policies)
    steps = policies[Severity.HIGH].steps[:1]
    quick = EscalationPolicy(key="high", steps=steps, repeat=timedelta(seconds=2))
    object.__setattr__(house.directory, "policies", policies | {Severity.HIGH: quick})
    case = house.opened()
    before = len(house.alerts(case))
    for _ in range(20):
        house.tick(seconds=1.01)
    assert len(house.alerts(case)) - before == 10


def test_many_cases_that_cannot_be_alerted_make_few_alarms(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(15):
        house.report(account=None)
    house.planner.step()

    def fail(*_: object) -> list[str]:
        raise RuntimeError("broken")

    monkeypatch.setattr(house.escalator._fire, "next_step", fail)
    house.escalator.step()
    titles = [message.mail.subject for message in house.outbox(OutboxKind.ALARM)]
    assert len(titles) == 11
    assert titles[-1] == "[tipline] ALARM: Alerts about many cases could not be written"


def test_a_fault_in_passing_on_keeps_no_step_from_going_out(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> int:
        raise RuntimeError("broken")

    monkeypatch.setattr(house.escalator._fall_through, "step", fail)
    house.opened()
    assert [m.mail.recipient for m in house.outbox(OutboxKind.ALERT)] == [ANNA]
    (alarm,) = house.outbox(OutboxKind.ALARM)
    assert "could not be done" in alarm.mail.subject


def test_a_rota_and_people_that_are_gone_from_the_configuration_stop_no_case(house: House) -> None:
    """A case runs on with its policy as it was; a step that finds nobody is passed over."""
    case, held = house.opened(), house.opened(account=None)
    house.settle()
    commands.take(house.store, held.reference, "anna", timedelta(hours=8), house.clock)
    cleo = house.directory.people["cleo"]
    to_cleo = Step(after=timedelta(0), targets=(Target(kind=TargetKind.PERSON, name="cleo"),))
    only = EscalationPolicy(key="only", steps=(to_cleo,), repeat=timedelta(hours=1))
    smaller = replace(
        house.directory,
        people={"cleo": cleo},
        rotas={},
        policies=dict.fromkeys(Severity, only),
    )
    house = House(house.store, smaller)
    house.tick(minutes=15)
    house.settle()
    told = [message.mail.recipient for message in house.outbox(OutboxKind.ALERT)][2:]
    # The rota of the second step is no more: the third is told at once, and the operators are.
    assert told == ["lead@chirper.example"]
    assert EventKind.NOBODY_ON_DUTY in house.events(case)
    assert [m.mail.subject for m in house.outbox(OutboxKind.ALARM)] == [
        "[tipline] ALARM: Nobody is on duty"
    ]
    # Whoever had the other case cannot be reminded: it alerts again, and not after eight hours.
    house.tick(hours=1)
    house.settle()
    assert house.case(held).state is CaseState.OPEN
