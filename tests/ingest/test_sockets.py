from __future__ import annotations

import errno
import os
import socket
from pathlib import Path

import pytest

from ingest.sockets import UnixPlace, bind_unix


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lmtp"


def connected(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))
    return True


@pytest.mark.parametrize("mode", [0o600, 0o660, 0o666])
def test_the_socket_has_its_mode_whatever_the_umask(path: Path, mode: int) -> None:
    with bind_unix(UnixPlace(path=path, mode=mode)):
        assert path.stat().st_mode & 0o777 == mode
        assert connected(path)
    assert list(path.parent.iterdir()) == [path]


def test_the_socket_of_a_killed_predecessor_is_replaced(path: Path) -> None:
    bind_unix(UnixPlace(path=path)).close()
    with bind_unix(UnixPlace(path=path)):
        assert connected(path)


def test_where_somebody_listens_nothing_is_taken_over(path: Path) -> None:
    with bind_unix(UnixPlace(path=path)):
        with pytest.raises(OSError, match="another program listens") as caught:
            bind_unix(UnixPlace(path=path))
        assert caught.value.errno == errno.EADDRINUSE
        assert connected(path)


def test_what_is_no_socket_is_left_alone(path: Path) -> None:
    path.write_text("precious", "utf-8")
    with pytest.raises(OSError, match="something else"):
        bind_unix(UnixPlace(path=path))
    assert path.read_text("utf-8") == "precious"


def test_an_unknown_group_leaves_nothing_behind(path: Path) -> None:
    with pytest.raises(LookupError, match="nobody-of-this-name"):
        bind_unix(UnixPlace(path=path, group="nobody-of-this-name"))
    assert not list(path.parent.iterdir())


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a socket away")
def test_the_socket_can_belong_to_another_user_and_group(path: Path) -> None:
    with bind_unix(UnixPlace(path=path, owner="nobody", group="daemon")):
        assert (path.owner(), path.group()) == ("nobody", "daemon")
