"""A mailbox while both sides are killed: the server's count is filed plus recorded, none twice."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.daemon import Daemon, wait_until
from tests.servers.dovecot import PASSWORD, Dovecot

MAILS = 150
KILLS = 5
USER = "reports"


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    server = Dovecot()
    try:
        server.start()
        yield server
    finally:
        server.remove()


def fetching_from(server: Dovecot, folder: Path, user: str = USER) -> Daemon:
    password = folder / "password"
    password.write_text(PASSWORD)
    box = {
        "HOST": "127.0.0.1",
        "PORT": str(server.port),
        "SECURITY": "none",
        "USERNAME": user,
        "PASSWORD_FILE": str(password),
    }
    variables = {f"TIPLINE_MAILBOXES__REPORTS__{name}": value for name, value in box.items()}
    return Daemon(folder, None, TIPLINE_WATCHING__CANARY="off", **variables)


def mail(number: int) -> bytes:
    return (
        f"Return-Path: <writer{number}@example.org>\r\nMessage-ID: <box-{number}@example.org>\r\n"
        f"From: Writer {number} <writer{number}@example.org>\r\nTo: cp@chirper.example\r\n"
        f"Subject: Number {number}\r\n\r\n"
        f"This account worries me: @heron_{number % 20}\r\n"
    ).encode()


def test_kills_of_both_sides_lose_no_mail_and_file_none_twice(
    dovecot: Dovecot, tmp_path: Path
) -> None:
    numbers = iter(range(MAILS))
    pause = threading.Event()
    with fetching_from(dovecot, tmp_path) as daemon:
        for kill in range(KILLS):
            dovecot.put(USER, *(mail(next(numbers)) for _ in range(MAILS // KILLS)))
            pause.wait(random.uniform(0.0, 0.4))  # noqa: S311 - a random moment
            if kill % 2:
                dovecot.kill()
                pause.wait(random.uniform(0.0, 0.4))  # noqa: S311 - the same
                dovecot.start()
            else:
                daemon.kill()
                daemon.start()
        wait_until(lambda: dovecot.mails(USER) == [], 60, "the inbox to be empty")
        daemon.wait_for_filing(60)

        filed = daemon.json("inbox", "list")
        assert Counter(message["state"] for message in filed) == {"filed": MAILS}
        names = Counter(report["message_id"] for report in daemon.json("report", "list"))
        assert names == Counter(f"<box-{number}@example.org>" for number in range(MAILS))
        # A server that is killed within a MOVE may keep copy and original; that is moved again.
        assert set(dovecot.mails(USER, "Processed")) == set(map(mail, range(MAILS)))

        [count] = daemon.json("mailbox", "status")
        assert count["folders"][0]["on_server"] == 0
        assert count["ever"] == {"taken": MAILS}
        assert count["to_mend"] == []


def receipt_state(daemon: Daemon) -> str:
    [report] = daemon.json("report", "list")
    return str(report["acknowledgement"]["state"])


def test_a_mail_is_filed_and_answered_within_moments_and_the_end_is_quick(
    dovecot: Dovecot, tmp_path: Path
) -> None:
    with fetching_from(dovecot, tmp_path, "quick") as daemon:
        wait_until(lambda: "mailbox.connected" in daemon.log_text(), 30, "the first look")
        dovecot.put("quick", mail(1))
        wait_until(lambda: bool(daemon.json("report", "list")), 20, "the report")
        wait_until(lambda: receipt_state(daemon) == "sent", 20, "the receipt")

        [report] = daemon.json("report", "list")
        assert report["reporter"] == "writer1@example.org"
        assert daemon.tipline("mailbox", "test").startswith("reports: ok, logged in\n")
        # It waits for new mail now, which it would do for minutes.
        assert daemon.stop() == 0
