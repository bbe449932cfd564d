"""Sends what is queued, notes every try, and gives up loudly.

A message is claimed under a lease, tried outside any transaction and then noted. A crash between
sending and noting repeats it once, under the same Message-ID. An alert that cannot be delivered is
itself a reason to go on: its escalation falls through to the next step at once (``fall_through``).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from notifier.backoff import is_over, wait
from notifier.outcomes import (
    Courier,
    Deferred,
    Outcome,
    Refused,
    Sent,
    one_line,
    without_addresses,
)
from notifier.return_paths import ReturnPaths
from store.errors import StorageUnavailable
from store.model import TO_STAFF, Attempt, Clock, OutboxId, OutboxKind, OutboxMessage, Way
from store.states import AcknowledgementState, OutboxState
from store.undelivered import note_undelivered
from store.unit_of_work import Store, UnitOfWork

BATCH: Final = 8
"""Small, so that an alert queued meanwhile waits for few receipts."""
BATCH_TIME: Final = timedelta(minutes=2)
"""When a batch takes longer, what is left of it is given back."""
SLOWEST_MESSAGE: Final = timedelta(minutes=15)
"""A relay that gives each of some fifteen answers at the last moment of a minute's time-out."""
LEASE: Final = BATCH_TIME + SLOWEST_MESSAGE + timedelta(minutes=3)
"""Longer than a batch can take: its time, and the one message that is on its way by then."""
REOPENED: Final = 20
"""How many messages that waited for the relay are tried at once when another one has gone.

Each of them that goes calls for as many again, so that a relay that falls back is asked for few.
"""
JUST_NOW: Final = timedelta(minutes=1)
"""How long ago something must have gone for the way to be open, whatever one connection found."""
SOON: Final = timedelta(seconds=6)
"""When an alert is tried again then: a little longer than the courier rests."""

_CHANCE: Final = random.SystemRandom().random
_log = structlog.get_logger()


class Deliverer:
    """Sends queued messages of one way by its courier. ``owner`` names this process in leases.

    With ``kinds`` only those: a slow relay must not hold alerts behind thousands of receipts.
    ``stopping`` is asked before each message: what is left of a batch is given back then.
    """

    def __init__(  # noqa: PLR0913 - the wiring names each piece
        self,
        *,
        store: Store,
        courier: Courier,
        owner: str,
        clock: Clock,
        chance: Callable[[], float] = _CHANCE,
        stopping: Callable[[], bool] = lambda: False,
        way: Way = Way.MAIL,
        kinds: frozenset[OutboxKind] | None = None,
        batch: int = BATCH,
        return_paths: ReturnPaths | None = None,
    ) -> None:
        self._store = store
        self._courier = courier
        self._owner = owner
        self._clock = clock
        self._chance = chance
        self._stopping = stopping
        self._way = way
        self._kinds = kinds
        self._batch = batch
        self._return_paths = return_paths
        # A step that a kill or a fault of this machine broke off leaves leases behind.
        self._unsettled = True

    def step(self) -> int:
        """Try a small batch of what is due; tell how many messages were tried."""
        if self._unsettled:
            self.release()
        self._unsettled = True
        give_back_at = self._clock() + BATCH_TIME
        claimed, tried = self._claim(), 0
        for message in claimed:
            if self._stopping() or self._clock() >= give_back_at:
                self.release()
                break
            self._attend(message)
            tried += 1
        self._unsettled = False
        return tried

    def _claim(self) -> list[OutboxMessage]:
        with self._store.transaction() as work:
            claimed = work.sending.claim(
                self._owner, self._clock(), LEASE, self._batch, self._way, kinds=self._kinds
            )
            if claimed:
                work.commit()
        return claimed

    def release(self) -> int:
        """Give up the leases of this owner: after a crash, and when stopping."""
        with self._store.transaction() as work:
            released = work.sending.release(self._owner)
            work.commit()
        return released

    def _attend(self, message: OutboxMessage) -> None:
        outcome = self._try(message)
        try:
            self._note(message, outcome)
        except StorageUnavailable:
            raise
        except Exception:  # noqa: BLE001 - one message must not hold up the others
            # It stays under its lease and is tried again after it, under the same Message-ID.
            _log.exception("message.not_noted", message=message.id)

    def _try(self, message: OutboxMessage) -> Outcome:
        try:
            return self._courier.send(self._with_return_path(message))
        except Exception as error:  # noqa: BLE001 - see below
            # Unknown trouble is temporary, and must not hold up the other messages.
            _log.exception("courier.failed", message=message.id)
            return Deferred(detail=one_line(f"{type(error).__name__}: {error}"))

    def _with_return_path(self, message: OutboxMessage) -> OutboxMessage:
        """Give a message the address that it comes back to; its days count from this try."""
        if self._return_paths is None:
            return message
        sender = self._return_paths.of(message, self._clock())
        return replace(message, mail=replace(message.mail, sender=sender))

    def _note(self, message: OutboxMessage, outcome: Outcome) -> None:
        now = self._clock()
        with self._store.transaction() as work:
            match outcome:
                case Sent():
                    self._sent(work, message, outcome, now)
                case Deferred():
                    self._deferred(work, message, outcome, now)
                case Refused():
                    self._failed(work, message, _attempt(now, "refused", outcome))
            work.commit()

    def _sent(self, work: UnitOfWork, message: OutboxMessage, outcome: Sent, now: datetime) -> None:
        went = work.outbox.record(message, _attempt(now, "sent", outcome), OutboxState.SENT)
        if message.mail.instead_of is not None:
            _stand_in(work, message, message.mail.instead_of, now)
        # It may have come back before we could note that it went.
        if went and message.mail.kind is OutboxKind.ACKNOWLEDGEMENT and message.mail.report_id:
            work.receipts.note_sent(message.mail.report_id)
        # After an outage nobody waits for the time of the next try, those on duty least of all.
        staff = message.attempts > 0 and message.mail.kind in TO_STAFF
        work.sending.reopen(self._way, now, REOPENED, staff=staff)
        seconds = (now - message.created_at).total_seconds()
        _log.info("message.sent", kind=message.mail.kind.value, message=message.id, after=seconds)

    def _deferred(
        self, work: UnitOfWork, message: OutboxMessage, outcome: Deferred, now: datetime
    ) -> None:
        attempt = _attempt(now, "deferred", outcome)
        kind = message.mail.kind
        if self._is_overtaken(work, message):
            work.outbox.record(message, attempt, OutboxState.CANCELLED)
            return
        if is_over(kind, now - message.created_at, self._way):
            self._failed(work, message, attempt)
            return
        again_at = now + wait(kind, message.attempts + 1, self._chance(), self._way)
        if outcome.shut and kind in TO_STAFF and self._is_open(work, now):
            again_at = min(again_at, now + SOON)
        work.outbox.record(message, attempt, OutboxState.QUEUED, again_at, way_shut=outcome.shut)
        _log.warning(
            "message.deferred",
            kind=kind.value,
            message=message.id,
            detail=without_addresses(attempt.detail),
            again_at=again_at.isoformat(),
        )

    def _is_open(self, work: UnitOfWork, now: datetime) -> bool:
        """Tell whether somebody else's connection has carried something just now.

        This one may have hung since the relay was away: nobody on duty waits for what it found.
        """
        return work.traffic.went_since(self._way, now - JUST_NOW, now)

    def _is_overtaken(self, work: UnitOfWork, message: OutboxMessage) -> bool:
        """Tell whether all alerts in a mail were cancelled while it was being sent."""
        return work.alerts.is_overtaken(message.id)

    def _failed(self, work: UnitOfWork, message: OutboxMessage, attempt: Attempt) -> None:
        kind = message.mail.kind
        if not work.outbox.record(message, attempt, OutboxState.FAILED):
            # Cancelled while it was being sent: nobody misses it.
            return
        _log.error(
            "message.failed",
            kind=kind.value,
            message=message.id,
            detail=without_addresses(attempt.detail),
        )
        if message.mail.report_id is not None and kind is OutboxKind.ACKNOWLEDGEMENT:
            state = AcknowledgementState.FAILED
            work.receipts.set_outcome(message.mail.report_id, state, attempt.detail)
        note_undelivered(work, message, attempt.detail, attempt.at)
        # What follows for the cases in it is the escalator's: the same as for a bounce.
        work.alerts.fail(message.id)


def _stand_in(work: UnitOfWork, message: OutboxMessage, mail: OutboxId, now: datetime) -> None:
    """Spare people the mail that this message stood in for; its alerts have arrived."""
    if work.outbox.get(mail).state is not OutboxState.QUEUED:
        return
    work.carrying.move(mail, message.id)
    detail = f"outgoing message {message.id} went by a channel in its place"
    work.outbox.cancel(mail, Attempt(at=now, outcome="cancelled", detail=detail))


def _attempt(now: datetime, outcome: str, detail: Outcome) -> Attempt:
    return Attempt(at=now, outcome=outcome, detail=one_line(detail.detail))
