from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from tests.tipline.command import logs_as_before
from tipline.logs import set_up_logs


@pytest.fixture(autouse=True)
def _before() -> Iterator[None]:
    with logs_as_before():
        yield


@pytest.fixture
def log() -> io.StringIO:
    stream = io.StringIO()
    set_up_logs("info", "json", stream)
    return stream


def test_one_event_is_one_line_of_json_with_its_fields(log: io.StringIO) -> None:
    structlog.get_logger("ingest.smtp").info("mail.accepted", inbox=7)

    [line] = log.getvalue().splitlines()
    record = json.loads(line)
    assert (record["event"], record["inbox"], record["level"]) == ("mail.accepted", 7, "info")
    assert record["logger"] == "ingest.smtp"
    assert record["timestamp"].endswith("Z")


def test_an_exception_is_part_of_its_line(log: io.StringIO) -> None:
    try:
        int("x")
    except ValueError:
        structlog.get_logger().exception("stage.failed")

    [line] = log.getvalue().splitlines()
    assert "ValueError" in json.loads(line)["exception"]


def test_the_level_is_kept(log: io.StringIO) -> None:
    structlog.get_logger().debug("chatter")

    assert log.getvalue() == ""


@pytest.mark.parametrize(
    "name", ["apscheduler.scheduler", "alembic.runtime", "sqlalchemy.engine", "imapclient.imaplib"]
)
def test_libraries_speak_from_warnings_upwards_through_the_same_lines(
    log: io.StringIO, name: str
) -> None:
    logging.getLogger(name).info("chatter")
    logging.getLogger(name).warning("%s happened", "something")

    [line] = log.getvalue().splitlines()
    assert json.loads(line)["event"] == "something happened"


@pytest.mark.parametrize("level", ["debug", "info"])
def test_the_smtp_dialogue_is_never_repeated(level: str) -> None:
    stream = io.StringIO()
    set_up_logs(level, "json", stream)
    dialogue = logging.getLogger("mail.log")

    dialogue.debug("DATA readline: %s", b"a secret word")
    dialogue.info("%r << %r", "peer", b"a secret word")
    dialogue.warning("%r unrecognised: %s", "peer", b"a secret word")
    try:
        int("a secret word")
    except ValueError:
        dialogue.exception("%r SMTP session exception: a secret word", "peer")

    [line] = stream.getvalue().splitlines()
    assert "secret" not in line
    assert json.loads(line)["fault"] == "ValueError"


def test_people_get_lines_they_can_read() -> None:
    stream = io.StringIO()
    set_up_logs("info", "console", stream)

    structlog.get_logger().info("daemon.ready", smtp="127.0.0.1:8025")

    assert "daemon.ready" in stream.getvalue()
    assert "smtp=127.0.0.1:8025" in stream.getvalue()


def test_where_no_terminal_is_lines_are_json() -> None:
    stream = io.StringIO()
    set_up_logs("info", "auto", stream)

    structlog.get_logger().info("daemon.ready")

    assert json.loads(stream.getvalue())["event"] == "daemon.ready"
