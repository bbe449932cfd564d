from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.accept import Arrival, write_down
from ingest.filing import Filing
from ingest.placing import ReplyTerms
from ingest.reading import read_message
from store.model import Door, Envelope, utc_now
from tests.tipline.command import Result, Run, logs_as_before
from tipline.cli import main
from tipline.installation import Installation, opened
from tipline.logs import set_up_logs
from tipline.settings import Settings, load_settings
from tipline.settings.home import reading_rules
from tipline.wiring import Wiring, outfit

MAIL = """\
From: Mia <mia@mail.example>
To: cp@chirper.example
Subject: please look at this account
Message-ID: <{handle}@mail.example>
Date: Sun, 22 Nov 2026 10:00:00 +0000

The account https://chirper.example/{handle} worries me. It writes to kids.
"""


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away every setting the test suite itself was started with."""
    for name in list(os.environ):
        if name.startswith("TIPLINE_") or name == "CREDENTIALS_DIRECTORY":
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def quiet_after() -> Iterator[None]:
    with logs_as_before():
        yield


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line as the console script does, within this process."""

    def run_command(*arguments: str | Path) -> Result:
        monkeypatch.setattr(sys, "argv", ["tipline", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        return Result(ended.value.code, captured.out, captured.err)

    return run_command


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Name a folder for everything tipline keeps; nothing is in it yet."""
    folder = tmp_path / "state"
    monkeypatch.setenv("TIPLINE_STATE_DIR", str(folder))
    return folder


@pytest.fixture
def two_cases(state: Path) -> Path:
    """Fill the folder with two reports about two accounts, planned but not yet sent."""
    set_up_logs("critical")
    settings = load_settings()
    with opened(settings) as installation:
        for handle in ("bad_one", "bad_two"):
            _file(settings, installation, MAIL.format(handle=handle).encode())
        wiring = Wiring(outfit=outfit(settings), installation=installation, clock=utc_now)
        wiring.planner().step()
    return state


@pytest.fixture
def second_copy(two_cases: Path) -> Path:
    """Have the first of the two come once more, by another door."""
    settings = load_settings()
    with opened(settings) as installation:
        trace = b"Received: from mx2.chirper.example by imap.chirper.example; now\n"
        raw = trace + MAIL.format(handle="bad_one").encode()
        _file(settings, installation, raw, Door.LMTP)
    return two_cases


def _file(
    settings: Settings, installation: Installation, raw: bytes, door: Door = Door.SMTP
) -> None:
    envelope = Envelope(
        reverse_path="mia@mail.example",
        recipients=("cp@chirper.example",),
        door=door,
        received_at=utc_now(),
    )
    arrival = Arrival(envelope=envelope, raw=raw)
    (number,) = write_down(installation.store, installation.evidence, [arrival])
    parsed = read_message(raw, envelope, reading_rules(settings))
    filing = Filing(
        installation.evidence, settings.platform.key, ReplyTerms(token_key=installation.token_key)
    )
    with installation.store.transaction() as unit:
        filing.file(unit, unit.inbox.get(number), parsed, utc_now())
        unit.commit()
