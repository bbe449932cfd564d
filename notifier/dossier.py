"""What an alert tells of a case besides its own facts: why, what happened, who knows, who is next.

Only what the work needs: names of rules and of people, times, counts. No word of a report, no name
of an attachment, no text of a note.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from notifier.channels import PREFIX
from notifier.course import Course, tell
from notifier.directory import Directory
from notifier.duty import present
from notifier.escalations import policy_for
from notifier.policy import from_snapshot
from notifier.promises import Deadline, Promises, deadline
from store.alerts import Told
from store.model import Case, EventKind, Report, Severity
from store.states import EscalationState
from store.unit_of_work import UnitOfWork

HISTORY: Final = 5
"""How many events an alert lists."""
TOLD: Final = 6
"""How many addresses an alert names that were told before."""
KINDS: Final = (
    EventKind.OPENED,
    EventKind.REOPENED,
    EventKind.REPLY_RECEIVED,
    EventKind.SEVERITY_RAISED,
    EventKind.TAKEN,
    EventKind.LEASE_EXPIRED,
    EventKind.RELEASED,
    EventKind.SNOOZED,
    EventKind.ESCALATED,
    EventKind.NOTE,
    EventKind.CLOSED,
    EventKind.NOBODY_ON_DUTY,
    EventKind.ALERT_FAILED,
    EventKind.NO_PROGRESS,
)
"""What happened to a case, as far as it helps whoever is alerted."""

WHYS: Final = (
    "self_harm",
    "child_missing",
    "imminent_danger",
    "travelling",
    "meeting_planned",
    "coercion",
    "unreadable",
    "reporters",
    "address",
    "stated",
)
"""Why a case is severe: the rules of urgency, and what else makes it so."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Happened:
    """One event: when, what, and the name of whoever did it, "" for tipline itself."""

    at: datetime
    what: EventKind
    who: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ToldWhen:
    """Somebody who was told, and when last."""

    name: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Dossier:
    """What is known of a case at one moment.

    ``why`` is the name of a rule of urgency, or ``unreadable``, ``reporters``,
    ``address`` (what comes to it is as severe) or ``stated``; ``""``
    for nothing in particular. ``phrase`` is the phrase of our own tables behind it. ``next_names``
    are told at ``next_at`` if nobody acts. ``deadline`` is what reporters were promised.
    """

    why: str = ""
    phrase: str = ""
    category: str = ""
    history: tuple[Happened, ...] = ()
    told: tuple[ToldWhen, ...] = ()
    next_names: tuple[str, ...] = ()
    next_at: datetime | None = None
    deadline: Deadline | None = None


def dossier(
    work: UnitOfWork, directory: Directory, case: Case, promises: Promises | None = None
) -> Dossier:
    """Gather what an alert tells of a case."""
    report = work.reports.most_severe(case.id)
    next_at, next_names = _next(work, directory, case)
    return Dossier(
        why=_why(case, report, directory.least),
        phrase=(report and report.urgency and report.urgency_reason) or "",
        category=work.reports.category_of_case(case.id) or "",
        history=tuple(
            Happened(at=event.at, what=event.kind, who=_name(directory, event.actor))
            for event in work.history.latest(case.id, KINDS, HISTORY)
        ),
        told=_told(directory, work.alerts.last_told(case.id, TOLD)),
        next_names=next_names,
        next_at=next_at,
        deadline=deadline(work, case, promises or Promises()),
    )


def _told(directory: Directory, last: Iterable[Told]) -> tuple[ToldWhen, ...]:
    """Name whoever was told, once over all their addresses, those told last at the end."""
    found: dict[str, datetime] = {}
    for told in last:
        name = _name(directory, told.person or "") or _shown(told.address)
        found.pop(name, None)
        found[name] = told.at
    return tuple(ToldWhen(name=name, at=at) for name, at in found.items())


def _why(case: Case, report: Report | None, least: Mapping[str, Severity]) -> str:
    """Tell what made a case as severe as it is."""
    if report is None or case.severity <= Severity.NORMAL:
        return ""
    if report.severity < case.severity:
        return "reporters"
    if report.urgency in WHYS:
        return report.urgency
    if not report.traits.readable:
        return "unreadable"
    by_address = least.get(report.address or "", Severity.LOW) >= report.severity
    return "address" if by_address else "stated"


def _next(
    work: UnitOfWork, directory: Directory, case: Case
) -> tuple[datetime | None, tuple[str, ...]]:
    """Tell when the escalation acts next, and whom it tells then."""
    escalation = work.escalations.active(case.id)
    if escalation is None or escalation.next_at is None:
        return None, ()
    at = escalation.next_at
    if escalation.state is not EscalationState.RUNNING:
        return at, ()
    policy, everybody = policy_for(work, case, directory), present(work, directory, at)
    with suppress(ValueError):
        policy = from_snapshot(escalation.policy)
    course = Course(step=escalation.step, rounds=escalation.rounds, due_at=at)
    telling = tell(policy, everybody, course, at)
    if telling.waits:
        telling = tell(policy, everybody, telling.after, telling.after.due_at)
    names = (
        recipient.person.name if recipient.person else _shown(recipient.address)
        for recipient in telling.recipients
    )
    return telling.at, _once(names)


def _name(directory: Directory, actor: str) -> str:
    """Name whoever did something as colleagues know them; nobody for tipline itself."""
    person = directory.people.get(actor)
    if person:
        return person.name
    # Whoever is no configured person is named by an address only to those who may not tap it.
    return "" if "@" in actor or actor in {"tipline", "ingest"} else actor


def _shown(address: str) -> str:
    """Show an address of staff so that no mail program makes a link of it."""
    return address.removeprefix(PREFIX).replace("@", " at ").replace(".", "[.]")


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
