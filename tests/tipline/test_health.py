from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tipline.health import Health, Systemd, watchdog_interval

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def service_manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield listener


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
def test_the_service_manager_hears_of_every_turn(service_manager: socket.socket) -> None:
    systemd = Systemd()

    systemd.ready("accepting mail\non port 25")
    systemd.alive()
    systemd.stopping()

    heard = [service_manager.recv(200).decode() for _ in range(3)]
    assert heard == [
        "READY=1\nSTATUS=accepting mail on port 25",
        "WATCHDOG=1",
        "STOPPING=1",
    ]


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
def test_without_a_service_manager_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)

    Systemd().ready("accepting mail")


@pytest.mark.parametrize(
    ("period", "process", "expected"),
    [
        ("60000000", "", timedelta(seconds=30)),
        ("60000000", "ours", timedelta(seconds=30)),
        ("60000000", "1", None),
        ("0", "", None),
        ("", "", None),
        ("soon", "", None),
    ],
)
def test_the_watchdog_is_fed_twice_in_its_period(
    monkeypatch: pytest.MonkeyPatch, period: str, process: str, expected: timedelta | None
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", period)
    monkeypatch.setenv("WATCHDOG_PID", process.replace("ours", str(os.getpid())))

    assert watchdog_interval() == expected


def test_the_health_file_tells_when_each_stage_made_its_round(tmp_path: Path) -> None:
    clock = Clock()
    health = Health(tmp_path / "health.json", clock)
    health.saw("reading")
    clock.now += timedelta(seconds=5)
    health.saw("planning")

    health.write(stuck=None)

    written = json.loads((tmp_path / "health.json").read_text())
    assert written["time"] == "2026-11-22T10:00:05+00:00"
    assert written["stages"] == {
        "planning": "2026-11-22T10:00:05+00:00",
        "reading": "2026-11-22T10:00:00+00:00",
    }
    assert written["process"] == os.getpid()
    assert [path.name for path in tmp_path.iterdir()] == ["health.json"]


def test_a_stage_that_made_no_round_for_long_is_late(tmp_path: Path) -> None:
    clock = Clock()
    health = Health(tmp_path / "health.json", clock)
    health.saw("reading")
    clock.now += timedelta(minutes=3)
    health.saw("planning")

    assert health.late(timedelta(minutes=2)) == ("reading",)


def test_a_stage_that_never_made_a_round_is_late_as_well(tmp_path: Path) -> None:
    clock = Clock()
    health = Health(tmp_path / "health.json", clock)
    health.expect(["reading", "planning"])
    assert health.late(timedelta(minutes=2)) == ()
    clock.now += timedelta(minutes=3)
    health.saw("planning")

    health.write()

    assert health.late(timedelta(minutes=2)) == ("reading",)
    stages = json.loads((tmp_path / "health.json").read_text())["stages"]
    assert stages == {"planning": "2026-11-22T10:03:00+00:00", "reading": None}


def test_a_folder_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "health.json").mkdir()

    with pytest.raises(OSError, match="directory"):
        Health(tmp_path / "health.json", Clock()).write()

    assert [path.name for path in tmp_path.iterdir()] == ["health.json"]
