"""A storm of reports through the whole running program, and what the duty officer gets of it.

``tipline serve`` is started in a folder of its own with a relay on the loopback interface. It gets
a storm of invented reports, each about an account of its own, and in the middle of it one that
speaks of danger. The figures that travel: mails to the duty officer for each report, and how long
the one that matters took beside the whole storm. ``python benchmarks/storm.py 5000 600`` sends
5,000 reports in ten minutes and waits until nothing is held back any more; ``make bench`` sends a
small storm as fast as it can.
"""

from __future__ import annotations

import os
import smtplib
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from filing import answers, free_port
from senders import RECIPIENT

REPORTS = 400
CONNECTIONS = 4
PATIENCE_SECONDS = 900.0
DUTY = "duty@chirper.example"
DECIDED = "SELECT count(*) FROM reports WHERE acknowledgement != 'pending'"
UNSENT = "SELECT count(*) FROM outbox WHERE state = 'queued'"
WAITING = "SELECT count(*) FROM alerts WHERE state = 'waiting'"
CRITICAL = "SELECT count(*) FROM cases WHERE severity = 4"
REFERENCE = "SELECT reference FROM cases WHERE severity = 4"
CONFIG = """
[platform]
key = "chirper"
name = "Chirper"
hosts = ["chirper.example"]
handle = "[A-Za-z0-9_]{1,20}"
profile_url = "https://chirper.example/{handle}"
profile_paths = ["/{handle}"]
[addresses]
reporting = ["cp@chirper.example"]
operator = "ops@chirper.example"
[relay]
host = "127.0.0.1"
port = %d
security = "none"
[people.duty]
name = "Duty"
address = "duty@chirper.example"
"""
POLICY = """
[policies.%s]
repeat = "30m"
steps = [{ after = "0s", notify = ["person:duty"] }]
"""


class Inbox:
    """A relay that takes everything and remembers when the duty officer's mails came."""

    def __init__(self) -> None:
        self.mails: list[tuple[float, bytes]] = []
        self.others = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the library's hook
        """Take a mail."""
        del server, session
        if envelope.rcpt_tos == [DUTY]:
            self.mails.append((time.perf_counter(), envelope.original_content or b""))
        else:
            self.others += 1
        return "250 OK"


def measure(reports: int = REPORTS, seconds: float = 0, *, to_the_end: bool = False) -> None:
    """Print how many mails the duty officer got and how long the critical one took."""
    with tempfile.TemporaryDirectory() as folder:
        inbox, relay, port = Inbox(), free_port(), free_port()
        Path(folder, "tipline.toml").write_text(_config(relay), encoding="utf-8")
        environment = {
            "PATH": os.environ["PATH"],
            "TIPLINE_CONFIG": f"{folder}/tipline.toml",
            "TIPLINE_STATE_DIR": f"{folder}/state",
            "TIPLINE_SMTP__PORT": str(port),
            "TIPLINE_SMTP__MAX_COMMANDS": "100000",
            "TIPLINE_LOG__LEVEL": "error",
        }
        controller = Controller(inbox, hostname="127.0.0.1", port=relay)
        controller.start()
        with subprocess.Popen(
            [sys.executable, "-m", "tipline", "serve"], env=environment, cwd=folder
        ) as daemon:
            try:
                _until(lambda: answers(port))
                storm = Storm(port, Path(folder, "state", "tipline.db"), inbox, reports, seconds)
                storm.measure(to_the_end=to_the_end)
            finally:
                daemon.terminate()
                controller.stop()


@dataclass
class Storm:
    """So many reports within so many seconds (0: as fast as it can), one of them critical."""

    port: int
    database: Path
    inbox: Inbox
    reports: int
    seconds: float

    def measure(self, *, to_the_end: bool) -> None:
        """Send it, wait for the end, and print the figures."""
        begun = time.perf_counter()
        storm = threading.Thread(target=self._rage)
        storm.start()
        _until(lambda: self._count("SELECT count(*) FROM inbox") >= self.reports // 2)
        sent_at = time.perf_counter()
        _send(self.port, [_critical()], 0)
        _until(lambda: self._count(CRITICAL) == 1)
        filed_at = time.perf_counter()
        reference = self._ask(REFERENCE).encode()
        _until(lambda: any(reference in mail for _, mail in self.inbox.mails))
        told_at = next(at for at, mail in self.inbox.mails if reference in mail)
        storm.join()
        accepted_at = time.perf_counter()
        _until(lambda: self._count(DECIDED) > self.reports and self._count(UNSENT) == 0)
        ended_at = time.perf_counter()
        if to_the_end:
            _until(lambda: self._count(WAITING) == 0 and self._count(UNSENT) == 0)
        mails = len(self.inbox.mails)
        print(f"  {self.reports} reports accepted after {accepted_at - begun:.1f} s")
        print(f"  filed, decided and {self.inbox.others} receipts sent {ended_at - begun:.1f} s")
        print(f"  mails to the duty officer  {mails:4}, {mails / self.reports:.4f} for each report")
        print(f"  the critical one  {told_at - sent_at:.1f} s after it was sent,")
        print(f"    of these {told_at - filed_at:.1f} s after it was filed;", end=" ")
        print(f"{(told_at - sent_at) / (ended_at - begun):.3f} of the storm")
        if to_the_end:
            for at, mail in self.inbox.mails:
                subject = next(line for line in mail.splitlines() if line.startswith(b"Subject:"))
                print(f"    {at - begun:6.1f} s  {subject.decode()}")

    def _rage(self) -> None:
        mails = [_report(number) for number in range(self.reports)]
        shares = [mails[start::CONNECTIONS] for start in range(CONNECTIONS)]
        pause = self.seconds * CONNECTIONS / self.reports
        with ThreadPoolExecutor(CONNECTIONS) as threads:
            list(threads.map(lambda share: _send(self.port, share, pause), shares))

    def _ask(self, query: str) -> Any:  # noqa: ANN401 - whatever the query gives
        address = f"file:{self.database}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=30)) as reader:
            return reader.execute(query).fetchone()[0]

    def _count(self, query: str) -> int:
        return int(self._ask(query))


def _config(relay: int) -> str:
    policies = "".join(POLICY % name for name in ("low", "normal", "high", "critical"))
    return CONFIG % relay + policies


def _send(port: int, mails: Sequence[tuple[str, bytes]], pause: float) -> None:
    """Send mails over one connection, one each ``pause`` seconds."""
    begun = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
        for number, (sender, mail) in enumerate(mails):
            client.sendmail(sender, [RECIPIENT], mail)
            time.sleep(max(0.0, begun + (number + 1) * pause - time.perf_counter()))


def _report(number: int) -> tuple[str, bytes]:
    return _mail(number, f"This account worries me: https://chirper.example/account_{number}")


def _critical() -> tuple[str, bytes]:
    words = "https://chirper.example/somebody wants to meet a child tonight. Please help quickly."
    return _mail(1_000_000, words)


def _mail(number: int, words: str) -> tuple[str, bytes]:
    sender = f"reporter{number}@mail{number % 97}.example"
    mail = (
        f"From: Reporter {number} <{sender}>\r\n"
        f"To: {RECIPIENT}\r\nSubject: please look ({number})\r\n"
        f"Message-ID: <{number}.{time.monotonic_ns()}@mail.example>\r\n"
        f"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{words}\r\n"
    )
    return sender, mail.encode()


def _until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        if time.monotonic() > deadline:
            raise RuntimeError("the storm did not end in time")
        time.sleep(0.1)


if __name__ == "__main__":
    figures = [int(argument) for argument in sys.argv[1:]]
    measure(*figures, to_the_end=bool(figures))
