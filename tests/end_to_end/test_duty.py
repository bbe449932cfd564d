"""Who is told by a running program: calendars, overrides and what is doubtful in its rotas."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.end_to_end.daemon import Daemon, wait_until

MAIL = "From: alex@example.org\nMessage-ID: <{0}@example.org>\n\nThis account worries me: @{0}\n"
CONFIG = """\
[platform]
key = "chirper"
name = "Chirper"
hosts = ["chirper.example"]
handle = "[A-Za-z0-9_]{1,15}"
profile_url = "https://chirper.example/{handle}"
profile_paths = ["/{handle}"]
[addresses]
reporting = ["cp@chirper.example"]
operator = "ops@chirper.example"
[people]
anna = { name = "Anna", address = "anna@chirper.example" }
ben = { name = "Ben", address = "ben@chirper.example" }
cleo = { name = "Cleo", address = "cleo@chirper.example" }
[rotas.duty]
members = ["anna"]
handover = "09:00"
start = 2026-01-05
calendar = "duty.ics"
[rotas.spare]
members = ["anna"]
handover = "09:00"
start = 2026-01-05
[policies]
critical = { repeat = "5m", steps = [{ after = "0s", notify = ["rota:duty"] }] }
high = { repeat = "5m", steps = [{ after = "0s", notify = ["rota:duty"] }] }
normal = { repeat = "5m", steps = [{ after = "0s", notify = ["rota:duty"] }] }
low = { repeat = "5m", steps = [{ after = "0s", notify = ["rota:duty"] }] }
"""


def write_calendar(path: Path, summary: str) -> None:
    now = datetime.now(UTC)
    begins, ends = ((now + timedelta(hours=hours)).strftime("%Y%m%dT%H%M%SZ") for hours in (-1, 5))
    event = f"BEGIN:VEVENT\nUID:1\nDTSTART:{begins}\nDTEND:{ends}\nSUMMARY:{summary}\nEND:VEVENT\n"
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//duty//EN\n{event}END:VCALENDAR\n"
    path.write_bytes(text.replace("\n", "\r\n").encode())


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    write_calendar(tmp_path / "duty.ics", "On call: Ben")
    with Daemon(tmp_path, CONFIG) as daemon:
        yield daemon


def told_of(daemon: Daemon, handle: str) -> str:
    """Report an account, and tell whom the first alert about it goes to."""

    def cases() -> dict[str, str]:
        listed = daemon.json("case", "list")
        return {case["account"]["handle"]: case["reference"] for case in listed}

    def alerts() -> list[str]:
        ran = daemon.json("escalation", "show", cases()[handle])["ran"]
        return [line["who"] for line in ran if line["what"] == "alert"]

    daemon.mail(MAIL.format(handle))
    wait_until(lambda: handle in cases() and bool(alerts()), 30, "an alert")
    return alerts()[0]


def test_calendars_and_overrides_decide_who_is_told_by_a_running_program(daemon: Daemon) -> None:
    assert told_of(daemon, "heron") == "ben"

    daemon.tipline("on-call", "override", "duty", "cleo", "--for", "1h", "--as", "anna")
    assert told_of(daemon, "egret") == "cleo"

    # A power cut and a damaged file at once: both are as before.
    daemon.kill()
    (daemon.folder / "duty.ics").write_text("no calendar")
    daemon.start()
    assert told_of(daemon, "stork") == "cleo"
    daemon.tipline("on-call", "cancel", "1", "--as", "anna")
    assert told_of(daemon, "crane") == "ben"

    write_calendar(daemon.folder / "duty.ics", "nobody we know")
    read = '"calendar.faulty"'
    wait_until(lambda: daemon.log_text().count(read) > 1, 30, "the file to be read again")
    assert told_of(daemon, "ibis") == "anna"
    subjects = [mail["subject"] for mail in daemon.json("outbox", "list")]
    assert any("faults in the calendars of rotas" in subject for subject in subjects)


def test_what_can_hardly_be_meant_is_told_at_the_start(daemon: Daemon) -> None:
    doubts = [line for line in daemon.log_text().splitlines() if "configuration.doubtful" in line]

    assert any("rotas.spare: no policy names this rota" in line for line in doubts)
    assert sum("names no person and no address" in line for line in doubts) == 4
