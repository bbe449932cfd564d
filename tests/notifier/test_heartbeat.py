from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from notifier.heartbeat import Heartbeat
from tests.notifier.gateway import Gateway, open_gateway

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN = "token-7"


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with open_gateway() as gateway:
        yield gateway


def heartbeat(folder: Path, url: str, **changes: timedelta) -> Heartbeat:
    (folder / "url").write_text(f"{url}\n")
    return Heartbeat(url_file=folder / "url", file=folder / "alive", **changes)


def url_of(gateway: Gateway) -> str:
    return f"http://127.0.0.1:{gateway.port}/ping/{TOKEN}"


def reasons(heartbeat: Heartbeat) -> list[str]:
    heartbeat.all_is_well()
    with capture_logs() as logs:
        heartbeat.step()
    assert TOKEN not in str(logs)
    return [log["reason"] for log in logs]


def test_the_sign_is_given_once_for_each_time_all_is_well(gateway: Gateway, tmp_path: Path) -> None:
    beating = heartbeat(tmp_path, url_of(gateway))
    beating.step()
    assert gateway.seen == []
    assert not (tmp_path / "alive").exists()
    assert reasons(beating) == []
    beating.step()
    assert [(method, path) for method, path, _ in gateway.seen] == [("GET", f"/ping/{TOKEN}")]
    assert (tmp_path / "alive").exists()


def test_a_url_that_says_no_is_logged(gateway: Gateway, tmp_path: Path) -> None:
    gateway.status = 503
    assert reasons(heartbeat(tmp_path, url_of(gateway))) == ["HTTP status 503"]
    assert (tmp_path / "alive").exists()


def test_a_url_out_of_reach_is_logged(tmp_path: Path) -> None:
    (reason,) = reasons(heartbeat(tmp_path, f"http://127.0.0.1:1/{TOKEN}"))
    assert reason.startswith("out of reach")


@pytest.mark.parametrize("drips", [0.0, 0.2])
def test_a_url_that_hangs_is_left_when_its_time_is_over(
    gateway: Gateway, tmp_path: Path, drips: float
) -> None:
    gateway.drips = drips
    gateway.status = 200 if drips else None
    beating = heartbeat(tmp_path, url_of(gateway), limit=timedelta(seconds=2))
    assert reasons(beating) == ["no answer within 2 seconds"]


@pytest.mark.parametrize("url", ["file:///etc/passwd", f"ftp://127.0.0.1/{TOKEN}", TOKEN, ""])
def test_only_http_is_called(tmp_path: Path, url: str) -> None:
    assert reasons(heartbeat(tmp_path, url)) == ["it is no http or https URL"]


def test_what_cannot_be_read_or_touched_is_logged(tmp_path: Path) -> None:
    beating = Heartbeat(url_file=tmp_path / "none", file=tmp_path / "no" / "folder")
    file, url = reasons(beating)
    assert file.endswith("No such file or directory")
    assert url == f"{tmp_path / 'none'} cannot be read"
