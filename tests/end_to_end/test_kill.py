"""Promises 1, 2 and 8: yes means on disk, nothing vanishes, a kill at any instruction is safe."""

from __future__ import annotations

import random
import re
import smtplib
import threading
from collections import Counter
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.daemon import Daemon, wait_until
from tests.end_to_end.relay import Relay

MAILS = 200
SENDERS = 5
KILLS = 6
# What the deliverer holds at one time; a kill can repeat no more than that.
IN_FLIGHT = 8
DUTY = "duty@chirper.example"
CASE = re.compile(r"\bC-[0-9A-Z]{5}-[0-9A-Z]{5}\b")


class Senders:
    """Several people who send until they are told 250, through any number of restarts."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon
        self.accepted: list[str] = []
        self._threads = [threading.Thread(target=self._send, args=[n]) for n in range(SENDERS)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def busy(self) -> bool:
        return any(thread.is_alive() for thread in self._threads)

    def join(self) -> None:
        for thread in self._threads:
            thread.join(timeout=60)
            assert not thread.is_alive(), "a sender was never told 250"

    def _send(self, sender: int) -> None:
        pause = threading.Event()
        for number in range(sender, MAILS, SENDERS):
            name = f"<kill-{number}@example.org>"
            while not self._sent(number, name):
                pause.wait(0.05)
            self.accepted.append(name)
            pause.wait(random.uniform(0, 0.1))  # noqa: S311 - only spreads the load

    def _sent(self, number: int, name: str) -> bool:
        text = (
            f"From: Writer {number} <writer{number}@example.org>\nTo: cp@chirper.example\n"
            f"Subject: Number {number}\nMessage-ID: {name}\n\n"
            f"This account worries me: @heron_{number % 20}\n"
        )
        try:
            return self._daemon.mail(text, f"writer{number}@example.org")[0] == 250
        except (OSError, smtplib.SMTPException):
            return False


def told_of(relay: Relay) -> set[str]:
    """Find the cases that mails to the people on duty tell of."""
    texts = (str(message_from_bytes(content)) for _, to, content in relay.received if to == DUTY)
    return {reference for text in texts for reference in CASE.findall(text)}


@pytest.fixture(scope="module")
def aftermath(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Send 200 mails while the daemon is killed again and again; tell what is there after that."""
    folder: Path = tmp_path_factory.mktemp("kill")
    with Relay() as relay:
        settings = {
            "TIPLINE_RELAY__HOST": "127.0.0.1",
            "TIPLINE_RELAY__PORT": str(relay.port),
            "TIPLINE_RELAY__SECURITY": "none",
            "TIPLINE_WATCHING__CANARY": "off",
            "TIPLINE_ALERTS__SUMMARY_EVERY": "2s",
        }
        with Daemon(folder, None, **settings) as daemon:
            senders = Senders(daemon)
            senders.start()
            kills = 0
            pause = threading.Event()
            while kills < KILLS and senders.busy():
                pause.wait(random.uniform(0.05, 0.6))  # noqa: S311 - a random moment
                daemon.kill()
                kills += 1
                daemon.start()
            senders.join()
            daemon.wait_for_filing(60)
            wait_until(
                lambda: all(m["state"] == "sent" for m in daemon.json("outbox", "list")),
                60,
                "everything queued to be sent",
            )
            wait_until(
                lambda: {c["reference"] for c in daemon.json("case", "list")} <= told_of(relay),
                60,
                "every case to be told of",
            )
            return {
                "kills": kills,
                "accepted": senders.accepted,
                "inbox": daemon.json("inbox", "list"),
                "reports": daemon.json("report", "list"),
                "cases": daemon.json("case", "list"),
                "outbox": daemon.json("outbox", "list"),
                "received": list(relay.received),
                "check": daemon.tipline("check"),
            }


def test_the_daemon_was_killed_several_times(aftermath: dict[str, Any]) -> None:
    assert aftermath["kills"] >= 3


def test_every_mail_that_got_250_is_filed_exactly_once(aftermath: dict[str, Any]) -> None:
    filed = Counter(m["message_id"] for m in aftermath["inbox"] if m["state"] == "filed")
    assert filed == Counter(aftermath["accepted"])


def test_every_other_copy_is_recorded_as_a_repeat(aftermath: dict[str, Any]) -> None:
    others = [m for m in aftermath["inbox"] if m["state"] != "filed"]
    assert all(m["state"] == "recorded" and "repeat" in m["reason"] for m in others)


def test_every_report_has_exactly_one_receipt(aftermath: dict[str, Any]) -> None:
    receipts = Counter(m["to"] for m in aftermath["outbox"] if m["kind"] == "acknowledgement")
    assert len(receipts) == MAILS
    assert set(receipts.values()) == {1}


def test_what_was_sent_twice_bears_the_same_message_id(aftermath: dict[str, Any]) -> None:
    sent = Counter(str(message_from_bytes(c)["Message-ID"]) for _, _, c in aftermath["received"])
    assert set(sent) == {m["message_id"] for m in aftermath["outbox"]}
    assert sum(sent.values()) - len(sent) <= aftermath["kills"] * IN_FLIGHT


def test_every_case_has_its_reports_and_a_next_step(aftermath: dict[str, Any]) -> None:
    assert len(aftermath["cases"]) == 20
    assert sum(case["reports"] for case in aftermath["cases"]) == MAILS
    assert all(case["next_alert_at"] for case in aftermath["cases"])


def test_every_case_was_alerted(aftermath: dict[str, Any]) -> None:
    """Each is told of by name, in a mail of its own or in one with others, before this is read."""
    alerts = [m for m in aftermath["outbox"] if m["kind"] == "alert"]
    assert 0 < len(alerts) < len(aftermath["cases"]) * 2
    assert len({m["message_id"] for m in alerts}) == len(alerts)
