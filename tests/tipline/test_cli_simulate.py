from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.tipline.command import Run, Show
from tests.tipline.test_cli_on_call import DUTY

ROUTINE = """
[policies.categories.bullying.low]
repeat = "1h"
[[policies.categories.bullying.low.steps]]
after = "0s"
notify = ["rota:night"]
[policies.categories.bullying.low.steps.only_between]
hours = "08:00-20:00"
time_zone = "Europe/Berlin"
[[policies.categories.bullying.low.steps]]
after = "15m"
notify = ["rota:office"]
[[policies.categories.bullying.low.steps]]
after = "1h"
notify = ["address:lead@chirper.example"]
"""


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "tipline.toml"
    path.write_text(DUTY + ROUTINE, "utf-8")
    monkeypatch.setenv("TIPLINE_CONFIG", str(path))
    return path


@pytest.fixture
def simulate(run: Run) -> Show:
    def play(*arguments: str) -> Any:  # noqa: ANN401 - whatever JSON says
        return json.loads(run("simulate", "--json", *arguments).out)

    return play


def told(alerts: list[dict[str, Any]]) -> list[tuple[str, int, list[str]]]:
    return [
        (one["at"][5:16], one["step"], [who["person"] or who["address"] for who in one["tells"]])
        for one in alerts
    ]


def test_alerts_repeat_over_the_change_of_the_clocks_and_the_handover(simulate: Show) -> None:
    played = simulate("--severity", "high", "--at", "2026-10-25T02:30+02:00", "--for", "7h")

    assert played["policy"] == "high"
    assert played["opened_at"] == "2026-10-25T00:30:00+00:00"
    people = [alert["tells"][0]["person"] for alert in played["alerts"]]
    # Seven hours of half hours; the handover is at 8, which is 7 in UTC from that day on.
    assert people == ["anna"] * 13 + ["ben"] * 2
    assert played["alerts"][13]["at"] == "2026-10-25T07:00:00+00:00"


def test_the_policy_of_the_address_is_played(simulate: Show, run: Run, config: Path) -> None:
    config.write_text(
        f"""{config.read_text("utf-8")}
[addresses.defaults.first]
addresses = ["cp@chirper.example"]
policies.high = {{ repeat = "1h", steps = [{{ after = "0s", notify = ["rota:office"] }}] }}
"""
    )
    to_cp = ("--severity", "high", "--address", "cp+web@chirper.example")
    assert simulate(*to_cp)["policy"] == "addresses.first.high"
    assert simulate("--severity", "high")["policy"] == "high"
    assert simulate("--severity", "low", "--address", "cp@chirper.example")["policy"] == "low"
    told = run("simulate", "--severity", "high", "--address", "x@chirper.example")
    assert "x@chirper.example is not one of addresses.reporting" in told.err


def test_the_policy_of_the_category_is_played_with_its_hours(simulate: Show) -> None:
    arguments = ("--severity", "low", "--category", "bullying", "--at", "2026-10-24 22:00")
    alerts = simulate(*arguments, "--for", "13h")["alerts"]

    # Step 1 waits for the day, on which the office is nobody's.
    assert told(alerts) == [
        ("10-25T07:00", 1, ["ben"]),
        ("10-25T07:15", 3, ["lead@chirper.example"]),
        ("10-25T08:15", 3, ["lead@chirper.example"]),
    ]
    assert alerts[1]["skipped_steps"] == [2]


def test_a_raised_case_waits_for_no_hours(simulate: Show) -> None:
    arguments = ("--severity", "low", "--category", "bullying", "--at", "2026-10-24 22:00")
    alerts = simulate(*arguments, "--for", "30m", "--raised")["alerts"]

    assert alerts[0]["at"] == "2026-10-24T20:00:00+00:00"


def test_repeats_are_put_together_for_people(run: Run) -> None:
    out = run("simulate", "--severity", "high", "--at", "2026-10-24 12:00", "--for", "4h").out

    assert "opened Sat 2026-10-24 12:00 CEST under the policy high" in out
    assert "and 8 times more, every 30m until Sat 2026-10-24 16:00 CEST" in out
    assert len(out.splitlines()) == 3


def test_a_week_is_played_case_by_case(simulate: Show, run: Run) -> None:
    cases = simulate("--severity", "normal", "--week", "--at", "2026-10-24 00:00")

    assert len(cases) == 7 * 24
    # Saturday: the office is empty, anna is told all the same.
    assert told(cases[0]["alerts"]) == [("10-23T22:00", 1, ["anna", "anna"])]
    monday = cases[2 * 24 + 1 + 8]
    assert monday["opened_at"] == "2026-10-26T07:00:00+00:00"
    assert [one["person"] for one in monday["alerts"][0]["tells"]] == ["cleo", "anna", "anna"]
    out = run("simulate", "--severity", "normal", "--week", "--at", "2026-10-24 00:00").out
    assert "Sat 2026-10-24 00:00 CEST  Mon 2026-10-26 07:00 CET  anna" in out


def test_who_waits_is_shown_with_the_time(run: Run) -> None:
    arguments = ("--severity", "low", "--category", "bullying", "--at", "2026-10-24 22:00")
    out = run("simulate", *arguments, "--week", "--for", "1d").out

    assert "ben, Sun 2026-10-25 08:00 CET" in out
    assert "NOBODY" in out
    alone = run("simulate", *arguments, "--for", "1d").out
    assert "NOBODY on duty for step 2" in alone


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--severity", "urgent"), "is none of"),
        (("--severity", "high", "--category", "bully"), "is none of"),
        (("--severity", "high", "--at", "2026-10-25 02:30"), "comes twice"),
        (("--severity", "high", "--for", "2y"), "not a duration"),
        (("--severity", "high", "--for", "500d"), "longer than a year"),
        (("--severity", "high", "--time-zone", "Mars"), "no time zone"),
    ],
)
def test_what_cannot_be_played_is_refused(
    run: Run, arguments: tuple[str, ...], message: str
) -> None:
    result = run("simulate", *arguments)

    assert result.status == 2
    assert message in " ".join(word for word in result.err.split() if word != "│")


def test_more_alerts_than_anybody_reads_are_refused(run: Run) -> None:
    result = run("simulate", "--severity", "critical", "--for", "366d")

    assert (result.status, "give a shorter --for" in result.err) == (1, True)


def test_nothing_is_written(run: Run, config: Path) -> None:
    run("simulate", "--severity", "high")

    assert not (config.parent / "state").exists()
