"""What a duty officer does with a case: take, release, snooze, escalate, note, close and so on.

Each is one transaction over the case, its history and its escalation. Raises NotFound for an
unknown reference and Forbidden, in words for the person who typed it, when the case's present
state does not allow the step; then nothing has changed.
"""

from __future__ import annotations

from datetime import timedelta

import structlog

from notifier import case_steps
from notifier.directory import Directory
from notifier.escalations import start_escalation
from store.errors import Forbidden
from store.model import Case, Clock, Disposition, EventKind
from store.openings import Opening
from store.states import CaseState
from store.unit_of_work import Store, UnitOfWork

_log = structlog.get_logger()


def take(store: Store, reference: str, actor: str, lease: timedelta, clock: Clock) -> Case:
    """Claim a case: its alerts stop until the lease runs out.

    Whoever has the case may take it again, for a lease that begins now.
    """
    with store.transaction() as work:
        case = work.cases.find(reference)
        case_steps.take(work, case, actor, lease, clock())
        return _done(work, case, "case.taken", actor)


def release(store: Store, reference: str, actor: str, clock: Clock) -> Case:
    """Give a taken case back: it alerts at once."""
    with store.transaction() as work:
        case = work.cases.find(reference)
        case_steps.release(work, case, actor, clock())
        return _done(work, case, "case.released", actor)


def snooze(store: Store, reference: str, actor: str, span: timedelta, clock: Clock) -> Case:
    """Hold the alerts of an open case back for a while, without taking it."""
    with store.transaction() as work:
        case = work.cases.find(reference)
        case_steps.snooze(work, case, actor, span, clock())
        return _done(work, case, "case.snoozed", actor)


def escalate(store: Store, reference: str, actor: str, clock: Clock) -> Case:
    """Have the next step come at once; whoever has the case gives it back by that."""
    with store.transaction() as work:
        case = work.cases.find(reference)
        case_steps.escalate(work, case, actor, clock())
        return _done(work, case, "case.escalated", actor)


def note(store: Store, reference: str, actor: str, text: str, clock: Clock) -> Case:
    """Write a remark into the case's history."""
    with store.transaction() as work:
        case = work.cases.find(reference)
        case_steps.note(work, case, actor, text, clock())
        return _done(work, case, "case.noted", actor)


def close(  # noqa: PLR0913 - how a case ends
    store: Store,
    reference: str,
    actor: str,
    disposition: Disposition,
    clock: Clock,
    *,
    notice: bool | None = None,
) -> Case:
    """Decide a case: its escalation ends and alerts not yet sent are cancelled."""
    with store.transaction() as work:
        case = work.cases.find(reference)
        case_steps.close(work, case, actor, disposition, clock(), notice=notice)
        return _done(work, case, "case.closed", actor)


def reopen(store: Store, directory: Directory, reference: str, actor: str, clock: Clock) -> Case:
    """Open a closed case again: it escalates from the first step."""
    with store.transaction() as work:
        case, now = work.cases.find(reference), clock()
        if case.state is not CaseState.CLOSED:
            raise Forbidden(f"case {case.reference} is {case.state}, not closed")
        work.cases.reopen(case, actor, now, {"reason": "by hand"})
        work.outbox.cancel_decisions(case.id)
        start_escalation(work, work.cases.get(case.id), directory, now)
        return _done(work, case, "case.reopened", actor)


def note_opening(store: Store, reference: str, actor: str, why: str, clock: Clock) -> bytes:
    """Put a look at a report's words on record, and give the words, still sealed.

    The look is in the report's openings and in the history of each of its cases before anybody
    can unseal anything. Raises NotFound for an unknown report.
    """
    if not actor.strip() or not why.strip():
        raise ValueError("a look at sealed words needs a name and a reason")
    with store.transaction() as work:
        report, now = work.reports.find(reference), clock()
        sealed = work.contents.sealed_words(report.id)
        opening = Opening(at=now, who=actor, why=why.strip(), inbound_id=report.inbound_id)
        work.openings.add(opening)
        details = {"report": report.reference, "why": opening.why}
        for case in work.cases.of_report(report.id):
            work.history.append(
                case.id, EventKind.WORDS_OPENED, actor=actor, at=now, details=details
            )
        work.commit()
    _log.info("words.opened", report=report.reference, actor=actor)
    return sealed


def _done(work: UnitOfWork, case: Case, verb: str, actor: str) -> Case:
    """Commit, and give the case as it is now."""
    changed = work.cases.get(case.id)
    work.commit()
    _log.info(verb, case=case.reference, actor=actor)
    return changed
