from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from store.model import utc_now
from tests.tipline.command import Run
from tipline.installation import opened
from tipline.settings import load_settings
from tipline.wiring import Wiring, outfit


def work_off(state: Path) -> None:
    """Do what the daemon does with what is due."""
    settings = load_settings()
    assert settings.state_dir == state
    with opened(settings) as installation:
        wiring = Wiring(outfit=outfit(settings), installation=installation, clock=utc_now)
        wiring.escalator().step()
        deliverer = wiring.staff_deliverer("here", lambda: False, wiring.courier())
        while deliverer.step():
            pass


@pytest.fixture
def reference(run: Run, two_cases: Path) -> str:
    work_off(two_cases)
    first: dict[str, Any] = json.loads(run("case", "list", "--json").out)[0]
    return str(first["reference"])


@pytest.fixture
def show(run: Run) -> Any:  # noqa: ANN401 - whatever JSON says
    def ask(reference: str, *arguments: str) -> Any:  # noqa: ANN401
        return json.loads(run("escalation", "show", reference, "--json", *arguments).out)

    return ask


def test_it_tells_each_step_with_what_came_of_it(show: Any, reference: str) -> None:  # noqa: ANN401
    story = show(reference)

    assert (story["case"], story["state"], story["policy"]) == (reference, "running", "normal")
    assert [line["what"] for line in story["ran"]] == ["opened", "escalation_started", "alert"]
    alert = story["ran"][-1]
    assert (alert["step"], alert["who"], alert["address"]) == (1, "duty", "duty@chirper.example")
    assert alert["outcome"].startswith("sent at 20")


def test_it_tells_what_comes_next_when_and_to_whom(show: Any, reference: str) -> None:  # noqa: ANN401
    story = show(reference, "--next", "3")

    at = [datetime.fromisoformat(step["at"]) for step in story["next"]]
    assert at[0].isoformat() == story["next_at"]
    assert [later - at[0] for later in at] == [timedelta(0), timedelta(hours=2), timedelta(hours=4)]
    assert [(step["step"], step["tells"][0]["person"]) for step in story["next"]] == [
        (2, "duty")
    ] * 3


def minutes_after_taking(story: dict[str, Any], moment: str) -> float:
    taken = story["ran"][-1]
    assert taken["what"] == "taken"
    since = datetime.fromisoformat(taken["at"])
    return (datetime.fromisoformat(moment) - since) / timedelta(minutes=1)


def test_a_taken_case_goes_on_when_its_time_is_up(show: Any, reference: str, run: Run) -> None:  # noqa: ANN401
    run("case", "take", reference, "--for", "30m", "--as", "duty")

    story = show(reference)

    assert (story["state"], story["pause_reason"]) == ("paused", "taken")
    assert story["ran"][-1]["who"] == "duty"
    assert story["next"][0]["at"] == story["given_back_at"]
    assert minutes_after_taking(story, story["given_back_at"]) == 30
    assert story["reminded_at"] is None


@pytest.mark.parametrize("taking", [("duty", 60, 75), ("lea", None, 60)])
def test_a_case_taken_for_long_is_given_back_when_nothing_happens(
    show: Any,  # noqa: ANN401
    reference: str,
    run: Run,
    taking: tuple[str, int | None, int],
) -> None:
    who, reminded, given_back = taking
    run("case", "take", reference, "--for", "4h", "--as", who)

    story = show(reference)

    assert minutes_after_taking(story, story["given_back_at"]) == given_back
    assert story["next"][0]["at"] == story["given_back_at"]
    told = story["reminded_at"]
    assert (minutes_after_taking(story, told) if told else None) == reminded
    assert f"{who} " in run("escalation", "show", reference).out


def test_nothing_is_ahead_of_a_closed_case(show: Any, reference: str, run: Run) -> None:  # noqa: ANN401
    run("case", "close", reference, "no_violation", "--as", "anna")

    story = show(reference)

    assert (story["state"], story["next"], story["next_at"]) == ("ended", [], None)
    assert "Nothing is ahead of it." in run("escalation", "show", reference).out


def test_a_report_leads_to_its_case(show: Any, reference: str, run: Run) -> None:  # noqa: ANN401
    [report] = json.loads(run("case", "show", reference, "--json").out)["report_references"]

    assert show(report)["case"] == reference


def test_people_get_tables_with_local_times(run: Run, reference: str) -> None:
    out = run("escalation", "show", reference).out

    assert f"{reference}, normal, open" in out
    assert "next at, unless somebody acts" in out
    assert "duty@chirper.example" in out
    assert " UTC" in out


@pytest.mark.usefixtures("two_cases")
def test_what_has_not_run_yet_is_ahead(run: Run, show: Any) -> None:  # noqa: ANN401
    first = json.loads(run("case", "list", "--json").out)[0]["reference"]

    story = show(first, "--next", "1")

    assert [line["what"] for line in story["ran"]] == ["opened", "escalation_started"]
    assert story["next"][0]["step"] == 1


@pytest.mark.usefixtures("two_cases")
def test_an_unknown_reference_is_told(run: Run) -> None:
    assert run("escalation", "show", "C-00000-00000").status == 1
    assert run("escalation", "show", "R-00000-00000").status == 1
