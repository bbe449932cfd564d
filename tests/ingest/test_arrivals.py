from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.arrivals import named_second, plausible, separated_at, stamped_at

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
NOON = datetime(2022, 3, 5, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        (b"From mia@mail.example Sat Mar  5 12:00:00 2022\n", NOON),
        (b"From mia@mail.example Sat Mar 05 12:00:00 2022\r\n", NOON),
        (b"From 1700000000000@xxx Sat Mar 05 13:00:00 +0100 2022", NOON),
        (b"From - Sat Mar  5 04:00 PST 2022", NOON),
        (b"From mia@mail.example Sat Mar  5 12:00:00 2022 GMT", NOON),
        (b"From mia@mail.example", None),
        (b"From mia@mail.example Sat Xyz 45 99:99:99 2022", None),
        (b"", None),
    ],
)
def test_the_line_between_two_mails_tells_when_the_second_came(
    line: bytes, moment: datetime | None
) -> None:
    assert separated_at(line) == moment


UPPERMOST = b"Received: from a by b\r\n\twith ESMTP;\r\n\tSat, 5 Mar 2022 13:00:00 +0100 (CET)\r\n"
EARLIER = b"Received: from c by a; Sat, 5 Mar 2022 11:00:00 +0000\r\n"
FORGED = b"Date: Sun, 1 Jan 2040 00:00:00 +0000\r\n"


@pytest.mark.parametrize(
    ("raw", "moment"),
    [
        (b"Return-Path: <m@mail.example>\r\n" + UPPERMOST + EARLIER + FORGED + b"\r\ntext", NOON),
        ((UPPERMOST + b"\r\n").replace(b"\r\n", b"\n"), NOON),
        (FORGED + b"\r\ntext", None),
        (b"Subject: x\r\n\r\n" + UPPERMOST, None),
        (b"Received: from c by a\r\n\r\n", None),
        (b"Received: from c by a; some day\r\n\r\n", None),
        (b"", None),
    ],
)
def test_the_last_server_is_asked_when_a_mail_came_and_never_its_writer(
    raw: bytes, moment: datetime | None
) -> None:
    assert stamped_at(raw) == moment


@given(st.binary(max_size=300))
def test_whatever_stands_there_is_a_moment_or_none(octets: bytes) -> None:
    for found in (
        stamped_at(b"Received: x;" + octets),
        stamped_at(octets),
        separated_at(b"From x Sat Mar  5 12:00:00 " + octets),
        separated_at(b"From " + octets),
    ):
        assert found is None or found.tzinfo is UTC


def test_a_moment_to_come_or_before_mail_was_is_none() -> None:
    assert plausible(NOON, NOW) == NOON
    assert plausible(NOW, NOW) == NOW
    assert plausible(NOW + timedelta(seconds=1), NOW) is None
    assert plausible(datetime(1970, 1, 1, tzinfo=UTC), NOW) is None
    assert plausible(None, NOW) is None


def test_the_name_of_a_file_tells_the_second_unless_it_is_ahead_of_the_file() -> None:
    assert named_second("1646481600.M1P2.host:2,S", NOW) == NOON
    assert named_second("report.eml", NOW) == NOW
    assert named_second("9999999999.M1P2.host", NOW) == NOW
