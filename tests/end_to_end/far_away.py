"""Programs that a test runs on other machines of its network.

``mailbox ADDRESS RATE`` is a Dovecot whose mailbox gets so many mails a second; ``sender HOST
RATE`` hands mails over by SMTP and LMTP, each again until somebody says that it is there. A line on
their input ends the mails; then they print the names of all. The end of the input ends them.
"""

from __future__ import annotations

import json
import random
import smtplib
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

from tests.servers.dovecot import Dovecot
from tests.tipline.certificates import certificate_for

USER = "reports"
SMTP_PORT, LMTP_PORT = 8025, 2424
ADDRESS = "cp@chirper.example"
# Large enough to be fetched in pieces.
LARGE_OCTETS = 2_500_000
LARGE_EVERY = 25


def mail(name: str) -> bytes:
    """Write the mail of a name."""
    number = int(name.rpartition("-")[2])
    body = f"This account worries me: @heron_{number % 50}\r\n"
    if number % LARGE_EVERY == LARGE_EVERY - 1:
        body += "and more of it\r\n" * (LARGE_OCTETS // 16)
    return (
        f"Message-ID: <{name}@mail.example>\r\nDate: Mon, 23 Nov 2026 07:00:00 +0000\r\n"
        f"From: Writer <{name}@mail.example>\r\nTo: {ADDRESS}\r\nSubject: {name}\r\n\r\n{body}"
    ).encode()


def be_mailbox(address: str, rate: float) -> None:
    server = Dovecot("listen = *")
    try:
        certificate_for(server.folder, 30, address)
        server.start()
        say({"port": server.port, "ca_file": str(server.ca_file)})
        names = []
        for number in paced(rate):
            names.append(f"box-{number}")
            server.put(USER, mail(names[-1]), folder="INBOX" if number % 3 else "Abuse")
        say(names)
        sys.stdin.read()
    finally:
        server.remove()


def be_sender(host: str, rate: float) -> None:
    names = []
    for number in paced(rate):
        names.append(f"sent-{number}")
        while not is_taken(host, names[-1], by_lmtp=number % 2 == 0):
            time.sleep(0.5)
    say(names)
    sys.stdin.read()


def is_taken(host: str, name: str, *, by_lmtp: bool) -> bool:
    """Hand a mail over; False when nobody has said that it is there, though it may be."""
    kind, port = (smtplib.LMTP, LMTP_PORT) if by_lmtp else (smtplib.SMTP, SMTP_PORT)
    with (
        suppress(OSError, smtplib.SMTPException),
        kind(host, port, "client.example", timeout=10) as connection,
    ):
        connection.ehlo()
        connection.mail(f"{name}@mail.example")
        connection.rcpt(ADDRESS)
        return connection.data(mail(name))[0] == 250
    return False


def paced(rate: float) -> Iterator[int]:
    """Count, so many a second by chance, until a line comes."""
    stopping = threading.Event()

    def listen() -> None:
        sys.stdin.readline()
        stopping.set()

    threading.Thread(target=listen, daemon=True).start()
    number = 0
    while not stopping.is_set():
        yield number
        number += 1
        stopping.wait(random.expovariate(rate))


def say(what: object) -> None:
    print(json.dumps(what), flush=True)  # noqa: T201 - to the test


if __name__ == "__main__":
    {"mailbox": be_mailbox, "sender": be_sender}[sys.argv[1]](sys.argv[2], float(sys.argv[3]))
