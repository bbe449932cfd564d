"""Starting an escalation, as every path that opens a case does it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from notifier.directory import Directory
from notifier.policy import first_due, to_snapshot
from store.model import Case, EventKind
from store.unit_of_work import UnitOfWork

ACTOR: Final = "tipline"
"""Who did what no person did."""


def start_escalation(
    work: UnitOfWork,
    case: Case,
    directory: Directory,
    now: datetime,
    *,
    at_once: bool = False,
) -> None:
    """Start a case's escalation with a snapshot of the policy of its severity.

    ``at_once`` has the first step fire without its delay. Must not be called while one is active.
    """
    policy = directory.policy(case.severity)
    next_at = now if at_once else first_due(policy, now)
    work.escalations.start(case.id, to_snapshot(policy), now, next_at)
    work.history.append(
        case.id,
        EventKind.ESCALATION_STARTED,
        actor=ACTOR,
        at=now,
        details={"policy": policy.key, "severity": case.severity.label},
    )
