"""Escalations and the alerts that come of their steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from store.model.ids import AlertId, CaseId, EscalationId, OutboxId
from store.states import AlertState, EscalationState, OutboxState


class AlertReason(StrEnum):
    """Why an alert goes to its address."""

    # The address is one of those the step names.
    STEP = "step"
    # The fallback address: no step that is left found anybody on duty.
    NOBODY_ON_DUTY = "nobody_on_duty"
    # The fallback address: nobody else of the step could be reached.
    UNDELIVERABLE = "undeliverable"
    # Whoever took the case: nothing has happened since.
    NO_PROGRESS = "no_progress"


@dataclass(frozen=True, kw_only=True, slots=True)
class Escalation:
    """One running snapshot of a policy over one case.

    ``policy`` is the policy as it was when the escalation began. ``step`` counts the steps done;
    ``rounds`` counts the alerts of the last step. ``next_at`` is when it acts next: the
    next step while running, the end of the pause while paused, None once ended.
    """

    id: EscalationId
    case_id: CaseId
    state: EscalationState
    policy: Mapping[str, Any]
    step: int
    rounds: int
    started_at: datetime
    next_at: datetime | None
    pause_reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Alert:
    """One step about one case, told to one address; several may share one mail.

    ``step`` counts from 0 and ``round`` the repeats of the last step. ``person`` is the address's
    owner, by the name in the configuration. An ``urgent`` one is about a critical case that the
    address has not been told of. ``outbox_id`` is the mail that carries it, and ``mail_state`` how
    far that mail has come. ``ready_at`` is when a mail first carried it, this one or an earlier one
    that gave way: until then the rate held it back. ``passed_on_at`` tells when the next step was
    hurried in its place.
    """

    id: AlertId
    case_id: CaseId
    escalation_id: EscalationId
    step: int
    round: int
    address: str
    person: str | None
    reason: AlertReason
    urgent: bool
    state: AlertState
    created_at: datetime
    outbox_id: OutboxId | None = None
    mail_state: OutboxState | None = None
    ready_at: datetime | None = None
    passed_on_at: datetime | None = None
