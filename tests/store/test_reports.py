from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from store.errors import NotFound
from store.model import (
    EvidencePart,
    MailTraits,
    Report,
    Role,
    Sighting,
)
from store.states import AcknowledgementState
from store.unit_of_work import Store
from tests.store.samples import NOW, account_named, add_report, open_case

SIGHTING = Sighting(
    account=account_named("Alex", user_id="7"),
    role=Role.REPORTED,
    method="profile_url",
    confidence=0.9,
    part="text",
    span=(3, 9),
)
PART = EvidencePart(filename="a.png", content_type="image/png", size=9, sha256="a" * 64)


def report_in(store: Store, **changes: Any) -> Report:
    with store.transaction() as work:
        report = work.reports.get(add_report(work, **changes))
        work.commit()
    return report


def decide(store: Store, report: Report, state: AcknowledgementState) -> bool:
    with store.transaction() as work:
        decided = work.reports.decide(report.id, state, "a reason")
        work.commit()
    return decided


def test_a_report_is_read_back_as_it_was_written(store: Store) -> None:
    traits = MailTraits(
        reverse_path="",
        from_addresses=("a@mail.example", "b@mail.example"),
        references=("1@mail.example",),
        headers=(("precedence", "bulk"),),
        archived=True,
        authentication=("mx.chirper.example; none",),
    )
    report = report_in(store, traits=traits)
    assert (report.traits, report.received_at) == (traits, NOW)
    assert report.acknowledgement is AcknowledgementState.PENDING


def test_suggestions_and_their_reasons_are_kept(store: Store) -> None:
    report = report_in(
        store,
        urgency="child_missing",
        urgency_reason="is missing",
        category="missing_child",
        category_reason="is missing",
        external_id="reporter.example 7",
    )
    assert (report.urgency, report.urgency_reason) == ("child_missing", "is missing")
    assert (report.category, report.category_reason) == ("missing_child", "is missing")
    assert report.external_id == "reporter.example 7"


def test_a_number_longer_than_its_column_is_cut(store: Store) -> None:
    report = report_in(store, external_id="x" * 300, urgency_reason="y" * 300)
    assert (report.external_id, report.urgency_reason) == ("x" * 200, "y" * 200)


def test_words_and_defects_are_kept_beside_the_report(store: Store) -> None:
    report = report_in(store, words=b"sealed words", defects=("one", "two"))
    with store.snapshot() as work:
        assert work.reports.sealed_words(report.id) == b"sealed words"
        assert work.reports.defects(report.id) == ["one", "two"]


def test_sightings_are_read_back_as_they_were_written(store: Store) -> None:
    report = report_in(store)
    with store.transaction() as work:
        account = work.accounts.add_or_complete(SIGHTING.account, NOW)
        work.reports.add_sighting(report.id, account, SIGHTING)
        assert work.reports.sightings(report.id) == [SIGHTING]


def test_evidence_is_listed_in_order_and_without_names(store: Store) -> None:
    report = report_in(store)
    second = EvidencePart(filename=None, content_type="x/" + "y" * 300, size=1, sha256="b" * 64)
    with store.transaction() as work:
        work.reports.add_evidence(report.id, [PART, second])
        listed = work.reports.evidence(report.id)
    assert [(part.filename, part.sha256[0]) for part in listed] == [(None, "a"), (None, "b")]
    assert len(listed[1].content_type) == 120


def test_a_receipt_is_decided_once(store: Store) -> None:
    report = report_in(store)
    states = (AcknowledgementState.WITHHELD, AcknowledgementState.QUEUED)
    assert [decide(store, report, state) for state in states] == [True, False]


def test_undecided_reports_come_oldest_first(store: Store) -> None:
    reports = [report_in(store) for _ in range(3)]
    decide(store, reports[0], AcknowledgementState.WITHHELD)
    with store.snapshot() as work:
        assert [report.id for report in work.reports.undecided(limit=1)] == [reports[1].id]
        assert work.reports.undecided_before(NOW + timedelta(seconds=1)) == 2
        assert work.reports.undecided_before(NOW) == 0


def test_the_outcome_of_a_receipt_is_noted_with_its_reason(store: Store) -> None:
    report = report_in(store)
    with store.transaction() as work:
        work.reports.set_outcome(report.id, AcknowledgementState.FAILED, "no such mailbox")
        found = work.reports.get(report.id)
    assert found.acknowledgement is AcknowledgementState.FAILED
    assert found.acknowledgement_reason == "no such mailbox"


def test_a_report_is_found_as_people_type_its_reference(store: Store) -> None:
    report = report_in(store)
    with store.snapshot() as work:
        assert work.reports.find(report.reference.lower().replace("-", "")) == report


def test_a_mistyped_reference_names_the_nearest(store: Store) -> None:
    report = report_in(store)
    with store.snapshot() as work, pytest.raises(NotFound) as missed:
        work.reports.find(report.reference[:-1] + "U")
    assert missed.value.nearest == (report.reference,)


def test_a_report_names_its_cases_and_a_case_its_reports(store: Store) -> None:
    case = open_case(store)
    with store.snapshot() as work:
        (report,) = work.reports.of_case(case.reference)
        listed = work.reports.listing(limit=5)
    assert report.case_references == (case.reference,)
    assert [found.id for found in listed] == [report.id]


def test_a_reply_names_the_report_it_answers_and_is_found_from_it(store: Store) -> None:
    with store.transaction() as work:
        first = add_report(work)
        second = add_report(work, answers_id=first)
        work.commit()
        answered = work.reports.get(first)
        assert work.reports.get(second).answers == answered.reference
        assert ([each.id for each in work.reports.replies(first)], answered.answers) == (
            [second],
            None,
        )
