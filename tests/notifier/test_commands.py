from __future__ import annotations

from datetime import timedelta

import pytest

from notifier import commands
from store.errors import Forbidden, NotFound
from store.model import Case, Disposition, EventKind, OutboxKind
from store.states import CaseState, EscalationState, OutboxState
from tests.notifier.house import House

HOUR = timedelta(hours=1)


def take(house: House, case: Case, actor: str = "anna", lease: timedelta = HOUR) -> Case:
    return commands.take(house.store, case.reference, actor, lease, house.clock)


def close(house: House, case: Case) -> Case:
    disposition = Disposition.ACCOUNT_REMOVED
    return commands.close(house.store, case.reference, "anna", disposition, house.clock)


def alert_states(house: House) -> list[OutboxState]:
    return [message.state for message in house.outbox(OutboxKind.ALERT)]


def test_taking_pauses_the_escalation_until_the_lease_ends(house: House) -> None:
    case = house.opened()
    taken = take(house, case)
    escalation = house.escalation(case)
    assert (taken.state, taken.taken_by) == (CaseState.TAKEN, "anna")
    assert escalation is not None
    assert (escalation.state, escalation.pause_reason) == (EscalationState.PAUSED, "taken")
    assert escalation.next_at == house.clock() + HOUR
    assert alert_states(house) == [OutboxState.CANCELLED]


def test_a_reference_may_be_typed_as_people_type(house: House) -> None:
    case = house.opened()
    typed = case.reference.lower().replace("-", " ")
    assert commands.take(house.store, typed, "anna", HOUR, house.clock).id == case.id


def test_a_case_somebody_has_is_not_taken_away(house: House) -> None:
    case = house.opened()
    take(house, case)
    with pytest.raises(Forbidden, match="taken by anna"):
        take(house, case, actor="ben")


def test_whoever_has_a_case_may_take_it_for_longer(house: House) -> None:
    case = house.opened()
    take(house, case)
    house.clock.turn(minutes=50)
    assert take(house, case).taken_until == house.clock() + HOUR
    assert house.tick(minutes=59) == []


def test_releasing_alerts_at_once(house: House) -> None:
    case = house.opened()
    take(house, case)
    released = commands.release(house.store, case.reference, "anna", house.clock)
    assert (released.state, released.taken_by) == (CaseState.OPEN, None)
    assert house.tick() == ["ben@chirper.example"]


def test_closing_ends_the_escalation_and_cancels_unsent_alerts(house: House) -> None:
    case = house.opened()
    closed = close(house, case)
    assert (closed.state, closed.disposition) == (CaseState.CLOSED, Disposition.ACCOUNT_REMOVED)
    assert house.escalation(case) is None
    assert alert_states(house) == [OutboxState.CANCELLED]
    assert house.tick(hours=2) == []


def test_reopening_starts_from_the_first_step(house: House) -> None:
    case = house.opened()
    close(house, case)
    commands.reopen(house.store, house.directory, case.reference, "ben", house.clock)
    assert house.tick() == ["anna@chirper.example"]
    assert EventKind.REOPENED in house.events(case)


def test_snoozing_pauses_without_taking(house: House) -> None:
    case = house.opened()
    snoozed = commands.snooze(house.store, case.reference, "anna", HOUR, house.clock)
    escalation = house.escalation(case)
    assert snoozed.state is CaseState.OPEN
    assert escalation is not None
    assert escalation.pause_reason == "snoozed"
    assert house.events(case)[-1] is EventKind.SNOOZED


def test_a_note_is_kept_in_the_history(house: House) -> None:
    case = house.opened()
    commands.note(house.store, case.reference, "anna", " looked at it ", house.clock)
    with house.store.snapshot() as work:
        event = work.history.of_case(case.id)[-1]
    assert (event.kind, event.actor, event.details) == (
        EventKind.NOTE,
        "anna",
        {"text": "looked at it"},
    )


def test_what_the_state_does_not_allow_is_refused_and_changes_nothing(house: House) -> None:
    case = house.opened()
    before = house.events(case)
    with pytest.raises(Forbidden, match="nobody has taken it"):
        commands.release(house.store, case.reference, "anna", house.clock)
    with pytest.raises(Forbidden, match="not closed"):
        commands.reopen(house.store, house.directory, case.reference, "anna", house.clock)
    assert house.events(case) == before


def test_a_closed_case_is_neither_taken_nor_snoozed_nor_closed_again(house: House) -> None:
    case = house.opened()
    close(house, case)
    with pytest.raises(Forbidden):
        take(house, case)
    with pytest.raises(Forbidden, match="only an open one"):
        commands.snooze(house.store, case.reference, "anna", HOUR, house.clock)
    with pytest.raises(Forbidden, match="closed already"):
        close(house, case)


def test_a_case_not_planned_yet_cannot_be_snoozed(house: House) -> None:
    _, case = house.report()
    with pytest.raises(Forbidden, match="in a moment"):
        commands.snooze(house.store, case.reference, "anna", HOUR, house.clock)


def test_an_unknown_reference_names_what_looks_alike(house: House) -> None:
    case = house.opened()
    typo = case.reference[:-1] + ("0" if case.reference[-1] != "0" else "1")
    with pytest.raises(NotFound) as refused:
        commands.take(house.store, typo, "anna", HOUR, house.clock)
    assert refused.value.nearest == (case.reference,)


@pytest.mark.parametrize("span", [timedelta(0), timedelta(hours=-1)])
def test_a_lease_of_no_length_is_refused(house: House, span: timedelta) -> None:
    case = house.opened()
    with pytest.raises(ValueError, match="longer"):
        take(house, case, lease=span)
    with pytest.raises(ValueError, match="longer"):
        commands.snooze(house.store, case.reference, "anna", span, house.clock)


def test_escalating_has_the_next_step_come_at_once(house: House) -> None:
    case = house.opened()
    commands.escalate(house.store, case.reference, "anna", house.clock)
    assert house.tick() == ["ben@chirper.example"]
    assert EventKind.ESCALATED in house.events(case)
    commands.escalate(house.store, case.reference, "ben", house.clock)
    assert house.tick() == ["lead@chirper.example"]
    commands.escalate(house.store, case.reference, "ben", house.clock)
    assert house.tick(minutes=2) == ["lead@chirper.example"]


def test_escalating_wakes_a_snoozed_case(house: House) -> None:
    case = house.opened()
    commands.snooze(house.store, case.reference, "anna", HOUR, house.clock)
    commands.escalate(house.store, case.reference, "anna", house.clock)
    assert house.tick() == ["ben@chirper.example"]


def test_whoever_has_a_case_gives_it_back_by_escalating(house: House) -> None:
    case = house.opened()
    take(house, case)
    with pytest.raises(Forbidden, match="taken by anna"):
        commands.escalate(house.store, case.reference, "ben", house.clock)
    assert (
        commands.escalate(house.store, case.reference, "anna", house.clock).state is CaseState.OPEN
    )
    assert house.tick() == ["ben@chirper.example"]


def test_a_closed_case_is_not_escalated(house: House) -> None:
    case = house.opened()
    close(house, case)
    with pytest.raises(Forbidden, match="closed"):
        commands.escalate(house.store, case.reference, "anna", house.clock)


def test_an_empty_note_is_refused(house: House) -> None:
    case = house.opened()
    with pytest.raises(ValueError, match="empty"):
        commands.note(house.store, case.reference, "anna", "  ", house.clock)


def test_a_look_at_words_is_in_the_history_of_every_case_of_the_report(house: House) -> None:
    report, case = house.report()
    _, other = house.report(account=None)
    with house.store.transaction() as work:
        work.cases.add_report(other.id, report.id)
        work.commit()
    sealed = commands.note_opening(
        house.store, report.reference, "anna", " to decide ", house.clock
    )
    assert sealed == b"sealed"
    with house.store.snapshot() as work:
        for touched in (case, other):
            event = work.history.of_case(touched.id)[-1]
            assert (event.kind, event.actor) == (EventKind.WORDS_OPENED, "anna")
            assert event.details == {"report": report.reference, "why": "to decide"}
        (opening,) = work.openings.of_message(report.inbound_id)
        assert (opening.who, opening.why, opening.at) == ("anna", "to decide", house.clock())
        assert work.history.broken_chains() == []


@pytest.mark.parametrize(("actor", "why"), [("", "to decide"), ("anna", "  ")])
def test_words_are_not_given_out_without_a_name_and_a_reason(
    house: House, actor: str, why: str
) -> None:
    report, case = house.report()
    with pytest.raises(ValueError, match="a name and a reason"):
        commands.note_opening(house.store, report.reference, actor, why, house.clock)
    assert EventKind.WORDS_OPENED not in house.events(case)
