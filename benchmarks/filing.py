"""How fast mails become cases with a receipt queued, in the whole running program.

``tipline serve`` is started as a try-out in a folder of its own and gets 300 invented mails of 2 KB
about a hundred accounts over eight connections. The clock runs from the first mail to the moment
when every report is filed and its receipt is decided: accepted, sealed, read in another process,
matched, filed, planned and composed, each step committed with fsync. Sending goes on meanwhile
(into a local folder), as it does in production.
"""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from senders import invented_mail, send_all

MAILS = 300
CONNECTIONS = 8
PATIENCE_SECONDS = 40.0
DECIDED = "SELECT count(*) FROM reports WHERE acknowledgement != 'pending'"


def measure() -> None:
    """Print mails per second from the first connection to the last decided receipt."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        settings = {"TIPLINE_STATE_DIR": f"{folder}/state", "TIPLINE_SMTP__PORT": str(port)}
        with (
            Path(folder, "log").open("wb") as log,
            subprocess.Popen(
                [sys.executable, "-m", "tipline", "serve"],
                env={"PATH": os.environ["PATH"]} | settings,
                cwd=folder,
                stdout=log,
                stderr=log,
            ) as daemon,
        ):
            try:
                _wait(lambda: answers(port))
                _measure(port, Path(folder) / "state" / "tipline.db")
            finally:
                daemon.terminate()


def _measure(port: int, database: Path) -> None:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as reader:
        # The readers load what they need with their first mails.
        send_all(port, [invented_mail(number, 2000) for number in range(4)], 1)
        _wait(lambda: reader.execute(DECIDED).fetchone()[0] >= 4)
        mails = [invented_mail(number, 2000) for number in range(10, 10 + MAILS)]
        begun = time.perf_counter()
        accepted = send_all(port, mails, CONNECTIONS)
        _wait(lambda: reader.execute(DECIDED).fetchone()[0] >= MAILS + 4)
        seconds = time.perf_counter() - begun
    print(f"  all accepted after {accepted:7.2f} s")
    print(f"  all cases filed and receipts decided after {seconds:.2f} s")
    print(f"  accept to receipt  {MAILS / seconds:7.0f} mails/s")


def free_port() -> int:
    """Find a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    """Tell whether somebody greets on this port."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            return connection.recv(3) == b"220"
    except OSError:
        return False


def _wait(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        if time.monotonic() > deadline:
            raise RuntimeError("the daemon did not come to an end in time")
        time.sleep(0.02)
