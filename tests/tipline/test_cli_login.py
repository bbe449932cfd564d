"""``tipline mailbox login``, and what ``tipline check`` says of logins, with a real endpoint."""

from __future__ import annotations

import json
import re
import threading
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from store.unit_of_work import open_store
from tests.outside.authority import SECRET, Answer, Authority, running
from tests.tipline.test_settings import SMALLEST, write
from tipline.installation import opened
from tipline.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.tipline.command import Run

OAUTH = """
[oauth.own]
provider = "other"
grant = "{grant}"
client_id = "us"
client_secret_file = "secret"
token_url = "{url}/token"
{more}
[mailboxes.cp]
host = "imap.chirper.example"
username = "cp@chirper.example"
oauth = "own"

[mailboxes.plain]
host = "imap.chirper.example"
username = "cp@chirper.example"
"""


@pytest.fixture
def authority() -> Iterator[Authority]:
    with running(Authority()) as one:
        yield one


class Written:
    """The configuration of a test, in a folder of its own."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url
        (folder / "secret").write_text(SECRET)
        self.state = folder / "state"

    def file(self, grant: str = "refresh-token", more: str = "") -> Path:
        more = f'device_url = "{self.url}/device"\n{more}'
        oauth = OAUTH.format(grant=grant, url=self.url, more=more)
        return write(self.folder, f'state_dir = "{self.state}"\n' + SMALLEST + oauth)


@pytest.fixture
def written(tmp_path: Path, authority: Authority) -> Written:
    return Written(tmp_path, authority.url)


def checked(run: Run, config: Path) -> dict[str, Any]:
    result = run("check", "--json", "--no-relay", "--no-mailboxes", "--config", config)
    assert "canary" not in re.sub('"canary"', "", result.out) + result.err
    return {one["name"]: one for one in json.loads(result.out)}


def test_a_person_logs_in_with_a_code_and_the_login_is_used(
    run: Run, written: Written, authority: Authority
) -> None:
    authority.pending = 1
    config = written.file()
    assert "tipline mailbox login own" in checked(run, config)["login own"]["remedy"]

    result = run("mailbox", "login", "cp", "--config", config)

    assert result.status == 0, result.err
    assert f"Open {authority.url}/activate in a browser, and type the code WDJB-MJHT" in result.out
    assert "canary" not in result.out + result.err
    with opened(load_settings(config)) as installation:
        assert installation.tokens.bearer("own").token == "canary-access-1"
    assert checked(run, config)["login own"]["ok"]


def test_a_login_may_be_named_itself(run: Run, written: Written, authority: Authority) -> None:
    assert run("mailbox", "login", "own", "--config", written.file()).status == 0
    assert len(authority.forms()) == 1


def test_a_person_logs_in_with_a_browser_elsewhere(
    run: Run,
    written: Written,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def pasted(question: str, **_: object) -> str:
        assert question == "Paste that address"
        shown = capsys.readouterr().out
        (address,) = [line for line in shown.splitlines() if line.startswith("https://")]
        (state,) = parse_qs(urlsplit(address).query)["state"]
        return f"http://localhost/?code=canary-code&state={state}"

    # There is no terminal to type on.
    monkeypatch.setattr("typer.prompt", pasted)
    config = written.file(more='authorize_url = "https://login.chirper.example/authorize"')

    assert run("mailbox", "login", "cp", "--browser", "--config", config).status == 0

    (form,) = authority.forms()
    assert form["grant_type"] == "authorization_code"
    assert form["code"] == "canary-code"


@pytest.mark.parametrize(
    ("name", "grant", "status", "told"),
    [
        ("plain", "refresh-token", 1, "logs in with a password"),
        ("nobody", "refresh-token", 2, "there is no mailbox or login 'nobody'"),
        ("cp", "client-credentials", 1, "nobody needs to log in for own"),
    ],
)
def test_who_cannot_log_in_is_told_why(  # noqa: PLR0913, PLR0917 - a table's columns
    run: Run, written: Written, name: str, grant: str, status: int, told: str
) -> None:
    result = run("mailbox", "login", name, "--config", written.file(grant))

    assert result.status == status
    assert told in " ".join(result.err.replace("│", "").split())


def test_an_endpoint_that_says_no_is_told_without_a_secret(
    run: Run, written: Written, authority: Authority
) -> None:
    authority.instead = [
        Answer(status=400, body={"error": "invalid_scope", "error_description": SECRET})
    ]
    result = run("mailbox", "login", "cp", "--config", written.file())

    assert result.status == 1
    assert "invalid_scope: ***; compare scopes in [oauth.own]" in result.err
    assert "canary" not in result.out + result.err


def test_a_login_that_would_end_soon_is_not_kept(
    run: Run, written: Written, authority: Authority
) -> None:
    config = written.file()
    body = {"access_token": "canary-short", "expires_in": 3600}
    thread = threading.Thread(target=answer_second, args=(authority, Answer(body=body)))
    thread.start()
    result = run("mailbox", "login", "cp", "--config", config)
    thread.join()

    assert result.status == 1
    assert "no refresh token" in result.err
    with opened(load_settings(config)) as installation, installation.store.snapshot() as work:
        assert work.logins.get("own") is None


def answer_second(authority: Authority, answer: Answer) -> None:
    while not authority.posts:
        time.sleep(0.01)
    authority.instead = [answer]


def test_check_tries_an_application_before_the_first_start_and_makes_nothing(
    run: Run, written: Written, authority: Authority
) -> None:
    config = written.file("client-credentials")
    found = checked(run, config)["login own"]
    assert found["ok"]
    assert "has a token that is good until" in found["message"]
    assert authority.asked == ["client_credentials"]
    assert not written.state.exists()

    (written.folder / "secret").write_text("canary-wrong")
    found = checked(run, config)["login own"]
    assert not found["ok"]
    assert "invalid_client" in found["message"]
    assert "compare client_id in [oauth.own]" in found["remedy"]


def test_check_does_not_use_up_a_refresh_token_that_it_could_not_keep(
    run: Run, written: Written, authority: Authority
) -> None:
    (written.folder / "first").write_text(authority.first_refresh_token())
    found = checked(run, written.file(more='refresh_token_file = "first"'))["login own"]

    assert "not tried before the first start" in found["message"]
    assert authority.posts == []


def test_check_names_a_secret_that_runs_out(run: Run, written: Written) -> None:
    config = written.file("client-credentials", "client_secret_expires = 2020-01-01")
    found = checked(run, config)["login"]

    assert not found["ok"]
    assert found["message"] == (
        "the client secret of the login own is good until 2020-01-01 00:00 UTC"
    )


def test_the_database_holds_no_token_in_the_open(run: Run, written: Written) -> None:
    assert run("mailbox", "login", "cp", "--config", written.file()).status == 0
    store = open_store(written.state)
    with store.snapshot() as work:
        login = work.logins.get("own")
    store.close()
    assert login
    assert login.sealed
    assert b"canary" not in b"".join(
        file.read_bytes() for file in written.state.glob("tipline.db*")
    )


def test_the_list_of_mailboxes_tells_how_each_is_logged_in_to(run: Run, written: Written) -> None:
    config = written.file()
    listed = json.loads(run("mailbox", "list", "--json", "--config", config).out)
    assert {one["mailbox"]: one["oauth"] for one in listed} == {"cp": "own", "plain": None}
    shown = run("mailbox", "list", "--config", config).out
    assert re.search(r"plain +imap\.chirper\.example:993 +cp@chirper\.example +password", shown)


def test_a_login_is_forgotten_and_what_is_left_to_do_is_told(
    run: Run, written: Written, authority: Authority
) -> None:
    config = written.file()
    assert run("mailbox", "login", "cp", "--config", config).status == 0

    result = run("mailbox", "logout", "cp", "--config", config)

    assert result.status == 0, result.err
    assert "The tokens of the login own are forgotten.\n" in result.out
    assert "Take the login back at the provider" in result.out
    assert "It was used by: cp." in result.out
    assert "canary" not in result.out + result.err
    assert "tipline mailbox login own" in checked(run, config)["login own"]["remedy"]
    assert len(authority.forms()) == 1

    again = run("mailbox", "logout", "own", "--config", config)
    assert again.out.startswith("There were no tokens of the login own.\n")
    assert run("mailbox", "logout", "plain", "--config", config).status == 1
    assert run("mailbox", "logout", "nobody", "--config", config).status == 2


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ('refresh_token_file = "refresh"', "/refresh: else tipline logs in with what is in it."),
        ("", "new tokens by itself: remove the application's secret"),
    ],
)
def test_what_still_lets_tipline_in_is_told(
    run: Run, written: Written, more: str, told: str
) -> None:
    (written.folder / "refresh").write_text("a-token")
    config = written.file("refresh-token" if more else "client-credentials", more)

    result = run("mailbox", "logout", "cp", "--config", config)

    assert result.status == 0, result.err
    assert told in result.out
