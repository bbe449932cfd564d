"""Escalation policies: which steps, after how long, whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class TargetKind(StrEnum):
    """What a step's target names."""

    PERSON = "person"
    ROTA = "rota"
    ADDRESS = "address"


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """Whom a step tells: a person, whoever is on duty in a rota, or a bare address."""

    kind: TargetKind
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One step: ``after`` counts from the start of the escalation."""

    after: timedelta
    targets: tuple[Target, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class EscalationPolicy:
    """Steps in order; the last one repeats every ``repeat`` until somebody acts."""

    key: str
    steps: tuple[Step, ...]
    repeat: timedelta
