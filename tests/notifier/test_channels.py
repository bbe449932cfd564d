from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from notifier.channels import Channel, ChannelCourier, look
from notifier.outcomes import Deferred, Outcome, Refused, Sent
from store.model import OutboxMessage, Way
from tests.notifier.gateway import Gateway, open_gateway
from tests.notifier.house import MESSAGE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN = "token-7"
SHORT = timedelta(seconds=3)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with open_gateway() as gateway:
        yield gateway


def channel_to(folder: Path, url: str, name: str = "anna/sms") -> Channel:
    path = folder / name.replace("/", "-")
    path.write_text(f"# where it goes\n{url}\n", encoding="utf-8")
    return Channel(name=name, url_file=path)


def send(channel: Channel, limit: timedelta = timedelta(seconds=20)) -> Outcome:
    return courier_of(channel, limit=limit).send(message_to(channel))


def courier_of(*channels: Channel, limit: timedelta = SHORT) -> ChannelCourier:
    return ChannelCourier({channel.recipient: channel for channel in channels}, limit)


def message_to(channel: Channel) -> OutboxMessage:
    mail = replace(
        MESSAGE.mail,
        recipient=channel.recipient,
        subject="Case C-00000-00000",
        content=b"somebody wartet",
        way=Way.CHANNEL,
    )
    return replace(MESSAGE, mail=mail)


def json_url(gateway: Gateway) -> str:
    return f"json://user:{TOKEN}@127.0.0.1:{gateway.port}/hooks/{TOKEN}"


def test_a_webhook_gets_the_message(gateway: Gateway, tmp_path: Path) -> None:
    assert send(channel_to(tmp_path, json_url(gateway))) == Sent(detail="JSON took it")
    ((method, path, body),) = gateway.seen
    assert (method, path) == ("POST", f"/hooks/{TOKEN}")
    assert (body["title"], body["message"]) == ("Case C-00000-00000", "somebody wartet")


def test_a_push_service_gets_the_message(gateway: Gateway, tmp_path: Path) -> None:
    channel = channel_to(tmp_path, f"ntfy://127.0.0.1:{gateway.port}/{TOKEN}")
    assert send(channel) == Sent(detail="ntfy took it")
    ((_, _, body),) = gateway.seen
    assert (body["topic"], body["message"]) == (TOKEN, "somebody wartet")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_gateways_own_no_is_final(gateway: Gateway, tmp_path: Path, status: int) -> None:
    gateway.status = status
    told = f"JSON answered with HTTP status {status}"
    assert send(channel_to(tmp_path, json_url(gateway))) == Refused(detail=told)


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_a_gateway_in_trouble_is_asked_again(gateway: Gateway, tmp_path: Path, status: int) -> None:
    gateway.status = status
    told = f"JSON answered with HTTP status {status}"
    assert send(channel_to(tmp_path, json_url(gateway))) == Deferred(detail=told)
    assert len(gateway.seen) == 1


def test_a_redirect_is_not_followed_and_not_taken_for_a_yes(
    gateway: Gateway, tmp_path: Path
) -> None:
    gateway.status = 302
    gateway.headers["Location"] = f"http://127.0.0.1:{gateway.port}/elsewhere"
    outcome = send(channel_to(tmp_path, json_url(gateway)))
    assert outcome == Refused(detail="JSON answered with HTTP status 302")
    assert [path for _, path, _ in gateway.seen] == [f"/hooks/{TOKEN}"]


def test_a_gateway_out_of_reach_is_asked_again(tmp_path: Path) -> None:
    channel = channel_to(tmp_path, f"json://127.0.0.1:1/{TOKEN}")
    assert send(channel) == Deferred(detail="JSON is out of reach")


def test_a_gateway_that_hangs_is_left_when_its_time_is_over(
    gateway: Gateway, tmp_path: Path
) -> None:
    gateway.status = None
    channel = channel_to(tmp_path, f"{json_url(gateway)}?rto=600")
    assert send(channel, SHORT) == Deferred(detail="the gateway: no answer within 3 seconds")
    assert len(gateway.seen) == 1


def test_a_gateway_that_answers_letter_by_letter_is_left_too(
    gateway: Gateway, tmp_path: Path
) -> None:
    gateway.drips = 0.2
    outcome = send(channel_to(tmp_path, json_url(gateway)), SHORT)
    assert outcome == Deferred(detail="the gateway: no answer within 3 seconds")


def test_a_gateway_that_hung_rests_and_the_others_do_not(gateway: Gateway, tmp_path: Path) -> None:
    seconds = 100.0
    hanging = channel_to(tmp_path, f"{json_url(gateway)}?rto=600")
    with open_gateway() as well:
        working = channel_to(tmp_path, json_url(well), "ben/sms")
        courier = ChannelCourier(
            {one.recipient: one for one in (hanging, working)}, SHORT, lambda: seconds
        )
        gateway.status = None
        courier.send(message_to(hanging))
        resting = courier.send(message_to(hanging))
        assert isinstance(resting, Deferred)
        assert "left alone" in resting.detail
        assert len(gateway.seen) == 1
        assert isinstance(courier.send(message_to(working)), Sent)
        seconds += 31
        gateway.status = 200
        assert isinstance(courier.send(message_to(hanging)), Sent)


@pytest.mark.parametrize(
    "url",
    [
        f"nosuch://{TOKEN}",
        f"twilio://{TOKEN}",
        f"slack://{TOKEN}/b",
        f"https://127.0.0.1/{TOKEN}",
        "json://",
        f"json:/{TOKEN}\tx",
        f"{TOKEN}",
    ],
)
def test_a_url_apprise_cannot_use_is_refused_without_being_shown(tmp_path: Path, url: str) -> None:
    channel = channel_to(tmp_path, url)
    outcome = send(channel)
    assert isinstance(outcome, Refused)
    trouble = look(channel).trouble
    assert trouble is not None
    assert TOKEN not in outcome.detail + trouble
    assert "Apprise cannot use the URL in" in trouble


@pytest.mark.parametrize("status", [401, 503, 200])
def test_nothing_secret_is_in_any_outcome_or_output(
    gateway: Gateway, tmp_path: Path, status: int, capfd: pytest.CaptureFixture[str]
) -> None:
    gateway.status = status
    channel = channel_to(tmp_path, json_url(gateway))
    shown = json.dumps([send(channel).detail, str(look(channel)), repr(courier_of(channel))])
    assert TOKEN not in shown + "".join(capfd.readouterr())


def test_looking_names_the_service_and_calls_nobody(gateway: Gateway, tmp_path: Path) -> None:
    channel = channel_to(tmp_path, json_url(gateway))
    found = look(channel)
    assert (found.service, found.trouble) == ("JSON", None)
    assert courier_of(channel).check() is None
    assert gateway.seen == []


def test_a_url_for_several_is_told_when_looking(tmp_path: Path) -> None:
    channel = channel_to(tmp_path, "signal://127.0.0.1:1/+441234567890/+441234567891/+441234567892")
    found = look(channel)
    assert found.service == "Signal API"
    assert found.trouble is not None
    assert "several recipients" in found.trouble


def test_a_channel_without_its_secret_is_refused_with_where_it_should_be(tmp_path: Path) -> None:
    missing = Channel(name="anna/sms", url_file=tmp_path / "none")
    outcomes = [send(missing), send(Channel(name="room", url_file=None))]
    assert outcomes == [
        Refused(detail=f"{tmp_path / 'none'} cannot be read: No such file or directory"),
        Refused(detail="it has no URL: name a url_file, or hand over its credential"),
    ]


def test_two_urls_in_one_file_are_refused(tmp_path: Path) -> None:
    channel = channel_to(tmp_path, "json://127.0.0.1/a\njson://127.0.0.1/b")
    outcome = send(channel)
    assert isinstance(outcome, Refused)
    assert outcome.detail.endswith("must hold one URL, and holds 2")


def test_a_channel_that_is_gone_from_the_settings_is_refused(tmp_path: Path) -> None:
    channel = channel_to(tmp_path, "json://127.0.0.1/a")
    outcome = courier_of().send(message_to(channel))
    assert outcome == Refused(detail="no channel of this name is configured any more")


def test_check_names_the_channels_that_cannot_be_used(tmp_path: Path) -> None:
    good = channel_to(tmp_path, "json://127.0.0.1/a")
    bad = channel_to(tmp_path, "nosuch://x", "room")
    trouble = courier_of(good, bad, limit=timedelta(seconds=20)).check()
    assert trouble is not None
    assert trouble.startswith("room: Apprise cannot use")
