from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.tipline.command import Run
from tipline.activation import DOORS

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "systemd" / "tipline.service"
PROGRAM = "/opt/tipline/.venv/bin/tipline"


def verified(unit: str, folder: Path) -> subprocess.CompletedProcess[str]:
    path = folder / "tipline.service"
    path.write_text(unit, "utf-8")
    return subprocess.run(
        ["systemd-analyze", "verify", str(path)], capture_output=True, text=True, check=False
    )


@pytest.fixture
def unit() -> str:
    return UNIT.read_text("utf-8").replace(PROGRAM, str(shutil.which("true")))


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_the_unit_is_clean(unit: str, tmp_path: Path) -> None:
    result = verified(unit, tmp_path)

    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
@pytest.mark.parametrize("door", DOORS)
def test_the_sockets_are_clean(unit: str, tmp_path: Path, door: str) -> None:
    (tmp_path / "tipline.service").write_text(unit, "utf-8")
    path = shutil.copy(ROOT / "systemd" / f"tipline-{door}.socket", tmp_path)

    result = subprocess.run(
        ["systemd-analyze", "verify", path], capture_output=True, text=True, check=False
    )

    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.parametrize("door", DOORS)
def test_the_sockets_bear_the_names_that_we_know(door: str) -> None:
    unit = (ROOT / "systemd" / f"tipline-{door}.socket").read_text("utf-8")

    assert f"FileDescriptorName={door}\n" in unit
    assert "Service=tipline.service\n" in unit


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_the_check_would_find_a_fault(unit: str, tmp_path: Path) -> None:
    assert "Unknown key" in verified(unit.replace("UMask", "UMusk"), tmp_path).stderr


def test_the_unit_calls_commands_that_exist(run: Run) -> None:
    commands = re.findall(rf"={PROGRAM} (.*) --config", UNIT.read_text("utf-8"))

    assert commands == ["db upgrade", "serve"]
    assert all(run(*command.split(), "--help").status == 0 for command in commands)


def test_secrets_and_plain_text_stay_within_the_service() -> None:
    parser = configparser.RawConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[method-assign, assignment]  # systemd's keys have case
    parser.read_string(UNIT.read_text("utf-8"))
    service = parser["Service"]

    assert service["LimitCORE"] == "0"
    assert service["UMask"] == "0077"
    assert service["StateDirectoryMode"] == "0700"
    assert service["NoNewPrivileges"] == "yes"


def test_the_user_of_the_unit_is_the_one_that_sysusers_makes() -> None:
    [line] = [
        line
        for line in (ROOT / "systemd" / "tipline.sysusers").read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    ]

    assert line.split()[:2] == ["u", "tipline"]
    assert "User=tipline\n" in UNIT.read_text("utf-8")


def test_what_continuous_integration_runs_is_a_script_that_can_be_run() -> None:
    script = ROOT / ".ci" / "run"

    assert os.access(script, os.X_OK)
    assert subprocess.run(["bash", "-n", str(script)], check=False).returncode == 0
    assert "set -euo pipefail" in script.read_text("utf-8")
