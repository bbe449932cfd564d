"""A network that is lost, slow or gone while mail comes by three doors: every mail is filed once.

``TIPLINE_TEST_FLAPPING`` has the bad weather last for so many seconds, such as 3600.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.daemon import START_SECONDS, Daemon, wait_until
from tests.end_to_end.far_away import LMTP_PORT, SMTP_PORT, USER
from tests.servers.dovecot import PASSWORD
from tests.servers.network import Machine, Network, Weather
from tests.servers.require import program

# The suite takes away its own variables from each test; this is what it was started with.
SECONDS = float(os.environ.get("TIPLINE_TEST_FLAPPING", "60"))
# A mailbox whose server was away for long is tried again within five minutes.
AFTERWARDS = 400.0
RATE = "2"
ROOT = Path(__file__).parents[2]


class FarDaemon(Daemon):
    """A daemon on a machine of its own."""

    machine: Machine

    def start(self) -> None:
        before = self.log_text().count("daemon.ready")
        self.process = subprocess.Popen(
            # It takes the place of the command that enters the machine: the id is its own.
            self.machine.command(sys.executable, "-m", "tipline", "serve"),
            env=self.environment,
            cwd=self.folder,
            stdout=self.log,
            stderr=self.log,
        )
        wait_until(
            lambda: self.log_text().count("daemon.ready") > before,
            START_SECONDS,
            "the daemon to be ready",
        )


@pytest.fixture
def network() -> Iterator[Network]:
    machines = Network("mailbox", "sender", "daemon")
    yield machines
    machines.remove()


@contextmanager
def running(machine: Machine, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run one of the programs of ``far_away`` on a machine."""
    command = machine.command(sys.executable, "-m", "tests.end_to_end.far_away", *arguments)
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    try:
        yield process
    finally:
        process.communicate(timeout=60)


def said(process: subprocess.Popen[str]) -> Any:  # noqa: ANN401 - whatever it printed
    assert process.stdout
    return json.loads(process.stdout.readline())


def stopped(process: subprocess.Popen[str]) -> list[str]:
    """Have no more mails made; gives the names of all there were."""
    assert process.stdin
    process.stdin.write("stop\n")
    process.stdin.flush()
    names: list[str] = said(process)
    return names


def daemon_for(network: Network, mailbox: dict[str, Any], folder: Path) -> FarDaemon:
    password = folder / "password"
    password.write_text(PASSWORD)
    box = {
        "HOST": network["mailbox"].address,
        "PORT": str(mailbox["port"]),
        "SECURITY": "starttls",
        "CA_FILE": mailbox["ca_file"],
        "USERNAME": USER,
        "PASSWORD_FILE": str(password),
        "FOLDERS": "INBOX,Abuse",
        "TIMEOUT": "10s",
    }
    doors = {
        "SMTP__HOST": "0.0.0.0",  # noqa: S104 - of a machine that nobody else reaches
        "SMTP__PORT": str(SMTP_PORT),
        "LMTP__HOST": "0.0.0.0",  # noqa: S104 - the same
        "LMTP__PORT": str(LMTP_PORT),
        "WATCHING__CANARY": "off",
        **{f"MAILBOXES__REPORTS__{name}": value for name, value in box.items()},
    }
    daemon = FarDaemon(folder, None, **{f"TIPLINE_{key}": value for key, value in doors.items()})
    daemon.machine = network["daemon"]
    return daemon


def spoil(machine: Machine, chance: random.Random, until: threading.Event) -> None:
    """Make the line of a machine bad, in all ways, until it is enough."""
    while not until.is_set():
        match chance.choice(["fair", "fair", "lossy", "lossy", "down", "silent", "reset"]):
            case "fair":
                machine.weather = Weather()
            case "lossy":
                lost = chance.choice([0.01, 0.1, 0.3])
                delay = chance.uniform(0, 0.2)
                machine.weather = Weather(lost=lost, doubled=0.05, delay=delay, jitter=delay)
            case "down":
                machine.take_down()
                until.wait(chance.uniform(0.1, 6))
                machine.bring_up()
            case "silent":
                machine.weather = Weather(lost=1)
            case "reset":
                machine.reset_connections()
        until.wait(chance.uniform(0.5, 8))
    machine.weather = Weather()


def bad_weather(network: Network, daemon: Daemon) -> int:
    """Let it last, and kill the daemon now and then; gives the most memory that one had."""
    over = threading.Event()
    chance = random.SystemRandom()
    threads = [
        threading.Thread(target=spoil, args=[machine, chance, over])
        for machine in network.machines.values()
    ]
    for thread in threads:
        thread.start()
    left, most = SECONDS, 0
    while left > 0:
        # In a long run some live long.
        span = min(left, chance.uniform(10, max(40, SECONDS / 4)))
        over.wait(span)
        left -= span
        most = max(most, octets_of(daemon))
        daemon.kill()
        daemon.start()
    over.set()
    for thread in threads:
        thread.join()
    return most


@pytest.mark.long
@pytest.mark.timeout(SECONDS + AFTERWARDS + 300)
def test_a_bad_network_and_kills_lose_no_mail_and_file_none_twice(
    network: Network, tmp_path: Path
) -> None:
    program("dovecot")
    mailbox, sender = network["mailbox"], network["sender"]
    host = network["daemon"].address
    with (
        running(mailbox, "mailbox", mailbox.address, RATE) as box,
        running(sender, "sender", host, RATE) as hand,
        daemon_for(network, said(box), tmp_path) as daemon,
    ):
        most = bad_weather(network, daemon)
        boxed, handed = stopped(box), stopped(hand)
        expected = Counter(f"<{name}@mail.example>" for name in [*boxed, *handed])
        wait_until(lambda: arrived(daemon) == set(expected), AFTERWARDS, "every mail to be here")
        daemon.wait_for_filing(120)

        reports = daemon.json("report", "list")
        inbox = daemon.json("inbox", "list")
        [count] = mailbox_status(daemon)
        most = max(most, octets_of(daemon))

    assert Counter(report["message_id"] for report in reports) == expected
    # Whoever never hears that a mail is there hands it over again.
    others = [message for message in inbox if message["state"] != "filed"]
    assert all("the same mail as message" in message["reason"] for message in others)
    assert len(inbox) == len(reports) + len(others)
    assert [folder["on_server"] for folder in count["folders"]] == [0, 0]
    assert sum(count["ever"].values()) == len(boxed)
    assert "Traceback" not in daemon.log_text()
    # What large mails took is given back: else it grows with each of them.
    assert most < 250_000_000


def arrived(daemon: Daemon) -> set[str]:
    return {message["message_id"] for message in daemon.json("inbox", "list")}


def octets_of(daemon: Daemon) -> int:
    """Tell the most memory that the daemon had since its start, without its readers."""
    assert daemon.process is not None
    status = Path(f"/proc/{daemon.process.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def mailbox_status(daemon: FarDaemon) -> Any:  # noqa: ANN401 - what the command prints
    done = subprocess.run(
        daemon.machine.command(sys.executable, "-m", "tipline", "mailbox", "status", "--json"),
        env=daemon.environment,
        cwd=daemon.folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)
