from __future__ import annotations

import pytest

from store.errors import NotFound
from store.model import MailTraits
from store.states import AcknowledgementState
from store.unit_of_work import Store
from tests.store.samples import NOW, add_report, open_case, report_in


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
