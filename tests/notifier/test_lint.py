from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from notifier.directory import Directory
from notifier.layer import Layer
from notifier.lint import doubts
from notifier.local_time import Hours
from notifier.policy import EscalationPolicy, Step, Target, TargetKind
from notifier.rota import Rota, Shift
from store.model import Severity
from tests.notifier.house import directory, person

# Before both the change of the clocks and a weekend.
NOW = datetime(2026, 10, 22, 12, 0, tzinfo=UTC)
OFFICE = Hours(spans=((time(8), time(18)),), days=frozenset(range(5)), time_zone="Europe/Berlin")


def layer(name: str, **changes: Any) -> Layer:
    fields: dict[str, Any] = {
        "name": name,
        "members": ("anna", "ben"),
        "turn": timedelta(days=1),
        "handover": time(8),
        "time_zone": "Europe/Berlin",
        "start": date(2026, 1, 5),
    }
    return Layer(**fields | changes)


def with_night(*layers: Layer, **changes: Any) -> Directory:
    night = Rota(key="night", layers=layers, time_zone="Europe/Berlin")
    return replace(directory(), rotas={"night": night}, **changes)


def told(everybody: Directory) -> dict[str, str]:
    return {".".join(map(str, one.path)): one.message for one in doubts(everybody, NOW)}


def test_where_everything_fits_nothing_is_told() -> None:
    assert told(directory()) == {}


def test_hours_that_nobody_covers_are_named_by_the_local_clocks() -> None:
    message = told(with_night(layer("members", hours=OFFICE)))["rotas.night"]

    # 1440 hours less 4 of today, 10 of tomorrow, 400 of eight weeks and 5 of the last day.
    assert message.startswith("nobody is on duty for 1021 hours of the next 60 days: ")
    assert "from Thu 2026-10-22 18:00 CEST until Fri 2026-10-23 08:00 CEST; " in message
    assert "from Fri 2026-10-23 18:00 CEST until Mon 2026-10-26 08:00 CET; " in message
    assert message.endswith("; and 39 times more")


def test_an_override_covers_hours_as_well() -> None:
    stands_in = Shift(person="cleo", begins_at=NOW, ends_at=NOW + timedelta(days=61))
    everybody = with_night(layer("members", hours=OFFICE)).with_shifts({"night": (stands_in,)})

    assert told(everybody) == {}


def test_a_layer_below_one_that_covers_everything_is_told() -> None:
    found = told(with_night(layer("layer 1", hours=OFFICE), layer("all"), layer("members")))

    assert list(found) == ["rotas.night.members"]
    assert '"all" above it covers every hour' in found["rotas.night.members"]


def test_a_rota_that_nobody_asks_is_told_and_nothing_else_of_it() -> None:
    rotas = dict(directory().rotas)
    rotas["spare"] = Rota(key="spare", layers=(layer("x"), layer("y")))

    found = told(replace(directory(), rotas=rotas))

    assert found == {"rotas.spare": "no policy names this rota: nobody is told through it"}


def policies(key: str, *steps: Step) -> dict[Any, EscalationPolicy]:
    odd = EscalationPolicy(key=key, steps=steps, repeat=timedelta(minutes=5))
    return dict(directory().policies) | {Severity.LOW: odd}


def step(minutes: int, kind: TargetKind, name: str, hours: Hours | None = None) -> Step:
    return Step(
        after=timedelta(minutes=minutes),
        targets=(Target(kind=kind, name=name),),
        only_between=hours,
    )


def test_a_policy_that_ends_at_a_rota_is_told() -> None:
    only = step(0, TargetKind.ROTA, "night")
    everybody = replace(directory(), policies=policies("low", only))

    found = told(everybody)

    assert list(found) == ["policies.low.steps.0"]
    assert "names no person and no address" in found["policies.low.steps.0"]


def test_a_policy_of_a_category_is_placed_where_it_stands() -> None:
    only = step(0, TargetKind.ROTA, "night")
    special = policies("categories.bullying.low", only)[Severity.LOW]
    everybody = replace(directory(), categories={("bullying", Severity.LOW): special})

    assert list(told(everybody)) == ["policies.categories.bullying.low.steps.0"]


def test_a_step_that_waits_behind_the_hours_of_another_is_told() -> None:
    first = step(0, TargetKind.ROTA, "night", OFFICE)
    then = step(15, TargetKind.PERSON, "anna")
    everybody = replace(directory(), policies=policies("low", first, then))

    assert (
        "step 2 may go out at any hour, but never before step 1"
        in told(everybody)["policies.low.steps.1"]
    )


def test_an_address_of_two_persons_is_told_for_both() -> None:
    people = dict(directory().people)
    people["dora"] = person("dora", more_addresses=("Anna@chirper.example",))

    found = told(replace(directory(), people=people))

    assert list(found) == ["people.anna.address", "people.dora.address"]


def by_text(*channels: str) -> Directory:
    """The first step tells Anna, and whoever has the night, by text message only."""
    targets = (
        Target(kind=TargetKind.PERSON, name="anna", via=("sms",)),
        Target(kind=TargetKind.ROTA, name="night", via=("sms",)),
    )
    before = directory().policies[Severity.HIGH]
    first = Step(after=timedelta(0), targets=targets)
    policies = dict(directory().policies)
    policies[Severity.HIGH] = replace(before, steps=(first, *before.steps[1:]))
    people = {
        key: person(key, channels=("sms",) if key in channels else ())
        for key in ("anna", "ben", "cleo")
    }
    return replace(directory(), policies=policies, people=people)


def test_persons_without_the_channel_of_a_step_are_named() -> None:
    message = told(by_text("anna", "cleo"))["policies.high.steps.0.via"]

    assert message == "ben has no sms: told by mail instead"
    assert told(by_text("anna", "ben", "cleo")) == {}
