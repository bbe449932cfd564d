"""Tells everybody else who was alerted about a case that somebody has it now.

Whoever an alert has reached, and who has not been told since, is told once: there is nothing to do
for them. That holds however the case was taken or closed, by mail or by command.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import structlog

from notifier.channels import is_channel
from notifier.compose import Composer
from notifier.directory import Directory, Recipient
from notifier.rota import time_zone
from notifier.staff_notices import Answered, NoticeFacts, NoticeKind, write_notice
from store.model import Case, CaseEvent, EventKind, OutboxKind
from store.states import CaseState, OutboxState
from store.unit_of_work import UnitOfWork

KEY: Final = "told:"
"""What the keys of these notices begin with."""
# A mail still queued when its case is taken is on its way at this moment, or tells of other cases.
_REACHED: Final = frozenset({OutboxState.SENT, OutboxState.QUEUED})

_log = structlog.get_logger()


class Colleagues:
    """Queues these notices, within the caller's transaction."""

    def __init__(self, composer: Composer, directory: Directory) -> None:
        self._composer = composer
        self._directory = directory

    def tell(self, work: UnitOfWork, case: Case, event: CaseEvent, now: datetime) -> int:
        """Tell the others of one event, if it still holds; give how many were told."""
        if not _still_holds(case, event):
            return 0
        recipients = self._recipients(work, case, event.actor)
        for recipient in recipients:
            self._queue(work, case, event, recipient, now)
        if recipients:
            _log.info("colleagues.told", case=case.reference, addresses=len(recipients))
        return len(recipients)

    def _recipients(self, work: UnitOfWork, case: Case, actor: str) -> tuple[Recipient, ...]:
        told = work.outbox.told_at(case.id, OutboxKind.STAFF_NOTICE, KEY)
        found: dict[str, Recipient] = {}
        for alert in work.alerts.of_case(case.id):
            address = alert.address.lower()
            if alert.mail_state not in _REACHED or alert.person == actor:
                continue
            if is_channel(alert.address):
                # What a text message costs is kept for alerts.
                continue
            if address not in told or told[address] < alert.created_at:
                person = self._directory.people.get(alert.person or "")
                found[address] = Recipient(address=alert.address, person=person)
        return tuple(found.values())

    def _queue(
        self, work: UnitOfWork, case: Case, event: CaseEvent, recipient: Recipient, now: datetime
    ) -> None:
        key = f"{KEY}{event.id}:{recipient.address.lower()}"[:255]
        posting = self._composer.posting(OutboxKind.STAFF_NOTICE, recipient.address, key, now)
        holder, reader = self._directory.people.get(event.actor), recipient.person
        facts = NoticeFacts(
            kind=NoticeKind.TOLD,
            what=event.kind.value,
            reference=case.reference,
            case=case,
            by=holder.name if holder else event.actor,
            until=case.taken_until,
        )
        if reader is not None:
            facts = facts.for_reader(reader.key, time_zone(reader.time_zone), reader.languages)
        work.outbox.queue(write_notice(self._composer, facts, posting, Answered()), now)


def _still_holds(case: Case, event: CaseEvent) -> bool:
    """Tell whether what the event says is so now: it may be some time ago."""
    if event.kind is EventKind.CLOSED:
        return case.state is CaseState.CLOSED
    return case.state is CaseState.TAKEN and case.taken_by == event.actor
