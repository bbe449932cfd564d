"""``tipline mailbox`` against a real Dovecot: what is there, what was taken in, what to mend."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from store.model import MailboxState, utc_now
from store.unit_of_work import Store, open_store
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.tipline.command import Run
from tipline.installation import opened
from tipline.logs import set_up_logs
from tipline.settings import load_settings
from tipline.watching import failing_mailboxes
from tipline.wiring import Wiring, outfit

NAME = "TIPLINE_MAILBOXES__REPORTS__"


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    server = Dovecot()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def mailbox(
    dovecot: Dovecot, state: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Dovecot:
    """Configure one user's mailbox, which holds two mails."""
    password = tmp_path / "password"
    password.write_text(PASSWORD)
    values = {
        "HOST": "127.0.0.1",
        "PORT": str(dovecot.port),
        "SECURITY": "none",
        "USERNAME": tmp_path.name,
        "PASSWORD_FILE": str(password),
        "IDLE": "false",
        "MAX_SIZE": "64 KB",
    }
    for key, value in values.items():
        monkeypatch.setenv(NAME + key, value)
    dovecot.put(tmp_path.name, *(mail(number) for number in (1, 2)))
    del state
    return dovecot


def mail(number: int, length: int = 10) -> bytes:
    text = "x" * 70 + "\r\n"
    head = f"Message-ID: <{number}@mail.example>\r\nFrom: mia@mail.example\r\n\r\n"
    return (head + text * (length // 72 + 1)).encode()


def fetch_all() -> None:
    """Do what the daemon does, once."""
    set_up_logs("critical")
    settings = load_settings()
    with opened(settings, writing=True) as installation:
        wiring = Wiring(outfit=outfit(settings), installation=installation, clock=utc_now)
        [rounds] = wiring.mailboxes(lambda: None)
        while rounds.step():
            pass
        rounds.close()


@pytest.mark.usefixtures("mailbox")
def test_the_list_names_every_mailbox_and_no_secret(run: Run, tmp_path: Path) -> None:
    [listed] = json.loads(run("mailbox", "list", "--json").out)

    assert listed["mailbox"] == "reports"
    assert listed["username"] == tmp_path.name
    assert listed["after"] == "move"
    assert PASSWORD not in run("mailbox", "list").out


def test_without_mailboxes_the_list_says_so(run: Run, state: Path) -> None:
    del state
    assert run("mailbox", "list").out == "No mailboxes are configured.\n"


def test_a_test_tells_what_is_there_and_changes_nothing(
    run: Run, mailbox: Dovecot, tmp_path: Path
) -> None:
    result = run("mailbox", "test")

    assert result.status == 0
    assert result.out == (
        "reports: ok, logged in\n"
        "  folder INBOX: 2 mails\n"
        "  the folder Processed is not there yet; it is made when it is needed\n"
    )
    assert len(mailbox.mails(tmp_path.name)) == 2
    with mailbox.client(tmp_path.name) as client:
        assert not client.folder_exists("Processed")


@pytest.mark.usefixtures("mailbox")
def test_a_test_says_what_to_mend(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME + "FOLDERS", "INBOX,Inbux")
    missing = run("mailbox", "test")
    assert missing.status == 1
    assert "folder Inbux: WRONG: is missing; name one that is there: INBOX\n" in missing.out

    monkeypatch.setenv(NAME + "PASSWORD_FILE", "/nowhere/password")
    unread = run("mailbox", "test", "--json")
    assert unread.status == 1
    [seen] = json.loads(unread.out)
    assert seen["fault"] == (
        "mailboxes.reports.password_file: /nowhere/password cannot be read: "
        "No such file or directory"
    )
    assert seen["remedy"]


@pytest.mark.usefixtures("mailbox")
def test_a_mailbox_that_nobody_configured_is_refused_with_those_there_are(run: Run) -> None:
    result = run("mailbox", "test", "repots")

    assert result.status == 2
    assert "there is no mailbox 'repots'; there are: reports" in " ".join(
        result.err.replace("│", " ").split()
    )


def test_the_status_counts_the_server_against_the_records(
    run: Run, mailbox: Dovecot, tmp_path: Path
) -> None:
    fetch_all()
    mailbox.put(tmp_path.name, mail(3))

    [count] = json.loads(run("mailbox", "status", "--json").out)

    [folder] = count["folders"]
    assert (folder["on_server"], folder["taken"], folder["waiting"]) == (1, 0, 1)
    assert count["ever"] == {"taken": 2}
    assert count["to_mend"] == []
    assert run("mailbox", "status").status == 0


def test_the_status_says_of_large_mails_what_can_be_done(
    run: Run, mailbox: Dovecot, tmp_path: Path
) -> None:
    mailbox.put(tmp_path.name, mail(3, 100_000))
    fetch_all()

    result = run("mailbox", "status")

    assert result.status == 1
    assert "1 mails are too large to be fetched whole: a case tells of each" in result.out
    assert "in all 2 taken, 1 too_large" in result.out


@pytest.mark.usefixtures("mailbox")
def test_the_status_tells_that_nobody_looks_at_it(run: Run, state: Path) -> None:
    fetch_all()
    with written(state) as store, store.transaction() as work:
        before = MailboxState(mailbox="reports", looked_at=utc_now() - timedelta(hours=1))
        work.mailboxes.put_state(before)
        work.commit()

    [count] = json.loads(run("mailbox", "status", "--json").out)

    assert count["to_mend"] == [
        "nobody looks at it any more; see that tipline runs (tipline check)"
    ]


@pytest.mark.usefixtures("mailbox")
@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("FOLDERS", "Inbux", "folder Inbux is missing"),
        ("PASSWORD_FILE", "/nowhere/password", "mailboxes.reports.password_file: "),
    ],
)
def test_the_status_tells_once_why_it_fails_and_of_nobody_who_is_away(
    run: Run, monkeypatch: pytest.MonkeyPatch, key: str, value: str, told: str
) -> None:
    monkeypatch.setenv(NAME + key, value)
    fetch_all()

    [count] = json.loads(run("mailbox", "status", "--json").out)

    assert count["failing_since"]
    [to_mend] = count["to_mend"]
    assert to_mend.startswith(told)


@pytest.mark.usefixtures("mailbox")
def test_check_logs_in_and_tells_what_the_daemon_found(
    run: Run, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch_all()
    found = {one["name"]: one for one in json.loads(run("check", "--json").out)}
    assert found["login to reports"]["ok"]

    monkeypatch.setenv(NAME + "PASSWORD_FILE", "/nowhere/password")
    with written(state) as store, store.transaction() as work:
        since = utc_now() - timedelta(hours=2)
        fault = MailboxState(mailbox="reports", failing_since=since, fault="away", remedy="wait")
        work.mailboxes.put_state(fault)
        work.commit()
    found = {one["name"]: one for one in json.loads(run("check", "--json").out)}
    assert "cannot be read" in found["login to reports"]["message"]
    assert found["mailbox reports"]["message"] == "mails could not be fetched for 2h 0m: away"
    assert found["mailbox reports"]["remedy"] == "wait"

    without = {one["name"] for one in json.loads(run("check", "--no-mailboxes", "--json").out)}
    assert "login to reports" not in without


@pytest.mark.usefixtures("mailbox")
def test_a_mailbox_that_fails_for_long_or_cannot_be_moved_is_an_alarm(state: Path) -> None:
    fetch_all()
    now = utc_now()
    failing = MailboxState(mailbox="reports", failing_since=now, fault="away")
    troubled = MailboxState(mailbox="reports", looked_at=now, trouble="no room")

    assert alarms(state, failing, now + timedelta(minutes=9)) == []
    assert alarms(state, failing, now + timedelta(minutes=10)) == [
        "mailbox reports: its mails cannot be fetched"
    ]
    assert alarms(state, troubled, now) == [
        "mailbox reports: its mails are taken in and not moved or marked there"
    ]


def alarms(state: Path, fares: MailboxState, now: datetime) -> list[str]:
    with written(state) as store, store.transaction() as work:
        work.mailboxes.put_state(fares)
        return failing_mailboxes(["reports", "unknown"], work, now)


@contextmanager
def written(state: Path) -> Iterator[Store]:
    """Open the database as another program would."""
    store = open_store(state)
    try:
        yield store
    finally:
        store.close()
