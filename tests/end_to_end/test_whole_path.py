"""The whole path on the running program: report, receipt, alert, take, and the next step."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.end_to_end.daemon import Daemon, wait_until

# Two steps and a last one that repeats, fast enough to be watched.
CONFIG = """
[platform]
key = "chirper"
name = "Chirper"
hosts = ["chirper.example"]
handle = "[A-Za-z0-9_]{1,15}"
profile_url = "https://chirper.example/{handle}"
profile_paths = ["/{handle}"]

[addresses]
reporting = ["cp@chirper.example"]
operator = "operator@chirper.example"

[people.early]
name = "Early"
address = "early@chirper.example"

[people.late]
name = "Late"
address = "late@chirper.example"

[policies]
"""
POLICY = """
{0}.repeat = "3s"
{0}.steps = [
  {{ after = "0s", notify = ["person:early"] }},
  {{ after = "1s", notify = ["person:late"] }},
]
"""
QUICK = CONFIG + "".join(POLICY.format(name) for name in ("low", "normal", "high", "critical"))
REPORT = """\
From: Alex <alex@example.org>
To: cp@chirper.example
Subject: A worry magpiesubject
Message-ID: <{0}@example.org>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=part

--part
Content-Type: text/plain

This account worries me magpietext: https://chirper.example/{0}
--part
Content-Type: text/plain; name="magpiename.txt"
Content-Disposition: attachment; filename="magpiename.txt"

magpieattachment
--part--
"""


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    with Daemon(tmp_path, QUICK) as daemon:
        yield daemon


def sent(daemon: Daemon, recipient: str = "") -> list[EmailMessage]:
    """Read what is in the Maildir, optionally to one recipient only."""
    mails = []
    for path in (daemon.state / "outgoing" / "new").glob("*"):
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        if recipient in str(mail["To"]):
            mails.append(mail)
    return mails


def alerts(daemon: Daemon) -> int:
    """Count the alerts to staff; other mails tell them what their colleagues did."""
    mails = sent(daemon, "early@") + sent(daemon, "late@")
    return sum(mail["Message-ID"].startswith("<alert.") for mail in mails)


def the_case(daemon: Daemon) -> str:
    (case,) = daemon.json("case", "list")
    return str(case["reference"])


def test_the_reporter_gets_a_receipt_that_answers_and_repeats_nothing(daemon: Daemon) -> None:
    daemon.mail(REPORT.format("first"))
    wait_until(lambda: bool(sent(daemon, "alex@")), 15, "the receipt")
    (receipt,) = sent(daemon, "alex@")
    assert re.fullmatch(r"<cp\+b[0-9a-z]{25}@chirper\.example>", receipt["Return-Path"])
    assert receipt["Auto-Submitted"] == "auto-replied"
    assert receipt["In-Reply-To"] == "<first@example.org>"
    assert "magpie" not in receipt.as_string()


def test_alerts_go_on_until_somebody_takes_the_case(daemon: Daemon) -> None:
    daemon.mail(REPORT.format("heron"))
    wait_until(lambda: bool(sent(daemon, "early@")), 20, "the first step")
    wait_until(lambda: len(sent(daemon, "late@")) >= 2, 20, "the second step and its repetition")
    daemon.tipline("case", "take", the_case(daemon), "--as", "late")
    before = alerts(daemon)
    time.sleep(4)
    assert alerts(daemon) == before

    daemon.tipline("case", "release", the_case(daemon), "--as", "late")
    wait_until(lambda: alerts(daemon) > before, 20, "an alert after the release")
    daemon.tipline("case", "close", the_case(daemon), "account_removed", "--as", "late")
    kinds = [event["kind"] for event in daemon.json("case", "show", the_case(daemon))["history"]]
    assert kinds[:3] == ["opened", "escalation_started", "alert_queued"]
    assert "closed" in kinds


def test_a_closed_case_that_is_reported_again_is_opened_and_alerted_again(daemon: Daemon) -> None:
    daemon.mail(REPORT.format("heron"))
    daemon.wait_for_filing()
    daemon.tipline("case", "close", the_case(daemon), "no_violation", "--as", "late")
    before = alerts(daemon)
    daemon.mail(REPORT.format("heron").replace("<heron@", "<again@"), "kim@example.org")
    wait_until(lambda: alerts(daemon) > before, 20, "an alert about the case opened again")
    (case,) = daemon.json("case", "list")
    assert (case["state"], case["reports"]) == ("open", 2)


def test_after_an_outage_one_alert_goes_out_at_once(daemon: Daemon) -> None:
    daemon.mail(REPORT.format("heron"))
    wait_until(lambda: len(sent(daemon, "late@")) == 1, 10, "the second step")
    daemon.stop()
    before = alerts(daemon)
    time.sleep(7)
    daemon.start()
    wait_until(lambda: alerts(daemon) > before, 15, "the alert that fell due")
    time.sleep(1)
    assert alerts(daemon) == before + 1


def test_nothing_of_a_mail_stands_on_disk_in_clear(daemon: Daemon) -> None:
    daemon.mail(REPORT.format("heron"))
    daemon.wait_for_filing()
    files = [path for path in daemon.folder.rglob("*") if path.is_file()]
    assert len(files) > 5
    assert [path for path in files if b"magpie" in path.read_bytes().lower()] == []


def test_no_reader_outlives_a_killed_daemon(daemon: Daemon) -> None:
    wait_until(lambda: bool(daemon.readers()), 10, "the readers to begin")
    readers = [*daemon.readers(), *daemon.reader_parents()]
    daemon.kill()
    wait_until(lambda: not any(map(is_running, readers)), 10, "the readers to end")
    daemon.start()


def is_running(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    # A zombie waits only for somebody to note its end.
    return status.rpartition(")")[2].split()[0] != "Z"


def test_the_demo_tells_the_story_to_its_end() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tipline", "demo"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "taken" in done.stdout.splitlines()[-1]
