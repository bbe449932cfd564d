"""Where the daemon cannot listen it says so, and what to do."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.tipline.command import Run


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TIPLINE_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("TIPLINE_SMTP__PORT", "0")


def test_a_port_of_another_program_is_named_with_its_setting(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("TIPLINE_LMTP__PORT", str(port))
        result = run("serve")

    assert result.status == 1
    assert f"cannot listen on 127.0.0.1 port {port}" in result.err
    assert "set lmtp.port (TIPLINE_LMTP__PORT)" in result.err


def test_a_file_in_the_place_of_the_socket_is_left_alone(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "lmtp").write_text("precious", "utf-8")
    monkeypatch.setenv("TIPLINE_LMTP__SOCKET", str(tmp_path / "lmtp"))

    result = run("serve")

    assert result.status == 1
    assert "something else than a socket" in result.err
    assert (tmp_path / "lmtp").read_text("utf-8") == "precious"


def test_a_group_that_is_not_there_is_named(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TIPLINE_LMTP__SOCKET", str(tmp_path / "lmtp"))
    monkeypatch.setenv("TIPLINE_LMTP__SOCKET_GROUP", "nobody-of-this-name")

    result = run("serve")

    assert result.status == 1
    assert "nobody-of-this-name" in result.err
    assert "lmtp.socket_group" in result.err
