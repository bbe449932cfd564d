"""Who is on duty when: people, rotas and their shifts, as pure functions of a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum


class Turn(StrEnum):
    """How long one person's shift lasts."""

    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody who can be told. ``key`` is the name in the configuration."""

    key: str
    name: str
    address: str
    time_zone: str = "UTC"
    languages: tuple[str, ...] = ("en",)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rota:
    """Persons taking turns. The first member's first shift begins on ``start`` at ``handover``.

    ``handover`` is local time in ``time_zone``: a shift that crosses a change of the clocks is an
    hour longer or shorter, the handover stays where people expect it.
    """

    key: str
    members: tuple[str, ...]
    turn: Turn
    handover: time
    time_zone: str
    start: date
