"""The whole program behind its doors: systemd's sockets, and LMTP beside SMTP."""

from __future__ import annotations

import os
import signal
import smtplib
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from store.model import Door
from store.unit_of_work import open_store
from tests.end_to_end.daemon import wait_until
from tests.ingest.office import Line

MAIL = "Subject: an account\r\n\r\nThe account @mallory7 worries me.\r\n"
# Puts the sockets where systemd puts them, as the process that systemd would start.
PARENT = """
import os, sys
for place, number in enumerate(map(int, sys.argv[1].split(","))):
    os.dup2(number, 3 + place)
os.environ["LISTEN_PID"] = str(os.getpid())
os.execv(sys.executable, [sys.executable, "-m", "tipline", "serve"])
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "TIPLINE_STATE_DIR": str(tmp_path / "state"),
        "TIPLINE_SMTP__PORT": "0",
        "TIPLINE_READING__WORKERS": "1",
    }


@pytest.fixture
def running() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def stopped(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(30)


def deliver_by_lmtp(path: Path) -> list[str]:
    with Line(path=path) as line:
        line.reply()
        commands = ("LHLO mta.example", "MAIL FROM:<a@mail.example>")
        recipients = ("RCPT TO:<cp@chirper.example>", "RCPT TO:<cp+x@chirper.example>")
        for command in (*commands, *recipients, "DATA"):
            line.ask(command)
        line.send(f"{MAIL}.\r\n".encode())
        return [line.reply()[:3] for _ in recipients]


def doors(tmp_path: Path) -> list[Door]:
    store = open_store(tmp_path / "state")
    try:
        with store.snapshot() as work:
            return [message.envelope.door for message in work.inbox.listing()]
    finally:
        store.close()


def test_mail_waits_in_systemds_sockets_until_the_daemon_is_there(
    tmp_path: Path, environment: dict[str, str], running: ExitStack
) -> None:
    # Numbers far above those that the sockets get in the daemon.
    smtp = running.enter_context(socket.create_server(("127.0.0.1", 0)))
    lmtp = running.enter_context(socket.socket(socket.AF_UNIX))
    lmtp.bind(str(tmp_path / "lmtp"))
    lmtp.listen()
    numbers = [os.dup(os.dup(os.dup(os.dup(each.fileno())))) for each in (smtp, lmtp)]
    client = running.enter_context(socket.create_connection(smtp.getsockname(), 30))

    process = subprocess.Popen(
        [sys.executable, "-c", PARENT, ",".join(map(str, numbers))],
        env={**environment, "LISTEN_FDS": "2", "LISTEN_FDNAMES": "smtp:lmtp"},
        pass_fds=numbers,
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    running.callback(stopped, process)

    # It connected before anybody was there, and is served now.
    assert client.recv(3) == b"220"
    with smtplib.SMTP(*smtp.getsockname(), timeout=30) as sender:
        sender.sendmail("a@mail.example", ["cp@chirper.example"], MAIL)
    assert deliver_by_lmtp(tmp_path / "lmtp") == ["250", "250"]
    assert doors(tmp_path) == [Door.LMTP, Door.SMTP]


def test_lmtp_is_spoken_on_a_socket_of_our_own_which_goes_with_the_daemon(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    path = tmp_path / "lmtp"
    process = subprocess.Popen(
        [sys.executable, "-m", "tipline", "serve"],
        env={
            **environment,
            "TIPLINE_SMTP__ENABLED": "false",
            "TIPLINE_LMTP__SOCKET": str(path),
            "TIPLINE_LMTP__SOCKET_MODE": "0600",
        },
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_until(path.exists, 30, "the socket")
        assert path.stat().st_mode & 0o777 == 0o600
        assert deliver_by_lmtp(path) == ["250", "250"]
    finally:
        stopped(process)
    assert doors(tmp_path) == [Door.LMTP]
    assert not path.exists()
