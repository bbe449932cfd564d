from __future__ import annotations

import json
import mailbox
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from store.unit_of_work import DATABASE_NAME
from tests.tipline.command import Run

MAIL = b"From: mia@mail.example\nSubject: an account\nMessage-ID: <%d@mail.example>\n\nHello\n"

NOTHING = {
    "taken": 0,
    "known": 0,
    "filed": 0,
    "repeated": 0,
    "automatic": 0,
    "recorded": 0,
    "quarantined": 0,
    "waiting": 0,
    "kinds": {},
    "failed": [],
}


def program(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "tipline", "ingest", *map(str, arguments)]


def ingest(*arguments: str | Path, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own: it locks the folder until it ends."""
    return subprocess.run(
        program(*arguments), capture_output=True, text=True, check=False, input=given
    )


def write_box(path: Path, numbers: range) -> Path:
    separator = b"From mia@mail.example Sat Mar  5 12:00:00 2022\n"
    path.write_bytes(b"".join(separator + MAIL % number + b"\n" for number in numbers))
    return path


@pytest.mark.usefixtures("state")
def test_mail_is_taken_in_from_every_kind_of_place_and_only_once(run: Run, tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(MAIL % 1)
    box = mailbox.mbox(tmp_path / "two.mbox")
    for number in (2, 3):
        box.add(mailbox.mboxMessage(MAIL % number))
    box.close()
    folder = mailbox.Maildir(tmp_path / "maildir")
    folder.add(MAIL % 4)
    folder.close()
    paths = [tmp_path / "one.eml", tmp_path / "two.mbox", tmp_path / "maildir"]

    first = json.loads(ingest("--json", *paths).stdout)
    again = json.loads(run("ingest", "--json", *paths).out)

    assert first == NOTHING | {"taken": 4, "filed": 4, "kinds": {"report": 4}}
    assert again == NOTHING | {"known": 4}
    inbox = json.loads(run("inbox", "list", "--json").out)
    assert [message["state"] for message in inbox] == ["filed"] * 4
    assert {message["door"] for message in inbox} == {"archive"}


@pytest.mark.usefixtures("state")
def test_a_path_that_cannot_be_read_is_told_and_the_others_are_taken_in(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "one.eml").write_bytes(MAIL % 1)

    result = run("ingest", tmp_path / "gone", tmp_path / "one.eml")

    assert result.status == 1
    assert result.err == f"tipline: {tmp_path / 'gone'}: No such file or directory\n"
    assert "1 taken in" in result.out


def test_a_large_mail_is_taken_in_too_and_no_plain_text_is_on_the_disk(
    state: Path, tmp_path: Path
) -> None:
    (tmp_path / "large.eml").write_bytes(MAIL % 1 + b"unmistakable words\n" * 50_000)

    assert ingest(tmp_path / "large.eml").returncode == 0

    kept = [path for path in state.rglob("*") if path.is_file()]
    assert any(path.suffix == ".age" for path in kept)
    assert not any(b"unmistakable" in path.read_bytes() for path in kept)


@pytest.mark.usefixtures("state")
def test_nobody_gets_a_receipt_or_is_alerted_unless_asked_for(run: Run, tmp_path: Path) -> None:
    brought, live = write_box(tmp_path / "one", range(1)), write_box(tmp_path / "two", range(1, 2))

    assert ingest(brought).returncode == 0
    (case,) = json.loads(run("case", "list", "--json").out)
    quiet = json.loads(run("escalation", "show", case["reference"], "--json").out)
    assert ingest("--acknowledge", "--alert", live).returncode == 0

    reports = json.loads(run("report", "list", "--json").out)
    receipts = [report["acknowledgement"] for report in reports]
    assert receipts == [
        {"state": "queued", "reason": "ok"},
        {"state": "withheld", "reason": "archived"},
    ]
    assert quiet["pause_reason"] == "quiet"


@pytest.mark.usefixtures("state")
def test_the_summary_tells_where_each_mail_went(tmp_path: Path) -> None:
    folder = tmp_path / "mails"
    folder.mkdir()
    dated = b"Date: Sat, 05 Mar 2022 12:00:00 +0000\n" + MAIL % 1
    (folder / "a.eml").write_bytes(dated)
    (folder / "b.eml").write_bytes(b"Received: by mx.mail.example\n" + dated)
    (folder / "c.eml").write_bytes(b"Auto-Submitted: auto-replied\n" + MAIL % 2)

    assert ingest(folder).stdout.splitlines() == [
        "3 taken in, 0 in the inbox already.",
        "       1 filed into cases",
        "       1 recorded as copies of others",
        "       1 recorded as automatic mail",
        "Of these: 2 report, 1 auto_reply.",
    ]


@pytest.mark.usefixtures("state")
def test_standard_input_is_read(tmp_path: Path) -> None:
    box = write_box(tmp_path / "box", range(3)).read_text()
    assert ingest("-", given=box).stdout.startswith("3 taken in, 0 in the inbox already.")
    assert ingest("-", given=box).stdout == "0 taken in, 3 in the inbox already.\n"


@pytest.mark.usefixtures("state")
def test_a_killed_import_goes_on_where_it_was_and_every_mail_is_filed_once(
    state: Path, tmp_path: Path, run: Run
) -> None:
    box = write_box(tmp_path / "box", range(150))
    with subprocess.Popen(program(box), stdout=subprocess.PIPE) as first:
        wait_until(lambda: filed(state) > 0)
        first.kill()
    half = filed(state)

    result = json.loads(ingest("--json", box).stdout)

    assert 0 < half < 150
    assert result["known"] + result["taken"] == 150
    assert result["known"] >= half
    reports = json.loads(run("report", "list", "--json").out)
    assert len({report["message_id"] for report in reports}) == len(reports) == 150
    inbox = json.loads(run("inbox", "list", "--json").out)
    assert {message["state"] for message in inbox} == {"filed"}


def test_what_tipline_itself_keeps_is_not_taken_in(state: Path, run: Run) -> None:
    for place in (state, state / "outgoing" / "new", state.parent):
        result = run("ingest", place)
        assert result.status == 1
        assert "holds what tipline itself keeps" in result.err
    assert not state.exists()


def filed(state: Path) -> int:
    try:
        with closing(sqlite3.connect(f"file:{state / DATABASE_NAME}?mode=ro", uri=True)) as base:
            (number,) = base.execute("SELECT count(*) FROM reports").fetchone()
            return int(number)
    except sqlite3.Error:
        return 0


def wait_until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.02)
