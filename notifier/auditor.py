"""Checks the promise that no case is without a next step, and looks for what got stuck.

Repairs what can be repaired. A fault is told to the operators once, again when it gets worse, and
once when it is over; what was told is kept in the database, so that a restart neither repeats nor
forgets it. A fault is over when it was not seen for some minutes: one that comes and goes is one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from notifier.alarm_titles import Title
from notifier.alarms import Alarms
from notifier.compose import Composer
from notifier.directory import Directory
from notifier.escalations import start_escalation
from notifier.letters import span_text
from notifier.looks import STANDING_LOOKS, Look, without_next_step
from store.errors import StorageUnavailable
from store.model import Case, Clock, Fault
from store.unit_of_work import Store, UnitOfWork

LISTED: Final = 10
"""How many cases an alarm names."""
KEPT: Final = 100
"""How many of the cases it told of a fault remembers."""
CALM_FOR: Final = timedelta(minutes=5)
"""How long a fault must not have been seen before it is over."""
WORSE: Final = 2
"""A fault is told again when it counts so many times what was told."""

_log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Something that is not as promised. ``kind`` is a stable name; ``lines`` names what."""

    kind: str
    count: int
    title: str
    lines: tuple[str, ...] = ()


class Auditor:
    """Looks over the whole installation. ``looks`` are those that depend on the settings."""

    def __init__(  # noqa: PLR0913 - the wiring names each piece
        self,
        *,
        store: Store,
        directory: Directory,
        composer: Composer,
        clock: Clock,
        looks: Sequence[Look] = (),
        on_well: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._directory = directory
        self._clock = clock
        self._looks = looks
        self._on_well = on_well
        self._alarms = Alarms(composer, directory.fallback)

    def step(self) -> tuple[Finding, ...]:
        """Look, repair, queue alarms; give what was found."""
        now = self._clock()
        with self._store.snapshot() as work:
            idle = without_next_step(work, now)
            found = findings(work, now, self._looks)
            known = work.faults.all()
        if found or known:
            with self._store.transaction() as work:
                for case in idle:
                    self._repair(work, case, now)
                self._tell(work, {finding.kind: finding for finding in found}, now)
                work.commit()
        if not found:
            self._on_well()
        return found

    def _repair(self, work: UnitOfWork, case: Case, now: datetime) -> None:
        if work.escalations.active(case.id) is None:
            start_escalation(work, case, self._directory, now, at_once=True)
            _log.error("escalation.repaired", case=case.reference)

    def _tell(self, work: UnitOfWork, found: dict[str, Finding], now: datetime) -> None:
        known = work.faults.all()
        for kind, finding in found.items():
            fault = known.get(kind)
            if fault is None or _is_worse(finding, fault):
                title = Title(kind=kind, english=finding.title, value=str(finding.count))
                self._alarms.begins(work, kind, title, finding.lines, now)
                work.faults.put(_fault(finding, fault, now))
            else:
                work.faults.saw(kind, now)
        for kind in known.keys() - found.keys():
            if known[kind].seen_at > now:
                # The clock was set back: the calm is counted from here.
                work.faults.saw(kind, now)
            elif now - known[kind].seen_at >= CALM_FOR:
                self._over(work, known[kind], now)

    def _over(self, work: UnitOfWork, fault: Fault, now: datetime) -> None:
        lines = (f"it lasted {span_text(fault.seen_at - fault.raised_at)}",)
        title = Title(kind=fault.name, english=fault.title, value=str(fault.count))
        self._alarms.is_over(work, fault.name, title, lines, now)
        work.faults.remove(fault.name)


def _is_worse(finding: Finding, fault: Fault) -> bool:
    if finding.count >= WORSE * fault.count:
        return True
    # Of a long list only the beginning is known: that something else stands there says nothing.
    return finding.count <= LISTED and not set(finding.lines) <= set(fault.subjects)


def _fault(finding: Finding, before: Fault | None, now: datetime) -> Fault:
    return Fault(
        name=finding.kind,
        title=finding.title,
        count=finding.count,
        subjects=tuple(dict.fromkeys((*finding.lines, *(before.subjects if before else ()))))[
            :KEPT
        ],
        raised_at=before.raised_at if before else now,
        seen_at=now,
    )


def findings(work: UnitOfWork, now: datetime, looks: Sequence[Look] = ()) -> tuple[Finding, ...]:
    """Look over an installation without changing it."""
    found, failed = [], []
    for look in (*STANDING_LOOKS, *looks):
        try:
            found.append(_finding(look, work, now))
        except StorageUnavailable:
            raise
        except Exception:  # noqa: BLE001 - what cannot be looked at must not hide the rest
            _log.exception("look.failed", look=look.kind)
            failed.append(look.kind)
    title = f"{len(failed)} things could not be looked at"
    found.append(Finding(kind="look_failed", count=len(failed), title=title, lines=tuple(failed)))
    return tuple(finding for finding in found if finding.count)


def _finding(look: Look, work: UnitOfWork, now: datetime) -> Finding:
    seen = look.look(work, now)
    if isinstance(seen, int):
        return Finding(kind=look.kind, count=seen, title=look.title.format(seen))
    lines = tuple(seen[:LISTED])
    return Finding(kind=look.kind, count=len(seen), title=look.title.format(len(seen)), lines=lines)
