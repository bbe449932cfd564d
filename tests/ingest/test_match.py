from __future__ import annotations

from typing import Any

import pytest

from ingest.match import (
    MANY_REPORTERS,
    SURE_ENOUGH,
    Decision,
    category_of,
    match,
    reported,
    severity_by_reporters,
    severity_of,
)
from ingest.reading import ParsedMessage
from ingest.reading.machine_reports.model import MachineReport
from store.model import (
    AccountReference,
    Case,
    CaseId,
    MailKind,
    MailTraits,
    Role,
    Severity,
    Sighting,
)
from store.states import CaseState
from tests.store.samples import NOW

ACCOUNT = AccountReference(platform="chirper", handle="Alex", folded_handle="alex")


def case_in(state: CaseState) -> Case:
    return Case(
        id=CaseId(1),
        reference="C-00000-00000",
        state=state,
        severity=Severity.NORMAL,
        account=ACCOUNT,
        opened_at=NOW,
        reports=1,
        reporters=1,
    )


def parsed(**changes: Any) -> ParsedMessage:
    return ParsedMessage(**{"kind": MailKind.REPORT, "kind_reason": "a reason"} | changes)


@pytest.mark.parametrize(
    ("state", "decision"),
    [
        (None, Decision.OPEN),
        (CaseState.OPEN, Decision.JOIN),
        (CaseState.TAKEN, Decision.JOIN),
        (CaseState.CLOSED, Decision.REOPEN),
    ],
)
def test_a_report_opens_joins_or_reopens(state: CaseState | None, decision: Decision) -> None:
    found = match(case_in(state) if state else None)
    assert found.decision is decision
    assert found.reason


@pytest.mark.parametrize(
    ("role", "confidence", "counts"),
    [
        (Role.REPORTED, 1.0, True),
        (Role.REPORTED, SURE_ENOUGH, True),
        (Role.REPORTED, SURE_ENOUGH - 0.01, False),
        (Role.REPORTER, 1.0, False),
        (Role.VICTIM, 1.0, False),
        (Role.MENTIONED, 1.0, False),
    ],
)
def test_only_a_sure_sighting_of_a_reported_account_counts(
    role: Role, confidence: float, *, counts: bool
) -> None:
    sighting = Sighting(
        account=ACCOUNT, role=role, method="label", confidence=confidence, part="text"
    )
    assert bool(reported([sighting])) is counts


@pytest.mark.parametrize(
    ("changes", "severity"),
    [
        ({}, Severity.NORMAL),
        ({"kind": MailKind.EMPTY}, Severity.LOW),
        ({"urgency": "danger_now"}, Severity.CRITICAL),
        ({"urgency": "danger_now", "kind": MailKind.EMPTY}, Severity.CRITICAL),
        ({"traits": MailTraits(reverse_path="", readable=False)}, Severity.HIGH),
        (
            {"kind": MailKind.EMPTY, "traits": MailTraits(reverse_path="", readable=False)},
            Severity.HIGH,
        ),
    ],
)
def test_how_severe_a_report_is(changes: dict[str, Any], severity: Severity) -> None:
    assert severity_of(parsed(**changes)) is severity


def test_many_reporters_make_a_case_high() -> None:
    severities = [severity_by_reporters(count) for count in range(1, MANY_REPORTERS + 2)]
    assert severities == [Severity.LOW, Severity.LOW, Severity.HIGH, Severity.HIGH]


@pytest.mark.parametrize(
    ("stated", "category"),
    [
        (None, ("bullying", "a phrase")),
        (MachineReport(form="ARF"), ("bullying", "a phrase")),
        (MachineReport(form="XARF 4", category="spam"), ("spam", "its XARF 4 report says so")),
    ],
)
def test_what_a_machine_states_goes_before_what_words_suggest(
    stated: MachineReport | None, category: tuple[str, str]
) -> None:
    message = ParsedMessage(
        kind=MailKind.REPORT,
        kind_reason="",
        category="bullying",
        category_reason="a phrase",
        machine_report=stated,
    )

    assert category_of(message) == category
