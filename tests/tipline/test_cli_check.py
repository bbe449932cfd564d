from __future__ import annotations

import json
import os

import pytest


@pytest.fixture
def findings(run):
    def check(*arguments, status=0):
        result = run("check", "--json", *arguments)
        assert result.status == status
        return {finding["name"]: finding for finding in json.loads(result.out)}

    return check


def test_before_the_first_start_all_is_well_and_nothing_is_made(findings, state):
    found = findings()

    assert set(found) == {"configuration", "folder", "database", "key", "outgoing"}
    assert "try-out" in found["configuration"]["message"]
    assert not state.exists()


def test_a_running_installation_is_well(findings, two_cases):
    assert all(finding["ok"] for finding in findings().values())


def test_a_lost_key_is_told_with_the_remedy(findings, two_cases):
    (two_cases / "keys" / "sealing.key").unlink()

    key = findings(status=1)["key"]

    assert not key["ok"]
    assert "backup" in key["remedy"]


def test_a_key_that_everybody_can_read_is_told(findings, two_cases):
    (two_cases / "keys" / "sealing.key").chmod(0o644)

    assert "chmod 600" in findings(status=1)["key"]["message"]


def test_a_database_that_is_none_is_told(findings, state):
    state.mkdir()
    (state / "tipline.db").write_bytes(b"no database" * 1000)

    assert not findings(status=1)["database"]["ok"]


def test_a_relay_that_does_not_answer_is_told_unless_it_is_left_out(findings, state, monkeypatch):
    monkeypatch.setenv("TIPLINE_RELAY__HOST", "127.0.0.1")
    monkeypatch.setenv("TIPLINE_RELAY__PORT", "1")

    assert "refused" in findings(status=1)["relay"]["message"].lower()
    assert "relay" not in findings("--no-relay")


def test_a_missing_password_is_told(findings, state, monkeypatch):
    monkeypatch.setenv("TIPLINE_RELAY__HOST", "127.0.0.1")
    monkeypatch.setenv("TIPLINE_RELAY__USERNAME", "tipline")

    assert "relay.password_file" in findings(status=1)["relay"]["message"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write to every folder")
def test_a_folder_that_belongs_to_somebody_else_is_told(findings, state):
    state.mkdir(mode=0o500)

    assert not findings(status=1)["folder"]["ok"]


def test_people_get_a_table_that_says_what_to_mend(run, two_cases):
    (two_cases / "keys" / "sealing.key").unlink()

    result = run("check")

    assert result.status == 1
    assert "WRONG" in result.out
    assert "restore it from your backup" in result.out


def test_the_database_is_made_by_db_upgrade_and_left_alone_the_second_time(run, state):
    assert "brought to the schema" in run("db", "upgrade").out
    assert "up to date already" in run("db", "upgrade").out
