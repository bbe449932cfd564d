from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import pytest

from tipline.activation import Sockets, handed_over
from tipline.settings import ConfigurationError


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def environment(names: str, count: int = 1, pid: int | None = None) -> dict[str, str]:
    return {
        "LISTEN_PID": str(pid or os.getpid()),
        "LISTEN_FDS": str(count),
        "LISTEN_FDNAMES": names,
        "PATH": "/bin",
    }


def taken(given: dict[str, str], server: socket.socket) -> Sockets:
    return handed_over(given, lambda _: socket.socket(fileno=os.dup(server.fileno())))


def test_sockets_are_told_apart_by_name(listening: socket.socket) -> None:
    given = environment("smtp:lmtp:smtp", 3)

    found = taken(given, listening)

    assert {name: len(sockets) for name, sockets in found.items()} == {"smtp": 2, "lmtp": 1}
    assert found["lmtp"][0].getsockname() == listening.getsockname()
    # A child of ours is handed nothing.
    assert given == {"PATH": "/bin"}
    for each in (*found["smtp"], *found["lmtp"]):
        each.close()


def test_without_systemd_there_are_none(listening: socket.socket) -> None:
    assert taken({}, listening) == {}


def test_what_is_meant_for_another_process_is_not_taken(listening: socket.socket) -> None:
    assert taken(environment("smtp", pid=1), listening) == {}


@pytest.mark.parametrize("name", ["tipline-smtp.socket", "", "imap"])
def test_a_socket_for_nothing_we_know_is_a_fault(listening: socket.socket, name: str) -> None:
    with pytest.raises(ConfigurationError, match="FileDescriptorName=smtp"):
        taken(environment(name), listening)


def test_what_does_not_listen_is_a_fault() -> None:
    with socket.socket() as idle, pytest.raises(ConfigurationError, match="ListenStream="):
        taken(environment("smtp"), idle)
