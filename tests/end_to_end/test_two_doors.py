"""Every mail comes by SMTP and into a mailbox, and the daemon is killed in the middle of it."""

from __future__ import annotations

import smtplib
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.daemon import Daemon, wait_until
from tests.servers.dovecot import PASSWORD, Dovecot

MAILS = 12
SECONDS = 60.0
OURS = "cp@chirper.example"


def mail(number: int) -> bytes:
    fields = (
        f"From: Reporter <reporter{number}@mail.example>",
        f"To: {OURS}",
        "Subject: an account",
        f"Message-ID: <{number}@mail.example>",
        "Date: Mon, 23 Nov 2026 10:00:00 +0000",
    )
    return "\r\n".join((*fields, "", f"The account @mallory{number} worries me.", "")).encode()


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    server = Dovecot()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def daemon(dovecot: Dovecot, tmp_path: Path) -> Iterator[Daemon]:
    password = tmp_path / "password"
    password.write_text(PASSWORD, "utf-8")
    password.chmod(0o600)
    mailbox = {
        "HOST": "127.0.0.1",
        "PORT": str(dovecot.port),
        "SECURITY": "none",
        "USERNAME": "hotline",
        "PASSWORD_FILE": str(password),
    }
    named = {f"TIPLINE_MAILBOXES__HOTLINE__{key}": value for key, value in mailbox.items()}
    with ExitStack() as stack:
        daemon = Daemon(tmp_path, **named, TIPLINE_READING__WORKERS="2")
        yield stack.enter_context(daemon)


def bring(port: int, number: int) -> None:
    """Deliver a mail as a mail server does: again and again until it is taken."""
    while True:
        try:
            with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
                sender = f"reporter{number}@mail.example"
                client.sendmail(sender, [OURS], b"Received: from mx1; now\r\n" + mail(number))
                return
        except (OSError, smtplib.SMTPException):
            time.sleep(0.05)


def counts(daemon: Daemon) -> dict[str, Any]:
    inbox = daemon.json("inbox", "list")
    reports = daemon.json("report", "list")
    receipts = [one for one in daemon.json("outbox", "list") if one["kind"] == "acknowledgement"]
    return {
        "doors": sorted({one["door"] for one in inbox}),
        "names of filed": sorted(one["message_id"] for one in inbox if one["state"] == "filed"),
        "waiting": [one for one in inbox if one["state"] in {"received", "quarantined"}],
        "reports": len(reports),
        "receipts": len(receipts),
        "copies": {one["message_id"] for one in inbox if one["state"] == "recorded"},
    }


def test_each_mail_is_one_report_whatever_door_is_first_and_whenever_we_are_killed(
    dovecot: Dovecot, daemon: Daemon
) -> None:
    names = [f"<{number}@mail.example>" for number in range(MAILS)]

    def put() -> None:
        dovecot.put("hotline", *(b"Delivered-To: hotline\r\n" + mail(n) for n in range(MAILS)))

    brought = [threading.Thread(target=bring, args=(daemon.port, n)) for n in range(MAILS)]
    for thread in (threading.Thread(target=put), *brought):
        thread.start()
    time.sleep(0.3)
    daemon.kill()
    daemon.start()
    for thread in brought:
        thread.join(SECONDS)

    def all_is_there() -> bool:
        now = counts(daemon)
        return now["copies"] == set(names) and not now["waiting"] and now["receipts"] == MAILS

    wait_until(all_is_there, SECONDS, "both copies of every mail")
    now = counts(daemon)
    assert now["names of filed"] == sorted(names)
    assert (now["reports"], now["receipts"], now["doors"]) == (MAILS, MAILS, ["imap", "smtp"])
    assert len(dovecot.mails("hotline", "Processed")) == MAILS
