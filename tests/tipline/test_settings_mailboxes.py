"""What the settings say of mailboxes, and where their passwords come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.imap.errors import LoginRefusedError
from ingest.imap.login import PasswordLogin
from ingest.imap.settings import After, Security
from tests.tipline.test_settings import SMALLEST, write
from tipline.settings import ConfigurationError, Settings, load_settings
from tipline.settings.mailboxes import mailbox_login, mailboxes

MAILBOX = """
[mailboxes.reports]
host = "imap.chirper.example"
username = "cp@chirper.example"
"""


class Server:
    """Remembers who logged in; knows PLAIN only."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []

    def has_capability(self, word: str) -> bool:
        return word == "AUTH=PLAIN"

    def plain_login(self, name: str, password: str) -> None:
        self.said.append((name, password))


def configured(tmp_path: Path, more: str = "") -> Settings:
    return load_settings(write(tmp_path, SMALLEST + MAILBOX + more))


def log_in(settings: Settings) -> tuple[str, str]:
    server = Server()
    mailbox_login(settings, "reports").login(server)  # type: ignore[arg-type]  # what is used of it
    return server.said[0]


def test_a_mailbox_is_encrypted_and_moves_what_it_holds_unless_told_otherwise(
    tmp_path: Path,
) -> None:
    mailbox = mailboxes(configured(tmp_path))["reports"]

    assert (mailbox.port, mailbox.security, mailbox.after) == (993, Security.TLS, After.MOVE)
    assert mailbox.folders == ("INBOX",)


def test_folders_are_named_once_and_the_inbox_in_one_spelling(tmp_path: Path) -> None:
    settings = configured(tmp_path, 'folders = ["inbox", "Gemeldete Fälle", "INBOX"]\n')

    assert mailboxes(settings)["reports"].folders == ("INBOX", "Gemeldete Fälle")


def test_the_password_is_read_at_each_login(tmp_path: Path) -> None:
    settings = configured(tmp_path, 'password_file = "secret"\n')
    file = tmp_path / "secret"

    file.write_text("first\n")
    assert log_in(settings) == ("cp@chirper.example", "first")
    file.write_text("second\n")
    assert log_in(settings) == ("cp@chirper.example", "second")


def test_without_a_file_the_credential_of_its_name_is_the_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    (tmp_path / "mailbox-reports").write_text("handed over")

    assert log_in(configured(tmp_path))[1] == "handed over"


@pytest.mark.parametrize(
    ("content", "expected"),
    [(None, "cannot be read: No such file"), ("\n", "is empty"), ("\udcff", "not UTF-8 text")],
)
def test_a_password_that_is_not_there_is_told_with_its_place(
    tmp_path: Path, content: str | None, expected: str
) -> None:
    settings = configured(tmp_path, 'password_file = "secret"\n')
    if content is not None:
        (tmp_path / "secret").write_bytes(content.encode("utf-8", "surrogateescape"))

    with pytest.raises(LoginRefusedError, match=expected) as refused:
        log_in(settings)
    assert "mailboxes.reports.password_file" in str(refused.value)


def test_no_password_at_all_is_told_as_well(tmp_path: Path) -> None:
    with pytest.raises(LoginRefusedError, match="there is no password"):
        log_in(configured(tmp_path))


def test_a_server_without_plain_gets_the_name_quoted() -> None:
    said: list[tuple[str, str]] = []

    class Old(Server):
        def has_capability(self, word: str) -> bool:
            del word
            return False

        def login(self, name: str, password: str) -> None:
            said.append((name, password))

    PasswordLogin('a "b" c', lambda: "secret").login(Old())  # type: ignore[arg-type]  # the same

    assert said == [('"a \\"b\\" c"', "secret")]


@pytest.mark.parametrize(
    "host", ["imap.chirper.example:993", "imaps://imap.chirper.example", "two words", "", "a@b"]
)
@pytest.mark.parametrize("section", ["mailboxes.reports", "relay"])
def test_a_host_stands_alone(tmp_path: Path, section: str, host: str) -> None:
    more = MAILBOX.replace("imap.chirper.example", host)
    if section == "relay":
        more = f'[relay]\nhost = "{host}"\n'
    with pytest.raises(ConfigurationError, match=rf"{section}\.host: .*alone"):
        load_settings(write(tmp_path, SMALLEST + more))


@pytest.mark.parametrize(
    "host", ["localhost", "imap_2.chirper.example", "192.0.2.7", "2001:db8::7"]
)
def test_a_host_is_a_name_or_an_address(tmp_path: Path, host: str) -> None:
    more = MAILBOX.replace("imap.chirper.example", host)
    settings = load_settings(write(tmp_path, SMALLEST + more))
    assert settings.mailboxes["reports"].host == host
