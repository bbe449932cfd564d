from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.tipline.command import Run, Show


@pytest.fixture
def findings(run: Run) -> Show:
    def check(*arguments: str, status: int = 0) -> dict[str, Any]:
        result = run("check", "--json", *arguments)
        assert result.status == status
        return {finding["name"]: finding for finding in json.loads(result.out)}

    return check


def test_before_the_first_start_all_is_well_and_nothing_is_made(
    findings: Show, state: Path
) -> None:
    found = findings()

    assert set(found) == {"configuration", "folder", "database", "key", "outgoing"}
    assert "try-out" in found["configuration"]["message"]
    assert not state.exists()


@pytest.mark.usefixtures("two_cases")
def test_a_running_installation_is_well(findings: Show) -> None:
    assert all(finding["ok"] for finding in findings().values())


def test_a_lost_key_is_told_with_the_remedy(findings: Show, two_cases: Path) -> None:
    (two_cases / "keys" / "sealing.key").unlink()

    key = findings(status=1)["key"]

    assert not key["ok"]
    assert "backup" in key["remedy"]


def test_a_key_that_everybody_can_read_is_told(findings: Show, two_cases: Path) -> None:
    (two_cases / "keys" / "sealing.key").chmod(0o644)

    assert "chmod 600" in findings(status=1)["key"]["message"]


def test_a_changed_history_is_told_with_the_case(findings: Show, two_cases: Path) -> None:
    with closing(sqlite3.connect(two_cases / "tipline.db")) as database, database:
        database.execute("update case_events set actor = 'nobody' where id = 1")
        (reference,) = database.execute("select reference from cases where id = 1").fetchone()

    assert reference in findings(status=1)["history"]["message"]


def test_a_database_that_is_none_is_told(findings: Show, state: Path) -> None:
    state.mkdir()
    (state / "tipline.db").write_bytes(b"no database" * 1000)

    assert not findings(status=1)["database"]["ok"]


@pytest.mark.usefixtures("state")
def test_a_relay_that_does_not_answer_is_told_unless_it_is_left_out(
    findings: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIPLINE_RELAY__HOST", "127.0.0.1")
    monkeypatch.setenv("TIPLINE_RELAY__PORT", "1")

    assert "refused" in findings(status=1)["relay"]["message"].lower()
    assert "relay" not in findings("--no-relay")


@pytest.mark.usefixtures("state")
def test_a_missing_password_is_told(findings: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIPLINE_RELAY__HOST", "127.0.0.1")
    monkeypatch.setenv("TIPLINE_RELAY__USERNAME", "tipline")

    assert "relay.password_file" in findings(status=1)["relay"]["message"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write to every folder")
def test_a_folder_that_belongs_to_somebody_else_is_told(findings: Show, state: Path) -> None:
    state.mkdir(mode=0o500)

    assert not findings(status=1)["folder"]["ok"]


def test_people_get_a_table_that_says_what_to_mend(run: Run, two_cases: Path) -> None:
    (two_cases / "keys" / "sealing.key").unlink()

    result = run("check")

    assert result.status == 1
    assert "WRONG" in result.out
    assert "restore it from your backup" in result.out


@pytest.mark.usefixtures("state")
def test_the_database_is_made_by_db_upgrade_and_left_alone_the_second_time(run: Run) -> None:
    assert "brought to the schema" in run("db", "upgrade").out
    assert "up to date already" in run("db", "upgrade").out
