"""Promise 1 on a full disk: a temporary refusal, nothing half-stored, and on it goes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.daemon import Daemon

MAIL = "From: alex@example.org\nMessage-ID: <{0}@example.org>\n\nThis account worries me: @heron\n"
LARGE = MAIL + "filling\n" * 60_000


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    with Daemon(tmp_path) as daemon:
        yield daemon


def evidence_files(daemon: Daemon) -> list[Path]:
    return [path for path in (daemon.state / "evidence").rglob("*") if path.is_file()]


def test_a_full_disk_is_a_temporary_refusal_and_work_goes_on_after_it(daemon: Daemon) -> None:
    assert daemon.mail(MAIL.format("before"))[0] == 250
    daemon.wait_for_filing()
    daemon.limit_files(4096)
    replies = [daemon.mail(MAIL.format(f"full-{n}")) for n in range(3)]
    assert {code for code, _ in replies} == {452}
    assert all(text.startswith(b"4.3.1 ") for _, text in replies)

    daemon.unlimit_files()
    assert daemon.mail(MAIL.format("after"))[0] == 250
    daemon.wait_for_filing()
    names = [m["message_id"] for m in daemon.json("inbox", "list")]
    assert sorted(names) == ["<after@example.org>", "<before@example.org>"]


def test_a_large_mail_that_does_not_fit_leaves_no_file_behind(daemon: Daemon) -> None:
    assert daemon.mail(LARGE.format("fits"))[0] == 250
    before = evidence_files(daemon)
    daemon.limit_files(200_000)
    assert daemon.mail(LARGE.format("does-not-fit"))[0] == 452
    assert evidence_files(daemon) == before


def test_what_was_accepted_before_the_disk_was_full_is_filed_after_it(daemon: Daemon) -> None:
    daemon.limit_files(daemon_database_size(daemon) + 200_000)
    accepted = [n for n in range(40) if daemon.mail(MAIL.format(n))[0] == 250]
    assert 0 < len(accepted) < 40
    daemon.unlimit_files()
    daemon.wait_for_filing()
    filed = {m["message_id"] for m in daemon.json("inbox", "list")}
    assert filed == {f"<{n}@example.org>" for n in accepted}


def daemon_database_size(daemon: Daemon) -> int:
    return max(path.stat().st_size for path in daemon.state.glob("tipline.db*"))
