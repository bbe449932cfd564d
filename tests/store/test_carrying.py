from __future__ import annotations

from store.model import Severity
from store.states import AlertState
from store.unit_of_work import Store
from tests.store.alerted import ANNA, BEN, MINUTE, add, carry, states
from tests.store.samples import NOW, open_case


def test_critical_is_urgent_until_the_address_has_been_sent_it(store: Store) -> None:
    case = open_case(store)
    with store.transaction() as work:
        add(work, case, severity=Severity.CRITICAL)
        add(work, case, step=1, severity=Severity.CRITICAL)
        assert work.carrying.waiting_count(ANNA).urgent == 1
        carry(work, "mail")
        add(work, case, step=2, severity=Severity.CRITICAL)
        assert work.carrying.waiting_count(ANNA).urgent == 0


def test_waiting_alerts_are_counted_and_listed_by_severity(store: Store) -> None:
    mild, grave = open_case(store), open_case(store, None, severity=Severity.CRITICAL)
    with store.transaction() as work:
        add(work, mild)
        add(work, grave, severity=Severity.CRITICAL)
        add(work, grave, BEN)
        counted = work.carrying.waiting_count(ANNA)
        assert (counted.total, counted.by_severity[Severity.CRITICAL]) == (2, 1)
        assert [alert.case_id for alert in work.carrying.waiting(ANNA, 5)] == [grave.id, mild.id]
        assert len(work.carrying.waiting(ANNA, 1)) == 1
        assert work.carrying.waiting_addresses() == [ANNA, BEN]


def test_mails_to_an_address_are_counted_from_a_moment_on(store: Store) -> None:
    cases = [open_case(store, None) for _ in range(3)]
    with store.transaction() as work:
        add(work, cases[0])
        carry(work, "early", at=NOW - MINUTE)
        add(work, cases[1], severity=Severity.CRITICAL)
        add(work, cases[2])
        carry(work, "late")
        (late,) = work.carrying.carriages(ANNA, NOW)
        assert (late.at, late.alerts, late.urgent) == (NOW, 2, 1)
        assert len(work.carrying.carriages(ANNA, NOW - MINUTE)) == 2
        assert work.carrying.carriages(BEN, NOW - MINUTE) == []


def test_the_alerts_of_a_mail_that_is_taken_back_wait_again_unless_overtaken(store: Store) -> None:
    renewed, other = open_case(store), open_case(store, None)
    with store.transaction() as work:
        add(work, renewed)
        add(work, other)
        mail = carry(work, "mail")
        add(work, renewed, step=1)
        work.carrying.take_back(mail)
        assert states(work, renewed) == [AlertState.CANCELLED, AlertState.WAITING]
        assert states(work, other) == [AlertState.WAITING]
