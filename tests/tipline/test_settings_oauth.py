"""What the settings say of logins by OAuth 2, and whom they make us ask."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingest.imap.bearing import BearerLogin
from notifier.courier import RelayCourier
from outside.oauth import Mechanism
from outside.oauth.grants import Grant, GrantKind
from tests.tipline.test_settings import SMALLEST, write
from tipline.installation import opened
from tipline.settings import Settings, load_settings
from tipline.settings.logins import grants, mailbox_oauth, relay_oauth
from tipline.settings.mail import courier
from tipline.settings.mailboxes import mailbox_login
from tipline.settings.places import relay_password

MICROSOFT = """
[oauth.m365]
provider = "microsoft"
grant = "{grant}"
tenant = "chirper.example"
client_id = "us"
"""
MAILBOX = """
[mailboxes.{name}]
host = "imap.chirper.example"
username = "{name}@chirper.example"
oauth = "{login}"
"""
RELAY = """
[relay]
host = "smtp.chirper.example"
username = "cp@chirper.example"
oauth = "{login}"
"""


def configured(tmp_path: Path, more: str) -> Settings:
    return load_settings(write(tmp_path, SMALLEST + more))


def the_grant(tmp_path: Path, more: str) -> Grant:
    (grant,) = grants(configured(tmp_path, more)).values()
    return grant


def test_an_application_at_microsoft_asks_for_what_imap_and_smtp_need(tmp_path: Path) -> None:
    grant = the_grant(tmp_path, MICROSOFT.format(grant="client-credentials"))

    base = "https://login.microsoftonline.com/chirper.example/oauth2/v2.0"
    assert grant.kind is GrantKind.CLIENT_CREDENTIALS
    assert grant.token_url == f"{base}/token"
    assert grant.scopes == ("https://outlook.office365.com/.default",)
    assert grant.client_secret
    assert grant.client_secret.path is None


def test_a_person_at_microsoft_logs_in_by_a_code_and_without_a_secret(tmp_path: Path) -> None:
    grant = the_grant(tmp_path, MICROSOFT.format(grant="refresh-token"))

    assert str(grant.device_url).endswith("/oauth2/v2.0/devicecode")
    assert str(grant.authorize_url).endswith("/oauth2/v2.0/authorize")
    assert "offline_access" in grant.scopes
    assert grant.client_secret is None
    assert grant.refresh_lifetime == timedelta(days=90)


def test_a_service_account_at_google_has_a_grant_for_each_user(tmp_path: Path) -> None:
    google = '\n[oauth.google]\nprovider = "google"\ngrant = "service-account"\n'
    mailboxes = "".join(MAILBOX.format(name=name, login="google") for name in ("cp", "safety"))
    settings = configured(tmp_path, google + mailboxes + RELAY.format(login="google"))

    found = grants(settings)
    assert {name: grant.subject for name, grant in found.items()} == {
        "google/cp@chirper.example": "cp@chirper.example",
        "google/safety@chirper.example": "safety@chirper.example",
    }
    one = found["google/cp@chirper.example"]
    assert one.token_url == "https://oauth2.googleapis.com/token"
    assert one.scopes == ("https://mail.google.com/",)
    assert one.section == "[oauth.google]"
    for login in (mailbox_oauth(settings, "cp"), relay_oauth(settings)):
        assert login
        assert login.grant == "google/cp@chirper.example"


def test_a_person_at_google_logs_in_with_a_browser(tmp_path: Path) -> None:
    google = '[oauth.g]\nprovider = "google"\ngrant = "refresh-token"\nclient_id = "us"\n'
    grant = the_grant(tmp_path, google)

    assert grant.device_url is None
    assert grant.authorize_url == "https://accounts.google.com/o/oauth2/v2/auth"
    assert grant.authorize_fields["access_type"] == "offline"


def test_every_key_has_its_place(tmp_path: Path) -> None:
    other = """
[oauth.own]
provider = "other"
grant = "refresh-token"
client_id = "us"
client_secret_file = "secret"
client_secret_in = "header"
client_secret_expires = 2027-05-01
refresh_token_file = "first"
refresh_token_lifetime = "30d"
token_url = "https://login.chirper.example/token"
device_url = "https://login.chirper.example/device"
authorize_url = "https://login.chirper.example/authorize"
scopes = ["mail", "offline_access"]
mechanism = "xoauth2"
ca_file = "ca.pem"
"""
    settings = configured(tmp_path, other + MAILBOX.format(name="cp", login="own"))
    grant = grants(settings)["own"]

    assert grant.basic
    assert grant.client_secret
    assert grant.client_secret.path == tmp_path / "secret"
    assert grant.first_refresh_token
    assert grant.first_refresh_token.path == tmp_path / "first"
    assert grant.secret_expires_at == datetime(2027, 5, 1, tzinfo=UTC)
    assert grant.refresh_lifetime == timedelta(days=30)
    assert grant.device_url == "https://login.chirper.example/device"
    assert grant.scope == "mail offline_access"
    assert grant.ca_file == tmp_path / "ca.pem"
    login = mailbox_oauth(settings, "cp")
    assert login
    assert login.mechanism is Mechanism.XOAUTH2


def test_a_certificate_takes_the_place_of_the_secret(tmp_path: Path) -> None:
    files = 'certificate_file = "a.pem"\ncertificate_key_file = "a.key"\n'
    grant = the_grant(tmp_path, MICROSOFT.format(grant="client-credentials") + files)

    assert grant.client_secret is None
    assert grant.certificate
    assert grant.certificate.key.path == tmp_path / "a.key"


def test_the_secret_may_be_a_credential(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    (tmp_path / "oauth-m365").write_text("hush-hush")
    settings = configured(tmp_path, MICROSOFT.format(grant="client-credentials"))
    secret = grants(settings)["m365"].client_secret

    assert secret
    assert secret.read() == "hush-hush"
    assert "hush" not in f"{settings!r} {grants(settings)!r}"


@pytest.mark.usefixtures("state")
def test_mailboxes_and_the_relay_log_in_with_tokens(tmp_path: Path) -> None:
    more = MAILBOX.format(name="cp", login="m365") + RELAY.format(login="m365")
    settings = configured(tmp_path, MICROSOFT.format(grant="client-credentials") + more)

    with opened(settings) as installation:
        assert isinstance(mailbox_login(settings, "cp", installation.tokens.source), BearerLogin)
        assert isinstance(courier(settings, installation.tokens.source), RelayCourier)
    assert relay_password(settings) is None
    # Nobody logs in by mistake with an empty password.
    with pytest.raises(ValueError, match="no tokens"):
        mailbox_login(settings, "cp")
    with pytest.raises(ValueError, match="no tokens"):
        courier(settings)
