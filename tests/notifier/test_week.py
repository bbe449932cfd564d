"""A scripted week over a change of the clocks, through the real planner and escalator.

Nothing is taken away and nothing is told twice: the clock is turned to whatever is due next, and
every alert of the week is compared with a list written by hand. What is played without a store
has to say the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from notifier import commands
from notifier.course import beginning, play
from notifier.directory import Directory
from notifier.duty import present
from notifier.layer import DAILY, WEEKLY
from notifier.local_time import Hours
from notifier.policy import EscalationPolicy, Step, Target, TargetKind
from notifier.rota import Layer, Rota
from store.model import AlertReason, Case, Disposition, Severity
from store.unit_of_work import Store
from tests.notifier.house import House, person

BERLIN = ZoneInfo("Europe/Berlin")
WORKDAYS = frozenset(range(5))
HOUR = timedelta(hours=1)

ROTA = Target(kind=TargetKind.ROTA, name="duty")
LEAD = Target(kind=TargetKind.ADDRESS, name="lead@chirper.example")
BEN = Target(kind=TargetKind.PERSON, name="ben")


def hours(begins: int, ends: int, **changes: Any) -> Hours:
    return Hours(spans=((time(begins), time(ends)),), **{"time_zone": "Europe/Berlin"} | changes)


def layer(name: str, *members: str, **changes: Any) -> Layer:
    fields: dict[str, Any] = {
        "name": name,
        "members": members,
        "turn": WEEKLY,
        "handover": time(8),
        "time_zone": "Europe/Berlin",
        # A Monday.
        "start": date(2026, 10, 19),
    }
    return Layer(**fields | changes)


def policy(key: str, repeat: int, *steps: tuple[int, tuple[Target, ...], Hours | None]) -> Any:  # noqa: ANN401
    return EscalationPolicy(
        key=key,
        repeat=timedelta(minutes=repeat),
        steps=tuple(
            Step(after=timedelta(minutes=after), targets=targets, only_between=only)
            for after, targets, only in steps
        ),
    )


OFFICE = hours(8, 20, days=WORKDAYS)
POLICIES = {
    Severity.CRITICAL: policy("critical", 5, (0, (ROTA,), None), (5, (ROTA, LEAD), None)),
    Severity.HIGH: policy("high", 30, (0, (ROTA,), None), (15, (BEN,), None), (60, (LEAD,), None)),
    Severity.NORMAL: policy("normal", 120, (0, (ROTA,), None), (60, (ROTA, LEAD), OFFICE)),
    Severity.LOW: policy("low", 1440, (0, (ROTA,), OFFICE)),
}


def everybody() -> Directory:
    """Kolkata has the early morning, Berlin the day, and two share the nights and weekends."""
    duty = Rota(
        key="duty",
        time_zone="Europe/Berlin",
        layers=(
            layer(
                "early",
                "ben",
                time_zone="Asia/Kolkata",
                hours=Hours(
                    spans=((time(5, 30), time(11, 30)),), days=WORKDAYS, time_zone="Asia/Kolkata"
                ),
            ),
            layer("day", "anna", "cleo", hours=OFFICE),
            layer("nights", "dora", "emil", turn=DAILY, handover=time(20)),
        ),
    )
    return Directory(
        people={key: person(key) for key in ("anna", "ben", "cleo", "dora", "emil")},
        rotas={"duty": duty},
        policies=POLICIES,
        fallback="ops@chirper.example",
    )


class Week:
    """Turns the clock of a house to what is due next, and to what is scripted."""

    def __init__(self, house: House, begins_at: datetime) -> None:
        self.house = house
        house.clock.now = begins_at.astimezone(UTC)
        self.cases: dict[str, Case] = {}
        self.script: list[tuple[datetime, Callable[[], object]]] = []

    def at(self, moment: str, do: Callable[[], object]) -> None:
        """Script something for a moment, written with its offset."""
        self.script.append((datetime.fromisoformat(moment).astimezone(UTC), do))

    def report(self, name: str, severity: Severity, **facts: Any) -> Callable[[], None]:
        def file() -> None:
            _, self.cases[name] = self.house.report(severity=severity, account=None, **facts)

        return file

    def run(self, until: str) -> None:
        end = datetime.fromisoformat(until).astimezone(UTC)
        clock = self.house.clock
        while clock.now <= end:
            for moment, do in list(self.script):
                if moment <= clock.now:
                    self.script.remove((moment, do))
                    do()
            while self.house.planner.step() or self.house.escalator.step():
                pass
            self.house.deliverer.step()
            clock.now = min(self._next(), clock.now + HOUR)

    def _next(self) -> datetime:
        with self.house.store.snapshot() as work:
            running = [work.escalations.active(case.id) for case in self.cases.values()]
        due = [one.next_at for one in running if one and one.next_at]
        return min([*due, *(moment for moment, _ in self.script), datetime.max.replace(tzinfo=UTC)])

    def told(self, name: str) -> list[str]:
        """Tell of a case when, at which step and who was told, by the clocks of Berlin."""
        with self.house.store.snapshot() as work:
            alerts = work.alerts.of_case(self.cases[name].id)
        lines: dict[str, str] = {}
        for alert in alerts:
            local = alert.created_at.astimezone(BERLIN)
            when = f"{local:%a %H:%M %Z} {alert.step + 1}"
            who = alert.address.partition("@")[0]
            if alert.reason is AlertReason.NO_PROGRESS:
                who = f"{who}, reminded"
            lines[when] = f"{lines[when]}+{who}" if when in lines else f"{when} {who}"
        return list(lines.values())


@pytest.fixture
def house(store: Store) -> House:
    return House(store, everybody())


def test_a_week_over_the_end_of_summer_time(house: House) -> None:
    week = Week(house, datetime(2026, 10, 19, 0, 0, tzinfo=BERLIN))

    def take_high() -> None:
        commands.take(house.store, week.cases["high"].reference, "ben", 2 * HOUR, house.clock)

    def close(name: str) -> Callable[[], object]:
        disposition, reference = Disposition.NO_VIOLATION, lambda: week.cases[name].reference
        return lambda: commands.close(house.store, reference(), "anna", disposition, house.clock)

    def stand_in() -> None:
        begins_at = datetime(2026, 10, 25, 3, 0, tzinfo=BERLIN).astimezone(UTC)
        with house.store.transaction() as work:
            work.duty.override(
                "duty",
                "cleo",
                begins_at,
                begins_at + 5 * HOUR,
                made_by="anna",
                made_at=house.clock(),
            )
            work.commit()

    week.at("2026-10-20T03:10+02:00", week.report("early", Severity.CRITICAL))
    week.at("2026-10-20T03:22+02:00", close("early"))
    week.at("2026-10-22T09:00+02:00", week.report("routine", Severity.NORMAL))
    week.at("2026-10-22T14:30+02:00", close("routine"))
    week.at("2026-10-23T19:30+02:00", week.report("weekend", Severity.NORMAL))
    week.at("2026-10-23T21:00+02:00", week.report("low", Severity.LOW))
    week.at("2026-10-24T23:40+02:00", week.report("high", Severity.HIGH))
    week.at("2026-10-25T00:45+02:00", take_high)
    week.at("2026-10-25T02:52+02:00", week.report("danger", Severity.CRITICAL))
    week.at("2026-10-25T02:10+01:00", close("danger"))
    week.at("2026-10-25T02:40+01:00", stand_in)
    week.at("2026-10-25T03:20+01:00", close("high"))
    week.at("2026-10-25T05:00+01:00", week.report("override", Severity.HIGH))
    week.at("2026-10-25T05:05+01:00", close("override"))
    week.at("2026-10-25T19:58+01:00", week.report("night", Severity.CRITICAL))
    week.at("2026-10-25T20:05+01:00", close("night"))
    week.run("2026-10-26T12:30+01:00")

    # Three in the morning in Berlin is half past six in Kolkata.
    assert week.told("early") == [
        "Tue 03:10 CEST 1 ben",
        "Tue 03:15 CEST 2 ben+lead",
        "Tue 03:20 CEST 2 ben+lead",
    ]
    assert week.told("routine") == [
        "Thu 09:00 CEST 1 anna",
        "Thu 10:00 CEST 2 anna+lead",
        "Thu 12:00 CEST 2 anna+lead",
        "Thu 14:00 CEST 2 anna+lead",
    ]
    # The second step is due at half past eight in the evening, and waits for Monday's office:
    # by then it is winter time, and the other one's week.
    assert week.told("weekend") == [
        "Fri 19:30 CEST 1 anna",
        "Mon 08:00 CET 2 cleo+lead",
        "Mon 10:00 CET 2 cleo+lead",
        "Mon 12:00 CET 2 cleo+lead",
    ]
    assert week.told("low") == ["Mon 08:00 CET 1 cleo"]
    # Taken at a quarter to one. Nothing happens for an hour, the holder is reminded, and a quarter
    # of an hour later the others are told again, through both hours that begin at two.
    assert week.told("high") == [
        "Sat 23:40 CEST 1 emil",
        "Sat 23:55 CEST 2 ben",
        "Sun 00:40 CEST 3 lead",
        "Sun 01:45 CEST 3 ben, reminded",
        "Sun 02:00 CEST 3 lead",
        "Sun 02:30 CEST 3 lead",
        "Sun 02:00 CET 3 lead",
        "Sun 02:30 CET 3 lead",
        "Sun 03:00 CET 3 lead",
    ]
    # Through the hour that comes twice: every five minutes, none of them twice.
    assert week.told("danger") == [
        "Sun 02:52 CEST 1 emil",
        "Sun 02:57 CEST 2 emil+lead",
        "Sun 02:02 CET 2 emil+lead",
        "Sun 02:07 CET 2 emil+lead",
    ]
    assert week.told("override") == ["Sun 05:00 CET 1 cleo"]
    # The handover of the night is at eight by the new time.
    assert week.told("night") == [
        "Sun 19:58 CET 1 emil",
        "Sun 20:03 CET 2 dora+lead",
    ]


def test_a_week_over_the_begin_of_summer_time(house: House) -> None:
    week = Week(house, datetime(2026, 3, 23, 0, 0, tzinfo=BERLIN))
    week.at("2026-03-29T00:30+01:00", week.report("high", Severity.HIGH))
    week.at("2026-03-27T19:30+01:00", week.report("weekend", Severity.NORMAL))
    week.at("2026-03-29T01:57+01:00", week.report("danger", Severity.CRITICAL))
    week.run("2026-03-29T03:35+02:00")
    commands.close(
        house.store, week.cases["danger"].reference, "a", Disposition.DUPLICATE, house.clock
    )
    week.run("2026-03-30T08:30+02:00")

    # The last half hour before the change, then half past three: two o'clock is left out.
    assert week.told("high")[:5] == [
        "Sun 00:30 CET 1 emil",
        "Sun 00:45 CET 2 ben",
        "Sun 01:30 CET 3 lead",
        "Sun 03:00 CEST 3 lead",
        "Sun 03:30 CEST 3 lead",
    ]
    assert week.told("danger")[:3] == [
        "Sun 01:57 CET 1 emil",
        "Sun 03:02 CEST 2 emil+lead",
        "Sun 03:07 CEST 2 emil+lead",
    ]
    assert week.told("weekend")[-1].startswith("Mon 08:00 CEST 2 ")


def test_a_change_of_the_configuration_moves_no_running_case(house: House) -> None:
    week = Week(house, datetime(2026, 10, 24, 23, 0, tzinfo=BERLIN))
    week.at("2026-10-24T23:00+02:00", week.report("before", Severity.HIGH))
    week.run("2026-10-24T23:10+02:00")

    quick = policy("high", 1, (0, (LEAD,), None))
    changed = House(house.store, replace(everybody(), policies=dict.fromkeys(Severity, quick)))
    changed.clock.now = house.clock.now
    week.house = changed
    week.at("2026-10-24T23:15+02:00", week.report("after", Severity.HIGH))
    week.run("2026-10-25T00:05+02:00")

    assert week.told("before") == [
        "Sat 23:00 CEST 1 emil",
        "Sat 23:15 CEST 2 ben",
        "Sun 00:00 CEST 3 lead",
    ]
    assert week.told("after")[:2] == ["Sat 23:15 CEST 1 lead", "Sat 23:16 CEST 1 lead"]


@pytest.mark.parametrize("severity", Severity)
@pytest.mark.parametrize(
    "opened_at",
    [
        "2026-10-23T19:31+02:00",
        "2026-10-25T02:30+02:00",
        "2026-10-25T02:30+01:00",
        "2026-03-28T20:45+01:00",
        "2026-03-29T01:59+01:00",
    ],
)
def test_what_is_played_is_what_runs(house: House, severity: Severity, opened_at: str) -> None:
    begins_at = datetime.fromisoformat(opened_at).astimezone(UTC)
    ends_at = begins_at + {Severity.CRITICAL: 2, Severity.HIGH: 8}.get(severity, 72) * HOUR
    week = Week(house, begins_at)
    week.at(opened_at, week.report("one", severity))
    week.run(ends_at.isoformat())

    with house.store.snapshot() as work:
        directory = present(work, house.directory, begins_at)
        ran = [
            (alert.created_at, alert.step, alert.round, alert.address)
            for alert in work.alerts.of_case(week.cases["one"].id)
        ]
    course = beginning(POLICIES[severity], begins_at)
    played = [
        (telling.at, telling.index, max(telling.after.rounds - 1, 0), recipient.address)
        for telling in play(POLICIES[severity], directory, course, ends_at)
        for recipient in telling.recipients
    ]
    assert len(ran) > 1
    assert ran == played
