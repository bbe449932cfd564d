# ruff: noqa: PLC0415 - imported when needed, as help must be quick
"""How a played policy is shown: what an escalation does at each moment, and a week of cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from tipline.cli.errors import CommandError
from tipline.cli.output import moment, print_line, print_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from notifier.course import Telling
    from notifier.directory import Directory
    from notifier.policy import EscalationPolicy

# Nobody follows a case for longer.
LONGEST: Final = timedelta(days=366)
# So many alerts are played; who wants more asks for a shorter time.
MOST: Final = 20_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Play:
    """What is played, and from when."""

    policy: EscalationPolicy
    directory: Directory
    zone: ZoneInfo
    begins_at: datetime
    at_once: bool = False

    def tellings(self, opened_at: datetime, until: datetime) -> list[Telling]:
        """Play one case from its opening up to a moment."""
        from notifier.course import beginning, play

        course = beginning(self.policy, opened_at, at_once=self.at_once)
        found = list(islice(play(self.policy, self.directory, course, until), MOST + 1))
        if len(found) > MOST:
            raise CommandError(f"these are more than {MOST} alerts; give a shorter --for")
        return found

    def first_round(self, opened_at: datetime) -> Iterator[Telling]:
        """Play one case until its last step has gone out once."""
        from notifier.course import beginning, play

        course = beginning(self.policy, opened_at, at_once=self.at_once)
        for telling in play(self.policy, self.directory, course, opened_at + LONGEST):
            yield telling
            if telling.index == self.policy.last and not telling.waits:
                return


def telling_record(telling: Telling) -> dict[str, Any]:
    """Show what an escalation does at one moment."""
    return {
        "at": moment(telling.at),
        "step": telling.index + 1,
        "round": telling.after.rounds,
        "waits_until": moment(telling.after.due_at) if telling.waits else None,
        "skipped_steps": [index + 1 for index in telling.skipped],
        "nobody_on_duty": telling.nobody,
        "tells": [
            {"person": one.person.key if one.person else None, "address": one.address}
            for one in telling.recipients
        ],
    }


def names(telling: Telling) -> str:
    """Name whom an escalation tells, for a person."""
    told = [one.person.key if one.person else one.address for one in telling.recipients]
    return ", ".join(dict.fromkeys(told)) or "nobody yet"


def print_case(play: Play, found: list[Telling]) -> None:
    """Print what is told of one case, repeats that tell the same people in one row."""
    from tipline.cli.moments import show_moment

    opened = show_moment(play.begins_at, play.zone)
    print_line(f"A case is opened {opened} under the policy {play.policy.key}; nobody takes it.")
    print_table(
        ("at", "after", "step", "tells", "address", "details"),
        [_row(play, one, many) for one, many in _runs(found, play.policy.last)],
        empty="Nobody would be told within this time.",
    )


def _row(play: Play, telling: Telling, repeats: list[Telling]) -> tuple[object, ...]:
    from tipline.cli.moments import show_moment
    from tipline.settings.values.durations import show_duration

    return (
        show_moment(telling.at, play.zone),
        show_duration(telling.at - play.begins_at),
        f"{telling.index + 1} of {len(play.policy.steps)}",
        names(telling),
        [one.address for one in telling.recipients],
        "; ".join(_notes(play, telling, repeats)),
    )


def _runs(found: list[Telling], last: int) -> list[tuple[Telling, list[Telling]]]:
    """Put together the repeats of the last step that tell the same people."""
    runs: list[tuple[Telling, list[Telling]]] = []
    for telling in found:
        if runs and telling.index == last and _same(runs[-1][0], telling):
            runs[-1][1].append(telling)
        else:
            runs.append((telling, []))
    return runs


def _same(one: Telling, other: Telling) -> bool:
    return (one.index, one.recipients, one.skipped) == (
        other.index,
        other.recipients,
        other.skipped,
    )


def _notes(play: Play, telling: Telling, repeats: list[Telling]) -> list[str]:
    from tipline.cli.moments import show_moment
    from tipline.settings.values.durations import show_duration

    notes = []
    if telling.skipped:
        steps = ", ".join(str(index + 1) for index in telling.skipped)
        notes.append(f"NOBODY on duty for step {steps}")
    if telling.waits:
        notes.append(f"waits for its hours: {show_moment(telling.after.due_at, play.zone)}")
    if repeats:
        until = show_moment(repeats[-1].at, play.zone)
        every = show_duration(play.policy.repeat)
        notes.append(f"and {len(repeats)} times more, every {every} until {until}")
    return notes


def print_week(play: Play, cases: list[tuple[datetime, list[Telling]]]) -> None:
    """Print whom the steps tell, with cases that are told alike in one row."""
    from tipline.cli.moments import show_moment
    from tipline.settings.values.durations import show_duration

    rows: list[tuple[datetime, datetime, list[str]]] = []
    for opened_at, told in cases:
        cells = ["-"] * len(play.policy.steps)
        for telling in told:
            if not telling.waits:
                # What does not go out in time is shown with the time at which it does.
                in_time = opened_at + play.policy.steps[telling.index].after
                later = f", {show_moment(telling.at, play.zone)}" if telling.at > in_time else ""
                cells[telling.index] = f"{names(telling)}{later}"
            for index in telling.skipped:
                cells[index] = "NOBODY" if index != telling.index else f"NOBODY: {names(telling)}"
        if rows and rows[-1][2] == cells:
            rows[-1] = (rows[-1][0], opened_at, cells)
        else:
            rows.append((opened_at, opened_at, cells))
    steps = [f"step {n} ({show_duration(s.after)})" for n, s in enumerate(play.policy.steps, 1)]
    print_line(f"A case every hour under the policy {play.policy.key}; nobody takes one.")
    print_table(
        ("opened from", "up to", *steps),
        [(show_moment(a, play.zone), show_moment(b, play.zone), *cells) for a, b, cells in rows],
        empty="Nothing to play.",
    )
