from __future__ import annotations

from enum import StrEnum
from typing import Any

import pytest

from store.errors import Forbidden
from store.states import (
    CASE_STEPS,
    COMMAND_STEPS,
    ESCALATION_STEPS,
    INBOX_STEPS,
    OUTBOX_STEPS,
    CaseState,
    EscalationState,
    InboxState,
    OutboxState,
    require_step,
)

Steps = dict[Any, frozenset[Any]]
TABLES: list[tuple[Steps, set[str]]] = [
    (
        INBOX_STEPS,
        {
            "received>filed",
            "received>recorded",
            "received>quarantined",
            "quarantined>received",
        },
    ),
    (CASE_STEPS, {"open>taken", "open>closed", "taken>open", "taken>closed", "closed>open"}),
    (
        OUTBOX_STEPS,
        {"queued>sent", "queued>failed", "queued>cancelled", "failed>queued"}
        | {"queued>bounced", "sent>bounced", "bounced>queued"},
    ),
    (COMMAND_STEPS, {"pending>done", "pending>refused"}),
    (
        ESCALATION_STEPS,
        {"running>paused", "running>ended", "paused>running", "paused>ended"},
    ),
]


@pytest.mark.parametrize(("steps", "allowed"), TABLES)
def test_exactly_the_drawn_steps_are_allowed(steps: Steps, allowed: set[str]) -> None:
    assert {f"{before}>{after}" for before in steps for after in steps[before]} == allowed


@pytest.mark.parametrize(("steps", "allowed"), TABLES)
def test_every_other_step_is_forbidden(steps: Steps, allowed: set[str]) -> None:
    for before in steps:
        for after in steps:
            if f"{before}>{after}" not in allowed:
                with pytest.raises(Forbidden, match=f"it cannot become {after}"):
                    require_step(steps, before, after, "this")


@pytest.mark.parametrize(
    ("steps", "states"),
    [
        (INBOX_STEPS, InboxState),
        (CASE_STEPS, CaseState),
        (OUTBOX_STEPS, OutboxState),
        (ESCALATION_STEPS, EscalationState),
    ],
)
def test_every_state_has_its_line_in_the_table(steps: Steps, states: type[StrEnum]) -> None:
    assert set(steps) == set(states)
