from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from store.model import Attempt, CaseId
from store.states import OutboxState
from store.unit_of_work import Store, UnitOfWork
from tests.store.alerted import BEN, MINUTE, add, carry, finish
from tests.store.samples import NOW, open_case


def test_a_mail_that_came_back_fails_every_alert_in_it_once(store: Store) -> None:
    cases = [open_case(store, None) for _ in range(2)]
    with store.transaction() as work:
        for case in cases:
            add(work, case)
        mail = carry(work, "mail")
        finish(work, mail, OutboxState.SENT)
        work.outbox.note_bounce(work.outbox.get(mail), Attempt(at=NOW, outcome="bounced"))
        failed = work.unheard.failed(10)
        assert [alert.case_id for alert in failed] == [case.id for case in cases]
        work.unheard.pass_on([alert.id for alert in failed], NOW)
        assert work.unheard.failed(10) == []
        assert work.alerts.fail(mail) == 0


def test_an_alert_whose_mail_waits_too_long_is_late_until_passed_on(store: Store) -> None:
    case = open_case(store)
    with store.transaction() as work:
        number = add(work, case)
        assert number is not None
        assert work.unheard.late(NOW, 10) == []
        carry(work, "mail")
        assert work.unheard.late(NOW - MINUTE, 10) == []
        assert [alert.id for alert in work.unheard.late(NOW, 10)] == [number]
        work.unheard.pass_on([number], NOW)
        assert work.unheard.late(NOW, 10) == []


def test_what_the_rate_holds_back_is_not_late_and_what_waits_by_turns_is(store: Store) -> None:
    case = open_case(store)
    later = NOW + 5 * MINUTE
    with store.transaction() as work:
        number = add(work, case)
        first = carry(work, "summary", at=later)
        assert work.unheard.late(NOW, 10) == []
        # A newer mail takes its place, and the alert has waited since the first one.
        work.carrying.take_back(first)
        assert work.unheard.late(later, 10) == []
        carry(work, "newer", at=later + MINUTE)
        assert [alert.id for alert in work.unheard.late(later, 10)] == [number]


def test_a_case_held_back_for_a_summary_may_still_be_heard_of(store: Store) -> None:
    case = open_case(store)
    with store.transaction() as work:
        add(work, case)
        finish(work, carry(work, "failed"), OutboxState.FAILED)
        add(work, case, BEN)
        assert unheard(work, NOW + timedelta(minutes=9)) == []


def unheard(work: UnitOfWork, since: datetime = NOW) -> list[CaseId]:
    return work.unheard.cases(since)


def test_an_open_case_is_unheard_while_its_alerts_failed(store: Store) -> None:
    case, sent = open_case(store), open_case(store, None)
    with store.transaction() as work:
        add(work, case)
        finish(work, carry(work, "failed"), OutboxState.FAILED)
        add(work, sent)
        finish(work, carry(work, "sent"), OutboxState.SENT)
        assert unheard(work) == [case.id]


@pytest.mark.parametrize("state", [OutboxState.SENT, OutboxState.QUEUED])
def test_a_case_is_heard_of_by_an_alert_that_went_or_may_still_go(
    store: Store, state: OutboxState
) -> None:
    case = open_case(store)
    with store.transaction() as work:
        add(work, case)
        finish(work, carry(work, "anna"), OutboxState.FAILED)
        add(work, case, BEN)
        finish(work, carry(work, "ben", BEN), state)
        assert unheard(work) == []
        later = unheard(work, NOW + timedelta(minutes=5))
        assert later == ([case.id] if state is OutboxState.QUEUED else [])


def test_a_case_whose_only_alert_came_back_is_unheard(store: Store) -> None:
    case = open_case(store)
    with store.transaction() as work:
        add(work, case)
        mail = carry(work, "mail")
        finish(work, mail, OutboxState.SENT)
        assert unheard(work) == []
        work.outbox.note_bounce(work.outbox.get(mail), Attempt(at=NOW, outcome="bounced"))
        assert unheard(work) == [case.id]


def test_a_case_somebody_took_is_not_unheard(store: Store) -> None:
    case = open_case(store)
    with store.transaction() as work:
        add(work, case)
        finish(work, carry(work, "mail"), OutboxState.FAILED)
        work.cases.take(case, "anna", NOW + MINUTE, NOW)
        assert unheard(work) == []
