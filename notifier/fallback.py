"""The fallback address is told when an alert reached nobody it was meant for.

Once for each step and round, under a decision of its own. When the fallback address cannot be
reached either, nobody is left to be told by mail: that is logged as an error, and the auditor
finds the case for as long as it is open and no later alert has gone out.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

import structlog

from notifier.alerts import AlertFacts, write_alert
from notifier.compose import Composer
from notifier.escalate import StepKey, supersede
from notifier.policy import from_snapshot
from store.model import Case, Escalation, OutboxKind, OutboxMessage
from store.states import CaseState, OutboxState
from store.unit_of_work import UnitOfWork

_UNDECIDED_OR_SENT = frozenset({OutboxState.QUEUED, OutboxState.SENT})

_log = structlog.get_logger()


class Fallback:
    """Sends alerts that failed to one address, within the caller's transaction."""

    def __init__(self, composer: Composer, address: str) -> None:
        self._composer = composer
        self._address = address

    def take_over(
        self,
        work: UnitOfWork,
        case: Case,
        message: OutboxMessage,
        now: datetime,
        *,
        given_up: bool,
    ) -> bool:
        """Queue an alert in place of one that failed for good; False when there is none to queue.

        While somebody else of the same step has got theirs, or may yet, a refusal is no silence;
        an alert given up after a day of trying is.
        """
        if case.state is CaseState.CLOSED:
            return False
        if message.mail.recipient.lower() == self._address.lower():
            _log.error("alert.undeliverable", case=case.reference, message=message.id)
            return False
        step = StepKey.read(message.mail.dedupe_key)
        states = work.outbox.alert_states(case.id, step.prefix)
        if not given_up and _UNDECIDED_OR_SENT.intersection(states):
            return False
        key = step.key(self._address)
        if work.outbox.is_known(key):
            return False
        posting = self._composer.posting(OutboxKind.ALERT, self._address, key, now)
        facts = _facts(step, work.escalations.active(case.id), now)
        supersede(work, case.id, self._address, now)
        work.outbox.queue(write_alert(self._composer, case, facts, posting), now)
        _log.warning("alert.passed_on", case=case.reference, message=message.id)
        return True


def _facts(step: StepKey, escalation: Escalation | None, now: datetime) -> AlertFacts:
    steps = step.step + 1
    if escalation is not None:
        with suppress(ValueError):
            steps = len(from_snapshot(escalation.policy).steps)
    return AlertFacts(
        step=min(step.step + 1, steps),
        steps=steps,
        repeats=step.rounds,
        next_alert_at=(escalation and escalation.next_at) or now,
        undeliverable=True,
    )
