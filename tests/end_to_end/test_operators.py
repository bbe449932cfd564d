"""What operators do to a running program, and what befalls it, beside kill and full disk."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.daemon import Daemon

MAIL = "From: alex@example.org\nMessage-ID: <{0}@example.org>\n\nThis account worries me: @heron\n"
LARGE = MAIL + "filling\n" * 40_000


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    with Daemon(tmp_path) as daemon:
        yield daemon


def test_a_reader_that_is_killed_idle_stops_nothing_and_costs_no_mail(daemon: Daemon) -> None:
    daemon.mail(MAIL.format("first"))
    daemon.wait_for_filing()
    for number in range(3):
        os.kill(daemon.readers()[0], signal.SIGKILL)
        daemon.mail(MAIL.format(number))
        daemon.mail(MAIL.format(f"{number}-too"))
        daemon.wait_for_filing()
    assert {report["severity"] for report in daemon.json("report", "list")} == {"normal"}
    assert len(daemon.json("case", "list")) == 1


def test_a_lost_database_is_not_begun_anew(daemon: Daemon) -> None:
    daemon.stop()
    for path in daemon.state.glob("tipline.db*"):
        path.unlink()
    refused = daemon.program("serve")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "restore it from your backup" in refused.stderr
    made = daemon.program("db", "upgrade")
    assert (made.returncode, made.stderr) == (0, "")


def test_a_database_from_an_older_backup_costs_no_sealed_mail(daemon: Daemon) -> None:
    daemon.stop()
    backup = shutil.copy(daemon.state / "tipline.db", daemon.folder / "backup.db")
    daemon.start()
    assert daemon.mail(LARGE.format("large"))[0] == 250
    daemon.wait_for_filing()
    daemon.stop()
    shutil.copy(backup, daemon.state / "tipline.db")
    daemon.start()
    assert len(list((daemon.state / "orphans").glob("*.age"))) == 1
    assert "put_aside" in daemon.log_text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_every_signal_to_end_is_answered_in_good_order(
    daemon: Daemon, number: signal.Signals
) -> None:
    assert daemon.process is not None
    daemon.process.send_signal(number)
    assert daemon.process.wait(timeout=30) == 0
    assert "daemon.stopping" in daemon.log_text()
