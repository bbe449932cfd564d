from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from store.model import Case, CaseId, EventKind
from store.unit_of_work import DATABASE_NAME, Store
from tests.store.samples import NOW, open_case

DETAILS = {"report": "R-00000-00000", "reason": "it worries \ud800 me", "list": [1, 2.5, None]}

INSERTED = """
INSERT INTO case_events (case_id, sequence, at, kind, actor, details, previous_digest, digest)
SELECT case_id, 5, at, kind, actor, details, digest, 'x' FROM case_events
WHERE case_id = 1 AND sequence = 4
"""


def append(store: Store, case: Case, **changes: Any) -> None:
    values: dict[str, Any] = {"actor": "anna", "at": NOW, "details": DETAILS}
    with store.transaction() as work:
        work.history.append(case.id, EventKind.NOTE, **values | changes)
        work.commit()


def broken(store: Store) -> list[CaseId]:
    with store.snapshot() as work:
        return work.history.broken_chains()


@pytest.fixture
def case(store: Store) -> Case:
    """A case with four events, and another one beside it."""
    case = open_case(store, "Alex")
    for _ in range(3):
        append(store, case)
    append(store, open_case(store, "Sam"))
    return case


def tamper(state_dir: Path, statement: str) -> None:
    """Change the database behind the program's back."""
    connection = sqlite3.connect(state_dir / DATABASE_NAME)
    with connection:
        connection.execute(statement)
    connection.close()


def test_events_are_kept_in_order_each_chained_to_the_one_before(store: Store, case: Case) -> None:
    with store.snapshot() as work:
        events = work.history.of_case(case.id)
    assert [event.sequence for event in events] == [1, 2, 3, 4]
    assert [e.previous_digest for e in events] == ["", *(e.digest for e in events[:-1])]


def test_an_event_is_read_back_as_it_was_written(store: Store) -> None:
    case = open_case(store)
    elsewhere = NOW.astimezone(timezone(timedelta(hours=9)))
    append(store, case, at=elsewhere)
    with store.snapshot() as work:
        event = work.history.of_case(case.id)[-1]
    assert (event.details, event.at, event.actor) == (DETAILS, NOW, "anna")


def test_an_untouched_history_is_whole(store: Store, case: Case) -> None:
    append(store, case, at=datetime(2026, 11, 22, 3, 0, 0, 123456, tzinfo=NOW.tzinfo))
    assert broken(store) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE case_events SET actor = 'ben' WHERE case_id = 1 AND sequence = 2",
        "UPDATE case_events SET kind = 'closed' WHERE case_id = 1 AND sequence = 2",
        "UPDATE case_events SET at = '2026-11-22 02:00:00.000000' WHERE case_id = 1",
        "UPDATE case_events SET details = '{}' WHERE case_id = 1 AND sequence = 3",
        "UPDATE case_events SET digest = 'x' WHERE case_id = 1 AND sequence = 4",
        "DELETE FROM case_events WHERE case_id = 1 AND sequence = 4",
        "DELETE FROM case_events WHERE case_id = 1 AND sequence = 2",
        "DELETE FROM case_events WHERE case_id = 1 AND sequence = 3",
        "UPDATE case_events SET case_id = 2, sequence = 9 WHERE case_id = 1 AND sequence = 4",
        INSERTED,
        "UPDATE case_events SET sequence = 12 - sequence WHERE case_id = 1 AND sequence > 2",
    ],
)
def test_a_changed_removed_or_inserted_event_breaks_the_chain(
    store: Store, case: Case, state_dir: Path, statement: str
) -> None:
    tamper(state_dir, statement)
    assert case.id in broken(store)


def test_only_the_tampered_case_is_named(store: Store, case: Case, state_dir: Path) -> None:
    tamper(state_dir, "UPDATE case_events SET actor = 'ben' WHERE case_id = 1")
    assert broken(store) == [case.id]


def test_an_event_to_be_planned_is_given_until_it_is_marked_once(store: Store) -> None:
    case = open_case(store)
    append(store, case)
    with store.transaction() as work:
        (event,) = work.history.unplanned(limit=10)
        marked = [work.history.mark_planned(event.id) for _ in range(2)]
        assert (event.kind, marked) == (EventKind.OPENED, [True, False])
        assert work.history.unplanned(limit=10) == []


def test_events_to_be_planned_come_oldest_first(store: Store) -> None:
    cases = [open_case(store, handle) for handle in ("a", "b", "c")]
    with store.snapshot() as work:
        found = [event.case_id for event in work.history.unplanned(limit=2)]
    assert found == [case.id for case in cases[:2]]
