from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from store.durable import write_durably
from store.keys import create_identity
from store.unit_of_work import lock_for_daemon
from tests.tipline.certificates import certificate_for
from tests.tipline.command import Run, Show
from tests.tipline.test_settings import SMALLEST, write
from tipline.tls import expires_at

# What lies in the folder of whoever runs the tests is not looked at.
pytestmark = pytest.mark.usefixtures("state")


@pytest.fixture
def findings(run: Run) -> Show:
    def check(*arguments: str, status: int = 0) -> dict[str, Any]:
        result = run("check", "--json", *arguments)
        assert result.status == status
        return {finding["name"]: finding for finding in json.loads(result.out)}

    return check


def test_before_the_first_start_all_is_well_and_nothing_is_made(
    findings: Show, state: Path
) -> None:
    found = findings()

    assert set(found) == {"configuration", "folder", "database", "key", "duty", "outgoing"}
    assert "try-out" in found["configuration"]["message"]
    assert not state.exists()


@pytest.mark.usefixtures("two_cases")
def test_a_running_installation_is_well(findings: Show) -> None:
    assert all(finding["ok"] for finding in findings().values())


def test_a_lost_key_is_told_with_the_remedy(findings: Show, two_cases: Path) -> None:
    (two_cases / "keys" / "sealing.key").unlink()

    key = findings(status=1)["key"]

    assert not key["ok"]
    assert "backup" in key["remedy"]


def test_a_missing_key_that_may_be_a_credential_is_not_called_lost_at_once(
    findings: Show, two_cases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (two_cases / "keys" / "sealing.key").unlink()
    remedy = findings(status=1)["key"]["remedy"]
    assert remedy.startswith("if it is a credential of the service, run the check as the service")
    assert "else restore it" in remedy

    # Here it would be seen, and there it is no credential.
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(two_cases))
    assert findings(status=1)["key"]["remedy"].startswith("restore it")
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    monkeypatch.setenv("TIPLINE_SEALING__KEY_FILE", str(two_cases / "other.key"))
    assert findings(status=1)["key"]["remedy"].startswith("restore it")


def test_a_key_that_everybody_can_read_is_told(findings: Show, two_cases: Path) -> None:
    (two_cases / "keys" / "sealing.key").chmod(0o644)

    assert "chmod 600" in findings(status=1)["key"]["message"]


def test_a_changed_history_is_told_with_the_case(findings: Show, two_cases: Path) -> None:
    with closing(sqlite3.connect(two_cases / "tipline.db")) as database, database:
        database.execute("update case_events set actor = 'nobody' where id = 1")
        (reference,) = database.execute("select reference from cases where id = 1").fetchone()

    assert reference in findings(status=1)["history"]["message"]


def test_a_database_that_is_none_is_told(findings: Show, state: Path) -> None:
    state.mkdir()
    (state / "tipline.db").write_bytes(b"no database" * 1000)

    assert not findings(status=1)["database"]["ok"]


@pytest.mark.usefixtures("state")
def test_a_relay_that_does_not_answer_is_told_unless_it_is_left_out(
    findings: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIPLINE_RELAY__HOST", "127.0.0.1")
    monkeypatch.setenv("TIPLINE_RELAY__PORT", "1")

    assert "refused" in findings(status=1)["relay"]["message"].lower()
    assert "relay" not in findings("--no-relay")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write to every folder")
def test_a_folder_that_belongs_to_somebody_else_is_told(findings: Show, state: Path) -> None:
    state.mkdir(mode=0o500)

    assert not findings(status=1)["folder"]["ok"]


def test_people_get_a_table_that_says_what_to_mend(run: Run, two_cases: Path) -> None:
    (two_cases / "keys" / "sealing.key").unlink()

    result = run("check")

    assert result.status == 1
    assert "WRONG" in result.out
    assert "restore it from your backup" in result.out


@pytest.mark.usefixtures("state")
def test_the_database_is_made_by_db_upgrade_and_left_alone_the_second_time(run: Run) -> None:
    assert "brought to the schema" in run("db", "upgrade").out
    assert "up to date already" in run("db", "upgrade").out


@contextmanager
def changed(state: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(state / "tipline.db")) as database, database:
        yield database


def test_a_key_that_is_not_the_one_in_use_is_told(findings: Show, two_cases: Path) -> None:
    key = two_cases / "keys" / "sealing.key"
    key.unlink()
    create_identity(key)

    assert "not the key this database was sealed for" in findings(status=1)["key"]["message"]


def test_a_token_key_that_was_cut_short_is_told(findings: Show, two_cases: Path) -> None:
    (two_cases / "keys" / "token.key").unlink()
    write_durably(two_cases / "keys" / "token.key", b"short")

    assert "too short" in findings(status=1)["token key"]["message"]


def test_a_database_that_was_lost_is_told(findings: Show, two_cases: Path) -> None:
    for path in two_cases.glob("tipline.db*"):
        path.unlink()

    assert "begin anew" in findings(status=1)["database"]["remedy"]


@pytest.mark.usefixtures("state")
def test_a_certificate_that_cannot_be_used_is_told(
    findings: Show, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("CERTIFICATE", "KEY"):
        path = tmp_path / f"{name}.pem"
        path.write_text("no certificate")
        monkeypatch.setenv(f"TIPLINE_SMTP__TLS_{name}", str(path))

    assert "CERTIFICATE.pem" in findings(status=1)["certificate"]["message"]


@pytest.mark.parametrize(
    ("becomes", "expected"),
    [("quarantined", "2 mails are in quarantine"), ("received", "2 accepted mails wait")],
)
def test_mails_that_nobody_works_on_are_told(
    findings: Show, two_cases: Path, becomes: str, expected: str
) -> None:
    with changed(two_cases) as database:
        long_ago = datetime.now(UTC) - timedelta(minutes=6)
        database.execute(
            "update inbox set state = ?, received_at = ?", [becomes, long_ago.isoformat(sep=" ")]
        )

    assert expected in findings(status=1)["inbox"]["message"]


@pytest.mark.parametrize(("kind", "ok"), [("alert", False), ("alarm", False), (None, True)])
def test_alerts_that_reached_nobody_are_told(
    findings: Show, two_cases: Path, kind: str | None, *, ok: bool
) -> None:
    with changed(two_cases) as database:
        database.execute("update outbox set state = 'failed', kind = coalesce(?, kind)", [kind])
        database.execute(
            "insert into attempts (outbox_id, at, outcome, detail) values (1, ?, 'refused', 'x')",
            [datetime.now(UTC).isoformat(sep=" ")],
        )

    assert findings(status=0 if ok else 1)["alerts"]["ok"] == ok


def write_health(state: Path, seconds: int = 0, stuck: str | None = None, process: int = 0) -> None:
    time = datetime.now(UTC) - timedelta(seconds=seconds)
    health = {"time": time.isoformat(), "process": process or os.getpid(), "stuck": stuck}
    (state / "health.json").write_text(json.dumps(health))


@pytest.mark.parametrize(
    ("health", "ok", "message"),
    [
        ({}, True, "is running and well"),
        ({"seconds": 90}, False, "gave its last sign of life 1m ago"),
        ({"stuck": "reading 0"}, False, "is running, and stuck in: reading 0"),
        ({"seconds": 90, "process": 2**22 + 1}, True, "is starting"),
    ],
)
def test_a_daemon_that_works_here_has_to_be_well(
    findings: Show, two_cases: Path, health: dict[str, Any], *, ok: bool, message: str
) -> None:
    write_health(two_cases, **health)
    with lock_for_daemon(two_cases):
        daemon = findings(status=0 if ok else 1)["daemon"]

    assert (daemon["ok"], daemon["message"]) == (ok, message)


def test_that_no_daemon_runs_is_only_noted(findings: Show, two_cases: Path) -> None:
    write_health(two_cases, seconds=9000)
    lock_for_daemon(two_cases).close()

    assert findings()["daemon"]["message"] == "is not running"


def test_a_folder_of_another_user_is_told_in_the_table(
    run: Run, two_cases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, _mode: path != two_cases)

    result = run("check")

    assert (result.status, result.err) == (1, "")
    assert "run this as the user who runs tipline" in result.out
    assert "Maildir" in result.out


def test_a_file_where_the_folder_should_be_is_told(findings: Show, state: Path) -> None:
    state.write_text("a file")

    assert "is not a folder" in findings(status=1)["folder"]["message"]


@pytest.mark.usefixtures("state")
def test_a_template_with_a_fault_is_told(
    findings: Show, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "templates"
    (folder / "en").mkdir(parents=True)
    monkeypatch.setenv("TIPLINE_OUTGOING__TEMPLATES", str(folder))
    assert findings()["templates"]["ok"]

    (folder / "en" / "alert.txt.j2").write_text("Case {{ refrence }}", "utf-8")

    assert "alert.txt.j2" in findings(status=1)["templates"]["message"]


@pytest.mark.usefixtures("state")
def test_a_database_made_ahead_of_the_first_start_needs_no_key_yet(
    findings: Show, run: Run
) -> None:
    run("db", "upgrade")

    assert findings()["key"]["message"] == "made at first start"


@pytest.mark.usefixtures("state")
@pytest.mark.parametrize(("days", "ok"), [(60, True), (10, False)])
def test_a_certificate_that_runs_out_soon_is_told(
    findings: Show, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, days: int, *, ok: bool
) -> None:
    certificate = certificate_for(tmp_path, days)
    monkeypatch.setenv("TIPLINE_SMTP__TLS_CERTIFICATE", str(certificate))
    monkeypatch.setenv("TIPLINE_SMTP__TLS_KEY", str(certificate.with_suffix(".key")))
    found = findings(status=0 if ok else 1)["certificate"]
    assert found["ok"] is ok
    assert f"{expires_at(certificate):%Y-%m-%d}" in found["message"]


def test_what_is_no_certificate_has_no_end(tmp_path: Path) -> None:
    (tmp_path / "none.pem").write_text("nothing")
    assert expires_at(tmp_path / "none.pem") is None
    assert expires_at(tmp_path / "missing.pem") is None


@pytest.mark.usefixtures("state")
def test_channels_that_cannot_be_used_are_told_without_their_urls(
    findings: Show, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    name = "TIPLINE_PEOPLE__DUTY__CHANNELS__SMS__URL_FILE"
    monkeypatch.setenv(name, str(tmp_path / "sms"))
    (tmp_path / "sms").write_text("json://u:token-7@127.0.0.1/x")
    assert findings()["channels"]["message"] == "1 can be used"
    (tmp_path / "sms").write_text("nosuch://token-7")
    found = findings(status=1)["channels"]
    assert "duty/sms: Apprise cannot use the URL" in found["message"]
    assert "token-7" not in str(found)


@pytest.mark.usefixtures("state")
def test_secrets_that_only_the_service_sees_are_doubtful_and_not_wrong(
    findings: Show, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    relay = '[relay]\nhost = "127.0.0.1"\nusername = "tipline"\n'
    config = write(tmp_path, SMALLEST + "[channels.room]\n" + relay)
    monkeypatch.setenv("TIPLINE_CONFIG", str(config))
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    found = findings()
    for name, said in (("channels", "the URLs of room are in no"), ("relay", "its password is")):
        assert found[name]["doubtful"]
        assert found[name]["message"].startswith(said)
        assert "docs/operating.md" in found[name]["remedy"]

    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    as_the_service = findings(status=1)
    assert "hand over its credential" in as_the_service["channels"]["message"]
    assert "or the credential relay-password" in as_the_service["relay"]["message"]
    (tmp_path / "channel-room").write_text("json://127.0.0.1/x")
    assert findings("--no-relay")["channels"]["message"] == "1 can be used"


@pytest.mark.usefixtures("two_cases")
def test_the_last_mail_to_ourselves_is_told_and_one_that_is_missed(
    findings: Show, monkeypatch: pytest.MonkeyPatch, state: Path
) -> None:
    monkeypatch.setenv("TIPLINE_RELAY__HOST", "127.0.0.1")
    assert findings("--no-relay")["canary"]["message"] == "none has come back yet"
    now = datetime.now(UTC)
    times = [now - timedelta(hours=2), now - timedelta(hours=2) + timedelta(seconds=7)]
    with changed(state) as database:
        row = "insert into canaries (name, queued_at, returned_at, decided_at) values (?, ?, ?, ?)"
        whole = ["one", *(f"{at:%Y-%m-%d %H:%M:%S.%f}" for at in (times[0], times[1], times[1]))]
        database.execute(row, whole)
    assert "the last one took 7 seconds" in findings("--no-relay")["canary"]["message"]
    with changed(state) as database:
        missed = f"{now - timedelta(hours=1):%Y-%m-%d %H:%M:%S.%f}"
        database.execute(row, ["two", missed, None, None])
    found = findings("--no-relay", status=1)["canary"]
    assert found["message"].startswith("missed for")


DOUBTFUL = """
[rotas.spare]
members = ["anna"]
handover = "09:00"
start = 2026-01-05
"""


def test_what_can_hardly_be_meant_is_told_with_its_place_and_is_no_fault(
    run: Run, tmp_path: Path, state: Path
) -> None:
    example = Path(__file__).parents[2] / "systemd" / "tipline.example.toml"
    path = tmp_path / "tipline.toml"
    text = example.read_text("utf-8") + DOUBTFUL
    path.write_text(text, "utf-8")

    listed = json.loads(run("check", "--no-relay", "--json", "--config", path).out)
    spare = next(finding for finding in listed if finding["name"] == "rotas.spare")

    line = text[: text.index("[rotas.spare]")].count("\n") + 1
    assert spare == {
        "name": "rotas.spare",
        "ok": True,
        "doubtful": True,
        "message": "no policy names this rota: nobody is told through it",
        "remedy": f"see {path}, line {line}",
    }
    unchecked = next(one for one in listed if one["name"] == "commands.authentication")
    assert (unchecked["ok"], unchecked["doubtful"]) == (True, True)
    assert "trusted_servers" in unchecked["remedy"]
    assert "doubtful" in run("check", "--no-relay", "--config", str(path)).out
    assert not state.exists()


@pytest.mark.usefixtures("two_cases")
def test_a_case_in_the_hands_of_nobody_we_know_is_told(run: Run, findings: Show) -> None:
    first, second = (case["reference"] for case in json.loads(run("case", "list", "--json").out))
    run("case", "take", first, "--as", "duty")
    assert not findings()["holders"]["doubtful"]
    run("case", "take", second, "--as", "somebody-who-left")
    found = findings()["holders"]
    assert (found["ok"], found["doubtful"]) == (True, True)
    assert f"{second} (somebody-who-left)" in found["message"]
    assert first not in found["message"]


@pytest.mark.usefixtures("state")
def test_a_calendar_with_faults_is_told(
    findings: Show, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    calendar = tmp_path / "duty.ics"
    monkeypatch.setenv("TIPLINE_ROTAS__NIGHT__CALENDAR", str(calendar))
    assert "no such file" in findings(status=1)["calendar of night"]["message"]

    event = "BEGIN:VEVENT\nUID:{0}\nDTSTART:20261122T020000Z\nSUMMARY:nobody {0}\nEND:VEVENT\n"
    events = "".join(map(event.format, range(7)))
    calendar.write_text(f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{events}END:VCALENDAR\n")
    message = findings()["calendar of night"]["message"]
    assert message.startswith("0 shifts")

    calendar.write_text(calendar.read_text().replace("SUMMARY", "DURATION:PT1H\nSUMMARY"))
    message = findings(status=1)["calendar of night"]["message"]
    assert "event 'nobody 0': nobody in [people] is called that" in message
    assert message.endswith("; and 2 more")


@pytest.mark.usefixtures("two_cases")
def test_alarms_that_are_not_over_are_told(findings: Show, state: Path) -> None:
    at = f"{datetime.now(UTC) - timedelta(hours=2):%Y-%m-%d %H:%M:%S.%f}"
    with changed(state) as database:
        row = ("silence", "No report has come for much longer than usual", 1, "[]", at, at)
        database.execute("insert into faults values (?, ?, ?, ?, ?, ?)", row)
    told = findings(status=1)["alarms"]["message"]
    assert told == "No report has come for much longer than usual (for 2h 0m)"


@pytest.mark.usefixtures("state")
def test_a_socket_for_lmtp_that_cannot_be_made_is_told(
    findings: Show, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TIPLINE_LMTP__SOCKET", str(tmp_path / "lmtp"))
    assert findings()["lmtp socket"]["ok"]

    monkeypatch.setenv("TIPLINE_LMTP__SOCKET_GROUP", "nobody-of-this-name")
    told = findings(status=1)["lmtp socket"]
    assert "nobody-of-this-name" in told["message"]
    assert "lmtp.socket_group" in told["remedy"]

    monkeypatch.setenv("TIPLINE_LMTP__SOCKET", str(tmp_path / "none" / "lmtp"))
    assert "is missing" in findings(status=1)["lmtp socket"]["message"]


def test_folders_have_to_be_there_and_give_their_files_away(
    findings: Show, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TIPLINE_FOLDERS__MAIL__PATH", str(tmp_path / "mail"))
    told = findings(status=1)["folder mail"]
    assert told["message"] == f"{tmp_path / 'mail' / 'new'} is missing"

    for part in ("new", "cur"):
        (tmp_path / "mail" / part).mkdir(parents=True)
    assert findings()["folder mail"]["ok"]

    monkeypatch.setenv("TIPLINE_FOLDERS__MAIL__PROCESSED_FOLDER", "/proc/tipline")
    assert "another file system" in findings(status=1)["folder mail"]["message"]
