"""The pieces about people: who there is, whose turn it is, and who is told when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notifier.directory import Directory
from notifier.policy import EscalationPolicy, Step, Target, TargetKind
from notifier.rota import Person, Rota, Turn
from store.model import Severity
from tipline.settings.home import operator_address

if TYPE_CHECKING:
    from tipline.settings.model import Settings
    from tipline.settings.staff import PolicyEntry, RotaEntry


def directory(settings: Settings) -> Directory:
    """Hand out everybody who can be told, and the policy for each severity."""
    return Directory(
        people=people(settings),
        rotas=rotas(settings),
        policies=policies(settings),
        fallback=operator_address(settings),
    )


def people(settings: Settings) -> dict[str, Person]:
    """Hand out the people by their names in the configuration."""
    return {key: Person(key=key, **dict(entry)) for key, entry in settings.people.items()}


def rotas(settings: Settings) -> dict[str, Rota]:
    """Hand out the rotas by their names in the configuration."""
    return {key: _rota(key, entry) for key, entry in settings.rotas.items()}


def policies(settings: Settings) -> dict[Severity, EscalationPolicy]:
    """Hand out one policy for each severity."""
    return {
        severity: _policy(severity.label, getattr(settings.policies, severity.label))
        for severity in Severity
    }


def _rota(key: str, entry: RotaEntry) -> Rota:
    return Rota(
        key=key,
        members=entry.members,
        turn=Turn(entry.turn),
        handover=entry.handover,
        time_zone=entry.time_zone,
        start=entry.start,
    )


def _policy(key: str, entry: PolicyEntry) -> EscalationPolicy:
    steps = tuple(
        Step(after=step.after, targets=tuple(map(_target, step.notify))) for step in entry.steps
    )
    return EscalationPolicy(key=key, steps=steps, repeat=entry.repeat)


def _target(text: str) -> Target:
    kind, _, name = text.partition(":")
    return Target(kind=TargetKind(kind), name=name)
