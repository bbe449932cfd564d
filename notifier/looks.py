"""What the auditor looks at: each look counts what is not as promised, or names it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from notifier.channels import PREFIX
from store.escalations import QUIET
from store.evidence import Room
from store.model import TO_REPORTERS, TO_STAFF, Case
from store.states import UNDELIVERED, InboxState, OutboxState
from store.unit_of_work import UnitOfWork

LATE_AFTER: Final = timedelta(minutes=5)
"""How long anything may wait for its turn before that is worth an alarm."""
STUCK_AFTER: Final = timedelta(minutes=15)
"""How long a message may stay in the outbox before that is worth an alarm."""
FAILED_WITHIN: Final = timedelta(hours=1)
"""A failure is told while it is new; afterwards the listing of failed messages shows it."""
MANY_FAILED: Final = 10
"""So many mails to reporters have to fail within the hour before it may be our own fault."""
SCARCE: Final = 4
"""Room is scarce below so many times what is kept for accepted mail."""
_EVENTS: Final = 10_000
_COUNTED: Final = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """One thing to look at.

    ``kind`` is a stable name and ``title`` has a place for the count. ``look`` counts what is not
    as promised, or names it; names stay the same for as long as the same thing is wrong.
    """

    kind: str
    title: str
    look: Callable[[UnitOfWork, datetime], int | list[str]]


def without_next_step(work: UnitOfWork, now: datetime) -> list[Case]:
    """Find cases nobody will be alerted about, apart from those whose planning is just ahead.

    Those that old mail opened may wait: an import that was broken off may have left many.
    """
    fresh = {
        event.case_id
        for event in work.history.unplanned(_EVENTS)
        if event.at > now - LATE_AFTER or QUIET in event.details
    }
    return [case for case in work.cases.without_next_step() if case.id not in fresh]


def _named(cases: Iterable[Case]) -> list[str]:
    return [f"case {case.reference}" for case in cases]


def _overdue(work: UnitOfWork, now: datetime) -> list[str]:
    late = work.escalations.due(now - LATE_AFTER, _COUNTED)
    return _named(work.cases.get(escalation.case_id) for escalation in late)


def _unheard(work: UnitOfWork, now: datetime) -> list[str]:
    numbers = work.unheard.cases(now - LATE_AFTER)
    return _named(work.cases.get(case_id) for case_id in numbers)


def _failing_channels(work: UnitOfWork, now: datetime) -> list[str]:
    failing = work.traffic.failing_channels(now - FAILED_WITHIN)
    return [f"channel {name.removeprefix(PREFIX)}" for name in failing]


def _unreachable_reporters(work: UnitOfWork, now: datetime) -> int:
    """Count mails to reporters that failed; a few wrong addresses are every day's life."""
    since = now - FAILED_WITHIN
    failed = work.traffic.ended_since(since, UNDELIVERED, TO_REPORTERS)
    if failed < MANY_FAILED:
        return 0
    went = work.traffic.ended_since(since, frozenset({OutboxState.SENT}), TO_REPORTERS)
    return failed if failed > went else 0


def look_at_room(room: Callable[[], Room]) -> Look:
    """Look whether the disk fills up, while there is room to tell of it."""

    def seen(_work: UnitOfWork, _now: datetime) -> list[str]:
        found = room()
        if found.free < found.reserve:
            return ["new mail is refused for the time being (452); its senders try again"]
        return ["it will be full soon"] if found.free < SCARCE * found.reserve else []

    title = "The disk is nearly full; when it is, no mail is accepted and no alert goes out"
    return Look(kind="disk_full", title=title, look=seen)


STANDING_LOOKS: Final = (
    Look(
        kind="case_without_next_step",
        title="{} cases have no alert ahead of them; the daemon starts their alerts",
        look=lambda work, now: _named(without_next_step(work, now)),
    ),
    Look(
        kind="escalation_overdue",
        title="Alerts about {} cases are late by more than five minutes",
        look=_overdue,
    ),
    Look(
        kind="alerts_undelivered",
        title="The alerts about {} open cases reached nobody",
        look=_unheard,
    ),
    Look(
        kind="inbox_late",
        title="{} accepted mails wait for reading for more than five minutes",
        look=lambda work, now: work.inbox.count(InboxState.RECEIVED, before=now - LATE_AFTER),
    ),
    Look(
        kind="inbox_quarantined",
        title="{} mails are in quarantine and wait for a person",
        look=lambda work, _: work.inbox.count(InboxState.QUARANTINED),
    ),
    Look(
        kind="receipts_late",
        title="{} receipts are undecided for more than five minutes",
        look=lambda work, now: work.receipts.undecided_before(now - LATE_AFTER),
    ),
    Look(
        kind="commands_late",
        title="{} mails of the people on duty wait to be obeyed for more than five minutes",
        look=lambda work, now: work.commands.pending_before(now - LATE_AFTER),
    ),
    Look(
        kind="outbox_failed",
        title="{} messages to staff have failed for good within the last hour",
        look=lambda work, now: work.traffic.ended_since(now - FAILED_WITHIN, UNDELIVERED, TO_STAFF),
    ),
    Look(
        kind="reporters_unreachable",
        title="{} mails to reporters have failed within the last hour, more than went",
        look=_unreachable_reporters,
    ),
    Look(
        kind="outbox_stuck",
        title="{} outgoing messages have waited for more than a quarter of an hour",
        look=lambda work, now: work.traffic.queued_before(now - STUCK_AFTER),
    ),
    Look(
        kind="outbox_unattended",
        title="{} outgoing messages were not tried although their time has come",
        look=lambda work, now: work.traffic.unattended(now - LATE_AFTER, now),
    ),
    Look(
        kind="channel_failed",
        title="{} channels did not take the last message for them",
        look=_failing_channels,
    ),
)
