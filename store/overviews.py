"""What there is to do: open, overdue and taken cases, counted and the first of each listed.

Also when something regular was done last, so that a digest comes once a day over any number of
restarts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from store.cases import WAITS_SINCE, Cases
from store.model import Case, CaseId
from store.schema import cases, escalations, occasions
from store.states import CaseState, EscalationState


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """How many cases there are, and the most urgent of them."""

    count: int
    first: tuple[Case, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """The cases that are not closed.

    Of the open ones those are overdue whose every step has been told, and that nobody has taken.
    """

    overdue: Listed
    open: Listed
    taken: Listed

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.overdue.count or self.open.count or self.taken.count)


class Overviews:
    """Overviews and occasions within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._cases = Cases(connection)

    def overview(self, limit: int) -> Overview:
        """Tell what there is to do, naming so many cases of each sort."""
        # A case whose escalation is just to begin has no rounds at all.
        last_step = func.coalesce(escalations.c.rounds, 0) > 0
        return Overview(
            overdue=self._listed(limit, CaseState.OPEN, last_step),
            open=self._listed(limit, CaseState.OPEN, ~last_step),
            taken=self._listed(limit, CaseState.TAKEN),
        )

    def held_by(self, person: str, limit: int) -> Listed:
        """Tell which cases somebody has taken."""
        return self._listed(limit, CaseState.TAKEN, cases.c.taken_by == person)

    def _listed(self, limit: int, state: CaseState, *conditions: object) -> Listed:
        active = (escalations.c.case_id == cases.c.id) & (
            escalations.c.state != EscalationState.ENDED
        )
        which = select(cases.c.id).outerjoin(escalations, active).where(cases.c.state == state)
        for condition in conditions:
            which = which.where(condition)  # type: ignore[arg-type]  # a condition of SQLAlchemy
        count = self._connection.scalar(select(func.count()).select_from(which.subquery())) or 0
        first = which.order_by(cases.c.severity.desc(), WAITS_SINCE, cases.c.id).limit(limit)
        numbers = list(self._connection.scalars(first))
        return Listed(
            count=count, first=tuple(self._cases.get(CaseId(number)) for number in numbers)
        )

    def last(self, name: str) -> datetime | None:
        """Tell when an occasion was last done; None when it never was."""
        return self._connection.scalar(select(occasions.c.at).where(occasions.c.name == name))

    def note(self, name: str, at: datetime) -> None:
        """Note that an occasion was done."""
        if self.last(name) is None:
            self._connection.execute(insert(occasions).values(name=name, at=at))
        else:
            self._connection.execute(
                update(occasions).where(occasions.c.name == name).values(at=at)
            )
