from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from outside.bounded import NoAnswerError, call

if TYPE_CHECKING:
    from pathlib import Path

LIMIT = timedelta(seconds=20)
SECRET = {"url": "token-7"}

PROGRAMS = {
    "tells": "import json, os, sys; print(json.dumps({'argv': sys.argv, 'env': dict(os.environ)}))",
    "sleeps": "import time; time.sleep(60)",
    "prints": "print('no JSON')",
    "lists": "print('[1]')",
    "dies": "import os; os._exit(3)",
    "complains": "import sys; sys.stderr.write(sys.stdin.read()); raise SystemExit(1)",
}


@pytest.fixture(autouse=True)
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in PROGRAMS.items():
        (tmp_path / f"{name}.py").write_text(text)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


def test_a_program_gets_a_request_and_gives_an_answer() -> None:
    assert call("json.tool", {"a": "ä"}, LIMIT) == {"a": "ä"}


def test_nothing_of_the_request_is_in_the_list_of_processes() -> None:
    assert "token-7" not in str(call("tells", SECRET, LIMIT)["argv"])


def test_a_program_gets_nothing_of_our_settings_and_credentials(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("TIPLINE_CONFIG", "CREDENTIALS_DIRECTORY", "NOTIFY_SOCKET", "WATCHDOG_USEC"):
        monkeypatch.setenv(name, "token-7")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example")
    seen = call("tells", {}, LIMIT)["env"]
    assert "token-7" not in seen.values()
    assert seen["HTTPS_PROXY"] == "http://proxy.example"


def test_a_program_whose_time_is_over_is_ended() -> None:
    with pytest.raises(NoAnswerError, match=r"^no answer within 0\.5 seconds$"):
        call("sleeps", SECRET, timedelta(seconds=0.5))


@pytest.mark.parametrize(
    ("module", "status"),
    [("prints", 0), ("lists", 0), ("dies", 3), ("complains", 1), ("no_such_module", 1)],
)
def test_a_program_without_an_answer_is_told_by_its_status(
    module: str, status: int, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(NoAnswerError) as caught:
        call(module, SECRET, LIMIT)
    assert str(caught.value) == f"the call ended without an answer (status {status})"
    assert "token-7" not in "".join(capfd.readouterr())
