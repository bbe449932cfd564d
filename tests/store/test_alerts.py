from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import create_engine

from store.alerts import NewAlert
from store.model import (
    AlertId,
    AlertReason,
    Attempt,
    Case,
    CaseId,
    EscalationId,
    OutboxId,
    OutboxKind,
    Severity,
)
from store.states import AlertState, OutboxState
from store.unit_of_work import DATABASE_NAME, Store, UnitOfWork
from store.upgrade import _config, upgrade
from tests.store.samples import NOW, open_case, outgoing

ANNA = "anna@chirper.example"
BEN = "ben@chirper.example"
MINUTE = timedelta(minutes=1)


def escalation(work: UnitOfWork, case: Case) -> EscalationId:
    active = work.escalations.active(case.id)
    return active.id if active else work.escalations.start(case.id, {}, NOW, NOW)


def add(  # noqa: PLR0913 - an alert has this many facts
    work: UnitOfWork,
    case: Case,
    address: str = ANNA,
    *,
    step: int = 0,
    severity: Severity = Severity.HIGH,
    at: datetime = NOW,
) -> AlertId | None:
    new = NewAlert(
        case_id=case.id,
        escalation_id=escalation(work, case),
        step=step,
        round=0,
        address=address,
        reason=AlertReason.STEP,
        severity=severity,
    )
    return work.alerts.add(new, at)


def carry(work: UnitOfWork, key: str, address: str = ANNA, at: datetime = NOW) -> OutboxId:
    number = work.outbox.queue(outgoing(key, OutboxKind.ALERT), at)
    assert number is not None
    work.alerts.carry(address, number, at)
    return number


def finish(work: UnitOfWork, mail: OutboxId, state: OutboxState) -> None:
    tried = Attempt(at=NOW, outcome=state.value)
    work.outbox.record(work.outbox.get(mail), tried, state)
    if state is OutboxState.FAILED:
        work.alerts.fail(mail)


def states(work: UnitOfWork, case: Case) -> list[AlertState]:
    return [alert.state for alert in work.alerts.of_case(case.id)]


def test_the_same_alert_is_decided_once(store: Store) -> None:
    case = open_case(store)
    with store.transaction() as work:
        assert add(work, case) is not None
        assert add(work, case) is None


def test_a_newer_alert_about_a_case_takes_the_place_of_one_that_waits(store: Store) -> None:
    case = open_case(store)
    with store.transaction() as work:
        add(work, case)
        add(work, case, BEN)
        add(work, case, step=1)
        assert states(work, case) == [
            AlertState.CANCELLED,
            AlertState.WAITING,
            AlertState.WAITING,
        ]


def test_critical_is_urgent_until_the_address_has_been_sent_it(store: Store) -> None:
    case = open_case(store)
    with store.transaction() as work:
        add(work, case, severity=Severity.CRITICAL)
        add(work, case, step=1, severity=Severity.CRITICAL)
        assert work.alerts.waiting_count(ANNA).urgent == 1
        carry(work, "mail")
        add(work, case, step=2, severity=Severity.CRITICAL)
        assert work.alerts.waiting_count(ANNA).urgent == 0


def test_waiting_alerts_are_counted_and_listed_by_severity(store: Store) -> None:
    mild, grave = open_case(store), open_case(store, None, severity=Severity.CRITICAL)
    with store.transaction() as work:
        add(work, mild)
        add(work, grave, severity=Severity.CRITICAL)
        add(work, grave, BEN)
        counted = work.alerts.waiting_count(ANNA)
        assert (counted.total, counted.by_severity[Severity.CRITICAL]) == (2, 1)
        assert [alert.case_id for alert in work.alerts.waiting(ANNA, 5)] == [grave.id, mild.id]
        assert len(work.alerts.waiting(ANNA, 1)) == 1
        assert work.alerts.waiting_addresses() == [ANNA, BEN]


def test_mails_to_an_address_are_counted_from_a_moment_on(store: Store) -> None:
    cases = [open_case(store, None) for _ in range(3)]
    with store.transaction() as work:
        add(work, cases[0])
        carry(work, "early", at=NOW - MINUTE)
        add(work, cases[1], severity=Severity.CRITICAL)
        add(work, cases[2])
        carry(work, "late")
        (late,) = work.alerts.carriages(ANNA, NOW)
        assert (late.at, late.alerts, late.urgent) == (NOW, 2, 1)
        assert len(work.alerts.carriages(ANNA, NOW - MINUTE)) == 2
        assert work.alerts.carriages(BEN, NOW - MINUTE) == []


def test_the_alerts_of_a_mail_that_is_taken_back_wait_again_unless_overtaken(store: Store) -> None:
    renewed, other = open_case(store), open_case(store, None)
    with store.transaction() as work:
        add(work, renewed)
        add(work, other)
        mail = carry(work, "mail")
        add(work, renewed, step=1)
        work.alerts.take_back(mail)
        assert states(work, renewed) == [AlertState.CANCELLED, AlertState.WAITING]
        assert states(work, other) == [AlertState.WAITING]


def test_cancelling_a_case_spares_the_mail_that_tells_of_others(store: Store) -> None:
    case, other = open_case(store), open_case(store, None)
    with store.transaction() as work:
        add(work, case)
        add(work, other)
        mail = carry(work, "mail")
        assert work.outbox.cancel_for_case(case.id) == 0
        assert not work.alerts.is_overtaken(mail)
        assert work.outbox.cancel_for_case(other.id) == 1
        assert work.alerts.is_overtaken(mail)
        assert work.outbox.get(mail).state is OutboxState.CANCELLED


def test_what_was_sent_is_not_cancelled_any_more(store: Store) -> None:
    case = open_case(store)
    with store.transaction() as work:
        add(work, case)
        finish(work, carry(work, "mail"), OutboxState.SENT)
        work.outbox.cancel_for_case(case.id)
        assert states(work, case) == [AlertState.CARRIED]


def test_a_mail_that_came_back_fails_every_alert_in_it_once(store: Store) -> None:
    cases = [open_case(store, None) for _ in range(2)]
    with store.transaction() as work:
        for case in cases:
            add(work, case)
        mail = carry(work, "mail")
        finish(work, mail, OutboxState.SENT)
        work.outbox.note_bounce(work.outbox.get(mail), Attempt(at=NOW, outcome="bounced"))
        failed = work.alerts.failed(10)
        assert [alert.case_id for alert in failed] == [case.id for case in cases]
        work.alerts.pass_on([alert.id for alert in failed], NOW)
        assert work.alerts.failed(10) == []
        assert work.alerts.fail(mail) == 0


def test_an_alert_whose_mail_waits_too_long_is_late_until_passed_on(store: Store) -> None:
    case = open_case(store)
    with store.transaction() as work:
        number = add(work, case)
        assert number is not None
        assert work.alerts.late(NOW, 10) == []
        carry(work, "mail")
        assert work.alerts.late(NOW - MINUTE, 10) == []
        assert [alert.id for alert in work.alerts.late(NOW, 10)] == [number]
        work.alerts.pass_on([number], NOW)
        assert work.alerts.late(NOW, 10) == []


def unheard(work: UnitOfWork, since: datetime = NOW) -> list[CaseId]:
    return work.alerts.unheard_cases(since)


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


def test_alerts_queued_before_they_had_rows_get_theirs_at_the_upgrade(tmp_path: Path) -> None:
    path = tmp_path / DATABASE_NAME
    config = _config()
    with create_engine(f"sqlite:///{path}").begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0007")
    old = sqlite3.connect(path)
    old.executescript(
        """
        INSERT INTO cases (id, reference, state, severity, opened_at, events, chain)
        VALUES (7, 'C-AAAAA-AAAAA', 'open', 3, '2026-11-22 03:00:00', 0, '');
        INSERT INTO escalations (id, case_id, state, policy, step, rounds, started_at)
        VALUES (5, 7, 'running', '{}', 1, 0, '2026-11-22 03:00:00');
        """
    )
    keys = ("alert:5:0:2:anna@chirper.example", "alert:99:0:0:x", "odd")
    for number, key in enumerate(keys):
        old.execute(
            "INSERT INTO outbox (kind, dedupe_key, sender, recipient, subject, message_id, content,"
            " case_id, state, attempts, created_at, way) VALUES ('alert', ?, '', ?, '', ?, x'00',"
            " 7, 'queued', 0, '2026-11-22 03:00:00', 'mail')",
            (key, ANNA, f"<{number}@x.example>"),
        )
    old.commit()
    upgrade(path)
    rows = old.execute("SELECT escalation_id, step, round, address, state FROM alerts").fetchall()
    old.close()
    assert rows == [(5, 0, 2, ANNA, "carried")]
