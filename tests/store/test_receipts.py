from __future__ import annotations

from datetime import timedelta

from store.model import Report
from store.states import AcknowledgementState
from store.unit_of_work import Store
from tests.store.samples import NOW, report_in


def decide(store: Store, report: Report, state: AcknowledgementState) -> bool:
    with store.transaction() as work:
        decided = work.receipts.decide(report.id, state, "a reason")
        work.commit()
    return decided


def test_a_receipt_is_decided_once(store: Store) -> None:
    report = report_in(store)
    states = (AcknowledgementState.WITHHELD, AcknowledgementState.QUEUED)
    assert [decide(store, report, state) for state in states] == [True, False]


def test_undecided_reports_come_oldest_first(store: Store) -> None:
    reports = [report_in(store) for _ in range(3)]
    decide(store, reports[0], AcknowledgementState.WITHHELD)
    with store.snapshot() as work:
        assert [report.id for report in work.reports.undecided(limit=1)] == [reports[1].id]
        assert work.receipts.undecided_before(NOW + timedelta(seconds=1)) == 2
        assert work.receipts.undecided_before(NOW) == 0


def test_the_outcome_of_a_receipt_is_noted_with_its_reason(store: Store) -> None:
    report = report_in(store)
    with store.transaction() as work:
        work.receipts.set_outcome(report.id, AcknowledgementState.FAILED, "no such mailbox")
        found = work.reports.get(report.id)
    assert found.acknowledgement is AcknowledgementState.FAILED
    assert found.acknowledgement_reason == "no such mailbox"
