from __future__ import annotations

from datetime import timedelta

import pytest

from store.escalations import QUIET
from store.evidence import Evidence
from store.model import Case, CaseEvent, Disposition, Door, EventKind, Severity, Treatment
from store.unit_of_work import Store
from tests.ingest.desk import PROFILE, Desk, mail


@pytest.fixture
def desk(store: Store, evidence: Evidence) -> Desk:
    return Desk(store, evidence)


BROUGHT = Treatment(answer=False, alert=False)


def planned(desk: Desk) -> list[CaseEvent]:
    """Give what waits for the notifier, and take it off."""
    with desk.store.transaction() as work:
        events = work.history.unplanned(100)
        for event in events:
            work.history.mark_planned(event.id)
        work.commit()
    return events


def kinds(desk: Desk) -> list[EventKind]:
    return [event.kind for event in planned(desk)]


def bring(desk: Desk, number: int, text: str | None = None) -> None:
    raw = mail(Message_ID=f"<{number}@mail.example>") if text is None else mail(text)
    desk.file(raw, treatment=BROUGHT, door=Door.ARCHIVE)


def come(desk: Desk, number: int) -> None:
    desk.file(mail(Message_ID=f"<{number}@mail.example>"))


def hold_back(desk: Desk) -> Case:
    """Do what the notifier does with a case that old mail opened."""
    (case,) = desk.cases()
    with desk.store.transaction() as work:
        at = desk.clock()
        work.escalations.start(case.id, {}, at, at)
        escalation = work.escalations.active(case.id)
        assert escalation is not None
        work.escalations.pause(escalation, at + timedelta(days=7), QUIET)
        work.commit()
    return case


def test_a_case_that_old_mail_opens_is_marked(desk: Desk) -> None:
    bring(desk, 1)
    (opened,) = planned(desk)
    assert opened.kind is EventKind.OPENED
    assert opened.details[QUIET] == "old mail, brought in by hand"


def test_a_case_that_opens_by_itself_is_not_marked(desk: Desk) -> None:
    come(desk, 1)
    (opened,) = planned(desk)
    assert QUIET not in opened.details


def test_the_first_report_that_comes_by_itself_is_told_before_and_after_planning(
    desk: Desk,
) -> None:
    bring(desk, 1)
    come(desk, 2)
    assert kinds(desk) == [EventKind.JOINED, EventKind.OPENED]
    hold_back(desk)
    bring(desk, 3)
    assert kinds(desk) == []
    come(desk, 4)
    assert kinds(desk) == [EventKind.JOINED]


def test_old_mail_in_a_case_that_alerts_raises_it_without_waking_anybody(desk: Desk) -> None:
    come(desk, 1)
    planned(desk)
    danger = f"This account worries me: {PROFILE}\n\nI am in danger now, please help."
    desk.file(mail(danger, Message_ID="<2@mail.example>"), treatment=BROUGHT)
    (case,) = desk.cases()
    assert case.severity is Severity.CRITICAL
    assert kinds(desk) == []


def test_old_mail_opens_a_closed_case_again_quietly(desk: Desk) -> None:
    come(desk, 1)
    (case,) = desk.cases()
    with desk.store.transaction() as work:
        work.cases.close(case, "anna", Disposition.NO_VIOLATION, desk.clock())
        work.commit()
    planned(desk)
    bring(desk, 2)
    (reopened,) = planned(desk)
    assert reopened.kind is EventKind.REOPENED
    assert QUIET in reopened.details
    come(desk, 3)
    assert kinds(desk) == [EventKind.JOINED]


@pytest.mark.parametrize(
    ("treatment", "told"),
    [
        (Treatment(), [EventKind.JOINED]),
        # It came into its mailbox long ago: it is as old there.
        (Treatment(answer=False), []),
        (BROUGHT, []),
    ],
)
def test_the_same_mail_that_comes_by_itself_after_the_archive_ends_the_quiet(
    desk: Desk, treatment: Treatment, told: list[EventKind]
) -> None:
    bring(desk, 1)
    planned(desk)
    hold_back(desk)
    raw = mail(Message_ID="<1@mail.example>")
    desk.file(raw, treatment=treatment, door=Door.FOLDER)
    assert kinds(desk) == told


def test_what_is_cut_is_a_report_that_says_so(desk: Desk) -> None:
    cut = Treatment(answer=False, alert=False, cut="larger than the limit: the rest is in x#1")
    raw = mail(Auto_Submitted="auto-replied")
    message = desk.file(raw, treatment=cut, door=Door.ARCHIVE)
    assert message.reason is not None
    assert message.reason.startswith("larger than the limit: the rest is in x#1; filed as")
