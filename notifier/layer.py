"""A layer of a rota: persons taking turns of one length, all day or in some hours only.

A handover keeps its local time through a change of the clocks; the turn that crosses it is an
hour longer or shorter (``local_time`` tells what becomes of a time that is missing or comes
twice). Turns follow each other without gap and overlap; hours only cut pieces out of them, so
that the turns of a layer for the nights are counted through the days as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final

from notifier.local_time import DAY, Hours, instant, time_zone
from store.model import require_aware

DAILY: Final = timedelta(days=1)
WEEKLY: Final = timedelta(days=7)
SHORTEST_TURN: Final = timedelta(hours=1)
LONGEST_TURN: Final = timedelta(days=366)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shift:
    """One person is on duty, from ``begins_at`` until just before ``ends_at``.

    ``source`` tells why: the name of a layer, ``override`` or ``calendar``.
    """

    person: str
    begins_at: datetime
    ends_at: datetime
    source: str = ""

    def covers(self, moment: datetime) -> bool:
        """Tell whether a moment lies in this shift."""
        return self.begins_at <= moment < self.ends_at


@dataclass(frozen=True, kw_only=True, slots=True)
class Layer:
    """Persons taking turns. The first member's first turn begins on ``start`` at ``handover``.

    ``handover`` is local time in ``time_zone``. Before ``start`` the turns are counted backwards,
    so that a rota entered early leaves nobody out. With ``hours`` the layer covers only those.
    """

    members: tuple[str, ...]
    turn: timedelta
    handover: time
    time_zone: str
    start: date
    name: str = ""
    hours: Hours | None = None

    def __post_init__(self) -> None:
        if not self.members:
            raise ValueError("has no members: nobody would ever be on duty")
        if self.handover.tzinfo is not None:
            raise ValueError("handover is local time and carries no zone")
        if not SHORTEST_TURN <= self.turn <= LONGEST_TURN:
            raise ValueError("a turn lasts at least an hour and at most a year")
        time_zone(self.time_zone)

    @property
    def covers_all(self) -> bool:
        """Whether somebody of this layer is on duty at every moment."""
        return self.hours is None or self.hours.are_all

    def on_duty(self, moment: datetime) -> Shift | None:
        """Give the piece of a turn that holds this moment; None outside the layer's hours."""
        # Nothing is shorter than this.
        instant_later = moment + timedelta(microseconds=1)
        found = [s for s in self.shifts(moment, instant_later) if s.covers(moment)]
        return found[0] if found else None

    def shifts(self, since: datetime, until: datetime) -> tuple[Shift, ...]:
        """List the pieces of turns that touch the time between two moments, in order."""
        require_aware(since, "since")
        require_aware(until, "until")
        turns = tuple(self._turns(since, until))
        if self.hours is None or not turns:
            return turns
        spans = self.hours.between(turns[0].begins_at, turns[-1].ends_at)
        pieces = (
            replace(turn, begins_at=max(turn.begins_at, begins), ends_at=min(turn.ends_at, ends))
            for turn in turns
            for begins, ends in spans
        )
        return tuple(
            piece
            for piece in pieces
            if piece.begins_at < piece.ends_at and piece.begins_at < until and since < piece.ends_at
        )

    def _turns(self, since: datetime, until: datetime) -> Iterator[Shift]:
        number = self._number_at(since)
        begins_at = self._begin(number)
        while begins_at < until:
            ends_at = self._begin(number + 1)
            # A turn that lies wholly in a gap of the clocks has no length.
            if ends_at > begins_at:
                person = self.members[number % len(self.members)]
                yield Shift(person=person, begins_at=begins_at, ends_at=ends_at, source=self.name)
            number, begins_at = number + 1, ends_at

    def _begin(self, number: int) -> datetime:
        """Tell when a turn begins, in UTC; turn 0 begins on the layer's start."""
        # Turns shorter than a gap of the clocks (a day at most, Samoa in 2011): what was due in
        # the gap happens after it, and nobody's turn may begin before that of those in front.
        overtaken = -(-DAY // self.turn)
        return max(self._handover(number - back) for back in range(overtaken))

    def _handover(self, number: int) -> datetime:
        local = datetime.combine(self.start, self.handover) + number * self.turn
        return instant(local, time_zone(self.time_zone))

    def _number_at(self, moment: datetime) -> int:
        """Tell which turn runs at this moment: estimate from the clocks, then look around."""
        local = moment.astimezone(time_zone(self.time_zone)).replace(tzinfo=None)
        number = (local - datetime.combine(self.start, self.handover)) // self.turn
        while self._begin(number) > moment:
            number -= 1
        while self._begin(number + 1) <= moment:
            number += 1
        return number
