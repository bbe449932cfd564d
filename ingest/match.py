"""Which case a reported account belongs to: Open, Join or Reopen; and how severe a report is.

Pure: what is known goes in, a decision with its reason comes out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ingest.reading import ParsedMessage
from store.model import Case, MailKind, Role, Severity, Sighting
from store.states import CaseState

# Below this a sighting is a guess: a person has to look before it touches an account's case.
SURE_ENOUGH: Final = 0.5
# So many different reporters of one account make its case at least HIGH.
MANY_REPORTERS: Final = 3


class Decision(StrEnum):
    """What a report does to the case of an account."""

    OPEN = "open"
    JOIN = "join"
    REOPEN = "reopen"
    # The same mail came before: it is written down beside the first, nothing else.
    REPEAT = "repeat"


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """A decision and its reason, as it goes into the case's history."""

    decision: Decision
    reason: str


def match(case: Case | None) -> Match:
    """Decide what a report does, given the case of the account it reports."""
    if case is None:
        return Match(decision=Decision.OPEN, reason="no case for this account yet")
    match case.state:
        case CaseState.OPEN | CaseState.TAKEN:
            return Match(decision=Decision.JOIN, reason=f"the account's case is {case.state}")
        case CaseState.CLOSED:
            return Match(decision=Decision.REOPEN, reason="reported again after it was closed")


def reported(sightings: Iterable[Sighting]) -> tuple[Sighting, ...]:
    """Pick the sightings that lead to an account's case."""
    return tuple(
        sighting
        for sighting in sightings
        if sighting.role is Role.REPORTED and sighting.confidence >= SURE_ENOUGH
    )


def severity_of(message: ParsedMessage) -> Severity:
    """Tell how severe one report is on its own.

    A report nobody could read is more urgent than a readable one: it may say anything. So is one
    that its sender, another organisation's program, calls severe.
    """
    if message.urgency:
        return Severity.CRITICAL
    said_severe = message.machine_report is not None and message.machine_report.is_severe
    if said_severe or not message.traits.readable:
        return Severity.HIGH
    if message.kind is MailKind.EMPTY:
        return Severity.LOW
    return Severity.NORMAL


def category_of(message: ParsedMessage) -> tuple[str | None, str | None]:
    """Suggest a category, and why: what a machine states goes before what the words suggest."""
    machine = message.machine_report
    if machine and machine.category:
        return machine.category, f"its {machine.form} report says so"
    return message.category, message.category_reason


def severity_by_reporters(reporters: int) -> Severity:
    """Tell how severe a case is by the number of people who reported it."""
    return Severity.HIGH if reporters >= MANY_REPORTERS else Severity.LOW
