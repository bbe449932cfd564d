"""Mail from the clients the README names: what they send ends as a case with a receipt."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.end_to_end.daemon import Daemon

MAIL = """\
From: Alex <alex@example.org>\r
To: cp@chirper.example\r
Subject: A worry\r
Message-ID: <client@example.org>\r
\r
This account worries me: https://chirper.example/quiet_heron7\r
"""


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    with Daemon(tmp_path) as daemon:
        yield daemon


def curl(daemon: Daemon) -> list[str]:
    mail = daemon.folder / "mail.eml"
    mail.write_bytes(MAIL.encode())
    people = ["--mail-from", "alex@example.org", "--mail-rcpt", "cp@chirper.example"]
    url = f"smtp://127.0.0.1:{daemon.port}/example.org"
    return ["curl", "--silent", "--show-error", url, *people, "--upload-file", str(mail)]


def swaks(daemon: Daemon) -> list[str]:
    people = ["--from", "alex@example.org", "--to", "cp@chirper.example"]
    words = ["--header", "Subject: A worry", "--body", "Please look at @quiet_heron7."]
    return ["swaks", "--server", f"127.0.0.1:{daemon.port}", *people, *words]


@pytest.mark.parametrize("client", [curl, swaks])
def test_a_mail_from_a_real_client_becomes_a_case_with_a_receipt(
    daemon: Daemon, client: Callable[[Daemon], list[str]]
) -> None:
    command = client(daemon)
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    daemon.wait_for_filing()
    (case,) = daemon.json("case", "list")
    (report,) = daemon.json("report", "list")
    assert case["account"]["handle"] == "quiet_heron7"
    assert report["acknowledgement"]["reason"] == "ok"
