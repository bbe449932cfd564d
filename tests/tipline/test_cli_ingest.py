from __future__ import annotations

import json
import mailbox
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tipline.command import Run

MAIL = b"From: mia@mail.example\nSubject: an account\nMessage-ID: <%d@mail.example>\n\nHello\n"


def ingest(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own: it locks the folder until it ends."""
    program = [sys.executable, "-m", "tipline", "ingest", *map(str, arguments)]
    return subprocess.run(program, capture_output=True, text=True, check=False)


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

    assert first == {"taken": 4, "known": 0, "failed": []}
    assert again == {"taken": 0, "known": 4, "failed": []}
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
