"""A Maildir and a drop folder as doors of the daemon: each mail once, over a kill."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.end_to_end.daemon import Daemon, wait_until

MAIL = """\
Return-Path: <writer%(number)d@example.org>
Message-ID: <folder-%(number)d@example.org>
Date: Sun, 22 Nov 2026 03:00:00 +0000
From: writer%(number)d@example.org
To: cp@chirper.example
Subject: Number %(number)d

This account worries me: https://chirper.example/heron_%(number)d
"""
MAILS = 40


def put(maildir: Path, drop: Path, numbers: range) -> None:
    """Deliver mails as those do who know Maildir, or write under another name first."""
    for number in numbers:
        draft = maildir / "tmp" / str(number)
        draft.write_text(MAIL % {"number": number})
        draft.rename(maildir / "new" / f"{number}.mail" if number % 2 else drop / f"{number}.eml")


@pytest.mark.slow
def test_every_mail_of_a_maildir_and_a_drop_folder_is_filed_once_over_a_kill(
    tmp_path: Path,
) -> None:
    maildir, drop = tmp_path / "mails", tmp_path / "drop"
    for folder in (maildir / "tmp", maildir / "new", maildir / "cur", drop):
        folder.mkdir(parents=True)
    settings = {
        "TIPLINE_FOLDERS__DELIVERED__PATH": str(maildir),
        "TIPLINE_FOLDERS__DROPPED__PATH": str(drop),
        "TIPLINE_FOLDERS__DROPPED__KIND": "drop",
        "TIPLINE_FOLDERS__DROPPED__SETTLE_FOR": "1s",
    }

    def waiting() -> int:
        return len([*drop.glob("*.eml"), *maildir.glob("new/*")])

    with Daemon(tmp_path, **settings) as daemon:
        put(maildir, drop, range(MAILS))
        wait_until(lambda: waiting() < MAILS, 30, "some mails to be taken in")
        daemon.kill()
        daemon.start()
        wait_until(lambda: not waiting(), 30, "all mails to be taken in")
        daemon.wait_for_filing()
        reports = daemon.json("report", "list")

    assert sorted(report["message_id"] for report in reports) == sorted(
        f"<folder-{number}@example.org>" for number in range(MAILS)
    )
    assert {report["acknowledgement"]["state"] for report in reports} <= {"queued", "sent"}
