"""Starts the installed program as a user would, and kills it without mercy."""

from __future__ import annotations

import json
import os
import resource
import signal
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from tests.end_to_end.warm import Forked, warm_parent
from tests.tipline.command import run_here

START_SECONDS = 30.0
LOOK_EVERY = 0.05
# What is looked at with much work is looked at less often: that work is taken from the daemon's.
PAUSE_PER_WORK = 3


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(happened: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while True:
        begun = time.thread_time()
        if happened():
            return
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} seconds in vain: {what}")
        time.sleep(max(LOOK_EVERY, PAUSE_PER_WORK * (time.thread_time() - begun)))


def children(pid: int) -> list[int]:
    """Give the ids of the processes that a process has started."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


class Daemon:
    """One ``tipline serve`` on a folder of its own; may be killed and started again."""

    def __init__(self, folder: Path, config: str | None = None, **environment: str) -> None:
        self.folder = folder
        self.state = folder / "state"
        self.port = free_port()
        self.environment = {
            "PATH": os.environ["PATH"],
            "TIPLINE_STATE_DIR": str(self.state),
            "TIPLINE_SMTP__PORT": str(self.port),
            **environment,
        }
        if config is not None:
            path = folder / "tipline.toml"
            path.write_text(config, encoding="utf-8")
            self.environment["TIPLINE_CONFIG"] = str(path)
        self.log = (folder / "log").open("ab")
        self.process: Forked | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.log.close()

    def start(self) -> None:
        self.process = warm_parent().start(["serve"], self.environment, self.folder, self.log)
        wait_until(self.answers, START_SECONDS, f"the daemon to listen; {self.log_text()}")

    def answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log_text()
        try:
            with smtplib.SMTP("127.0.0.1", self.port, timeout=5):
                return True
        except OSError:
            return False

    def kill(self) -> None:
        """End it as a power cut would, and only it."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(timeout=30)

    def readers(self) -> list[int]:
        """Give the ids of the processes that read mails."""
        return [reader for parent in self.reader_parents() for reader in children(parent)]

    def reader_parents(self) -> list[int]:
        """Give the id of the process that they are forked from."""
        assert self.process is not None
        return [
            pid
            for pid in children(self.process.pid)
            if b"ingest.reader" in Path(f"/proc/{pid}/cmdline").read_bytes()
        ]

    def limit_files(self, octets: int) -> None:
        """Let no file of the daemon grow beyond so many octets: to it, the disk is full."""
        assert self.process is not None
        hard = resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (octets, hard))

    def unlimit_files(self) -> None:
        assert self.process is not None
        hard = resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (hard, hard))

    def log_text(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def tipline(self, *arguments: str, status: int = 0) -> str:
        """Run another tipline command on the same installation."""
        done = run_here(self.folder, self.environment, *arguments)
        assert done.status == status, done.out + done.err
        return done.out if status == 0 else done.err

    def program(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a tipline command in a process of its own, as a person at a shell does."""
        return subprocess.run(
            [sys.executable, "-m", "tipline", *arguments],
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def json(self, *arguments: str) -> Any:  # noqa: ANN401 - whatever the command prints
        return json.loads(self.tipline(*arguments, "--json"))

    def mail(self, content: str | bytes, sender: str = "alex@example.org") -> tuple[int, bytes]:
        """Send one mail and give the reply to its last dot."""
        octets = content.encode() if isinstance(content, str) else content
        with smtplib.SMTP("127.0.0.1", self.port, timeout=30) as client:
            client.ehlo()
            client.mail(sender)
            client.rcpt("cp@chirper.example")
            return client.data(octets.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))

    def wait_for_filing(self, seconds: float = 30.0) -> None:
        """Wait until every accepted mail has a place and every report its decision."""
        wait_until(self._all_filed, seconds, "all mails to be filed")

    def _all_filed(self) -> bool:
        if any(m["state"] == "received" for m in self.json("inbox", "list")):
            return False
        reports = self.json("report", "list")
        return all(r["acknowledgement"]["state"] != "pending" for r in reports)
