from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from store.errors import Forbidden, NotFound
from store.model import Case, Disposition, EventKind, ReportId, Severity
from store.states import CASE_STEPS, CaseState
from store.unit_of_work import Store, UnitOfWork
from tests.store.samples import NOW, add_report, open_case

UNTIL = NOW + timedelta(hours=1)


def take(work: UnitOfWork, case: Case) -> None:
    work.cases.take(case, "anna", UNTIL, NOW)


def release(work: UnitOfWork, case: Case) -> None:
    work.cases.release(case, "anna", NOW, EventKind.RELEASED)


def close(work: UnitOfWork, case: Case) -> None:
    work.cases.close(case, "anna", Disposition.ACCOUNT_REMOVED, NOW)


def reopen(work: UnitOfWork, case: Case) -> None:
    work.cases.reopen(case, "tipline", NOW, {"reason": "reported again"})


Step = Callable[[UnitOfWork, Case], None]
TO_STATE: dict[CaseState, list[Step]] = {
    CaseState.OPEN: [],
    CaseState.TAKEN: [take],
    CaseState.CLOSED: [close],
}
ENDS_IN: list[tuple[Step, CaseState]] = [
    (take, CaseState.TAKEN),
    (release, CaseState.OPEN),
    (close, CaseState.CLOSED),
    (reopen, CaseState.OPEN),
]


def after(store: Store, case: Case, *steps: Step) -> Case:
    for step in steps:
        with store.transaction() as work:
            step(work, work.cases.get(case.id))
            work.commit()
    with store.snapshot() as work:
        return work.cases.get(case.id)


def join(store: Store, case: Case, reporter: str | None) -> ReportId:
    with store.transaction() as work:
        report = add_report(work, reporter=reporter)
        work.cases.add_report(case.id, report)
        work.commit()
    return report


@pytest.mark.parametrize("before", list(CaseState))
@pytest.mark.parametrize(("step", "ends_in"), ENDS_IN)
def test_every_step_is_done_or_forbidden_as_the_table_says(
    store: Store, before: CaseState, step: Step, ends_in: CaseState
) -> None:
    case = after(store, open_case(store), *TO_STATE[before])
    if ends_in in CASE_STEPS[before]:
        assert after(store, case, step).state is ends_in
        return
    with pytest.raises(Forbidden, match=f"case {case.reference} is {before}"):
        after(store, case, step)


def test_two_people_cannot_take_one_case(store: Store) -> None:
    case = open_case(store)
    after(store, case, take)
    with store.transaction() as work, pytest.raises(Forbidden, match="somebody else"):
        work.cases.take(case, "ben", UNTIL, NOW)


def test_a_taken_case_tells_by_whom_and_until_when(store: Store) -> None:
    case = after(store, open_case(store), take)
    assert (case.taken_by, case.taken_at, case.taken_until) == ("anna", NOW, UNTIL)


def test_a_case_opened_again_keeps_nothing_of_its_ending(store: Store) -> None:
    case = after(store, open_case(store), take, close, reopen)
    assert (case.disposition, case.closed_at, case.taken_by, case.taken_until) == (None,) * 4


def test_every_step_leaves_an_event(store: Store) -> None:
    case = after(store, open_case(store), take, release, take, close, reopen)
    with store.snapshot() as work:
        kinds = [event.kind.value for event in work.history.of_case(case.id)]
    assert kinds == ["opened", "taken", "released", "taken", "closed", "reopened"]


def test_severity_is_raised_and_never_lowered(store: Store) -> None:
    case = open_case(store, severity=Severity.HIGH)
    with store.transaction() as work:
        raised = [work.cases.raise_severity(case.id, severity) for severity in reversed(Severity)]
        work.commit()
    assert raised == [True, False, False, False]


def test_reports_are_counted_and_people_counted_once(store: Store) -> None:
    case = open_case(store)
    for reporter in ("MARIA@mail.example", "li@mail.example", None):
        join(store, case, reporter)
    counted = after(store, case)
    assert (counted.reports, counted.reporters) == (4, 2)


def test_the_cases_of_a_report_come_with_their_true_counts(store: Store) -> None:
    case = open_case(store)
    report = join(store, case, "li@mail.example")
    with store.snapshot() as work:
        (found,) = work.cases.of_report(report)
    assert found == after(store, case)


def test_an_account_has_one_case(store: Store) -> None:
    case = open_case(store, "Alex")
    open_case(store, None)
    with store.snapshot() as work:
        account = work.accounts.find(case.account) if case.account else None
        assert account is not None
        assert work.cases.of_account(account) == case


def test_a_case_is_found_as_people_type_its_reference(store: Store) -> None:
    case = open_case(store)
    with store.snapshot() as work:
        assert work.cases.find(case.reference.lower().replace("-", " ")) == case


def test_a_mistyped_reference_names_the_nearest(store: Store) -> None:
    case = open_case(store)
    wrong = case.reference[:-1] + ("0" if case.reference[-1] != "0" else "1")
    with store.snapshot() as work, pytest.raises(NotFound) as missed:
        work.cases.find(wrong)
    assert missed.value.nearest[0] == case.reference


def test_the_most_urgent_cases_come_first_then_the_longest_waiting(store: Store) -> None:
    severities = (Severity.NORMAL, Severity.CRITICAL, Severity.NORMAL)
    cases = [open_case(store, None, severity=severity) for severity in severities]
    with store.snapshot() as work:
        listed = [case.id for case in work.cases.listing()]
    assert listed == [cases[1].id, cases[0].id, cases[2].id]


def test_only_cases_in_the_asked_states_are_listed(store: Store) -> None:
    first, second = open_case(store, "Alex"), open_case(store, "Sam")
    after(store, first, close)
    with store.snapshot() as work:
        assert [case.id for case in work.cases.listing((CaseState.OPEN,), limit=5)] == [second.id]


def test_a_case_that_nothing_will_happen_to_is_found(store: Store) -> None:
    forgotten, watched, closed = (open_case(store, handle) for handle in ("a", "b", "c"))
    after(store, closed, close)
    with store.transaction() as work:
        work.escalations.start(watched.id, {}, NOW, UNTIL)
        work.commit()
    with store.snapshot() as work:
        assert [case.id for case in work.cases.without_next_step()] == [forgotten.id]
        assert work.cases.get(watched.id).next_alert_at == UNTIL
