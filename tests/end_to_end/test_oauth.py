"""The daemon logs in to a real mailbox and a real relay with tokens that end, and is killed."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.daemon import Daemon, wait_until
from tests.ingest.imap.conftest import running as started
from tests.ingest.imap.mailroom import mail
from tests.notifier.bearer_relay import BearerRelay, serving
from tests.outside.authority import SECRET, Authority, running
from tests.outside.desk import certificate_for_here
from tests.servers.bearers import bearer_settings
from tests.servers.dovecot import Dovecot
from tests.tipline.test_settings import SMALLEST

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

USER = "cp@chirper.example"
OAUTH = """
[oauth.own]
provider = "other"
grant = "refresh-token"
client_id = "us"
client_secret_file = "secret"
refresh_token_file = "first"
token_url = "{url}/token"

[mailboxes.reports]
host = "127.0.0.1"
port = {imap}
security = "none"
username = "{user}"
oauth = "own"
poll_every = "1s"

[relay]
host = "localhost"
port = {smtp}
username = "{user}"
oauth = "own"
ca_file = "{ca}"
"""
SECONDS = 30.0


@pytest.fixture
def authority() -> Iterator[Authority]:
    # An access token ends after seconds, a refresh token after one use.
    with running(Authority(expires_in=2, generations=2, username=USER)) as one:
        yield one


@pytest.fixture
def dovecot(authority: Authority, tmp_path: Path) -> Iterator[Dovecot]:
    yield from started(Dovecot(bearer_settings(authority.url, tmp_path)))


@pytest.mark.slow
def test_every_report_comes_once_and_is_answered_while_tokens_end_and_the_daemon_is_killed(
    authority: Authority, dovecot: Dovecot, tmp_path: Path
) -> None:
    certificate = certificate_for_here(tmp_path)
    with serving(BearerRelay(authority, looks_at_each_mail=True), certificate) as relay:
        (tmp_path / "secret").write_text(SECRET)
        (tmp_path / "first").write_text(authority.first_refresh_token())
        config = SMALLEST + OAUTH.format(
            url=authority.url, imap=dovecot.port, smtp=relay.port, user=USER, ca=certificate
        )
        mails = [mail(number) for number in range(1, 5)]
        with Daemon(tmp_path, config) as daemon:
            for number, one in enumerate(mails):
                dovecot.put(USER, one)
                if number == 1:
                    daemon.kill()
                    # The token that is kept ends meanwhile.
                    threading.Event().wait(authority.expires_in)
                    daemon.start()
                wait_until(lambda: not dovecot.mails(USER), SECONDS, daemon.log_text())
            enough = len(mails)
            wait_until(lambda: receipts(relay) >= enough, SECONDS, daemon.log_text())
        assert sorted(dovecot.mails(USER, "Processed")) == sorted(mails)
        assert daemon.log_text().count("mail.filed") == len(mails)
        assert receipts(relay) == len(mails)
        assert len(authority.asked) > 1
        assert not authority.is_revoked
        assert "canary-" not in daemon.log_text()


def receipts(relay: BearerRelay) -> int:
    return sum(b"mia@mail.example" in one.partition(b"\r\n\r\n")[0] for one in relay.mails)
