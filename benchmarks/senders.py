"""Senders: plain sockets that deliver mails one after another on several connections.

What is measured: the time from the first greeting to the last 250. A mail takes four round trips
(MAIL, RCPT, DATA, content), as most senders do it; nothing is pipelined. The sender costs the same
whoever listens, so it shows in the absolute figures and hardly in a ratio.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

RECIPIENT = "cp@chirper.example"


def invented_mail(number: int, octets: int = 5000) -> bytes:
    """Write a mail of about so many octets that names one of a hundred accounts."""
    head = (
        f"From: Reporter {number} <reporter{number}@mail.example>\r\n"
        f"To: {RECIPIENT}\r\n"
        f"Subject: please look ({number})\r\n"
        f"Message-ID: <{number}.{time.monotonic_ns()}@mail.example>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        f"This account worries me: https://chirper.example/account_{number % 100}\r\n\r\n"
    )
    line = "I saw it yesterday and would be glad if somebody looked at it.\r\n"
    return (head + line * max(0, (octets - len(head)) // len(line))).encode()


def send_all(port: int, mails: Sequence[bytes], connections: int) -> float:
    """Deliver all mails; gives the seconds it took. Raises RuntimeError for any refusal."""
    shares = [mails[start::connections] for start in range(connections)]
    begun = time.perf_counter()
    with ThreadPoolExecutor(connections) as threads:
        for _ in threads.map(lambda share: _send(port, share), shares):
            pass
    return time.perf_counter() - begun


def _send(port: int, mails: Sequence[bytes]) -> None:
    with (
        socket.create_connection(("127.0.0.1", port), timeout=30) as connection,
        connection.makefile("rb") as replies,
    ):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def ask(octets: bytes, expected: bytes) -> None:
            if octets:
                connection.sendall(octets)
            while (line := replies.readline())[3:4] == b"-":
                pass
            if not line.startswith(expected):
                raise RuntimeError(f"refused: {line!r}")

        ask(b"", b"220")
        ask(b"EHLO sender.example\r\n", b"250")
        for mail in mails:
            ask(b"MAIL FROM:<reporter@mail.example>\r\n", b"250")
            ask(f"RCPT TO:<{RECIPIENT}>\r\n".encode(), b"250")
            ask(b"DATA\r\n", b"354")
            ask(mail + b".\r\n", b"250")
        ask(b"QUIT\r\n", b"221")
