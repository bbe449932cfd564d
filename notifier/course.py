"""The course of one escalation: which step goes out, whom it tells, and when the next one is due.

Pure, and the only place where this is decided: what runs over a case and what is told ahead of
it, or played without one, are the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from notifier.directory import Directory, Recipient
from notifier.policy import EscalationPolicy, first_due, next_due


@dataclass(frozen=True, kw_only=True, slots=True)
class Course:
    """How far an escalation has come.

    ``step`` counts the steps done, ``rounds`` the alerts of the last step; ``due_at`` is when it
    acts next. ``held`` says that it would act sooner, if the next step had no hours.
    """

    step: int
    rounds: int
    due_at: datetime
    held: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Telling:
    """What an escalation does when it is due.

    ``index`` is the step it is at, counted from 0, and ``skipped`` are those nobody was on duty
    for. Without recipients the step waits for its hours. ``nobody`` says that no step which is
    left found anybody, so that the recipient is the fallback address.
    """

    at: datetime
    index: int
    recipients: tuple[Recipient, ...]
    after: Course
    skipped: tuple[int, ...] = ()
    nobody: bool = False

    @property
    def waits(self) -> bool:
        """Whether the step waits for its hours, and tells nobody now."""
        return not self.recipients


def tell(policy: EscalationPolicy, directory: Directory, course: Course, now: datetime) -> Telling:
    """Decide what an escalation that is due does now.

    A step nobody is on duty for is skipped at once. When that goes for all that are left, the
    fallback address is told.
    """
    index = policy.index(course.step)
    skipped: list[int] = []
    while True:
        step = policy.steps[index]
        if (opens_at := step.opens_at(now)) > now:
            done = index if skipped else course.step
            after = replace(course, step=done, due_at=opens_at, held=True)
            return Telling(at=now, index=index, recipients=(), after=after, skipped=tuple(skipped))
        recipients = directory.recipients(step.targets, now)
        if recipients:
            break
        skipped.append(index)
        if index == policy.last:
            break
        index += 1
    return Telling(
        at=now,
        index=index,
        recipients=recipients or (Recipient(address=directory.fallback),),
        after=_after(policy, course, index, now),
        skipped=tuple(skipped),
        nobody=not recipients,
    )


def play(
    policy: EscalationPolicy,
    directory: Directory,
    course: Course,
    until: datetime,
    now: datetime | None = None,
) -> Iterator[Telling]:
    """Tell ahead what an escalation does up to a moment if nobody acts, everything in time.

    What was due before ``now`` is done now.
    """
    while course.due_at <= until:
        at = max(course.due_at, now) if now else course.due_at
        telling = tell(policy, directory, course, at)
        yield telling
        course = telling.after


def beginning(policy: EscalationPolicy, started_at: datetime, *, at_once: bool = False) -> Course:
    """Give the course of an escalation that starts at a moment, or fires its first step then."""
    due_at = started_at if at_once else first_due(policy, started_at)
    held = not at_once and due_at > first_due(policy.without_hours(), started_at)
    return Course(step=0, rounds=0, due_at=due_at, held=held)


def _after(policy: EscalationPolicy, course: Course, index: int, now: datetime) -> Course:
    rounds = course.rounds + 1 if index == policy.last else 0
    due_at = next_due(policy, index, course.due_at, now)
    held = due_at > next_due(policy.without_hours(), index, course.due_at, now)
    return Course(step=index + 1, rounds=rounds, due_at=due_at, held=held)
