from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tipline.command import run_here

PARSE = [sys.executable, "-m", "tipline", "parse"]
CORPUS = Path(__file__).parents[1] / "corpus"
KEYS = {
    *("file", "message_id", "from", "subject", "date", "language", "kind", "text", "acknowledge"),
    *("urgent", "urgency", "urgency_reason", "category", "category_reason"),
    *("accounts", "urls", "attachments", "defects"),
}
PLAIN = b"""\
From: Mia <mia@mail.example>
To: cp@chirper.example
Subject: an account
Message-ID: <1@mail.example>

Look at https://chirper.example/bad_one please.
"""


def parse(*files: str | Path, cwd: Path) -> list[dict]:
    done = run_here(cwd, os.environ.copy(), "parse", "--json", *map(str, files))
    assert (done.status, done.err) == (0, "")
    return [json.loads(line) for line in done.out.splitlines()]


def test_every_file_gives_its_whole_line_in_order_and_nothing_is_stored(tmp_path: Path) -> None:
    good, folder, gone = tmp_path / "good.eml", tmp_path / "folder", tmp_path / "gone.eml"
    good.write_bytes(PLAIN)
    folder.mkdir()
    noise = tmp_path / "noise.eml"
    noise.write_bytes(bytes(range(256)) * 20)
    before = sorted(tmp_path.iterdir())
    files = [gone, good, folder, "/dev/zero", noise, good, *sorted(CORPUS.glob("*.eml"))[:12]]

    records = parse(*files, cwd=tmp_path)

    assert [record["file"] for record in records] == [str(file) for file in files]
    assert all(set(record) >= KEYS for record in records)
    assert records[0]["defects"] == ["cannot be opened: No such file or directory"]
    assert records[2]["defects"] == ["is a folder, not a mail"]
    assert records[3]["defects"] == ["is not a file"]
    assert records[1]["accounts"][0]["handle"] == "bad_one"
    assert set(records[1]["acknowledge"]) == {"send", "reason"}
    assert sorted(tmp_path.iterdir()) == before


def test_what_is_urgent_is_shown_with_the_reason_of_our_tables(tmp_path: Path) -> None:
    mail = tmp_path / "urgent.eml"
    mail.write_bytes(PLAIN + b"My daughter is missing since yesterday.\n")

    [record] = parse(mail, cwd=tmp_path)

    assert (record["urgent"], record["urgency"]) == (True, "child_missing")
    assert (record["category"], record["category_reason"]) == (
        "missing_child",
        "daughter + missing",
    )
    people = subprocess.run([*PARSE, str(mail)], capture_output=True, check=True)
    assert b"child_missing (daughter + missing)" in people.stdout


def test_a_mail_on_standard_input_is_read_and_shown_to_people() -> None:
    done = subprocess.run([*PARSE, "-"], input=PLAIN, capture_output=True, check=True)

    assert b"chirper:bad_one" in done.stdout


def test_the_configuration_says_which_platform_is_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = tmp_path / "mail.eml"
    mail.write_bytes(PLAIN.replace(b"chirper.example", b"birds.example"))
    monkeypatch.setenv("TIPLINE_PLATFORM__KEY", "birds")
    monkeypatch.setenv("TIPLINE_PLATFORM__HOSTS", "birds.example")

    [record] = parse(mail, cwd=tmp_path)

    assert record["accounts"][0]["platform"] == "birds"


def test_a_reader_that_is_stopped_costs_its_own_mail_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hard, easy = tmp_path / "hard.eml", tmp_path / "easy.eml"
    hard.write_bytes(PLAIN + b"look at @bad_one\n" * 400_000)
    easy.write_bytes(PLAIN)
    monkeypatch.setenv("TIPLINE_READING__TIME_LIMIT", "5s")

    first, second = parse(hard, easy, cwd=tmp_path)

    assert set(first) >= KEYS
    assert second["defects"] == []


def test_files_may_have_any_name(tmp_path: Path) -> None:
    names = ["-x.eml", "ü \n.eml"]
    for name in names:
        (tmp_path / name).write_bytes(PLAIN)

    records = parse("--", *names, cwd=tmp_path)

    assert [record["file"] for record in records] == names
