"""Sends digests and handover mails when their moment comes, each once.

The mail and the note that its occasion was done are one transaction, so that neither a restart nor
a second look brings it again. One person or rota that cannot be worked on holds up no other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog

from notifier.compose import Composer
from notifier.digests import Handover, write_digest, write_handover, write_relief
from notifier.directory import Directory
from notifier.duty import present
from notifier.local_time import time_zone
from notifier.occasions import DIGEST_LATE, HANDOVER_LATE, Due, judge, latest
from notifier.rota import Person, Shift
from store.errors import StorageUnavailable
from store.model import Clock, OutboxKind
from store.overviews import Overview
from store.unit_of_work import Store, UnitOfWork

LISTED: Final = 15
"""How many cases of each sort an overview names."""
LOOK_BACK: Final = timedelta(days=2)
"""How far back shifts are looked at: a change of shift is told within hours."""

_log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class Regular:
    """What goes out by the clock; ``when_nothing`` sends it also when there is nothing to do."""

    handovers: bool = True
    when_nothing: bool = False


class RegularMails:
    """Looks whose digest and which handover is due."""

    def __init__(
        self,
        *,
        store: Store,
        directory: Directory,
        composer: Composer,
        clock: Clock,
        regular: Regular,
    ) -> None:
        self._store = store
        self._directory = directory
        self._composer = composer
        self._clock = clock
        self._regular = regular

    def step(self) -> int:
        """Queue what is due; tell how many mails that makes."""
        now = self._clock()
        return sum(self._attend(step) for step in self._steps(now))

    def _steps(self, now: datetime) -> list[Callable[..., bool]]:
        people, rotas = self._directory.people.values(), self._directory.rotas
        digests = [partial(self._digest, person=person, now=now) for person in people]
        handovers = [partial(self._handover, rota=rota, now=now) for rota in rotas]
        return [*digests, *handovers] if self._regular.handovers else [*digests]

    def _attend(self, step: Callable[..., bool]) -> bool:
        try:
            with self._store.snapshot() as work:
                if not step(work, only_look=True):
                    return False
            with self._store.transaction() as work:
                done = step(work)
                work.commit()
        except StorageUnavailable:
            raise
        except Exception:  # noqa: BLE001 - one of them must not hold up the others
            _log.exception("overview.failed")
            return False
        return done

    def _digest(
        self, work: UnitOfWork, *, person: Person, now: datetime, only_look: bool = False
    ) -> bool:
        if person.digest_at is None:
            return False
        moment = latest(person.digest_at, time_zone(person.time_zone), now)
        name = f"digest:{person.key}"
        due = judge(moment, work.overviews.last(name), now, DIGEST_LATE)
        if only_look:
            return due is not Due.NOT_YET
        overview = self._worth_it(work, name, due, now)
        if overview is None:
            return False
        key = f"{name}:{moment.isoformat()}"
        posting = self._composer.posting(OutboxKind.OVERVIEW, person.address, key, now)
        work.outbox.queue(write_digest(self._composer, person, overview, posting), now)
        _log.info("digest.queued", person=person.key)
        return True

    def _handover(
        self, work: UnitOfWork, *, rota: str, now: datetime, only_look: bool = False
    ) -> bool:
        handover = handover_at(present(work, self._directory, now - LOOK_BACK), rota, now)
        if handover is None:
            return False
        name = f"handover:{rota}"
        due = judge(handover.shift.begins_at, work.overviews.last(name), now, HANDOVER_LATE)
        if only_look:
            return due is not Due.NOT_YET
        overview = self._worth_it(work, name, due, now)
        if overview is None or handover.goes == handover.comes:
            return False
        self._tell(work, handover, overview, now)
        _log.info("handover.queued", rota=rota, person=handover.comes.key)
        return True

    def _worth_it(self, work: UnitOfWork, name: str, due: Due, now: datetime) -> Overview | None:
        """Note that an occasion was done; give what it tells, unless there is nothing to tell."""
        if due is Due.NOT_YET:
            return None
        work.overviews.note(name, now)
        overview = work.overviews.overview(LISTED)
        if due is Due.MISSED or (overview.is_empty and not self._regular.when_nothing):
            return None
        return overview

    def _tell(
        self, work: UnitOfWork, handover: Handover, overview: Overview, now: datetime
    ) -> None:
        key = f"{handover.rota}:{handover.shift.begins_at.isoformat()}"
        posting = self._composer.posting(
            OutboxKind.OVERVIEW, handover.comes.address, f"handover:{key}", now
        )
        work.outbox.queue(write_handover(self._composer, handover, overview, posting), now)
        goes = handover.goes
        if goes is not None:
            posting = self._composer.posting(
                OutboxKind.OVERVIEW, goes.address, f"relief:{key}", now
            )
            held = work.overviews.held_by(goes.key, LISTED)
            work.outbox.queue(write_relief(self._composer, handover, goes, held, posting), now)


def handover_at(directory: Directory, rota: str, now: datetime) -> Handover | None:
    """Tell who has come on duty in a rota, and whom they came after; None for nobody."""
    shifts = directory.shifts(rota, now - LOOK_BACK, now + timedelta(seconds=1))
    current = next((shift for shift in reversed(shifts) if shift.covers(now)), None)
    comes = directory.people.get(current.person) if current else None
    if current is None or comes is None:
        return None
    # What one person has in several pieces, by an override or two layers, is one turn.
    earlier = [shift for shift in shifts if shift.begins_at < current.begins_at]
    while earlier and _continues(earlier[-1], current):
        current = earlier.pop()
    goes = directory.people.get(earlier[-1].person) if earlier else None
    return Handover(rota=rota, comes=comes, shift=_whole(shifts, current), goes=goes)


def _continues(before: Shift, shift: Shift) -> bool:
    return before.person == shift.person and before.ends_at == shift.begins_at


def _whole(shifts: tuple[Shift, ...], first: Shift) -> Shift:
    """Give the first piece of a turn with the end of its last."""
    whole = first
    for shift in shifts:
        if _continues(whole, shift):
            whole = replace(whole, ends_at=shift.ends_at)
    return whole
