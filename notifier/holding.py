"""Taken cases: their holders are reminded, and those who do not answer give the case back."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from notifier.directory import Directory
from notifier.escalations import ACTOR
from notifier.progress import Progress, Watch, watch
from store.alerts import NewAlert
from store.escalations import TAKEN
from store.model import AlertReason, Case, Escalation, EventKind
from store.states import CaseState
from store.unit_of_work import UnitOfWork

WATCHED: Final = "watched"
"""Why an escalation is paused whose case is taken and has been looked at since."""


class Holding:
    """Watches over whoever has a case, within the caller's transaction."""

    def __init__(self, *, directory: Directory, progress: Progress) -> None:
        self._directory = directory
        self._progress = progress

    def unwatched(self, work: UnitOfWork, now: datetime, limit: int) -> list[Escalation]:
        """Give the escalations of taken cases that it is time to look at for the first time."""
        return work.escalations.unwatched(now - self._progress.within, limit)

    def is_unwatched(self, case: Case, escalation: Escalation, now: datetime) -> bool:
        """Tell whether a taken case has not been looked at and should be."""
        unwatched = escalation.pause_reason == TAKEN and case.state is CaseState.TAKEN
        return unwatched and (case.taken_at or now) <= now - self._progress.within

    def watch(
        self, work: UnitOfWork, case: Case, escalation: Escalation, now: datetime
    ) -> list[str] | None:
        """Look at a taken case; name the addresses reminded now. None: it is to be given back."""
        acted_at = work.history.last_by_person(case.id) or case.taken_at or now
        reminded_at = work.history.last_of_kind(case.id, EventKind.NO_PROGRESS)
        found, look_at = watch(self._progress, acted_at, reminded_at, now)
        # Somebody who is not in the configuration cannot be reminded.
        holder = self._directory.people.get(case.taken_by or "")
        if found is Watch.GIVE_BACK or (found is Watch.REMIND and holder is None):
            return None
        until = min(look_at, case.taken_until or look_at)
        work.escalations.pause(escalation, until, WATCHED)
        if found is Watch.WAIT or holder is None:
            return []
        _remind(work, case, escalation, holder.addresses, now)
        return list(holder.addresses)


def _remind(
    work: UnitOfWork, case: Case, escalation: Escalation, addresses: tuple[str, ...], now: datetime
) -> None:
    event = work.history.append(
        case.id,
        EventKind.NO_PROGRESS,
        actor=ACTOR,
        at=now,
        details={"taken_by": case.taken_by},
    )
    for address in addresses:
        new = NewAlert(
            case_id=case.id,
            escalation_id=escalation.id,
            step=max(escalation.step - 1, 0),
            # No round of the step: each reminder is an alert of its own.
            round=-event,
            address=address,
            person=case.taken_by,
            reason=AlertReason.NO_PROGRESS,
            severity=case.severity,
        )
        work.alerts.add(new, now)
