"""tipline watches itself: a mail to itself goes the whole way, and the outside is told."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.daemon import Daemon, wait_until
from tests.notifier.gateway import open_gateway

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = "token-7"


def own_listener(daemon: Daemon) -> None:
    """Make the daemon's own listener its relay: what goes out comes in."""
    daemon.environment |= {
        "TIPLINE_RELAY__HOST": "127.0.0.1",
        "TIPLINE_RELAY__PORT": str(daemon.port),
        "TIPLINE_RELAY__SECURITY": "none",
    }


@pytest.mark.slow
def test_a_mail_to_ourselves_goes_the_whole_way_and_is_no_report(tmp_path: Path) -> None:
    daemon = Daemon(tmp_path)
    own_listener(daemon)
    with daemon:
        wait_until(lambda: _verdicts(daemon) not in ([], [None]), 60, "the canary to return")
        assert set(_verdicts(daemon)) <= {"null_return_path", "own_address"}
        (inbox,) = daemon.json("inbox", "list")
        (canary,) = daemon.json("outbox", "list")
        assert (inbox["state"], inbox["kind"]) == ("recorded", "canary")
        assert (canary["kind"], canary["state"]) == ("canary", "sent")
        assert daemon.json("case", "list") == daemon.json("report", "list") == []


def _verdicts(daemon: Daemon) -> list[str]:
    with closing(sqlite3.connect(daemon.state / "tipline.db")) as connection:
        return [verdict for (verdict,) in connection.execute("SELECT verdict FROM canaries")]


@pytest.mark.slow
def test_the_outside_is_told_while_all_is_well(tmp_path: Path) -> None:
    with open_gateway() as gateway:
        (tmp_path / "url").write_text(f"http://127.0.0.1:{gateway.port}/{TOKEN}")
        alive = tmp_path / "alive"
        daemon = Daemon(
            tmp_path,
            TIPLINE_WATCHING__HEARTBEAT_URL_FILE=str(tmp_path / "url"),
            TIPLINE_WATCHING__HEARTBEAT_FILE=str(alive),
        )
        with daemon:
            wait_until(lambda: bool(gateway.seen), 60, "the heartbeat to be heard")
            assert alive.exists()
            assert TOKEN not in daemon.log_text()


@pytest.mark.slow
def test_a_step_tells_a_person_by_a_channel_and_a_gateway_that_hangs_holds_up_no_mail(
    tmp_path: Path,
) -> None:
    steps = '[{"after": "0s", "notify": ["person:duty"], "via": ["mail", "sms"]}]'
    with open_gateway(status=None) as gateway:
        (tmp_path / "sms").write_text(f"json://u:{TOKEN}@127.0.0.1:{gateway.port}/sms?rto=60")
        daemon = Daemon(
            tmp_path,
            TIPLINE_PEOPLE__DUTY__CHANNELS__SMS__URL_FILE=str(tmp_path / "sms"),
            TIPLINE_POLICIES__NORMAL__STEPS=steps,
            TIPLINE_POLICIES__HIGH__STEPS=steps,
            TIPLINE_POLICIES__CRITICAL__STEPS=steps,
        )
        with daemon:
            daemon.mail(
                "From: alex@example.org\nTo: cp@chirper.example\nMessage-ID: <1@example.org>\n"
                "Subject: an account\n\nThe account https://chirper.example/somebody worries me.\n"
            )
            wait_until(lambda: bool(gateway.seen), 30, "the gateway to be called")
            by_mail = [m for m in daemon.json("outbox", "list") if "@" in m["to"]]
            wait_until(
                lambda: all(
                    m["state"] == "sent" for m in daemon.json("outbox", "list") if "@" in m["to"]
                ),
                15,
                "the mails to go out beside a gateway that hangs",
            )
            assert {m["kind"] for m in by_mail} >= {"alert"}
            ((_, _, body),) = gateway.seen
            assert "somebody" in body["message"]
            assert "worries" not in str(body)
            gateway.closing.set()
        assert TOKEN not in daemon.log_text()


@pytest.mark.slow
def test_an_urgent_alert_takes_the_second_way_while_the_relay_is_down(tmp_path: Path) -> None:
    with open_gateway() as gateway:
        (tmp_path / "sms").write_text(f"json://u:{TOKEN}@127.0.0.1:{gateway.port}/sms")
        daemon = Daemon(
            tmp_path,
            TIPLINE_PEOPLE__DUTY__CHANNELS__SMS__URL_FILE=str(tmp_path / "sms"),
            TIPLINE_RELAY__HOST="127.0.0.1",
            TIPLINE_RELAY__PORT="1",
            TIPLINE_RELAY__SECURITY="none",
            TIPLINE_WATCHING__RELAY_DOWN_AFTER="3s",
            TIPLINE_WATCHING__URGENT_FROM="low",
        )
        with daemon:
            daemon.mail(
                "From: alex@example.org\nTo: cp@chirper.example\nMessage-ID: <1@example.org>\n"
                "Subject: an account\n\nThe account https://chirper.example/somebody worries me.\n"
            )
            wait_until(lambda: bool(gateway.seen), 60, "the alert to go by the channel")
            wait_until(
                lambda: _alerts(daemon) == {"cancelled", "sent"}, 15, "the mail to be spared"
            )
            (case,) = daemon.json("case", "list")
            assert case["reference"] in gateway.texts[0]
            history = daemon.json("case", "show", case["reference"])["history"]
            assert [e["kind"] for e in history].count("alert_by_channel") == 1


def _alerts(daemon: Daemon) -> set[str]:
    return {m["state"] for m in daemon.json("outbox", "list") if m["kind"] == "alert"}
