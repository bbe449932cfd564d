from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from store.errors import Forbidden
from store.model import Case, Escalation
from store.states import EscalationState
from store.unit_of_work import Store, UnitOfWork
from tests.store.samples import NOW, open_case

POLICY = {"key": "high", "steps": [{"after": 0, "targets": ["anna"]}]}
SOON = NOW + timedelta(minutes=15)


def start(work: UnitOfWork, case: Case) -> Escalation:
    work.escalations.start(case.id, POLICY, NOW, SOON)
    return active(work, case)


def active(work: UnitOfWork, case: Case) -> Escalation:
    found = work.escalations.active(case.id)
    assert found is not None
    return found


def test_an_escalation_runs_on_a_snapshot_of_its_policy(store: Store) -> None:
    case = open_case(store)
    with store.transaction() as work:
        escalation = start(work, case)
    assert (escalation.policy, escalation.state) == (POLICY, EscalationState.RUNNING)
    assert (escalation.step, escalation.rounds, escalation.next_at) == (0, 0, SOON)


def test_a_case_has_at_most_one_escalation_that_has_not_ended(store: Store) -> None:
    case = open_case(store)
    with store.transaction() as work:
        work.escalations.end(start(work, case))
        start(work, case)
        with pytest.raises(IntegrityError):
            start(work, case)


def test_the_longest_overdue_come_first_and_the_ended_not_at_all(store: Store) -> None:
    cases = [open_case(store, handle) for handle in ("a", "b", "c", "d")]
    with store.transaction() as work:
        for case, minutes in zip(cases, (5, 1, 3, 60), strict=True):
            due = NOW + timedelta(minutes=minutes)
            work.escalations.start(case.id, POLICY, NOW, due)
        work.escalations.end(active(work, cases[2]))
        due_now = work.escalations.due(NOW + timedelta(minutes=5), limit=10)
    assert [escalation.case_id for escalation in due_now] == [cases[1].id, cases[0].id]


def test_a_paused_escalation_is_due_again_when_its_pause_ends(store: Store) -> None:
    case = open_case(store)
    later = SOON + timedelta(hours=1)
    with store.transaction() as work:
        work.escalations.pause(start(work, case), later, "taken")
        assert work.escalations.due(SOON, limit=10) == []
        (due,) = work.escalations.due(later, limit=10)
    assert (due.state, due.pause_reason) == (EscalationState.PAUSED, "taken")


def test_a_pause_may_be_lengthened(store: Store) -> None:
    case = open_case(store)
    with store.transaction() as work:
        work.escalations.pause(start(work, case), SOON, "taken")
        work.escalations.pause(active(work, case), SOON + timedelta(hours=1), "snoozed")
        assert active(work, case).pause_reason == "snoozed"


def test_a_resumed_escalation_forgets_why_it_was_paused(store: Store) -> None:
    case = open_case(store)
    with store.transaction() as work:
        work.escalations.pause(start(work, case), SOON, "taken")
        work.escalations.resume(active(work, case), NOW)
        found = active(work, case)
    assert (found.state, found.next_at, found.pause_reason) == (EscalationState.RUNNING, NOW, None)


def test_a_step_done_is_remembered_with_the_next_time(store: Store) -> None:
    case = open_case(store)
    with store.transaction() as work:
        work.escalations.advance(start(work, case), step=1, rounds=2, next_at=NOW)
        found = active(work, case)
    assert (found.step, found.rounds, found.next_at) == (1, 2, NOW)


def test_an_ended_escalation_stays_ended(store: Store) -> None:
    case = open_case(store)
    with store.transaction() as work:
        number = work.escalations.start(case.id, POLICY, NOW, SOON)
        running = active(work, case)
        work.escalations.end(running)
        assert work.escalations.active(case.id) is None
    ended = Escalation(
        id=number,
        case_id=case.id,
        state=EscalationState.ENDED,
        policy=POLICY,
        step=0,
        rounds=0,
        started_at=NOW,
        next_at=None,
    )
    with store.transaction() as work, pytest.raises(Forbidden):
        work.escalations.resume(ended, NOW)
