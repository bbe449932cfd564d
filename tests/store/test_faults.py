from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from store.model import Fault
from tests.store.samples import NOW

if TYPE_CHECKING:
    from store.unit_of_work import Store

FAULT = Fault(
    name="outbox_stuck",
    title="3 messages wait",
    count=3,
    subjects=("case C-00000-00000",),
    raised_at=NOW,
    seen_at=NOW,
)


def test_a_fault_is_kept_until_it_is_removed(store: Store) -> None:
    with store.transaction() as work:
        work.faults.put(FAULT)
        work.commit()
    with store.snapshot() as work:
        assert work.faults.all() == {"outbox_stuck": FAULT}
    with store.transaction() as work:
        work.faults.remove("outbox_stuck")
        work.commit()
    with store.snapshot() as work:
        assert work.faults.all() == {}


def test_a_fault_put_again_takes_the_place_of_the_first(store: Store) -> None:
    worse = replace(FAULT, count=9, title="9 messages wait")
    with store.transaction() as work:
        work.faults.put(FAULT)
        work.faults.put(worse)
        assert work.faults.all() == {"outbox_stuck": worse}


def test_a_fault_seen_again_keeps_when_it_was_told(store: Store) -> None:
    later = NOW + timedelta(minutes=5)
    with store.transaction() as work:
        work.faults.put(FAULT)
        work.faults.saw("outbox_stuck", later)
        assert work.faults.all()["outbox_stuck"] == replace(FAULT, seen_at=later)
