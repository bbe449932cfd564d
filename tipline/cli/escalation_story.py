# ruff: noqa: PLC0415 - imported when needed, as help must be quick
"""What there is to say of a case's escalations: what ran, who holds the case, what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Final

from store.model import EventKind
from store.states import CaseState
from tipline.cli.escalation_record import Line, what_ran

if TYPE_CHECKING:
    from notifier.course import Course, Telling
    from notifier.policy import EscalationPolicy
    from store.model import Case, Escalation
    from store.unit_of_work import UnitOfWork
    from tipline.settings import Settings

# Nobody waits longer for what comes next.
AHEAD: Final = timedelta(days=366)


@dataclass(frozen=True, kw_only=True, slots=True)
class Hold:
    """How long a taken case is left alone; ``reminded_at`` is None where that is not ahead."""

    given_back_at: datetime
    reminded_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """What there is to say of a case's escalations."""

    case: Case
    escalation: Escalation | None
    policy: EscalationPolicy | None
    hold: Hold | None
    ran: list[Line]
    ahead: list[Telling]


def tell_story(settings: Settings, unit: UnitOfWork, case: Case, ahead: int) -> Story:
    """Put together what ran over a case, and so many steps of what comes next."""
    escalations = unit.escalations.of_case(case.id)
    newest = escalations[-1] if escalations else None
    policy = _policy(newest)
    hold = _hold(settings, unit, case)
    return Story(
        case=case,
        escalation=newest,
        policy=policy,
        ran=what_ran(unit, case),
        hold=hold,
        ahead=_ahead(settings, _course(newest, hold), policy, ahead),
    )


def _policy(escalation: Escalation | None) -> EscalationPolicy | None:
    from notifier.policy import from_snapshot

    try:
        return from_snapshot(escalation.policy) if escalation else None
    except ValueError:
        return None


def _course(escalation: Escalation | None, hold: Hold | None) -> Course | None:
    """Tell how far an escalation has come; a taken case is left alone until it is given back."""
    from notifier.course import Course

    if escalation is None or escalation.next_at is None:
        return None
    due_at = hold.given_back_at if hold else escalation.next_at
    return Course(step=escalation.step, rounds=escalation.rounds, due_at=due_at)


def _hold(settings: Settings, unit: UnitOfWork, case: Case) -> Hold | None:
    """Tell for how long whoever has the case keeps it, if nothing happens meanwhile."""
    from tipline.settings.duty import progress

    if case.state is not CaseState.TAKEN or case.taken_until is None or case.taken_by is None:
        return None
    terms = progress(settings)
    acted_at = unit.history.last_by_person(case.id) or case.taken_at or case.opened_at
    reminded_at = unit.history.last_of_kind(case.id, EventKind.NO_PROGRESS)
    first = acted_at + terms.within
    was_reminded = reminded_at is not None and reminded_at > acted_at
    patience = terms.grace if case.taken_by in settings.people else timedelta()
    given_back_at = (reminded_at if reminded_at and was_reminded else first) + patience
    ahead = None if was_reminded or not patience or first >= case.taken_until else first
    return Hold(given_back_at=min(given_back_at, case.taken_until), reminded_at=ahead)


def _ahead(
    settings: Settings, course: Course | None, policy: EscalationPolicy | None, count: int
) -> list[Telling]:
    from notifier.course import play
    from tipline.cli.roster import roster

    if course is None or policy is None:
        return []
    now = datetime.now(UTC)
    played = play(policy, roster(settings, now), course, now + AHEAD, now)
    return list(islice(played, count))
