"""What reporters are promised, and by when a case has to be looked at or decided for that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from store.model import Case, EventKind
from store.states import CaseState
from store.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True, slots=True)
class Promises:
    """What receipts say about what happens next.

    A person looks at the report within ``look_within`` and, if that is given, decides within
    ``decide_within``. ``notices`` tells whether reporters hear of the decision.
    """

    look_within: timedelta = timedelta(hours=24)
    decide_within: timedelta | None = None
    notices: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Deadline:
    """By when a case has to be looked at, or ``decides``: to be decided."""

    at: datetime
    decides: bool = False


def deadline(work: UnitOfWork, case: Case, promises: Promises) -> Deadline | None:
    """Tell what is promised next about a case; None when that is nothing, or it is closed.

    Counted from the report that opened the case, or opened it again. Whoever takes a case looks at
    it; after that only the decision is owed.
    """
    if case.state is CaseState.CLOSED:
        return None
    since = case.waits_since
    taken = work.history.latest(case.id, (EventKind.TAKEN,), 1)
    if not taken or taken[0].at < since:
        return Deadline(at=since + promises.look_within)
    if promises.decide_within is None:
        return None
    return Deadline(at=since + promises.decide_within, decides=True)
