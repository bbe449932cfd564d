"""How fast mail is accepted durably, beside a listener that keeps nothing.

Three rounds, each with both listeners one after the other: 400 invented mails of 5 KB over eight
connections. Ours parses nothing, seals each mail and says 250 after a commit with fsync that the
waiting mails share. The ratio tells what durability and sealing cost on this machine and its disk.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from senders import invented_mail, send_all

ROUNDS = 3
MAILS = 400
CONNECTIONS = 8
LISTENER = Path(__file__).with_name("listening.py")


def measure() -> None:
    """Print accepted mails per second, and the ratio of the two listeners."""
    durable, nothing = [], []
    for _ in range(ROUNDS):
        nothing.append(_rate("nothing"))
        durable.append(_rate("durable"))
    ratio = median(nothing) / median(durable)
    print(f"  tipline, durable   {median(durable):7.0f} mails/s")
    print(f"  aiosmtpd, no-op    {median(nothing):7.0f} mails/s")
    print(f"  no-op / durable    {ratio:7.2f}")


def _rate(kind: str) -> float:
    mails = [invented_mail(number) for number in range(MAILS)]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            [sys.executable, str(LISTENER), kind, folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as listener,
    ):
        port = int(listener.stdout.readline() if listener.stdout else 0)
        send_all(port, mails[:CONNECTIONS], CONNECTIONS)
        seconds = send_all(port, mails, CONNECTIONS)
        listener.communicate()
    return MAILS / seconds
