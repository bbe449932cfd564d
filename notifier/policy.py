"""Escalation policies: which steps, after how long, whom; and when the next one is due.

A policy is checked when it is made, so a step that can never be reached is refused with the
settings and not found out at night. A running escalation keeps a snapshot of its policy: a change
of the settings never moves a case that is already on its way.

A step with hours that falls due outside them waits until they begin; those after it keep their
distance from it. Policies for danger have no hours, and an escalation that was raised runs without.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any, Final

from notifier.local_time import Hours

SNAPSHOT_VERSION: Final = 1
SHORTEST_REPEAT: Final = timedelta(seconds=1)
ON_TIME: Final = timedelta(seconds=5)
"""How late a step may go out without moving the ones after it: a tick and some work."""


class TargetKind(StrEnum):
    """What a step's target names."""

    PERSON = "person"
    ROTA = "rota"
    ADDRESS = "address"
    # A channel that is nobody's own, such as a chat room.
    CHANNEL = "channel"


BY_MAIL: Final = "mail"
"""What stands for mail among the ways to tell a person."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """Whom a step tells: a person, whoever is on duty in a rota, an address or a channel.

    ``via`` names the ways to tell a person: "mail", or channels of theirs. Who has none of these
    is told by mail.
    """

    kind: TargetKind
    name: str
    via: tuple[str, ...] = (BY_MAIL,)


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One step: ``after`` counts from the start of the escalation.

    With ``only_between`` it goes out within these hours only.
    """

    after: timedelta
    targets: tuple[Target, ...]
    only_between: Hours | None = None

    def opens_at(self, due_at: datetime) -> datetime:
        """Tell when a step that falls due at a moment may go out: then, or when its hours begin."""
        return self.only_between.next_within(due_at) if self.only_between else due_at


@dataclass(frozen=True, kw_only=True, slots=True)
class EscalationPolicy:
    """Steps in order; the last one repeats every ``repeat`` until somebody acts."""

    key: str
    steps: tuple[Step, ...]
    repeat: timedelta

    def __post_init__(self) -> None:
        if not self.steps:
            raise ValueError(f"policy {self.key!r} has no steps: nobody would ever be told")
        if self.repeat < SHORTEST_REPEAT:
            raise ValueError(f"policy {self.key!r}: repeat must be at least one second")
        for number, step in enumerate(self.steps, start=1):
            if not step.targets:
                raise ValueError(f"policy {self.key!r}: step {number} tells nobody")
        self._require_reachable()

    def _require_reachable(self) -> None:
        if self.steps[0].after < timedelta(0):
            raise ValueError(f"policy {self.key!r}: step 1 lies before the start")
        for number, (before, step) in enumerate(pairwise(self.steps), start=2):
            if step.after <= before.after:
                raise ValueError(
                    f"policy {self.key!r}: step {number} can never be reached: it is due after "
                    f"{step.after}, and step {number - 1} after {before.after}",
                )

    @property
    def last(self) -> int:
        """The index of the step that repeats."""
        return len(self.steps) - 1

    def index(self, done: int) -> int:
        """Tell which step fires next when ``done`` steps have fired: the last one repeats."""
        return min(done, self.last)

    def without_hours(self) -> EscalationPolicy:
        """Give the policy as it runs where danger is: no step waits for the day."""
        steps = tuple(replace(step, only_between=None) for step in self.steps)
        return replace(self, steps=steps)


def first_due(policy: EscalationPolicy, started_at: datetime) -> datetime:
    """Tell when the first step of an escalation is due."""
    step = policy.steps[0]
    return step.opens_at(started_at + step.after)


def next_due(
    policy: EscalationPolicy, fired: int, due_at: datetime, fired_at: datetime
) -> datetime:
    """Tell when the next step is due after step ``fired`` (an index) went out at ``fired_at``.

    A step that went out on time counts from when it was due, so that alerts keep their distance
    and do not drift by a tick each. A late one counts from the moment it went out, which makes a
    restart after an outage catch up once: one alert at once, and the chain goes on from there.
    """
    distance = policy.repeat
    if fired < policy.last:
        distance = policy.steps[fired + 1].after - policy.steps[fired].after
    on_time = fired_at - due_at <= min(ON_TIME, distance / 2)
    following = policy.steps[policy.index(fired + 1)]
    return following.opens_at((due_at if on_time else fired_at) + distance)


def to_snapshot(policy: EscalationPolicy) -> dict[str, Any]:
    """Turn a policy into plain values for a JSON column."""
    return {
        "version": SNAPSHOT_VERSION,
        "key": policy.key,
        "repeat_seconds": policy.repeat.total_seconds(),
        "steps": [_from_step(step) for step in policy.steps],
    }


def from_snapshot(snapshot: Mapping[str, Any]) -> EscalationPolicy:
    """Turn a snapshot back into the policy it was made from; ValueError if it cannot be one."""
    if snapshot.get("version") != SNAPSHOT_VERSION:
        raise ValueError(f"unknown version of a policy snapshot: {snapshot.get('version')!r}")
    try:
        return EscalationPolicy(
            key=snapshot["key"],
            repeat=timedelta(seconds=snapshot["repeat_seconds"]),
            steps=tuple(_step(step) for step in snapshot["steps"]),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"damaged policy snapshot: {error!r}") from error


def _from_step(step: Step) -> dict[str, Any]:
    values: dict[str, Any] = {
        "after_seconds": step.after.total_seconds(),
        "targets": [_from_target(target) for target in step.targets],
    }
    if step.only_between:
        values["only_between"] = _from_hours(step.only_between)
    return values


def _step(step: Mapping[str, Any]) -> Step:
    hours = step.get("only_between")
    return Step(
        after=timedelta(seconds=step["after_seconds"]),
        targets=tuple(map(_target, step["targets"])),
        only_between=_hours(hours) if hours else None,
    )


def _from_target(target: Target) -> dict[str, Any]:
    values: dict[str, Any] = {"kind": target.kind.value, "name": target.name}
    if target.via != (BY_MAIL,):
        values["via"] = list(target.via)
    return values


def _target(target: Mapping[str, Any]) -> Target:
    kind, via = TargetKind(target["kind"]), tuple(target.get("via", (BY_MAIL,)))
    return Target(kind=kind, name=target["name"], via=via)


def _from_hours(hours: Hours) -> dict[str, Any]:
    return {
        "spans": [[begins.isoformat(), ends.isoformat()] for begins, ends in hours.spans],
        "days": sorted(hours.days),
        "time_zone": hours.time_zone,
    }


def _hours(hours: Mapping[str, Any]) -> Hours:
    return Hours(
        spans=tuple(
            (time.fromisoformat(begins), time.fromisoformat(ends))
            for begins, ends in hours["spans"]
        ),
        days=frozenset(hours["days"]),
        time_zone=hours["time_zone"],
    )
