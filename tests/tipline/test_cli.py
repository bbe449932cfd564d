from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tipline.command import Run
from tipline.cli.output import json_line

SLOWEST_HELP = 0.5


def lines(text: str) -> list[str]:
    return text.splitlines()


def test_help_is_quick_as_it_imports_nothing_that_commands_need() -> None:
    program = (
        "import sys; from tipline.cli import main; import tipline.cli.app; print(*sys.modules)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()

    assert not {"pydantic", "sqlalchemy", "aiosmtpd", "structlog", "ingest", "notifier"} & {*loaded}


def test_help_answers_in_under_half_a_second() -> None:
    program = [sys.executable, "-m", "tipline", "--help"]
    times = []
    for _ in range(3):
        before = spent_by_programs()
        subprocess.run(program, capture_output=True, check=True)
        times.append(spent_by_programs() - before)

    assert min(times) < SLOWEST_HELP


def spent_by_programs() -> float:
    """Tell the processor time of the programs run so far: others at work do not count."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def test_the_version_is_printed(run: Run) -> None:
    assert run("version").out.startswith("tipline 0.")


@pytest.mark.parametrize("what", ["case", "report", "inbox", "outbox"])
def test_lists_of_an_installation_that_was_never_started_are_empty_and_make_nothing(
    run: Run, state: Path, what: str
) -> None:
    result = run(what, "list", "--json")

    assert (result.status, json.loads(result.out), result.err) == (0, [], "")
    assert not state.exists()


@pytest.mark.usefixtures("state")
def test_show_in_an_installation_that_was_never_started_says_what_to_do(run: Run) -> None:
    result = run("case", "show", "C-00000-00000")

    assert result.status == 1
    assert "tipline serve" in result.err
    assert len(lines(result.err)) == 1


def test_wrong_usage_ends_with_status_2(run: Run) -> None:
    assert run("case", "shwo").status == 2
    assert run("on-call", "--at", "someday").status == 2
    assert run("parse").status == 2


def test_a_wrong_configuration_ends_with_status_78_and_a_line_for_each_fault(
    run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "tipline.toml"
    path.write_text("zzz = 1\n[smtp]\nport = 'x'\n")

    result = run("serve", "--config", path)

    assert result.status == 78
    assert f"tipline: {path}, line 1: zzz: is not a known setting" in lines(result.err)
    assert f'tipline: {path}, line 3: smtp.port: "x" is not a whole number' in lines(result.err)
    assert "Traceback" not in result.err


def test_the_configuration_may_be_named_before_the_command_and_the_nearer_one_wins(
    run: Run, tmp_path: Path
) -> None:
    missing = tmp_path / "missing.toml"

    assert run("--config", missing, "on-call").status == 78
    example = Path(__file__).parents[2] / "systemd" / "tipline.example.toml"
    assert run("--config", missing, "on-call", "--config", example).status == 0


def test_a_database_of_a_newer_program_is_refused_with_the_remedy(
    run: Run, two_cases: Path
) -> None:
    change = "import sqlite3, sys; d = sqlite3.connect(sys.argv[1]); "
    change += "d.execute('update alembic_version set version_num = 9999'); d.commit(); d.close()"
    subprocess.run([sys.executable, "-c", change, two_cases / "tipline.db"], check=True)

    result = run("case", "list")

    assert result.status == 78
    assert "newer tipline" in result.err
    assert len(lines(result.err)) == 1


def test_a_file_that_is_no_database_is_one_line(run: Run, state: Path) -> None:
    state.mkdir()
    (state / "tipline.db").write_bytes(b"no database" * 1000)

    result = run("case", "list")

    assert result.status == 1
    assert len(lines(result.err)) == 1


def test_a_fault_of_tipline_itself_is_one_line_too(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_config: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("tipline.cli.on_call.load", broken)

    result = run("on-call")

    assert result.status == 70
    assert result.err.startswith("tipline: a fault of tipline itself (ZeroDivisionError)")


def test_an_interrupted_command_ends_with_status_130(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_config: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tipline.cli.on_call.load", interrupted)

    assert run("on-call").status == 130


def test_on_call_names_who_is_on_duty_at_a_time(run: Run) -> None:
    example = Path(__file__).parents[2] / "systemd" / "tipline.example.toml"

    def member(at: str) -> str:
        result = run("on-call", "--config", example, "--at", at, "--json")
        return next(d["person"] for d in json.loads(result.out) if d["rota"] == "duty")

    assert member("2026-01-05T08:59Z") == "ben"
    assert member("2026-01-05T09:00Z") == "anna"
    assert member("2026-01-12T09:00Z") == "ben"


@pytest.mark.usefixtures("state")
def test_in_the_try_out_the_one_person_is_always_on_duty(run: Run) -> None:
    [duty] = json.loads(run("on-call", "--json").out)

    assert duty["person"] == "duty"
    assert duty["rota"] is None


def test_json_stays_on_one_line_and_readable_whatever_a_mail_says() -> None:
    line = json_line({"text": "a\u2028b\x85c\ud800d\U0001f600"})

    assert len(line.splitlines()) == 1
    assert json.loads(line)["text"] == "a\u2028b\x85c\ufffdd\U0001f600"
