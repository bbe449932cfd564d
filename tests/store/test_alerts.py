from __future__ import annotations

import sqlite3
from pathlib import Path

from alembic import command
from sqlalchemy import create_engine

from store.states import AlertState, OutboxState
from store.unit_of_work import DATABASE_NAME, Store
from store.upgrade import _config, upgrade
from tests.store.alerted import ANNA, BEN, add, carry, finish, states
from tests.store.samples import open_case


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
