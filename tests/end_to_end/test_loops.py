"""Two daemons, absence programs and mail servers that give mails back: after one round, silence."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.states import InboxState, OutboxState
from store.unit_of_work import open_store
from tests.end_to_end.daemon import Daemon, wait_until
from tests.end_to_end.post import Letter, Post, answering, give_back

CONFIG = """
[platform]
key = "chirper"
name = "Chirper"
hosts = ["chirper.example"]
handle = "[A-Za-z0-9_]{{1,15}}"
profile_url = "https://chirper.example/{{handle}}"
profile_paths = ["/{{handle}}"]

[addresses]
reporting = ["{address}"]
operator = "operator@chirper.example"

[relay]
host = "127.0.0.1"
port = {port}
security = "none"

# None waits for a summary: silence would take minutes.
[alerts]
at_once = 50

[people.early]
name = "Early"
address = "early@chirper.example"

[people.late]
name = "Late"
address = "late@chirper.example"

[policies]
"""
POLICY = """
{0}.repeat = "2h"
{0}.steps = [
  {{ after = "0s", notify = ["person:early"] }},
  {{ after = "1h", notify = ["person:late"] }},
]
"""
POLICIES = "".join(POLICY.format(name) for name in ("low", "normal", "high", "critical"))
US, OTHERS, PERSON = "cp@chirper.example", "desk@other.example", "maria@mail.example"
REPORT = """\
From: {sender}
To: {to}
Subject: A worry
Message-ID: <{name}@mail.example>

This account worries me: https://chirper.example/{name}
"""


def report(sender: str, name: str = "heron") -> Letter:
    text = REPORT.format(sender=sender, to=US, name=name)
    return Letter(path=sender, recipient=US, content=text.replace("\n", "\r\n").encode())


def daemon_at(post: Post, address: str, folder: Path) -> Daemon:
    folder.mkdir()
    daemon = Daemon(folder, CONFIG.format(address=address, port=post.port) + POLICIES)
    post.mailboxes[address] = daemon.port
    return daemon


@pytest.fixture
def post() -> Iterator[Post]:
    with Post() as post:
        yield post


@pytest.fixture
def us(post: Post, tmp_path: Path) -> Iterator[Daemon]:
    with daemon_at(post, US, tmp_path / "us") as daemon:
        yield daemon


def wait_for_silence(post: Post, *daemons: Daemon) -> None:
    """Wait until every mail has its place and nothing waits to be sent."""

    quiet_since = time.monotonic()

    def silent() -> bool:
        nonlocal quiet_since
        if post.is_busy() or not all(has_nothing_to_do(daemon) for daemon in daemons):
            quiet_since = time.monotonic()
        # Longer than a stage may sleep before it looks by itself.
        return time.monotonic() - quiet_since > 2.5

    wait_until(silent, 60, "everybody to fall silent")


def has_nothing_to_do(daemon: Daemon) -> bool:
    store = open_store(daemon.state)
    with store.snapshot() as work:
        waiting = (
            work.inbox.count(InboxState.RECEIVED)
            + len(work.reports.undecided(1))
            + len(work.history.unplanned(1))
            + work.outbox.count(OutboxState.QUEUED)
            + len(work.carrying.waiting_addresses())
            + len(work.unheard.failed(1))
        )
    store.close()
    return waiting == 0


def kinds(daemon: Daemon) -> list[str]:
    """Tell what came in, oldest first, without the mails by which the daemon tries itself."""
    store = open_store(daemon.state)
    with store.snapshot() as work:
        found = [str(message.kind) for message in reversed(work.inbox.listing())]
    store.close()
    return [kind for kind in found if kind != "canary"]


def test_two_daemons_fall_silent_after_one_receipt(post: Post, us: Daemon, tmp_path: Path) -> None:
    with daemon_at(post, OTHERS, tmp_path / "others") as others:
        post.carry(report(OTHERS))
        wait_until(lambda: bool(post.to(OTHERS)), 20, "the receipt")
        wait_for_silence(post, us, others)
        assert (kinds(us), kinds(others)) == (["report"], ["auto_reply"])

        # What a person of ours asks is marked as no machine's: the other daemon answers it once.
        (known,) = us.json("report", "list")
        us.tipline("report", "reply", known["reference"], "--text", "Which account is it?")
        wait_until(lambda: len(post.to(OTHERS)) == 2, 20, "the question")
        wait_for_silence(post, us, others)
        assert len(us.json("report", "list")) == 1
        assert (kinds(us)[1:], len(post.to(OTHERS))) in [
            (["auto_reply"], 2),
            # It may take the question for a machine's and not answer at all.
            ([], 2),
        ]
    assert post.refused == []


def test_programs_that_answer_everything_get_one_receipt_each(post: Post, us: Daemon) -> None:
    people = {"path": "alma", "reply-to": "bert", "from": "carl"}
    programs = {
        f"{person}{'-marked' if marked else ''}@mail.example": answering(to, marked=marked)
        for to, person in people.items()
        for marked in (True, False)
    }
    post.programs |= programs
    for number, address in enumerate(programs):
        post.carry(report(address, f"bird_{number}"))
    wait_until(lambda: all(post.to(address) for address in programs), 30, "the receipts")
    wait_for_silence(post, us)
    assert [len(post.to(address)) for address in programs] == [1] * len(programs)
    assert len(us.json("case", "list")) == len(programs)
    assert post.refused == []


def test_a_receipt_that_comes_back_is_the_last_mail_to_its_reporter(post: Post, us: Daemon) -> None:
    post.programs[PERSON] = give_back
    post.carry(report(PERSON))
    wait_until(lambda: kinds(us) == ["report", "bounce"], 20, "the receipt to come back")
    post.carry(report(PERSON, "wren"))
    wait_for_silence(post, us)
    newest, first = us.json("report", "list")
    assert (newest["acknowledgement"]["reason"], first["acknowledgement"]["state"]) == (
        "unreachable",
        "failed",
    )
    assert len(post.to(PERSON)) == 1
    assert "UNREACHABLE" in us.tipline("report", "show", first["reference"])
    us.tipline("report", "reachable", first["reference"])
    post.carry(report(PERSON, "robin"))
    wait_until(lambda: len(post.to(PERSON)) == 2, 20, "a receipt to the address that is good again")


def test_an_alert_that_comes_back_has_the_next_step_told_at_once(post: Post, us: Daemon) -> None:
    post.programs["early@chirper.example"] = give_back
    post.carry(report(PERSON))
    wait_until(lambda: bool(post.to("late@chirper.example")), 20, "the step of an hour later")
    wait_for_silence(post, us)
    (case,) = us.json("case", "list")
    history = us.json("case", "show", case["reference"])["history"]
    assert "alert_failed" in [event["kind"] for event in history]
    assert kinds(us) == ["report", "bounce"]
    assert len(post.to("late@chirper.example")) == 1


def test_an_absence_note_of_the_person_on_duty_hurries_nobody(post: Post, us: Daemon) -> None:
    post.programs["early@chirper.example"] = answering("path", marked=False)
    post.carry(report(PERSON))
    wait_until(lambda: kinds(us) == ["report", "auto_reply"], 20, "the note")
    wait_for_silence(post, us)
    assert post.to("late@chirper.example") == []
    assert len(us.json("report", "list")) == 1
