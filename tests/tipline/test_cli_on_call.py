from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.tipline.command import Run

DUTY = """\
state_dir = "state"
[platform]
key = "chirper"
name = "Chirper"
hosts = ["chirper.example"]
handle = "[a-z]+"
profile_url = "https://chirper.example/{handle}"
profile_paths = ["/{handle}"]
[addresses]
reporting = ["cp@chirper.example"]
[people.anna]
name = "Anna"
address = ["anna@chirper.example", "anna@phone.example"]
[people.ben]
name = "Ben"
address = "ben@chirper.example"
[people.cleo]
name = "Cleo"
address = "cleo@chirper.example"
[rotas.night]
members = ["anna", "ben"]
turn = "daily"
handover = "08:00"
time_zone = "Europe/Berlin"
start = 2026-01-05
[rotas.office]
members = ["cleo"]
handover = "08:00"
time_zone = "Europe/Berlin"
start = 2026-01-05
hours = "08:00-18:00"
days = "mon-fri"
[policies]
critical = { repeat = "5m", steps = [{ after = "0s", notify = ["rota:night"] }] }
high = { repeat = "30m", steps = [{ after = "0s", notify = ["rota:night"] }] }
normal = { repeat = "2h", steps = [{ after = "0s", notify = ["rota:office", "person:anna"] }] }
low = { repeat = "1d", steps = [{ after = "0s", notify = ["rota:office"] }] }
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> Path:
    path = tmp_path / "tipline.toml"
    path.write_text(DUTY, "utf-8")
    monkeypatch.setenv("TIPLINE_CONFIG", str(path))
    run("db", "upgrade")
    return path


@pytest.fixture
def on_call(run: Run) -> Any:  # noqa: ANN401 - whatever JSON says
    def ask(at: str) -> dict[str, Any]:
        listed = json.loads(run("on-call", "--at", at, "--json").out)
        return {duty["rota"]: duty for duty in listed}

    return ask


@pytest.mark.usefixtures("config")
def test_it_names_who_is_on_duty_and_who_comes_next(on_call: Any) -> None:  # noqa: ANN401
    night = on_call("2026-10-24 12:00")["night"]

    assert night["addresses"] == ["anna@chirper.example", "anna@phone.example"]
    # The day of the change has 25 hours.
    assert night["next"] == {
        "person": "ben",
        "begins_at": "2026-10-25T07:00:00+00:00",
        "ends_at": "2026-10-26T07:00:00+00:00",
        "source": "members",
    }
    assert night["begins_at"] == "2026-10-24T06:00:00+00:00"
    assert len(night["shifts"]) == 8


@pytest.mark.usefixtures("config")
def test_a_rota_without_anybody_says_so(on_call: Any, run: Run) -> None:  # noqa: ANN401
    office = on_call("sat 12:00")["office"]

    assert (office["person"], office["next"]["person"]) == (None, "cleo")
    assert "NOBODY" in run("on-call", "--at", "2026-11-28 12:00").out


@pytest.mark.usefixtures("config")
def test_people_see_local_times_with_their_zone(run: Run) -> None:
    out = run("on-call", "--at", "2026-10-24 12:00", "--days", "2").out

    assert "Sat 2026-10-24 08:00 CEST" in out
    assert "Sun 2026-10-25 08:00 CET" in out
    assert "always" in out
    assert len(run("on-call", "--days", "0").out.splitlines()) == 4


def test_an_override_counts_at_once_and_is_logged_with_who(
    config: Path,
    run: Run,
    on_call: Any,  # noqa: ANN401
) -> None:
    result = run(
        *("on-call", "override", "night", "cleo", "--as", "lea"),
        *("--from", "2036-10-25 00:00", "--until", "2036-10-25 06:00"),
    )

    assert "cleo is on duty in night from Sat 2036-10-25 00:00 CEST" in result.out
    assert "Instead of: ben." in result.out
    assert on_call("2036-10-24T21:59Z")["night"]["person"] == "ben"
    stands_in = on_call("2036-10-24T22:00Z")["night"]
    assert (stands_in["person"], stands_in["source"]) == ("cleo", "override")
    assert on_call("2036-10-25T04:00Z")["night"]["person"] == "ben"
    [listed] = json.loads(run("on-call", "overrides", "--json").out)
    assert (listed["id"], listed["made_by"]) == (1, "lea")
    with closing(sqlite3.connect(config.parent / "state" / "tipline.db")) as database:
        assert database.execute("select made_by from overrides").fetchall() == [("lea",)]


@pytest.mark.usefixtures("config")
def test_an_override_may_be_taken_back(run: Run, on_call: Any) -> None:  # noqa: ANN401
    run("on-call", "override", "office", "ben", "--for", "2h")
    assert on_call("+1h")["office"]["person"] == "ben"

    assert run("on-call", "cancel", "1", "--as", "lea").out == "Override 1 is cancelled.\n"

    assert on_call("+1h")["office"]["source"] != "override"
    assert run("on-call", "overrides").out == "No overrides.\n"
    assert "cancelled by lea" in run("on-call", "overrides", "--all").out
    again = run("on-call", "cancel", "1")
    assert (again.status, "was cancelled by lea" in again.err) == (1, True)
    assert run("on-call", "cancel", "7").status == 1


@pytest.mark.usefixtures("config")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nihgt", "cleo", "--for", "2h"), 'did you mean "night"'),
        (("night", "nobody", "--for", "2h"), "there are: anna, ben, cleo"),
        (("night", "cleo"), "say when it ends"),
        (("night", "cleo", "--for", "2h", "--until", "+3h"), "say when it ends"),
        (("night", "cleo", "--for", "long"), "not a duration"),
        (("night", "cleo", "--from", "+3h", "--until", "2026-01-01"), "before it begins"),
        (("night", "cleo", "--from", "2025-01-01", "--until", "2025-01-02"), "over already"),
        (("night", "cleo", "--until", "2199-01-01"), "more than a year"),
        (("night", "cleo", "--until", "2027-03-28 02:30"), "there is no 2027-03-28 02:30"),
        (("night", "cleo", "--until", "2027-10-31 02:30"), "comes twice"),
        (("night", "cleo", "--for", "2h", "--time-zone", "Mars"), "no time zone"),
    ],
)
def test_an_override_that_cannot_be_meant_is_refused(
    run: Run, arguments: tuple[str, ...], message: str
) -> None:
    result = run("on-call", "override", *arguments)

    assert result.status == 2
    told = " ".join(word for word in result.err.split() if word != "│")
    assert message in told
    assert run("on-call", "overrides", "--all").out == "No overrides.\n"


@pytest.mark.usefixtures("config")
def test_an_override_that_has_begun_counts_from_now(run: Run) -> None:
    made = json.loads(
        run(
            "on-call", "override", "night", "ben", "--from", "2025-01-01", "--for", "1h", "--json"
        ).out
    )

    assert made["begins_at"] == made["made_at"]


def test_an_override_whose_person_is_gone_is_without_effect(
    config: Path,
    run: Run,
    on_call: Any,  # noqa: ANN401
) -> None:
    run("on-call", "override", "night", "cleo", "--for", "2h")
    text = config.read_text("utf-8").replace("cleo", "dora")
    config.write_text(text, "utf-8")

    assert on_call("+1h")["night"]["person"] in {"anna", "ben"}
    assert "no longer in the configuration" in run("on-call", "overrides").out
    listed = json.loads(run("check", "--no-relay", "--json").out)
    finding = next(one for one in listed if one["name"] == "overrides")
    assert (finding["ok"], finding["doubtful"]) == (True, True)
    assert "1 (cleo in night)" in finding["message"]


@pytest.mark.usefixtures("state")
def test_an_override_needs_an_installation(run: Run) -> None:
    assert run("on-call", "override", "night", "duty", "--for", "1h").status == 2
    assert run("on-call", "overrides").out == "No overrides.\n"
