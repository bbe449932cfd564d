from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.notifier.gateway import Gateway, open_gateway

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.tipline.command import Run

TOKEN = "token-7"


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with open_gateway() as gateway:
        yield gateway


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, gateway: Gateway) -> Path:
    """The duty officer of the try-out has a text message; a room hands over a credential."""
    folder = tmp_path / "credentials"
    folder.mkdir()
    (folder / "sms").write_text(f"json://u:{TOKEN}@127.0.0.1:{gateway.port}/sms\n")
    (folder / "channel-room").write_text(f"json://u:{TOKEN}@127.0.0.1:{gateway.port}/room\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    monkeypatch.setenv("TIPLINE_PEOPLE__DUTY__CHANNELS__SMS__URL_FILE", str(folder / "sms"))
    monkeypatch.setenv("TIPLINE_CHANNELS__ROOM__URL_FILE", "")
    monkeypatch.setenv("TIPLINE_CHANNELS__PAGER__URL_FILE", str(folder / "none"))
    return folder


@pytest.mark.usefixtures("secrets", "state")
def test_the_channels_are_listed_without_their_secrets(run: Run, gateway: Gateway) -> None:
    result = run("channel", "list", "--json")
    found = {one["channel"]: one for one in json.loads(result.out)}
    assert list(found) == ["duty/sms", "pager"]
    assert (found["duty/sms"]["service"], found["duty/sms"]["ok"]) == ("JSON", True)
    assert "cannot be read" in found["pager"]["trouble"]
    assert TOKEN not in result.out + result.err + run("channel", "list").out
    assert gateway.seen == []


@pytest.mark.usefixtures("secrets", "state")
def test_a_test_message_goes_to_all_channels_of_a_person(run: Run, gateway: Gateway) -> None:
    result = run("channel", "test", "duty", "--json")
    assert result.status == 0
    assert json.loads(result.out) == [
        {"channel": "duty/sms", "outcome": "sent", "detail": "JSON took it"}
    ]
    ((_, path, body),) = gateway.seen
    assert (path, body["title"]) == ("/sms", "tipline test")
    assert "Nothing has happened" in body["message"]


@pytest.mark.usefixtures("secrets", "state")
def test_a_test_that_fails_says_why_and_nothing_secret(run: Run, gateway: Gateway) -> None:
    gateway.status = 401
    result = run("channel", "test", "duty/sms")
    assert result.status == 1
    assert "refused" in result.out
    assert "HTTP status 401" in result.out
    assert TOKEN not in result.out + result.err


@pytest.mark.usefixtures("secrets", "state")
def test_somebody_without_a_channel_is_told_which_there_are(run: Run) -> None:
    result = run("channel", "test", "nobody")
    assert result.status == 2
    assert "there are: duty/sms, pager" in " ".join(result.err.split())


@pytest.mark.usefixtures("state")
def test_without_channels_everybody_is_told_by_mail(run: Run) -> None:
    assert "everybody is told by mail" in run("channel", "list").out


@pytest.mark.usefixtures("state")
def test_a_url_in_place_of_a_file_is_refused_without_being_shown(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "TIPLINE_PEOPLE__DUTY__CHANNELS__SMS__URL_FILE"
    monkeypatch.setenv(name, f"slack://{TOKEN}/b/c")
    result = run("channel", "list")
    assert result.status == 78
    assert "must be the path of a file" in result.err
    assert TOKEN not in result.out + result.err
